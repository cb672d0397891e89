/**
 * The whole book under any order of events: many spaces on clocks of their own, members over and under their limits,
 * the true rules of src/core, processes that die, and a wall clock that jumps over every edge of a calendar.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Requester } from '../../src/core/job/job.ts';
import type { Ledger, LedgerKey, LedgerLine, Limit, LineRange } from '../../src/core/limits/ledger.ts';
import type { LimitRule } from '../../src/core/limits/limit-rules.ts';
import { countersOf, limitsOf, OPERATOR } from '../../src/core/limits/quota.ts';
import { usageOf } from '../../src/core/reports/usage.ts';
import { createLedger } from '../../src/store/ledger.ts';
import type { Database } from '../../src/store/sql.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { freshFolder } from '../fakes/folder.ts';
import { settle } from '../fakes/settings.ts';
import { memoryLedger } from '../fakes/store.ts';
import { quickDatabase } from './open.ts';

/** Just before: clocks going forward and back, the end of a month and a year, a leap day, the day that Apia skipped. */
const EDGES = [
  '2026-03-29T00:59:00Z',
  '2026-10-25T00:59:00Z',
  '2026-04-04T15:00:00Z',
  '2026-11-30T22:30:00Z',
  '2027-12-31T23:30:00Z',
  '2028-02-28T23:00:00Z',
  '2028-02-29T22:30:00Z',
  '2011-12-30T09:30:00Z',
].map((text) => Date.parse(text));
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kathmandu',
];
const HOUR = 3_600_000;
const JOBS = 30;

const limit = fc.oneof(
  fc.record({ unit: fc.constant('usd' as const), max: fc.integer({ min: 0, max: 3000 }) }),
  fc.record({ unit: fc.constant('jobs' as const), max: fc.integer({ min: 0, max: 6 }) }),
);
const rule: fc.Arbitrary<LimitRule> = fc
  .tuple(
    fc.constantFrom<LimitRule['who']>(
      { kind: 'space' },
      { kind: 'everyone' },
      { kind: 'channel', id: 'general' },
      { kind: 'member', id: 'discord:0' },
      { kind: 'role', id: 'crew' },
    ),
    fc.constantFrom('day' as const, 'month' as const),
    limit,
  )
  .map(([who, period, max]) => ({ who, period, ...max }));

const job = fc.integer({ min: 0, max: JOBS - 1 });
const hold = {
  job,
  micros: fc.integer({ min: 0, max: 900 }),
  space: fc.integer({ min: 0, max: 2 }),
  member: fc.integer({ min: 0, max: 2 }),
  channel: fc.constantFrom(undefined, 'general'),
  /** An admin lifts the limits of the space for this one job. */
  lifted: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
};
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('reserve' as const), ...hold }) },
  /** At another price, where the job holds something. */
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rehold' as const), ...hold }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      job,
      /** Of the hold, in hundredths: some bills are higher. Null frees it. */
      share: fc.option(fc.integer({ min: 0, max: 140 }), { freq: 4 }),
      provider: fc.constantFrom('fal', 'runpod'),
    }),
  },
  fc.record({ kind: fc.constant('suspend' as const), job }),
  fc.record({ kind: fc.constant('release' as const), job }),
  fc.record({ kind: fc.constant('crash' as const) }),
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: -3, max: 30 }) }),
  },
  fc.record({ kind: fc.constant('jump' as const), to: fc.constantFrom(...EDGES) }),
);
type LedgerAction = typeof act extends fc.Arbitrary<infer T> ? T : never;

const story = fc.record({
  acts: fc.array(act, { minLength: 30, maxLength: 80, size: 'max' }),
  spaces: fc.array(
    fc.record({ timeZone: fc.constantFrom(...ZONES), limits: fc.array(rule, { maxLength: 4 }) }),
    { minLength: 3, maxLength: 3 },
  ),
  operator: fc.record({
    unnamed: fc.constant((scope: string) => `${scope} unnamed`),
    timeZone: fc.constantFrom(...ZONES),
    operatorBudget: fc.record({
      day: fc.integer({ min: 1000, max: 5000 }),
      month: fc.integer({ min: 2000, max: 9000 }),
    }),
  }),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** What is known of a job beside the ledger, by hand: where it counts, and past which limits an admin let it. */
type KnownJob = {
  micros: number;
  windows: Set<string>;
  lifted: Set<string>;
  state: 'held' | 'suspended' | 'settled' | 'freed';
  bill: number;
};
const windowName = ({ scope, window }: LedgerKey) => `${scope} ${window}`;

/** Plays the story on ledgers that `open` gives anew after each crash, and checks every limit after every act. */
async function play({ acts, spaces, operator }: Story, open: () => Ledger) {
  let ledger = open();
  let now = Date.UTC(2026, 10, 21, 12);
  const limits = new Map<string, Limit>();
  const jobs = new Map<string, KnownJob>();
  const answers: unknown[] = [];
  const settings = spaces.map((own) => settle(own, { limits: [], timeZone: 'UTC' }));

  async function reserve({
    kind,
    job,
    micros,
    space,
    member,
    channel,
    lifted,
  }: Extract<LedgerAction, { kind: 'reserve' | 'rehold' }>) {
    const rules = settings[space];
    if (!rules) throw new Error('no such space');
    const requester: Requester = {
      platform: 'discord',
      spaceId: `discord:s${space}`,
      memberId: `discord:${member}`,
      ...(channel ? { channelId: channel } : {}),
      roles: member === 1 ? ['crew'] : [],
      target: {},
    };
    const counters = countersOf(requester, now, operator, rules);
    const all = limitsOf(requester, now, operator, rules);
    const checked = all.filter(({ scope }) => !lifted || scope === OPERATOR);
    for (const one of all) limits.set(`${windowName(one)} ${one.maxJobs === undefined}`, one);
    const { spaceId, memberId } = requester;
    const jobId = `web:${job}`;
    const hold = { jobId, micros, counters, limits: checked, at: now, provider: 'fal', seconds: 4 };
    const outcome = await ledger[kind]({ ...hold, memberId, spaceId }).catch(nameOf);
    answers.push(outcome);
    const isNew = kind === 'reserve' ? !jobs.has(jobId) : jobs.get(jobId)?.state === 'held';
    if (typeof outcome === 'string' || !outcome.ok || !isNew) return;
    jobs.set(jobId, {
      micros,
      windows: new Set(counters.map(windowName)),
      lifted: new Set(all.filter((one) => !checked.includes(one)).map(windowName)),
      state: 'held',
      bill: 0,
    });
  }

  async function bill(jobId: string, { share, provider }: Extract<LedgerAction, { kind: 'settle' }>) {
    const known = jobs.get(jobId);
    const micros = Math.floor(((known?.micros ?? 0) * (share ?? 0)) / 100);
    const asked = { micros, counts: share !== null, provider, at: now };
    answers.push(await ledger.settle(jobId, asked).catch(nameOf));
    // A second bill, whatever it says, comes too late.
    await ledger.settle(jobId, { ...asked, micros: micros + 1, counts: true }).catch(nameOf);
    if (known?.state === 'held' || known?.state === 'suspended')
      jobs.set(jobId, { ...known, state: asked.counts ? 'settled' : 'freed', bill: micros });
  }

  async function suspend(jobId: string) {
    answers.push(await ledger.suspend(jobId, OPERATOR).catch(nameOf));
    const known = jobs.get(jobId);
    if (known?.state !== 'held') return;
    const windows = new Set([...known.windows].filter((name) => name.startsWith(OPERATOR)));
    jobs.set(jobId, { ...known, state: 'suspended', windows });
  }

  async function release(jobId: string) {
    await ledger.release(jobId);
    if (jobs.get(jobId)?.state === 'held') jobs.delete(jobId);
  }

  async function check() {
    for (const one of limits.values()) {
      const counted = [...jobs.values()].filter(
        ({ windows, state }) => windows.has(windowName(one)) && state !== 'freed',
      );
      const { heldMicros, settledMicros, heldJobs, settledJobs } = await ledger.totals(one);
      const stands = counted.map(({ state, micros, bill }) => (state === 'settled' ? bill : micros));
      expect([heldMicros + settledMicros, heldJobs + settledJobs]).toEqual([sum(stands), counted.length]);
      // What an admin let past and what a bill was above its quote is all that may stand above the limit.
      const within = counted.filter(({ lifted }) => !lifted.has(windowName(one)));
      const quoted = within.map(({ state, micros, bill }) =>
        state === 'settled' ? Math.min(bill, micros) : micros,
      );
      expect(sum(quoted)).toBeLessThanOrEqual(one.maxMicros ?? Number.POSITIVE_INFINITY);
      expect(within.length).toBeLessThanOrEqual(one.maxJobs ?? Number.POSITIVE_INFINITY);
    }
  }

  /** Mostly one of those that were ever held; else there would be little to settle. */
  const heldOnce = ({ job }: { job: number }) => [...jobs.keys()][job % (jobs.size + 1)] ?? `web:${job}`;

  for (const one of acts) {
    if (one.kind === 'reserve') await reserve(one);
    else if (one.kind === 'rehold') await reserve({ ...one, job: Number(heldOnce(one).slice(4)) });
    else if (one.kind === 'settle') await bill(heldOnce(one), one);
    else if (one.kind === 'suspend') await suspend(heldOnce(one));
    else if (one.kind === 'release') await release(heldOnce(one));
    else if (one.kind === 'crash') ledger = open();
    else now = one.kind === 'jump' ? one.to : now + one.hours * HOUR;
    await check();
  }
  return { answers, totals: await Promise.all([...limits.values()].map(ledger.totals)), ledger };
}

const nameOf = (error: Error) => error.name;
const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);

const ALWAYS = { from: 0, to: Number.MAX_SAFE_INTEGER };
async function linesOf(ledger: Ledger, range: LineRange = ALWAYS): Promise<LedgerLine[]> {
  const lines: LedgerLine[] = [];
  for await (const page of ledger.lines(range)) lines.push(...page);
  return lines;
}
/** Counters that stand at something; one that came back to nothing is as good as none. */
const countersIn = (db: Database) =>
  db.all(
    `SELECT scope, "window", held_micros, settled_micros, held_jobs, settled_jobs FROM ledger_counters
     WHERE held_micros + settled_micros + held_jobs + settled_jobs > 0 ORDER BY scope, "window"`,
  );

/** A book written anew, line by line, from what stands in another one. */
async function replayed(db: Database): Promise<Database> {
  const fresh = quickDatabase();
  const ledger = createLedger(fresh);
  const rows = (await db.all('SELECT job_id AS id, counters FROM ledger_lines')) as {
    id: string;
    counters: string;
  }[];
  const counters = new Map(rows.map((row) => [row.id, JSON.parse(row.counters)]));
  for (const line of await linesOf(createLedger(db))) {
    const { jobId, heldMicros: micros, heldAt: at, memberId, spaceId, provider, seconds = 0 } = line;
    const moved = { counters: counters.get(jobId), limits: [] };
    await ledger.reserve({ jobId, micros, at, memberId, spaceId, provider, seconds, ...moved });
    if (line.state === 'suspended') await ledger.suspend(jobId, OPERATOR);
    if (line.state === 'settled')
      await ledger.settle(jobId, { micros: line.billMicros, counts: true, provider, at: line.endedAt });
    if (line.state === 'freed')
      await ledger.settle(jobId, { micros: 0, counts: false, provider, at: line.endedAt });
  }
  return fresh;
}

describe('the ledger, whatever happens', () => {
  it('keeps every limit but for lifted ones and overruns, and its lines rebuild its counters', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        const dataDir = freshFolder();
        let db: Database | undefined;
        const open = () => {
          void db?.close();
          db = openDatabase(dataDir);
          void db.all('PRAGMA synchronous = OFF');
          return createLedger(db);
        };
        const { answers, totals, ledger } = await play(told, open);
        if (!db) throw new Error('nothing was opened');

        // The same story without a disk and without a crash comes to the same.
        const inMemory = memoryLedger();
        const other = await play(told, () => inMemory);
        expect([answers, totals]).toEqual([other.answers, other.totals]);
        expect(await linesOf(ledger)).toEqual(await linesOf(inMemory));

        const again = await replayed(db);
        expect(await countersIn(again)).toEqual(await countersIn(db));
        expect(await linesOf(createLedger(again))).toEqual(await linesOf(ledger));
        await again.close();

        // A report sees every line once: however it is cut, it sums up to what the lines say.
        const range = { from: Date.UTC(2026, 2, 28), to: Date.UTC(2026, 11, 2) };
        const usage = await usageOf(ledger, { period: 'month', ...range, timeZone: told.operator.timeZone });
        const billed = (await linesOf(ledger, range)).flatMap((line) =>
          line.state === 'settled' ? line.billMicros : [],
        );
        for (const part of [[usage.totals], usage.days, usage.members, usage.providers, usage.spaces])
          expect([sum(part.map(({ micros }) => micros)), sum(part.map(({ jobs }) => jobs))]).toEqual([
            sum(billed),
            billed.length,
          ]);
        await db.close();
      }),
      { numRuns: 15 },
    );
  });
});
