/** Deletes orphaned files after a day: a crash left them on disk before a record named them. */
import type { Context } from '../context.ts';

const DAY_MS = 24 * 3_600_000;
/** A crash leaves a few. More than that, and it is the records that are missing. */
const FEW = 20;
const SHARE = 0.1;

type Parts = Pick<Context, 'files' | 'fileUse' | 'clock' | 'log'>;

/**
 * Removes what no record names, and answers how much that was. `isAtHome`: the records are those of these files. Where
 * they are not, or where too many files would go, nothing is touched: a video that was paid for is worth more than room.
 */
export async function sweepOrphans(
  { files, fileUse, clock, log }: Parts,
  isAtHome: boolean,
): Promise<number> {
  const orphans: string[] = [];
  let all = 0;
  for await (const key of files.olderThan(clock.now() - DAY_MS)) {
    all += 1;
    if (!(await fileUse.isNeeded(key))) orphans.push(key);
  }
  if (orphans.length === 0) return 0;
  const facts = { files: all, unknown: orphans.length };
  if (!isAtHome) {
    log.warn(facts, 'the files in DATA_DIR are not those of this database; what it does not know stays');
    return 0;
  }
  if (orphans.length > Math.max(FEW, all * SHARE)) {
    log.error(facts, 'the database does not know many files in DATA_DIR: was it restored? They stay');
    return 0;
  }
  await fileUse.release(orphans);
  log.info({ files: orphans.length }, 'files went that a crash had left behind');
  return orphans.length;
}
