/** The ledger, as SQL: Keyv can't compare and set, so money does not live in it. */
import { z } from 'zod';
import { checkBill, checkHold, roomUnder, without } from '../core/limits/hold.ts';
import type { Ledger, LedgerKey, LedgerTotals } from '../core/limits/ledger.ts';
import { UnknownHold } from '../core/limits/ledger.ts';
import { readLines } from './ledger-lines.ts';
import type { Database } from './sqlite.ts';

const totalsRow = z.object({
  heldMicros: z.int(),
  settledMicros: z.int(),
  heldJobs: z.int(),
  settledJobs: z.int(),
});
const lineRow = z.object({
  state: z.enum(['held', 'suspended', 'settled', 'freed']),
  heldMicros: z.int(),
  counters: z.string(),
});
const heldRow = z.object({ jobId: z.string() });
const keys = z.array(z.object({ scope: z.string(), window: z.string() }));

/**
 * The ledger on the database; several processes may share the file. Throws RangeError on amounts that are not whole,
 * UnknownHold on a bill without a hold, StoreError when the disk fails.
 */
export function createLedger(db: Database): Ledger {
  const selectLine = db.prepare(
    'SELECT state, held_micros AS heldMicros, counters FROM ledger_lines WHERE job_id = ?',
  );
  const insertLine = db.prepare(
    `INSERT INTO ledger_lines (job_id, state, held_micros, counters, provider, member_id, space_id, held_at, seconds)
     VALUES (?, 'held', ?, ?, ?, ?, ?, ?, ?)`,
  );
  const closeLine = db.prepare(
    'UPDATE ledger_lines SET state = ?, settled_micros = ?, provider = ?, settled_at = ? WHERE job_id = ?',
  );
  const changeLine = db.prepare(
    `UPDATE ledger_lines SET held_micros = ?, counters = ?, provider = ?, held_at = ?, seconds = ?
     WHERE job_id = ?`,
  );
  const selectTotals = db.prepare(
    `SELECT held_micros AS heldMicros, settled_micros AS settledMicros, held_jobs AS heldJobs,
            settled_jobs AS settledJobs
     FROM ledger_counters WHERE scope = ? AND "window" = ?`,
  );
  const addHold = db.prepare(
    `INSERT INTO ledger_counters (scope, "window", held_micros, settled_micros, held_jobs, settled_jobs)
     VALUES (?, ?, ?, 0, 1, 0)
     ON CONFLICT (scope, "window") DO UPDATE
     SET held_micros = held_micros + excluded.held_micros, held_jobs = held_jobs + 1`,
  );
  const holdToBill = db.prepare(
    `UPDATE ledger_counters
     SET held_micros = held_micros - ?, settled_micros = settled_micros + ?,
         held_jobs = held_jobs - 1, settled_jobs = settled_jobs + ?
     WHERE scope = ? AND "window" = ?`,
  );

  const suspendLine = db.prepare(
    "UPDATE ledger_lines SET state = 'suspended', counters = ? WHERE job_id = ?",
  );
  const deleteLine = db.prepare('DELETE FROM ledger_lines WHERE job_id = ?');
  const selectHeld = db.prepare(
    "SELECT job_id AS jobId FROM ledger_lines INDEXED BY lines_held WHERE state = 'held' ORDER BY job_id",
  );

  const totalsOf = ({ scope, window }: LedgerKey): LedgerTotals => {
    const row = selectTotals.get(scope, window);
    return row === undefined
      ? { heldMicros: 0, settledMicros: 0, heldJobs: 0, settledJobs: 0 }
      : totalsRow.parse(row);
  };

  return {
    async reserve(hold) {
      checkHold(hold);
      const counters = distinct(hold.counters);
      return db.transaction(() => {
        if (selectLine.get(hold.jobId) !== undefined) return { ok: true };
        for (const limit of hold.limits) {
          const short = roomUnder(limit, totalsOf(limit), hold.micros);
          if (short) return short;
        }
        const { jobId, micros, provider, memberId, spaceId, at, seconds } = hold;
        insertLine.run(jobId, micros, JSON.stringify(counters), provider, memberId, spaceId, at, seconds);
        for (const { scope, window } of counters) addHold.run(scope, window, micros);
        return { ok: true };
      });
    },

    async rehold(hold) {
      checkHold(hold);
      const counters = distinct(hold.counters);
      return db.transaction(() => {
        const row = selectLine.get(hold.jobId);
        const line = row === undefined ? undefined : lineRow.parse(row);
        if (line?.state !== 'held') throw new UnknownHold(hold.jobId);
        const { heldMicros } = line;
        const before = keys.parse(JSON.parse(line.counters));
        for (const limit of hold.limits) {
          const used = totalsOf(limit);
          const own = before.some((key) => key.scope === limit.scope && key.window === limit.window);
          const short = roomUnder(limit, own ? without(used, heldMicros) : used, hold.micros);
          if (short) return short;
        }
        const { jobId, micros, provider, at, seconds } = hold;
        for (const { scope, window } of before) holdToBill.run(heldMicros, 0, 0, scope, window);
        for (const { scope, window } of counters) addHold.run(scope, window, micros);
        changeLine.run(micros, JSON.stringify(counters), provider, at, seconds, jobId);
        return { ok: true };
      });
    },

    async settle(jobId, bill) {
      checkBill(bill);
      db.transaction(() => {
        const row = selectLine.get(jobId);
        if (row === undefined) throw new UnknownHold(jobId);
        const line = lineRow.parse(row);
        if (line.state !== 'held' && line.state !== 'suspended') return;
        closeLine.run(bill.counts ? 'settled' : 'freed', bill.micros, bill.provider, bill.at, jobId);
        for (const { scope, window } of keys.parse(JSON.parse(line.counters))) {
          holdToBill.run(line.heldMicros, bill.micros, bill.counts ? 1 : 0, scope, window);
        }
      });
    },

    totals: async (key) => totalsOf(key),

    async suspend(jobId, scope) {
      db.transaction(() => {
        const row = selectLine.get(jobId);
        if (row === undefined) throw new UnknownHold(jobId);
        const line = lineRow.parse(row);
        if (line.state !== 'held') return;
        const counters = keys.parse(JSON.parse(line.counters));
        for (const key of counters) {
          if (key.scope !== scope) holdToBill.run(line.heldMicros, 0, 0, key.scope, key.window);
        }
        suspendLine.run(JSON.stringify(counters.filter((key) => key.scope === scope)), jobId);
      });
    },

    async release(jobId) {
      db.transaction(() => {
        const row = selectLine.get(jobId);
        if (row === undefined) return;
        const line = lineRow.parse(row);
        if (line.state !== 'held') return;
        for (const { scope, window } of keys.parse(JSON.parse(line.counters))) {
          holdToBill.run(line.heldMicros, 0, 0, scope, window);
        }
        deleteLine.run(jobId);
      });
    },

    held: async () =>
      z
        .array(heldRow)
        .parse(selectHeld.all())
        .map(({ jobId }) => jobId),

    ...readLines(db),
  };
}

/** Named twice is moved once. */
function distinct(counters: readonly LedgerKey[]): LedgerKey[] {
  return [
    ...new Map(
      counters.map(({ scope, window }) => [JSON.stringify([scope, window]), { scope, window }]),
    ).values(),
  ];
}
