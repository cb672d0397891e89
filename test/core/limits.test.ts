import { describe, expect, it } from 'vitest';
import type { Requester } from '../../src/core/job/job.ts';
import { roomUnder } from '../../src/core/limits/hold.ts';
import type { Grant, LimitRule, LimitTarget } from '../../src/core/limits/limit-rules.ts';
import { kindOfLimit, limitsOf } from '../../src/core/limits/quota.ts';
import { settle } from '../fakes/settings.ts';
import { CHAT_EVENT, CHOICES, createJob, createWorld, UPLOADS } from '../fakes/world.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const LATER = NOW + 86_400_000;
const ASKED: Requester = {
  platform: 'discord',
  spaceId: 'discord:1',
  memberId: 'discord:2',
  channelId: 'general',
  roles: ['boss', 'crew'],
  target: {},
};
const BUDGET = {
  operatorBudget: { day: 20_000_000, month: 200_000_000 },
  timeZone: 'UTC',
  unnamed: (scope: string) => scope,
};

const jobs = (who: LimitTarget, max: number | 'off', period: 'day' | 'month' = 'day'): LimitRule => ({
  who,
  period,
  unit: 'jobs',
  max,
});
const usd = (who: LimitTarget, max: number | 'off', period: 'day' | 'month' = 'day'): LimitRule => ({
  who,
  period,
  unit: 'usd',
  max,
});
const SPACE: LimitTarget = { kind: 'space' };
const EVERYONE: LimitTarget = { kind: 'everyone' };
const CHANNEL: LimitTarget = { kind: 'channel', id: 'general' };
const ME: LimitTarget = { kind: 'member', id: 'discord:2' };
const BOSS: LimitTarget = { kind: 'role', id: 'boss' };
const CREW: LimitTarget = { kind: 'role', id: 'crew' };

type Case = { name: string; given?: LimitRule[]; own?: LimitRule[]; grants?: Grant[]; holds: string[] };

/** What holds, beside the operator's budget, which always does. */
const CASES: Case[] = [
  { name: 'nothing set', holds: [] },
  {
    name: "the operator's defaults",
    given: [usd(SPACE, 5), jobs(EVERYONE, 3)],
    holds: ['space day $5', 'member day 3'],
  },
  {
    name: 'a rule of the space in the place of a default',
    given: [jobs(EVERYONE, 3)],
    own: [jobs(EVERYONE, 9)],
    holds: ['member day 9'],
  },
  {
    name: '"no limit" in the place of a default',
    given: [jobs(EVERYONE, 3)],
    own: [jobs(EVERYONE, 'off')],
    holds: [],
  },
  {
    name: 'another period beside a default',
    given: [jobs(EVERYONE, 3)],
    own: [jobs(EVERYONE, 9, 'month')],
    holds: ['member day 3', 'member month 9'],
  },
  {
    name: 'dollars beside jobs',
    own: [jobs(EVERYONE, 3), usd(EVERYONE, 2)],
    holds: ['member day $2', 'member day 3'],
  },
  { name: 'a role before everyone', own: [jobs(EVERYONE, 3), jobs(CREW, 10)], holds: ['member day 10'] },
  { name: 'the highest role among roles', own: [jobs(CREW, 10), jobs(BOSS, 1)], holds: ['member day 1'] },
  { name: 'the member before the roles', own: [jobs(BOSS, 10), jobs(ME, 2)], holds: ['member day 2'] },
  { name: 'no limit for the member, said aloud', own: [jobs(BOSS, 10), jobs(ME, 'off')], holds: [] },
  { name: 'a role that the member has not', own: [jobs({ kind: 'role', id: 'guest' }, 1)], holds: [] },
  {
    name: 'the channel and the space together',
    own: [usd(SPACE, 5), usd(CHANNEL, 1)],
    holds: ['space day $5', 'channel day $1'],
  },
  { name: 'another channel', own: [usd({ kind: 'channel', id: 'memes' }, 1)], holds: [] },
  {
    name: 'a grant on top',
    own: [jobs(EVERYONE, 3)],
    grants: [{ who: ME, unit: 'jobs', max: 2, until: LATER }],
    holds: ['member day 5'],
  },
  {
    name: 'grants to roles add up',
    own: [jobs(EVERYONE, 3)],
    grants: [
      { who: BOSS, unit: 'jobs', max: 2, until: LATER },
      { who: CREW, unit: 'jobs', max: 4, until: LATER },
    ],
    holds: ['member day 9'],
  },
  {
    name: 'a grant that has run out',
    own: [jobs(EVERYONE, 3)],
    grants: [{ who: ME, unit: 'jobs', max: 2, until: NOW }],
    holds: ['member day 3'],
  },
  {
    name: 'a grant of the other unit',
    own: [jobs(EVERYONE, 3)],
    grants: [{ who: ME, unit: 'usd', max: 2_000_000, until: LATER }],
    holds: ['member day 3'],
  },
];

function inForce({ given = [], own = [], grants = [] }: Case, asked: Requester = ASKED): string[] {
  const space = settle({ limits: own, grants }, { limits: given, timeZone: 'UTC' });
  return limitsOf(asked, NOW, BUDGET, space).map((limit) => {
    const { scope, period } = kindOfLimit(limit);
    return `${scope} ${period} ${limit.maxJobs ?? `$${limit.maxMicros}`}`;
  });
}

describe('the limits in force', () => {
  it.each(CASES)('are right for $name', (one) => {
    const holding = inForce(one);
    expect(holding.filter((text) => text.startsWith('operator'))).toHaveLength(2);
    expect(holding.filter((text) => !text.startsWith('operator')).sort()).toEqual([...one.holds].sort());
  });

  it("are the operator's alone on the page", () => {
    const asked = { ...ASKED, platform: 'web' as const };
    expect(inForce({ name: '', given: [usd(SPACE, 5)], holds: [] }, asked)).toEqual([
      'operator day $20000000',
      'operator month $200000000',
    ]);
  });

  it("go by the wall clock of the space, and the budget by the operator's", () => {
    const space = settle(
      { timeZone: 'Pacific/Auckland', limits: [usd(SPACE, 5)] },
      { limits: [], timeZone: 'UTC' },
    );
    const windows = limitsOf(ASKED, NOW, BUDGET, space).map(({ scope, window }) => `${scope} ${window}`);
    expect(windows).toContain('operator day:2026-11-21');
    expect(windows).toContain('space:discord:1 day:2026-11-22');
  });
});

describe('room under a limit of dollars', () => {
  const used = { heldMicros: 0, settledMicros: 1_500_000, heldJobs: 0, settledJobs: 1 };
  const limit = { scope: 'space:a', window: 'day:2026-11-21', maxMicros: 1_000_000, resetsAt: 0 };

  it('is always there for what is free, also where a bill came out higher than its hold', () => {
    expect(roomUnder(limit, used, 0)).toBeUndefined();
    expect(roomUnder(limit, used, 1)).toMatchObject({ leftMicros: 0 });
  });
});

describe('a job whose space changes its time zone while it runs', () => {
  it('stays in the day in which its price was held, and leaves no hold behind', async () => {
    const world = createWorld();
    const life = world.boot();
    await life.jobs.recover();
    await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
    const zone = 'Pacific/Auckland';
    await life.ctx.settings.change('discord:10', 'discord:1', 'timezone', { zone });
    await life.scheduler.runAll();
    const on = (day: string) => world.disk.ledger.totals({ scope: 'space:discord:10', window: `day:${day}` });
    expect(await on('2026-11-21')).toMatchObject({ heldJobs: 0, settledJobs: 1 });
    expect(await on('2026-11-22')).toMatchObject({ heldJobs: 0, settledJobs: 0 });
    // The next one is of the new day.
    await createJob(life.intake, { ...CHAT_EVENT, id: 'discord:901' }, UPLOADS, CHOICES);
    expect(await on('2026-11-22')).toMatchObject({ heldJobs: 1 });
  });
});
