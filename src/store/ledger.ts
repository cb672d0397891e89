/** The ledger, as SQL: Keyv can't compare and set, so money does not live in it. */
import { z } from 'zod';
import { checkBill, checkHold, roomUnder, without } from '../core/limits/hold.ts';
import type { Ledger, LedgerKey, LedgerTotals } from '../core/limits/ledger.ts';
import { UnknownHold } from '../core/limits/ledger.ts';
import { readLines } from './ledger-lines.ts';
import type { Sql, Statements } from './sql.ts';

const totalsRow = z.object({
  heldMicros: z.int(),
  settledMicros: z.int(),
  heldJobs: z.int(),
  settledJobs: z.int(),
});
const lineRow = z.object({
  state: z.enum(['held', 'suspended', 'settled', 'freed']),
  heldMicros: z.int(),
  counters: z
    .string()
    .transform((text) =>
      z.array(z.object({ scope: z.string(), window: z.string() })).parse(JSON.parse(text)),
    ),
});
const heldRow = z.object({ jobId: z.string() });

const SELECT_LINE = 'SELECT state, held_micros AS "heldMicros", counters FROM ledger_lines WHERE job_id = ?';
const SELECT_TOTALS = `SELECT held_micros AS "heldMicros", settled_micros AS "settledMicros", held_jobs AS "heldJobs",
    settled_jobs AS "settledJobs"
  FROM ledger_counters WHERE scope = ? AND "window" = ?`;
const INSERT_LINE = `INSERT INTO ledger_lines
    (job_id, state, held_micros, counters, provider, member_id, space_id, held_at, seconds)
  VALUES (?, 'held', ?, ?, ?, ?, ?, ?, ?)`;
const ADD_HOLD = `INSERT INTO ledger_counters (scope, "window", held_micros, settled_micros, held_jobs, settled_jobs)
  VALUES (?, ?, ?, 0, 1, 0)
  ON CONFLICT (scope, "window") DO UPDATE
  SET held_micros = ledger_counters.held_micros + excluded.held_micros, held_jobs = ledger_counters.held_jobs + 1`;
const HOLD_TO_BILL = `UPDATE ledger_counters
  SET held_micros = held_micros - ?, settled_micros = settled_micros + ?,
      held_jobs = held_jobs - 1, settled_jobs = settled_jobs + ?
  WHERE scope = ? AND "window" = ?`;
const CLOSE_LINE =
  'UPDATE ledger_lines SET state = ?, settled_micros = ?, provider = ?, settled_at = ? WHERE job_id = ?';
const CHANGE_LINE = `UPDATE ledger_lines SET held_micros = ?, counters = ?, provider = ?, held_at = ?, seconds = ?
  WHERE job_id = ?`;
export const HELD = `SELECT job_id AS "jobId" FROM ledger_lines WHERE state = 'held' ORDER BY job_id`;

/**
 * The ledger on the database; several processes may share it. Throws RangeError on amounts that are not whole,
 * UnknownHold on a bill without a hold, StoreError when the disk fails.
 */
export function createLedger(sql: Sql): Ledger {
  return {
    async reserve(hold) {
      checkHold(hold);
      const counters = distinct(hold.counters);
      return sql.transaction('ledger', async (tx) => {
        if (await lineOf(tx, hold.jobId)) return { ok: true };
        for (const limit of hold.limits) {
          const short = roomUnder(limit, await totalsOf(tx, limit), hold.micros);
          if (short) return short;
        }
        const { jobId, micros, provider, memberId, spaceId, at, seconds } = hold;
        const line = [jobId, micros, JSON.stringify(counters), provider, memberId, spaceId, at, seconds];
        await tx.run(INSERT_LINE, ...line);
        for (const { scope, window } of counters) await tx.run(ADD_HOLD, scope, window, micros);
        return { ok: true };
      });
    },

    async rehold(hold) {
      checkHold(hold);
      const counters = distinct(hold.counters);
      return sql.transaction('ledger', async (tx) => {
        const line = await lineOf(tx, hold.jobId);
        if (line?.state !== 'held') throw new UnknownHold(hold.jobId);
        const { heldMicros, counters: before } = line;
        for (const limit of hold.limits) {
          const used = await totalsOf(tx, limit);
          const own = before.some((key) => key.scope === limit.scope && key.window === limit.window);
          const short = roomUnder(limit, own ? without(used, heldMicros) : used, hold.micros);
          if (short) return short;
        }
        const { jobId, micros, provider, at, seconds } = hold;
        for (const { scope, window } of before) await tx.run(HOLD_TO_BILL, heldMicros, 0, 0, scope, window);
        for (const { scope, window } of counters) await tx.run(ADD_HOLD, scope, window, micros);
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
        await tx.run(CLOSE_LINE, state, bill.micros, bill.provider, bill.at, jobId);
        for (const { scope, window } of line.counters)
          await tx.run(HOLD_TO_BILL, line.heldMicros, bill.micros, bill.counts ? 1 : 0, scope, window);
      });
    },

    totals: (key) => totalsOf(sql, key),

    async suspend(jobId, scope) {
      await sql.transaction('ledger', async (tx) => {
        const line = await lineOf(tx, jobId);
        if (!line) throw new UnknownHold(jobId);
        if (line.state !== 'held') return;
        for (const key of line.counters)
          if (key.scope !== scope) await tx.run(HOLD_TO_BILL, line.heldMicros, 0, 0, key.scope, key.window);
        const kept = JSON.stringify(line.counters.filter((key) => key.scope === scope));
        await tx.run(
          "UPDATE ledger_lines SET state = 'suspended', counters = ? WHERE job_id = ?",
          kept,
          jobId,
        );
      });
    },

    async release(jobId) {
      await sql.transaction('ledger', async (tx) => {
        const line = await lineOf(tx, jobId);
        if (line?.state !== 'held') return;
        for (const { scope, window } of line.counters)
          await tx.run(HOLD_TO_BILL, line.heldMicros, 0, 0, scope, window);
        await tx.run('DELETE FROM ledger_lines WHERE job_id = ?', jobId);
      });
    },

    held: async () =>
      z
        .array(heldRow)
        .parse(await sql.all(HELD))
        .map(({ jobId }) => jobId),

    ...readLines(sql),
  };
}

async function lineOf(on: Statements, jobId: string): Promise<z.infer<typeof lineRow> | undefined> {
  const [row] = await on.all(SELECT_LINE, jobId);
  return row === undefined ? undefined : lineRow.parse(row);
}

async function totalsOf(on: Statements, { scope, window }: LedgerKey): Promise<LedgerTotals> {
  const [row] = await on.all(SELECT_TOTALS, scope, window);
  return row === undefined
    ? { heldMicros: 0, settledMicros: 0, heldJobs: 0, settledJobs: 0 }
    : totalsRow.parse(row);
}

/** Named twice is moved once. */
function distinct(counters: readonly LedgerKey[]): LedgerKey[] {
  return [
    ...new Map(
      counters.map(({ scope, window }) => [JSON.stringify([scope, window]), { scope, window }]),
    ).values(),
  ];
}
