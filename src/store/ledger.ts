/** The ledger, as SQL: Keyv can't compare and set, so money does not live in it. */
import { z } from 'zod';
import { checkBill, checkHold, keysUnder, roomUnder, usedUnder, without } from '../core/limits/hold.ts';
import type { HoldOutcome, HoldRequest, Ledger, LedgerKey, LedgerTotals } from '../core/limits/ledger.ts';
import { UnknownHold } from '../core/limits/ledger.ts';
import type { Micros } from '../core/price/money.ts';
import { isOnRecord, keepHold } from './kept-hold.ts';
import { readItems } from './ledger-items.ts';
import { readLines } from './ledger-lines.ts';
import type { Sql, Statements } from './sql.ts';

const totalsRow = z.object({
  scope: z.string(),
  window: z.string(),
  heldMicros: z.int(),
  settledMicros: z.int(),
  heldJobs: z.int(),
  settledJobs: z.int(),
});
const keys = z.array(z.object({ scope: z.string(), window: z.string() }));
const lineRow = z.object({
  state: z.enum(['held', 'suspended', 'settled', 'freed']),
  heldMicros: z.int(),
  counters: z.string().transform((text) => keys.parse(JSON.parse(text))),
});
const idRow = z.object({ jobId: z.string() });

const SELECT_LINE = 'SELECT state, held_micros AS "heldMicros", counters FROM ledger_lines WHERE job_id = ?';
/** Of all that are asked for at once: each statement is a way to the database and back. */
const selectTotals = (count: number): string =>
  `SELECT scope, "window", held_micros AS "heldMicros", settled_micros AS "settledMicros", held_jobs AS "heldJobs",
     settled_jobs AS "settledJobs"
   FROM ledger_counters WHERE ${among(count)}`;
const INSERT_LINE = `INSERT INTO ledger_lines
    (job_id, state, held_micros, counters, provider, member_id, space_id, held_at, seconds, motion_id, character_id)
  VALUES (?, 'held', ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const addHold = (count: number): string =>
  `INSERT INTO ledger_counters (scope, "window", held_micros, settled_micros, held_jobs, settled_jobs)
   VALUES ${Array.from({ length: count }, () => '(?, ?, ?, 0, 1, 0)').join(', ')}
   ON CONFLICT (scope, "window") DO UPDATE
   SET held_micros = ledger_counters.held_micros + excluded.held_micros, held_jobs = ledger_counters.held_jobs + 1`;
const holdToBill = (count: number): string =>
  `UPDATE ledger_counters
   SET held_micros = held_micros - ?, settled_micros = settled_micros + ?,
       held_jobs = held_jobs - 1, settled_jobs = settled_jobs + ?
   WHERE ${among(count)}`;
const among = (count: number): string =>
  `(scope, "window") IN (VALUES ${Array.from({ length: count }, () => '(?, ?)').join(', ')})`;
const CLOSE_LINE =
  'UPDATE ledger_lines SET state = ?, settled_micros = ?, provider = ?, settled_at = ?, failure = ? WHERE job_id = ?';
const CHANGE_LINE = `UPDATE ledger_lines SET held_micros = ?, counters = ?, provider = ?, held_at = ?, seconds = ?
  WHERE job_id = ?`;
const selectEnded = (count: number): string =>
  `SELECT job_id AS "jobId" FROM ledger_lines
   WHERE state <> 'held' AND job_id IN (${Array.from({ length: count }, () => '?').join(', ')})`;
export const HELD = `SELECT job_id AS "jobId" FROM ledger_lines
  WHERE state = 'held' AND held_at < ? ORDER BY job_id`;

/**
 * The ledger on the database; several processes may share it. Throws RangeError on amounts that are not whole,
 * UnknownHold on a bill without a hold, StoreError when the disk fails.
 */
export function createLedger(sql: Sql): Ledger {
  async function reserveAll(holds: readonly HoldRequest[]): Promise<HoldOutcome> {
    for (const hold of holds) checkHold(hold);
    return sql
      .transaction('ledger', async (tx): Promise<HoldOutcome> => {
        for (const hold of holds) {
          const short = await reserveIn(tx, hold);
          // What the ones before it hold goes with them.
          if (short) throw new NoRoom(short);
        }
        return { ok: true };
      })
      .catch((error: unknown) => {
        if (error instanceof NoRoom) return error.short;
        throw error;
      });
  }

  return {
    reserve: (hold) => reserveAll([hold]),
    reserveAll,

    async rehold(hold) {
      checkHold(hold);
      const counters = distinct(hold.counters);
      return sql.transaction('ledger', async (tx) => {
        const line = await lineOf(tx, hold.jobId);
        if (line?.state !== 'held') throw new UnknownHold(hold.jobId);
        const { heldMicros, counters: before } = line;
        const totals = await totalsOf(tx, hold.limits.flatMap(keysUnder));
        for (const limit of hold.limits) {
          const used = usedUnder(limit, totals);
          const own = before.some((key) => key.scope === limit.scope && key.window === limit.window);
          const short = roomUnder(limit, own ? without(used, heldMicros) : used, hold.micros);
          if (short) return short;
        }
        const { jobId, micros, provider, at, seconds } = hold;
        await move(tx, before, heldMicros, NOTHING);
        await addTo(tx, counters, micros);
        await tx.run(CHANGE_LINE, micros, JSON.stringify(counters), provider, at, seconds, jobId);
        return { ok: true };
      });
    },

    async settle(jobId, bill) {
      checkBill(bill);
      await sql.transaction('ledger', async (tx) => {
        const line = await lineOf(tx, jobId);
        if (!line) throw new UnknownHold(jobId);
        if (line.state !== 'held' && line.state !== 'suspended') return;
        const state = bill.counts ? 'settled' : 'freed';
        const closed = [state, bill.micros, bill.provider, bill.at, bill.failure ?? null];
        await tx.run(CLOSE_LINE, ...closed, jobId);
        await move(tx, line.counters, line.heldMicros, bill);
      });
    },

    totals: async (key) => (await totalsOf(sql, [key]))(key),

    async suspend(jobId, scope, failure) {
      await sql.transaction('ledger', async (tx) => {
        const line = await lineOf(tx, jobId);
        if (!line) throw new UnknownHold(jobId);
        if (line.state !== 'held') return;
        const others = line.counters.filter((key) => key.scope !== scope);
        await move(tx, others, line.heldMicros, NOTHING);
        const kept = JSON.stringify(line.counters.filter((key) => key.scope === scope));
        await tx.run(
          "UPDATE ledger_lines SET state = 'suspended', counters = ?, failure = ? WHERE job_id = ?",
          ...[kept, failure ?? null, jobId],
        );
      });
    },

    async release(jobId) {
      await sql.transaction('ledger', async (tx) => {
        if (!(await keepHold(tx, jobId)) || (await isOnRecord(tx, jobId))) return;
        const line = await lineOf(tx, jobId);
        if (!line) return;
        await move(tx, line.counters, line.heldMicros, NOTHING);
        await tx.run('DELETE FROM ledger_lines WHERE job_id = ?', jobId);
      });
    },

    held: async (before = Number.MAX_SAFE_INTEGER) =>
      z
        .array(idRow)
        .parse(await sql.all(HELD, before))
        .map(({ jobId }) => jobId),

    async ended(jobIds) {
      if (jobIds.length === 0) return [];
      const rows = z.array(idRow).parse(await sql.all(selectEnded(jobIds.length), ...jobIds));
      return jobIds.filter((id) => rows.some(({ jobId }) => jobId === id));
    },

    ...readLines(sql),
    ...readItems(sql),
  };
}

/** Ends a transaction without anything of it having happened. Nobody outside this file sees it. */
class NoRoom extends Error {
  override name = 'NoRoom';
  readonly short: Exclude<HoldOutcome, { ok: true }>;
  constructor(short: Exclude<HoldOutcome, { ok: true }>) {
    super('a limit has no room');
    this.short = short;
  }
}

async function reserveIn(
  tx: Statements,
  hold: HoldRequest,
): Promise<Exclude<HoldOutcome, { ok: true }> | undefined> {
  const counters = distinct(hold.counters);
  if (await lineOf(tx, hold.jobId)) return undefined;
  const totals = await totalsOf(tx, hold.limits.flatMap(keysUnder));
  for (const limit of hold.limits) {
    const short = roomUnder(limit, usedUnder(limit, totals), hold.micros);
    if (short) return short;
  }
  const { jobId, micros, provider, memberId, spaceId, at, seconds, items = {} } = hold;
  const line = [jobId, micros, JSON.stringify(counters), provider, memberId, spaceId, at, seconds];
  await tx.run(INSERT_LINE, ...line, items.motion ?? null, items.character ?? null);
  await addTo(tx, counters, micros);
  return undefined;
}

async function lineOf(on: Statements, jobId: string): Promise<z.infer<typeof lineRow> | undefined> {
  const [row] = await on.all(SELECT_LINE, jobId);
  return row === undefined ? undefined : lineRow.parse(row);
}

async function totalsOf(
  on: Statements,
  asked: readonly LedgerKey[],
): Promise<(key: LedgerKey) => LedgerTotals> {
  const rows = asked.length > 0 ? await on.all(selectTotals(asked.length), ...asked.flatMap(namesOf)) : [];
  const known = new Map(
    rows.map((row) => {
      const { scope, window, ...totals } = totalsRow.parse(row);
      return [nameOf({ scope, window }), totals];
    }),
  );
  return (key) => known.get(nameOf(key)) ?? { heldMicros: 0, settledMicros: 0, heldJobs: 0, settledJobs: 0 };
}

async function addTo(tx: Statements, counters: readonly LedgerKey[], micros: number): Promise<void> {
  const added = counters.flatMap(({ scope, window }) => [scope, window, micros]);
  if (counters.length > 0) await tx.run(addHold(counters.length), ...added);
}

/** Takes a hold off its counters, and puts what it came to in its place. */
async function move(
  tx: Statements,
  counters: readonly LedgerKey[],
  heldMicros: number,
  { micros, counts }: { micros: Micros; counts: boolean },
): Promise<void> {
  if (counters.length === 0) return;
  await tx.run(holdToBill(counters.length), heldMicros, micros, counts ? 1 : 0, ...counters.flatMap(namesOf));
}

const NOTHING = { micros: 0, counts: false };
const namesOf = ({ scope, window }: LedgerKey): string[] => [scope, window];
const nameOf = (key: LedgerKey): string => JSON.stringify(namesOf(key));

/** Named twice is moved once. */
function distinct(counters: readonly LedgerKey[]): LedgerKey[] {
  return [
    ...new Map(counters.map(({ scope, window }) => [nameOf({ scope, window }), { scope, window }])).values(),
  ];
}
