/** What the operator hears of several processes as a whole. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { differing, marksOf } from '../src/alike.ts';
import { readConfig } from '../src/config.ts';
import { createHealth } from '../src/core/health.ts';
import { followProcesses } from '../src/core/processes.ts';
import { clockState, queueState, watchQueues, watchSettings } from '../src/shared-watch.ts';
import { memoryKeyValueStore } from './fakes/shelf.ts';
import { silent } from './providers/subject.ts';

const KEY = 'a key that all share';
const marks = (env: NodeJS.ProcessEnv, key = KEY) => marksOf(readConfig(env), key);
const keysOf = (kind: 'S3' | 'AWS', key: string) => ({
  FILES_URL: 's3://bucket?endpoint=https://s3.example.com',
  [`${kind}_ACCESS_KEY_ID`]: key,
  [`${kind}_SECRET_ACCESS_KEY`]: `${key}, which nobody knows`,
});
const aProcess = (id: string) => ({
  id,
  host: `host of ${id}`,
  roles: [],
  holds: [],
  version: '1',
  startedAt: 0,
  seenMs: 0,
});

describe('the settings of two processes', () => {
  it.each([
    [{ JOBS_AT_ONCE: 'all=50' }, { JOBS_AT_ONCE: 'all=20' }, ['JOBS_AT_ONCE']],
    [{ JOBS_AT_ONCE: 'all=20' }, {}, []],
    [{ FAL_KEY: 'id:secret' }, {}, ['FAL_KEY']],
    [
      { OPERATORS: 'discord:10000000000000001,discord:10000000000000002' },
      { OPERATORS: 'discord:10000000000000002,discord:10000000000000001' },
      [],
    ],
    [{ BUDGET_USD_PER_DAY: '5', TIMEZONE: 'Europe/Berlin' }, {}, ['BUDGET_USD_PER_DAY', 'TIMEZONE']],
    [{ PORT: '8081', LOG_LEVEL: 'debug', DATA_DIR: '/elsewhere' }, {}, []],
    [keysOf('S3', 'one'), keysOf('S3', 'other'), []],
    [keysOf('AWS', 'one'), keysOf('AWS', 'other'), []],
  ])('are compared where they must be alike: %j and %j', (here, there, names) => {
    expect(differing(marks(here), marks(there)).sort()).toEqual(names);
  });

  it('say nothing but that where the key is not the same, by which alone they can be compared', () => {
    const other = marks({ BUDGET_USD_PER_DAY: '5' }, 'another key');
    expect(differing(marks({}), other)).toEqual(['SECRET_KEY']);
  });

  it('say nothing of what only one of them knows, which is of another version', () => {
    expect(differing({ ...marks({}), NEW: 'a' }, { ...marks({}), OLD: 'b' })).toEqual([]);
  });

  it('hold nothing of what they are', () => {
    expect(JSON.stringify(marks({ FAL_KEY: 'id:secret', PAGE_PASSWORD: 'password' }))).not.toMatch(
      /secret|password/,
    );
  });
});

describe('a process that has other settings', () => {
  it('is named at the others with these settings, until it is gone', async () => {
    const kv = memoryKeyValueStore();
    const health = createHealth(() => {});
    const state = () => health.all().find(({ name }) => name === 'settings');
    const here = watchSettings({ id: 'a', marks: marks({}) }, kv, { health, log: silent });
    const other = createHealth(() => {});
    const there = watchSettings({ id: 'b', marks: marks({ JOBS_AT_ONCE: 'all=50' }) }, kv, {
      health: other,
      log: silent,
    });
    const both = [aProcess('a'), aProcess('b')];
    // The other one has not said yet what it has.
    await here.look(both);
    expect(state()).toEqual({ name: 'settings', state: 'ok' });
    await there.look(both);
    await here.look(both);
    expect(state()).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining('JOBS_AT_ONCE at b on host of b'),
    });
    expect(other.all()).toMatchObject([{ state: 'degraded', reason: expect.stringContaining('at a on') }]);
    await there.end();
    await here.look([aProcess('a')]);
    expect(state()).toEqual({ name: 'settings', state: 'ok' });
  });
});

describe('the clock of a machine', () => {
  it.each([
    [9_000, 'ok'],
    [-9_000, 'ok'],
    [12_000, '12 s ahead of'],
    [-60_000, '60 s behind'],
  ])('is told of where it is apart from the database: by %i ms', (aheadMs, said) => {
    expect(JSON.stringify(clockState(aheadMs))).toContain(said);
  });

  it('is compared with each beat, and not for the time that the answer took', async () => {
    const clocks = { theirsAheadMs: 60_000 };
    const told: number[] = [];
    const processes = followProcesses({
      table: {
        say: async () => {
          const now = Date.now() + clocks.theirsAheadMs;
          await new Promise(setImmediate);
          return now;
        },
        all: async () => [],
        remove: async () => {},
      },
      facts: () => aProcess('a'),
      onBeat: (_alive, aheadMs) => void told.push(aheadMs),
      log: silent,
      everyMs: 1,
    });
    onTestFinished(() => processes.stop());
    await expect.poll(() => told.length).toBeGreaterThan(0);
    expect(clockState(told.at(-1) ?? 0)).toMatchObject({ state: 'degraded' });
    clocks.theirsAheadMs = 0;
    await expect.poll(() => told.at(-1)).toBe(0);
  });
});

describe('queues of due steps', () => {
  it('are told of where a step waits for long, with the lane', async () => {
    const health = createHealth(() => {});
    const late = { lane: 'discord', waiting: 3, oldestDueMs: 90_000 };
    onTestFinished(watchQueues(async () => [{ lane: 'worker', waiting: 9, oldestDueMs: 400 }, late], health));
    await expect
      .poll(() => health.all())
      .toEqual([{ name: 'queues', state: 'degraded', reason: 'a step that is due waits: discord for 90 s' }]);
  });

  it('are well where steps wait for their time', () => {
    expect(queueState([{ lane: 'worker', waiting: 10_000 }])).toEqual({ state: 'ok' });
  });
});
