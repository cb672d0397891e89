import { describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.ts';
import type { Caller } from '../../src/core/limits/access.ts';
import type { HoldRequest } from '../../src/core/limits/ledger.ts';
import { type ReportPeriod, reportRange, usageOf } from '../../src/core/reports/usage.ts';
import { memoryLedger } from '../fakes/store.ts';
import { createWorld, MEMBER } from '../fakes/world.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString().replace(':00.000Z', 'Z');
const BERLIN = 'Europe/Berlin';
const NOTHING = {
  jobs: 0,
  micros: 0,
  seconds: 0,
  heldJobs: 0,
  heldMicros: 0,
  suspendedJobs: 0,
  suspendedMicros: 0,
};

describe('the days of a report', () => {
  it.each([
    ['day', '2026-11-21T12:00Z', 'UTC', '2026-11-21T00:00Z', '2026-11-22T00:00Z'],
    ['day', '2026-10-25T12:00Z', BERLIN, '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
    ['week', '2026-11-21T12:00Z', 'UTC', '2026-11-15T00:00Z', '2026-11-22T00:00Z'],
    ['week', '2026-03-31T12:00Z', BERLIN, '2026-03-24T23:00Z', '2026-03-31T22:00Z'],
    ['month', '2026-11-21T12:00Z', 'UTC', '2026-11-01T00:00Z', '2026-11-22T00:00Z'],
    ['month', '2028-02-29T23:30Z', 'UTC', '2028-02-01T00:00Z', '2028-03-01T00:00Z'],
    ['month', '2028-02-29T23:30Z', BERLIN, '2028-02-29T23:00Z', '2028-03-01T23:00Z'],
    ['last-month', '2026-11-21T12:00Z', BERLIN, '2026-09-30T22:00Z', '2026-10-31T23:00Z'],
    ['last-month', '2028-01-01T00:00Z', 'UTC', '2027-12-01T00:00Z', '2028-01-01T00:00Z'],
  ] as const)('of the %s at %s in %s are right', (period: ReportPeriod, now, zone, from, to) => {
    const range = reportRange(period, at(now), zone);
    expect([iso(range.from), iso(range.to)]).toEqual([from, to]);
  });
});

/** A book with one job for each entry: held then, and what became of it. */
async function book(...entries: (Partial<HoldRequest> & { on: string; end?: number | 'freed' | 'lost' })[]) {
  const ledger = memoryLedger();
  for (const [i, { on, end, ...over }] of entries.entries()) {
    const jobId = `web:${i}`;
    const hold = { micros: 100, counters: [], limits: [], memberId: 'm', spaceId: 's', provider: 'fal' };
    await ledger.reserve({ ...hold, jobId, at: at(on), seconds: 4, ...over });
    const bill = { provider: over.provider ?? 'fal', at: at(on) + 1000 };
    if (typeof end === 'number') await ledger.settle(jobId, { ...bill, micros: end, counts: true });
    if (end === 'freed') await ledger.settle(jobId, { ...bill, micros: 0, counts: false });
    if (end === 'lost') await ledger.suspend(jobId, 'operator');
  }
  return ledger;
}

const scope = (from: string, to: string, timeZone = 'UTC') => ({
  period: 'month' as const,
  from: at(from),
  to: at(to),
  timeZone,
});

describe('what was spent', () => {
  it('is told by day, with days of 25 hours and days without a job', async () => {
    const ledger = await book(
      { on: '2026-10-24T22:00Z', end: 70 },
      { on: '2026-10-25T22:59Z', end: 80, provider: 'runpod' },
      { on: '2026-10-25T23:00Z', end: 5 },
      { on: '2026-10-27T22:59Z', end: 1 },
      { on: '2026-10-27T23:00Z', end: 99 },
    );
    const { days } = await usageOf(ledger, scope('2026-10-24T22:00Z', '2026-10-27T23:00Z', BERLIN));
    expect(days.map(({ day, micros, spent }) => [day, micros, spent])).toEqual([
      ['2026-10-25', 150, { fal: 70, runpod: 80 }],
      ['2026-10-26', 5, { fal: 5 }],
      ['2026-10-27', 1, { fal: 1 }],
    ]);
  });

  it('is summed by member, provider and space, the most first, and leaves out what came to nothing', async () => {
    const ledger = await book(
      { on: '2026-11-01T01:00Z', end: 10, memberId: 'a' },
      { on: '2026-11-01T02:00Z', end: 50, memberId: 'b', spaceId: 't', provider: 'runpod' },
      { on: '2026-11-02T02:00Z', end: 20, memberId: 'a' },
      { on: '2026-11-02T03:00Z', end: 'freed', memberId: 'c' },
      { on: '2026-11-02T04:00Z', memberId: 'd', seconds: 9 },
      { on: '2026-11-02T05:00Z', end: 'lost', memberId: 'e' },
    );
    const usage = await usageOf(ledger, scope('2026-11-01T00:00Z', '2026-11-03T00:00Z'));
    const totals = { jobs: 3, micros: 80, seconds: 12, heldJobs: 1, heldMicros: 100 };
    expect(usage.totals).toEqual({ ...NOTHING, ...totals, suspendedJobs: 1, suspendedMicros: 100 });
    expect(usage.members.map(({ id, jobs, micros }) => [id, jobs, micros])).toEqual([
      ['b', 1, 50],
      ['a', 2, 30],
      ['d', 0, 0],
      ['e', 0, 0],
    ]);
    expect(usage.providers.map(({ id, micros }) => [id, micros])).toEqual([
      ['runpod', 50],
      ['fal', 30],
    ]);
    expect(usage.spaces.map(({ id, micros }) => [id, micros])).toEqual([
      ['t', 50],
      ['s', 30],
    ]);
  });

  it('of one space is its own lines alone', async () => {
    const ledger = await book(
      { on: '2026-11-01T01:00Z', end: 10 },
      { on: '2026-11-01T02:00Z', end: 50, spaceId: 't' },
    );
    const usage = await usageOf(ledger, { ...scope('2026-11-01T00:00Z', '2026-11-02T00:00Z'), spaceId: 't' });
    expect([usage.totals.micros, usage.days[0]?.micros, usage.spaces.length]).toEqual([50, 50, 1]);
  });

  it('is zero where there were no jobs', async () => {
    const usage = await usageOf(memoryLedger(), scope('2026-11-01T00:00Z', '2026-11-02T00:00Z'));
    expect(usage.totals).toEqual(NOTHING);
    expect(usage.days).toEqual([{ day: '2026-11-01', ...NOTHING, spent: {} }]);
  });
});

describe('the clock of a report', () => {
  it("is the space's own, and the operator's over all spaces", async () => {
    const { core, ctx } = createWorld().boot();
    const zone = 'Pacific/Auckland';
    await ctx.settings.change('discord:10', 'discord:1', 'timezone', { zone });
    const own = await core.reports.usage('day', 'discord:10');
    expect([own.timeZone, own.days.map(({ day }) => day)]).toEqual([zone, ['2026-11-22']]);
    const all = await core.reports.usage('day');
    expect([all.timeZone, all.days.map(({ day }) => day)]).toEqual(['UTC', ['2026-11-21']]);
  });
});

describe('/usage', () => {
  const ADMIN: Caller = { ...MEMBER, standing: { moderator: true, private: false } };
  const HERE = MEMBER.requester.spaceId;
  async function ask(caller: Caller, options: { period?: string } = {}, operators = new Set<string>()) {
    const world = createWorld({ access: { operators } });
    const { core } = world.boot();
    const hold = { micros: 100, counters: [], limits: [], memberId: 'm', provider: 'fal', seconds: 4 };
    for (const [i, spaceId] of [HERE, 'discord:99'].entries())
      await world.disk.ledger.reserve({ ...hold, jobId: `web:${i}`, spaceId, at: world.time.now });
    return commands.usage.execute({ id: 'x', ...caller, options, files: {} }, core);
  }

  it('shows an admin the own space, this month where no period is named', async () => {
    const usage = { spaceId: HERE, period: 'month', totals: { heldJobs: 1 } };
    expect(await ask(ADMIN)).toMatchObject({ value: usage });
    expect(await ask(ADMIN, { period: 'day' })).toMatchObject({ value: { spaceId: HERE, period: 'day' } });
  });

  it('shows everything to an operator in private, and the space where one asks there', async () => {
    const operators = new Set([MEMBER.requester.memberId]);
    const alone: Caller = { ...MEMBER, standing: { moderator: false, private: true } };
    const all = await ask(alone, {}, operators);
    expect(all).toMatchObject({ value: { period: 'month', totals: { heldJobs: 2 } } });
    expect(all).not.toHaveProperty('value.spaceId');
    expect(await ask(MEMBER, {}, operators)).toMatchObject({ value: { spaceId: HERE } });
  });

  it('shows nothing to anybody else', async () => {
    expect(await ask(MEMBER)).toMatchObject({ ok: false, refusal: { why: 'admins-only' } });
    const admin: Caller = { ...MEMBER, standing: { moderator: true, private: true } };
    expect(await ask(admin)).toMatchObject({ ok: false, refusal: { why: 'in-private' } });
  });

  it('names the periods that there are', async () => {
    const allowed = ['day', 'week', 'month', 'last-month'];
    expect(await ask(ADMIN, { period: 'year' })).toMatchObject({
      refusal: { code: 'bad-option', option: 'period', allowed },
    });
  });
});
