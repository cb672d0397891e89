/** The bot on records that were put back from a copy, and the copies that it makes of its own. */
import type { Config } from './config.ts';
import type { Context } from './core/context.ts';
import type { Health } from './core/health.ts';
import { doubtOpenJobs } from './core/job/put-back.ts';
import { ownWords } from './core/own-words.ts';
import { dailyCopies } from './store/copies/kept.ts';
import type { Store } from './store/index.ts';
import { formatsOf } from './words/formats.ts';

/** What the copies are called where the operator sees how each part is. */
const NAME = 'backups';

const { number, size } = formatsOf('en');

/** Before anybody can ask for anything, and before any job goes on. Of several processes that start at once, one does it. */
export const setRight = (ctx: Context, { putBack }: Pick<Store, 'putBack'>): Promise<void> =>
  ctx.locks.run('put back', async () => {
    const since = await putBack.since();
    if (since === undefined) return;
    await putBack.dropAsked();
    const { open, unknown } = await doubtOpenJobs(ctx);
    await putBack.done();
    ctx.log.warn(
      { open, unknown },
      `these records are a copy of ${new Date(since).toISOString()}: what came after it is not in them. Of jobs that were open then, nothing is sent again; those of unknown fate may have been billed: look at your providers’ bills`,
    );
  });

/**
 * Sees to it that there is a copy of today. That there is none, as on a full disk, is told once and ends nothing; it is tried
 * again each time this is called.
 */
export function keepCopies(
  config: Pick<Config, 'STORE_URL' | 'DATA_DIR' | 'DAILY_COPIES'>,
  health: Pick<Health, 'set'>,
  now: () => number,
): () => Promise<void> {
  if (config.STORE_URL) {
    health.set(NAME, {
      state: 'off',
      reason:
        'none by itself of records in PostgreSQL: run npm run backup each day, or what your host has for it',
    });
    return async () => {};
  }
  const copies = dailyCopies(config.DATA_DIR, config.DAILY_COPIES);
  return async () => {
    try {
      await copies.take(now());
    } catch (error) {
      const reason = `no copy of the database today: ${ownWords(error)}`;
      return health.set(NAME, { state: 'degraded', reason });
    }
    const kept = copies.kept();
    health.set(
      NAME,
      kept
        ? {
            state: 'ok',
            reason: `${number(kept.count)} of the database, ${size(kept.bytes)}, the newest in ${kept.newest}`,
          }
        : { state: 'off', reason: 'DAILY_COPIES is 0' },
    );
  };
}
