/** Everything that a front may ask for, put together once. */
import type { Core } from './command.ts';
import type { Context } from './context.ts';
import { createIntake } from './intake.ts';
import { createJobs } from './jobs.ts';
import { createOffers } from './offers.ts';
import type { Shelf } from './ports.ts';
import { createPrivacy } from './privacy.ts';
import { quotaLines } from './quota-lines.ts';

export function createCore(ctx: Context, shelves: { offers: Shelf }): Core {
  const intake = createIntake(ctx);
  const offers = createOffers(ctx, intake, shelves.offers);
  return {
    access: ctx.access,
    intake,
    jobs: createJobs(ctx),
    offers,
    privacy: createPrivacy(ctx, offers),
    quota: (requester) => quotaLines(ctx, requester),
  };
}
