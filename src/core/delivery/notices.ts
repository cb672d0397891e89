/** What the admins of a space are told beside any job's own messages: in the log channel, where they named one. */

import type { Notice } from '../chat-port.ts';
import type { Context } from '../context.ts';
import { isOperatorsOwn, type Job } from '../job/job.ts';
import type { QuotaLine } from '../limits/quota.ts';
import { quotaLines } from '../limits/quota-lines.ts';
import type { KeyValueStore } from '../ports.ts';

const SHARES = [50, 80, 100] as const;
/** Longer than a month, the longest window: each share of a window is told once. */
const TOLD_FOR_MS = 40 * 24 * 3_600_000;

/** Posts in the space's log channel, or in the one that is named. False where there is none, or where it can't be posted in. */
export async function tellAdmins(
  ctx: Context,
  { platform, spaceId }: Pick<Job['requester'], 'platform' | 'spaceId'>,
  notice: Notice,
  channel = ctx.settings.of(spaceId).logChannel,
): Promise<boolean> {
  if (channel === undefined) return false;
  try {
    return (await ctx.chats.get(platform)?.post?.({ channel }, spaceId, notice)) ?? false;
  } catch (error) {
    ctx.log.warn({ err: error, notice: notice.kind }, 'the log channel could not be told');
    return false;
  }
}

/** Tells of each share of the space's own limits as it is reached, once in a window. */
export async function tellShares(ctx: Context, kv: KeyValueStore, { requester }: Job): Promise<void> {
  if (isOperatorsOwn(requester.platform) || ctx.settings.of(requester.spaceId).logChannel === undefined)
    return;
  // One at a time, so that two jobs at once don't both find it untold.
  await ctx.locks.run(`shares ${requester.spaceId}`, async () => {
    for (const line of await quotaLines(ctx, requester)) {
      const percent = SHARES.findLast((share) => shareOf(line) * 100 >= share);
      if (line.scope !== 'space' || percent === undefined) continue;
      const unit = line.maxMicros === undefined ? 'jobs' : 'usd';
      const key = `share:${requester.spaceId} ${unit} ${line.period} ${line.resetsAt}`;
      if (((await kv.get<number>(key)) ?? 0) >= percent) continue;
      // Noted first: told twice would be worse than told once too few.
      await kv.set(key, percent, TOLD_FOR_MS);
      await tellAdmins(ctx, requester, { kind: 'share', percent, line });
    }
  });
}

function shareOf(line: QuotaLine): number {
  const { maxMicros, maxJobs } = line;
  if (maxMicros !== undefined) return (line.usedMicros + line.heldMicros) / Math.max(1, maxMicros);
  return (line.usedJobs + line.heldJobs) / Math.max(1, maxJobs ?? 0);
}
