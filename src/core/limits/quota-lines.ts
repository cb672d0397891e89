/** A member's limits and what is left of them, for `/quota` and for the line under a finished video. */

import type { Context } from '../context.ts';
import type { Requester } from '../job/job.ts';
import { keysUnder, sumOf } from './hold.ts';
import type { QuotaLine } from './quota.ts';
import { kindOfLimit, limitsOf, OPERATOR } from './quota.ts';

/** The limits on a member's next job, the nearest to the member first. The operator's own is for operators to see. */
export async function quotaLines(
  ctx: Pick<Context, 'ledger' | 'rules' | 'clock' | 'settings'>,
  requester: Requester,
): Promise<QuotaLine[]> {
  const space = ctx.settings.of(requester.spaceId);
  const limits = limitsOf(requester, ctx.clock.now(), ctx.rules, space);
  const lines = await Promise.all(
    limits.map(async (limit): Promise<QuotaLine> => {
      const { scope, window, resetsAt, maxMicros, maxJobs } = limit;
      const totals = sumOf(await Promise.all(keysUnder(limit).map((key) => ctx.ledger.totals(key))));
      return {
        ...kindOfLimit({ scope, window }),
        ...(maxMicros === undefined ? {} : { maxMicros }),
        ...(maxJobs === undefined ? {} : { maxJobs }),
        usedMicros: totals.settledMicros,
        heldMicros: totals.heldMicros,
        usedJobs: totals.settledJobs,
        heldJobs: totals.heldJobs,
        resetsAt,
        timeZone: scope === OPERATOR ? ctx.rules.timeZone : space.timeZone,
      };
    }),
  );
  const order = ['member', 'channel', 'space', 'operator'] as const;
  return lines.sort((a, b) => order.indexOf(a.scope) - order.indexOf(b.scope));
}
