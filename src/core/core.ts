/** Puts together everything that a front (a chat or the page) may call. */

import { createCoach } from './coach/coach.ts';
import type { Core } from './command.ts';
import type { Context } from './context.ts';
import { createHandOut } from './delivery/hand-out.ts';
import { tellShares } from './delivery/notices.ts';
import { createApprovals } from './intake/approvals.ts';
import { createIntake } from './intake/intake.ts';
import { createOfferStore } from './intake/offer-store.ts';
import { createOffers } from './intake/offers.ts';
import { createJobs } from './job/jobs.ts';
import { createCasts } from './library/cast.ts';
import { createLibrary } from './library/library.ts';
import { quotaLines } from './limits/quota-lines.ts';
import { createModels } from './models/list.ts';
import type { KeyValueStore, Scheduler } from './ports.ts';
import { createReports } from './reports/reports.ts';
import { createSettingsChanges } from './settings/settings-changes.ts';
import { createStatus, type StatusParts } from './status.ts';
import { createTakedown } from './takedown/takedown.ts';
import { createConsents } from './trust/consent.ts';
import { createMadeBy } from './trust/made-by.ts';
import { optOut } from './trust/opt-outs.ts';
import { createVerify } from './trust/verify.ts';
import { createPrivacy } from './upkeep/privacy.ts';

/** `takedown`: with a scheduler of its own. */
export function createCore(
  ctx: Context,
  shelves: {
    /** What waits for a yes to its price. Records that are put back from a copy come without it. */
    offers: KeyValueStore;
    notices: KeyValueStore;
    /** What waits to be kept in the library. */
    library: KeyValueStore;
    takedown: { kv: KeyValueStore; scheduler: Scheduler };
  },
  status: StatusParts,
): Core {
  const intake = createIntake(ctx);
  const waiting = createOfferStore(ctx, shelves.offers);
  const offers = createOffers(ctx, intake, waiting);
  const library = createLibrary(ctx, shelves.library);
  const { asking, ...casts } = createCasts(ctx, { intake, library, kv: shelves.offers });
  const privacy = createPrivacy(ctx, offers, waiting, { library, casts });
  ctx.events.onMove((job) => {
    // Only these moves change what stands against a limit; a place in the queue does not, and thousands may move up at once.
    const isNew = job.state === 'created' && job.place === undefined;
    if (!isNew && job.state !== 'completed') return;
    tellShares(ctx, shelves.notices, job).catch((err) => ctx.log.warn({ err }, 'a share was not told'));
  });
  ctx.events.onMove((job) => {
    ctx.lessons.learn(job).catch((err) => ctx.log.warn({ err }, 'what became of a warning was not kept'));
  });
  return {
    access: ctx.access,
    intake,
    coach: createCoach(ctx, intake),
    jobs: createJobs(ctx),
    offers,
    approvals: createApprovals(ctx, intake, waiting, asking),
    models: createModels(ctx),
    library,
    casts,
    settings: createSettingsChanges(ctx),
    privacy,
    takedown: createTakedown(ctx, { ...shelves.takedown, privacy }),
    audit: ctx.audit,
    consents: createConsents(ctx),
    optOut: (requester, out) => optOut(ctx, requester, out),
    reports: createReports(ctx),
    handOut: createHandOut(ctx),
    verify: createVerify(ctx),
    madeBy: createMadeBy(ctx),
    status: createStatus(ctx, status),
    quota: (requester) => quotaLines(ctx, requester),
  };
}
