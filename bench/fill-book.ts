/** A book as a busy year would leave it, written in bulk: filling it call by call would take an hour of commits. */
import type { HoldRequest } from '../src/core/limits/ledger.ts';
import { type Database, openDatabase } from '../src/store/sqlite.ts';

const AT_ONCE = 50_000;
export const BILL_MICROS = 300_000;

/** Writes `count` settled lines and the counters that they add up to. */
export function fillBook(dataDir: string, count: number, holdOf: (i: number) => HoldRequest): void {
  const db = openDatabase(dataDir);
  db.prepare('PRAGMA synchronous = OFF').get();
  const line = db.prepare(
    `INSERT INTO ledger_lines (job_id, state, held_micros, settled_micros, counters, provider, member_id, space_id,
       held_at, settled_at, seconds) VALUES (?, 'settled', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const jobs = new Map<string, number>();
  for (let from = 0; from < count; from += AT_ONCE) {
    db.transaction(() => {
      for (let i = from; i < Math.min(count, from + AT_ONCE); i += 1) {
        const { jobId, micros, counters, provider, memberId, spaceId, at, seconds } = holdOf(i);
        const moved = JSON.stringify(counters);
        line.run(jobId, micros, BILL_MICROS, moved, provider, memberId, spaceId, at, at + 60_000, seconds);
        for (const { scope, window } of counters) {
          const key = JSON.stringify([scope, window]);
          jobs.set(key, (jobs.get(key) ?? 0) + 1);
        }
      }
    });
  }
  fillCounters(db, jobs);
  db.close();
}

function fillCounters(db: Database, jobs: ReadonlyMap<string, number>): void {
  const counter = db.prepare('INSERT INTO ledger_counters VALUES (?, ?, 0, ?, 0, ?)');
  db.transaction(() => {
    for (const [key, many] of jobs) {
      const [scope, window]: [string, string] = JSON.parse(key);
      counter.run(scope, window, many * BILL_MICROS, many);
    }
  });
}
