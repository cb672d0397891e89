/** Counters of a member who is forgotten go on counting under a scope that does not say whose they are. */
import { z } from 'zod';
import type { Statements } from './sql.ts';

const rows = z.array(
  z.object({
    scope: z.string(),
    window: z.string(),
    heldJobs: z.int(),
    heldMicros: z.int(),
    settledMicros: z.int(),
    settledJobs: z.int(),
  }),
);

const FIELDS = `scope, "window", held_jobs AS "heldJobs", held_micros AS "heldMicros",
  settled_micros AS "settledMicros", settled_jobs AS "settledJobs"`;
const OF_MEMBER = `SELECT ${FIELDS} FROM ledger_counters
  WHERE scope >= 'member:' AND scope < 'member;'
    AND substr(scope, length(scope) - length(CAST(? AS TEXT)) + 1) = ?`;
const OF_SPACE = `SELECT ${FIELDS} FROM ledger_counters
  WHERE scope = ? OR (scope >= CAST(? AS TEXT) || '/' AND scope < CAST(? AS TEXT) || '0')`;
const ADD = `INSERT INTO ledger_counters (scope, "window", held_micros, settled_micros, held_jobs, settled_jobs)
  VALUES (?, ?, 0, ?, 0, ?)
  ON CONFLICT (scope, "window") DO UPDATE SET
    settled_micros = ledger_counters.settled_micros + excluded.settled_micros,
    settled_jobs = ledger_counters.settled_jobs + excluded.settled_jobs`;

/**
 * Within the transaction of the ledger, so that no limit is checked in between. What is still held stays under its name, as its
 * bill has to find it; the job of it is on record, too. `ownSpaces`: nobody else is in these. False where there was nothing.
 */
export async function unnameCounters(
  tx: Statements,
  { memberId, ownSpaces }: { memberId: string; ownSpaces: readonly string[] },
  unnamed: (scope: string) => string,
): Promise<boolean> {
  const found = await tx.all(OF_MEMBER, `/${memberId}`, `/${memberId}`);
  for (const space of ownSpaces)
    for (const kind of ['space', 'channel']) {
      const scope = `${kind}:${space}`;
      found.push(...(await tx.all(OF_SPACE, scope, scope, scope)));
    }
  let any = false;
  for (const { scope, window, ...used } of rows.parse(found)) {
    const isHeld = used.heldJobs !== 0 || used.heldMicros !== 0;
    const isSettled = used.settledJobs !== 0 || used.settledMicros !== 0;
    if (isHeld && !isSettled) continue;
    if (isSettled) await tx.run(ADD, unnamed(scope), window, used.settledMicros, used.settledJobs);
    await tx.run(
      isHeld
        ? 'UPDATE ledger_counters SET settled_micros = 0, settled_jobs = 0 WHERE scope = ? AND "window" = ?'
        : 'DELETE FROM ledger_counters WHERE scope = ? AND "window" = ?',
      ...[scope, window],
    );
    any = true;
  }
  return any;
}
