import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Ledger, LedgerKey } from '../../src/core/limits/ledger.ts';
import { StoreClosed } from '../../src/store/errors.ts';
import { createLedger } from '../../src/store/ledger.ts';
import type { Database } from '../../src/store/sql.ts';
import { aHold, ledgerContract, SPACE_DAY } from '../contracts/ledger.ts';
import { freshFolder } from '../fakes/folder.ts';
import { memoryLedger } from '../fakes/store.ts';
import { postgresOfFile } from '../postgres/open.ts';
import { startChild } from './children/start.ts';
import { bothDatabases, freshDatabase, quickDatabase } from './open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

for (const { name, need, database } of bothDatabases(postgres))
  describe(`on ${name}`, need, () => {
    ledgerContract('the ledger', async () => createLedger(await database()));
  });

describe('any order of holds and bills', () => {
  const scopes = fc.integer({ min: 0, max: 2 });
  const reserve = fc.record({
    kind: fc.constant('reserve' as const),
    job: fc.integer({ min: 0, max: 9 }),
    micros: fc.integer({ min: 0, max: 600 }),
    scopes: fc.uniqueArray(scopes, { minLength: 1 }),
  });
  const settle = fc.record({
    kind: fc.constant('settle' as const),
    job: fc.integer({ min: 0, max: 9 }),
    /** Of the hold: the bill. Null frees it. */
    share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  });
  type Act =
    | { kind: 'reserve'; job: number; micros: number; scopes: number[] }
    | { kind: 'settle'; job: number; share: number | null };
  const acts: fc.Arbitrary<Act[]> = fc.array(fc.oneof(reserve, settle), { maxLength: 40 });
  const limitsArb = fc.array(
    fc.record({ maxMicros: fc.integer({ min: 0, max: 2000 }), maxJobs: fc.integer({ min: 0, max: 6 }) }),
    { minLength: 3, maxLength: 3 },
  );

  /** Plays the acts, each twice in a row, and gives what every call answered and every counter's end. */
  async function play(
    ledger: Ledger,
    run: string,
    list: Act[],
    limits: { maxMicros: number; maxJobs: number }[],
  ) {
    const keys: LedgerKey[] = limits.map((_, i) => ({ scope: `${run}:${i}`, window: 'day' }));
    const held = new Map<number, number>();
    const answers: unknown[] = [];
    for (const act of list) {
      const jobId = `${run}:${act.job}`;
      for (const repeat of [false, true]) {
        const before = repeat ? await Promise.all(keys.map((key) => ledger.totals(key))) : [];
        if (act.kind === 'reserve') {
          const counters = act.scopes.flatMap((i) => keys[i] ?? []);
          const standing = act.scopes.flatMap((i) => {
            const [key, limit] = [keys[i], limits[i]];
            return key && limit ? [{ ...key, ...limit, resetsAt: 0 }] : [];
          });
          const outcome = await ledger.reserve(
            aHold({ jobId, micros: act.micros, counters, limits: standing }),
          );
          if (outcome.ok && !held.has(act.job)) held.set(act.job, act.micros);
          answers.push(outcome);
        } else {
          const micros = Math.floor((held.get(act.job) ?? 0) * (act.share ?? 0));
          const bill = { micros, counts: act.share !== null, provider: 'fal', at: 1 };
          answers.push(await ledger.settle(jobId, bill).catch((error: Error) => error.name));
        }
        if (repeat) expect(await Promise.all(keys.map((key) => ledger.totals(key)))).toEqual(before);
      }
      for (const [i, key] of keys.entries()) {
        const { heldMicros, settledMicros, heldJobs, settledJobs } = await ledger.totals(key);
        expect(heldMicros + settledMicros).toBeLessThanOrEqual(limits[i]?.maxMicros ?? -1);
        expect(heldJobs + settledJobs).toBeLessThanOrEqual(limits[i]?.maxJobs ?? -1);
      }
    }
    return { answers, totals: await Promise.all(keys.map((key) => ledger.totals(key))) };
  }

  it('never passes a limit, changes nothing when repeated, and adds up line by line', async () => {
    const db = quickDatabase();
    const ledger = createLedger(db);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(acts, limitsArb, async (list, limits) => {
        run += 1;
        const played = await play(ledger, `run${run}`, list, limits);
        expect(played).toEqual(await play(memoryLedger(), `run${run}`, list, limits));
        expect(await countersOf(db, `run${run}:`)).toEqual(await sumOfLines(db, `run${run}:`));
      }),
      { numRuns: 100 },
    );
  });
});

const countersOf = (db: Database, prefix: string) =>
  db.all(
    `SELECT scope, "window", held_micros, settled_micros, held_jobs, settled_jobs FROM ledger_counters
     WHERE scope GLOB ? ORDER BY scope, "window"`,
    `${prefix}*`,
  );

const sumOfLines = (db: Database, prefix: string) =>
  db.all(
    `SELECT counter.value ->> 'scope' AS scope, counter.value ->> 'window' AS "window",
       sum(iif(state = 'held', held_micros, 0)) AS held_micros,
       sum(settled_micros) AS settled_micros,
       sum(state = 'held') AS held_jobs,
       sum(state = 'settled') AS settled_jobs
     FROM ledger_lines, json_each(counters) AS counter
     WHERE job_id GLOB ? GROUP BY 1, 2 ORDER BY 1, 2`,
    `${prefix}*`,
  );

describe('the ledger on SQLite', () => {
  it('lets exactly two of many holds of $0.42 pass a limit of $1.00 when three processes try at once', async () => {
    const dataDir = freshFolder();
    const children = ['a', 'b', 'c'].map((name) => startChild('reserve.ts', dataDir, name));
    for (const child of children) await child.line();
    for (const child of children) child.tell('go');
    const outcomes = (await Promise.all(children.map((child) => child.rest()))).flat();
    expect(outcomes).toHaveLength(21);
    expect(outcomes.filter((line) => line === 'ok')).toHaveLength(2);
    const ledger = createLedger(freshDatabase(dataDir));
    expect(await ledger.totals(SPACE_DAY)).toMatchObject({ heldMicros: 840_000, heldJobs: 2 });
  });

  it('changes nothing when the disk fails in the middle of a hold', async () => {
    const db = freshDatabase();
    const ledger = createLedger(db);
    await ledger.reserve(aHold());
    const before = await ledger.totals(SPACE_DAY);
    await db.run(
      `CREATE TRIGGER broken BEFORE UPDATE ON ledger_counters WHEN new.scope LIKE 'member:%'
       BEGIN SELECT raise(ABORT, 'the disk says no'); END`,
    );
    await expect(ledger.reserve(aHold({ jobId: 'web:2' }))).rejects.toThrow('the disk says no');
    await expect(
      ledger.settle('web:1', { micros: 1, counts: true, provider: 'fal', at: 1 }),
    ).rejects.toThrow();
    expect(await ledger.totals(SPACE_DAY)).toEqual(before);
    await db.run('DROP TRIGGER broken');
    await ledger.settle('web:1', { micros: 1, counts: true, provider: 'fal', at: 1 });
    expect(await ledger.totals(SPACE_DAY)).toMatchObject({ heldMicros: 0, settledMicros: 1 });
  });

  it('rejects everything once the store is closed', async () => {
    const db = freshDatabase();
    const ledger = createLedger(db);
    db.close();
    await expect(ledger.reserve(aHold())).rejects.toThrow(StoreClosed);
    await expect(ledger.totals(SPACE_DAY)).rejects.toThrow(StoreClosed);
  });
});
