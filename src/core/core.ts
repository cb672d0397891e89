/** Everything that a front may ask for, put together once. */

import { createApprovals } from './approvals.ts';
import type { Core } from './command.ts';
import type { Context } from './context.ts';
import { createIntake } from './intake.ts';
import { createJobs } from './jobs.ts';
import { tellShares } from './notices.ts';
import { createOfferShelf } from './offer-shelf.ts';
import { createOffers } from './offers.ts';
import type { Shelf } from './ports.ts';
import { createPrivacy } from './privacy.ts';
import { quotaLines } from './quota-lines.ts';
import { createReports } from './reports.ts';
import { createSettingsDesk } from './settings-desk.ts';

export function createCore(ctx: Context, shelves: { offers: Shelf; notices: Shelf }): Core {
  const intake = createIntake(ctx);
  const waiting = createOfferShelf(ctx, shelves.offers);
  const offers = createOffers(ctx, intake, waiting);
  ctx.events.subscribe('*', (job) => {
    // Only these moves change what stands against a limit; a place in line does not, and thousands may move up at once.
    const isNew = job.state === 'created' && job.place === undefined;
    if (!isNew && job.state !== 'completed') return;
    tellShares(ctx, shelves.notices, job).catch((err) => ctx.log.warn({ err }, 'a share was not told'));
  });
  return {
    access: ctx.access,
    intake,
    jobs: createJobs(ctx),
    offers,
    approvals: createApprovals(ctx, intake, waiting),
    settings: createSettingsDesk(ctx),
    privacy: createPrivacy(ctx, offers),
    reports: createReports(ctx),
    quota: (requester) => quotaLines(ctx, requester),
  };
}
