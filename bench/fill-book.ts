/** A book as a busy year would leave it, written in bulk: filling it call by call would take an hour of commits. */
import type { HoldRequest } from '../src/core/limits/ledger.ts';
import type { Sql } from '../src/store/sql.ts';
import { openDatabase } from '../src/store/sqlite.ts';

const AT_ONCE = 50_000;
export const BILL_MICROS = 300_000;

/** Writes `count` settled lines and the counters that they add up to. */
export async function fillBook(
  dataDir: string,
  count: number,
  holdOf: (i: number) => HoldRequest,
): Promise<void> {
  const db = openDatabase(dataDir);
  await db.all('PRAGMA synchronous = OFF');
  const line = `INSERT INTO ledger_lines (job_id, state, held_micros, settled_micros, counters, provider, member_id,
    space_id, held_at, settled_at, seconds) VALUES (?, 'settled', ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const jobs = new Map<string, number>();
  for (let from = 0; from < count; from += AT_ONCE) {
    await db.transaction('ledger', async (tx) => {
      for (let i = from; i < Math.min(count, from + AT_ONCE); i += 1) {
        const { jobId, micros, counters, provider, memberId, spaceId, at, seconds } = holdOf(i);
        const moved = JSON.stringify(counters);
        const who = [provider, memberId, spaceId];
        await tx.run(line, jobId, micros, BILL_MICROS, moved, ...who, at, at + 60_000, seconds);
        for (const { scope, window } of counters) {
          const key = JSON.stringify([scope, window]);
          jobs.set(key, (jobs.get(key) ?? 0) + 1);
        }
      }
    });
  }
  await fillCounters(db, jobs);
  await db.close();
}

async function fillCounters(sql: Sql, jobs: ReadonlyMap<string, number>): Promise<void> {
  const counter = 'INSERT INTO ledger_counters VALUES (?, ?, 0, ?, 0, ?)';
  await sql.transaction('ledger', async (tx) => {
    for (const [key, many] of jobs) {
      const [scope, window]: [string, string] = JSON.parse(key);
      await tx.run(counter, scope, window, many * BILL_MICROS, many);
    }
  });
}
