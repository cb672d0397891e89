/** Many jobs at once while everything around them fails now and then: nothing is left behind. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LONG_TEST_MS, TEST_MS } from '../timeouts.ts';
import { LONG, tell } from './board.ts';
import { passDeadline, WITH_DEADLINE, wrongInAll } from './ending.ts';
import type { Memory } from './hooks/memory.ts';
import type { ProviderName } from './provider.ts';
import { readRecord, until } from './record.ts';
import { type Stage, startStage } from './stage.ts';
import { leftOver } from './stray.ts';

const JOBS = LONG ? Number(process.env.STRUT_SOAK_JOBS ?? 2_000) : 100;
/** The long one goes on until as much time has passed as well. */
const SOAK_MS = LONG ? Number(process.env.STRUT_SOAK_MINUTES ?? 60) * 60_000 : 0;
const AT_ONCE = 20;
/** Memory is measured with nothing under way, after each part of the jobs. */
const PARTS = LONG ? 4 : 1;
/** Of all requests to the provider, so many go wrong. */
const SHARE = 0.08;
/** After so many jobs that have ended, more or less, the process is killed. */
const KILL_EVERY = LONG ? 50 : 12;
/** Memory is measured in a process that lives on: it takes about a thousand jobs until all that it keeps at hand is full. */
const KILLS_UNTIL = LONG ? 0.25 : 0.5;
const SEED = Number(process.env.STRUT_SOAK_SEED ?? 7);

/** Mulberry32: the same faults for the same seed, as far as the order of requests is the same. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const HOW = [
  'cut',
  'lose-answer',
  { status: 500, json: {} },
  { status: 429, json: {}, headers: { 'retry-after': '1' } },
  { cutAfterBytes: 10 },
  { chunkMs: 30 },
] as const;

/** Arms a new fault for every so many requests, wherever it will hit. */
function breakNowAndThen(
  { provider }: Stage,
  random: () => number,
  mayLose: () => boolean,
): { stop(): void; count(): number } {
  let seen = provider.requests.length;
  let armed = 0;
  const timer = setInterval(() => {
    for (; seen < provider.requests.length; seen += 1) {
      if (random() >= SHARE) continue;
      const { submit, ...others } = provider.paths;
      const paths = [...Object.values(others), ...(mayLose() ? [submit] : [])];
      const path = paths[Math.floor(random() * paths.length)];
      const how = HOW[Math.floor(random() * HOW.length)];
      if (path && how) provider.fault({ path, how });
      armed += 1;
    }
  }, 20);
  return { stop: () => clearInterval(timer), count: () => armed };
}

/** kill -9 now and then, with everything under way, and a new start. */
function killNowAndThen({ bot }: Stage, random: () => number) {
  let killed = 0;
  let left = KILL_EVERY;
  let dying = Promise.resolve();
  return {
    /** One more job has ended. */
    count(mayKill: boolean) {
      left -= 1;
      if (left > 0 || !mayKill) return;
      left = Math.round(KILL_EVERY * (0.6 + 0.8 * random()));
      killed += 1;
      dying = dying.then(() => bot.restart('SIGKILL'));
    },
    up: () => dying,
    times: () => killed,
  };
}

/** Open files and children of the process; only Linux tells. */
function weigh(pid = 0): { files: number; children: number } | undefined {
  if (process.platform !== 'linux') return undefined;
  return {
    files: readdirSync(`/proc/${pid}/fd`).length,
    children: readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
      .length,
  };
}

it.concurrent.each((LONG ? ['fal', 'runpod', 'runcomfy'] : ['fal']) as ProviderName[])(
  `${JOBS} jobs at %s, ${AT_ONCE} at once, with random faults: none is left behind, and the book is exact`,
  async (provider) => {
    await using stage = await startStage(provider, 'page', WITH_DEADLINE);
    const { bot } = stage;
    await stage.front.ask();
    await until('the first job', () => readRecord(bot.dataDir).jobs[0]?.state === 'delivered');
    const before = weigh(bot.pid());
    let begun = 1;
    const random = randomFrom(SEED);
    // What is lost late is waited for at the end.
    const startedAt = Date.now();
    const done = () => Math.min(begun / JOBS, SOAK_MS > 0 ? (Date.now() - startedAt) / SOAK_MS : 1);
    const isEarly = () => done() < 0.5;
    const faults = breakNowAndThen(stage, random, isEarly);
    const kills = killNowAndThen(stage, random);
    const lane = async (share: number) => {
      while (done() < share) {
        begun += 1;
        const asked = await stage.front.ask();
        const over = async () => {
          await asked.again();
          return (await asked.over()) || (await asked.told()).includes('"state":"unknown"');
        };
        await until('its end', over, { describe: bot.log });
        kills.count(done() < KILLS_UNTIL);
      }
    };
    const memory: Memory[] = [];
    for (let part = 1; part <= PARTS; part += 1) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => lane(part / PARTS)));
      await kills.up();
      memory.push(await bot.memory());
    }
    faults.stop();
    await passDeadline(stage);
    expect(kills.times()).toBeGreaterThan(0);
    const all = await until(
      'the last job',
      () => {
        const record = readRecord(bot.dataDir);
        return record.open.length === 0 && record;
      },
      { describe: bot.log },
    );
    expect(all.jobs).toHaveLength(begun);
    expect(await wrongInAll(stage)).toEqual([]);
    expect(await leftOver(stage)).toEqual([]);
    const ends = new Map<string, number>();
    for (const job of all.jobs) {
      const end = job.state === 'failed' ? job.failure : job.state;
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    expect([...ends.keys()].filter((end) => !KNOWN_ENDS.includes(end))).toEqual([]);
    const after = weigh(bot.pid());
    if (before && after) {
      expect(after.children).toBeLessThanOrEqual(before.children);
      // Connections that are kept for the next request.
      expect(after.files).toBeLessThan(before.files + 40);
    }
    const [, , then, now] = memory;
    if (then && now) expect(now.neededMb).toBeLessThan(then.neededMb * 1.05);
    tell(`soak-${provider}`, [
      {
        scenario: `${begun} jobs, ${AT_ONCE} at once, ${faults.count()} random faults, ${kills.times()} times kill -9`,
        where: `${provider}, page`,
        tries: 1,
        what: `${[...ends].map(([end, count]) => `${count} ${end}`).join(', ')}; the book is exact; no hold, file or child left; memory ${memory.map(({ neededMb, takenMb }) => `${neededMb.toFixed(0)} of ${takenMb.toFixed(0)}`).join(', ')} MB`,
      },
    ]);
  },
  LONG ? SOAK_MS + LONG_TEST_MS : TEST_MS,
);

/** A submit that was refused, or that nobody knows the fate of, is told so; everything else is delivered. */
const KNOWN_ENDS = ['delivered', 'unknown-fate', 'provider-busy', 'provider-down'];
