/** The true process, killed as by kill -9 before and after each of its saves and outside effects. */
import { describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { LONG_TEST_MS, TEST_MS } from '../timeouts.ts';
import { FOR_LONG, LONG, tell } from './board.ts';
import { passDeadline, WITH_DEADLINE, wrongInAll } from './ending.ts';
import { FRONTS, type FrontName } from './front.ts';
import { brokenBy, type Kill, killAt, pointsAfter, pointsOf } from './kill.ts';
import { nameOf, rowsOf } from './kill-rows.ts';
import { PROVIDERS, type ProviderName } from './provider.ts';
import { type Stage, startStage } from './stage.ts';
import { leftOver } from './stray.ts';

/** The moments that matter most: where money, a video or a member could be lost. */
const TELLING = [
  'inbox.claim, after',
  'ledger.reserve, after',
  'jobs.save(submitting), after',
  'provider.submit, after',
  'ledger.settle, after',
  'jobs.save(completed), after',
  'media.mark, after',
  'telegram sendVideo, after',
  'discord POST /webhooks/:id/:token, after',
];

/** Each place to ask from, and each way to learn what became of a lost submit: the long suite has every combination. */
const ONE_OF_EACH = [
  {
    provider: 'fal',
    front: 'page',
    twice: { point: 'provider.submit, after', next: 'jobs.save(unknown), after' },
  },
  {
    provider: 'kling',
    front: 'discord',
    twice: { point: 'provider.submit, after', next: 'jobs.save(queued), after' },
  },
  {
    provider: 'runcomfy',
    front: 'telegram',
    twice: { point: 'chat.deliver, before', next: 'telegram sendVideo, after' },
  },
] as const;

const STAGES: readonly { provider: ProviderName; front: FrontName; twice: Kill | undefined }[] = LONG
  ? FRONTS.flatMap((front) => PROVIDERS.map((provider) => ({ provider, front, twice: undefined })))
  : ONE_OF_EACH;

/** The first deaths after which the next life has most to put right. */
const THEN_AGAIN = [
  'ledger.reserve, after',
  'provider.submit, before',
  'provider.submit, after',
  'jobs.save(queued), after',
  'chat.deliver, before',
];

/** Kills at each, lets everything end, and holds it against what is promised. */
async function killAtEach(stage: Stage, kills: readonly Kill[], part: string): Promise<void> {
  const pending = [];
  for (const kill of kills) {
    const killed = await killAt(stage, kill);
    if (killed) pending.push(killed);
  }
  // A point may be passed by chance too late to die there, but not many of them.
  expect(pending.length).toBeGreaterThan(kills.length * 0.8);
  await passDeadline(stage);
  const ended = await Promise.all(pending.map((end) => end()));
  tell(part, rowsOf(ended, `${stage.provider.name}, ${stage.front.name}`));
  expect(
    ended.flatMap((killed) => brokenBy(killed, stage).map((why) => `${nameOf(killed)}: ${why}`)),
  ).toEqual([]);
  expect(await wrongInAll(stage)).toEqual([]);
  expect(await leftOver(stage)).toEqual([]);
}

describe.concurrent('kill -9 at a step', () => {
  it.each(STAGES)(
    'of a job for $provider from $front: one submit, one bill, the video, and the truth',
    async ({ provider, front, twice }) => {
      await using stage = await startStage(provider, front, WITH_DEADLINE);
      const all = await pointsOf(stage);
      const points = LONG ? all : all.filter((point) => TELLING.includes(point));
      expect(points.length).toBeGreaterThan(LONG ? 28 : 4);
      const kills = [...points.map((point) => ({ point })), ...(twice ? [twice] : [])];
      await killAtEach(stage, kills, `kill-${provider}-${front}`);
    },
    LONG ? LONG_TEST_MS : TEST_MS,
  );
});

describe.concurrent('kill -9 again while the job is taken up', needs(LONG, FOR_LONG), () => {
  const stages = ONE_OF_EACH.flatMap(({ provider, front }) =>
    THEN_AGAIN.map((point) => ({ provider, front, point })),
  );
  it.each(stages)(
    'that $provider was asked for from $front, and that was killed first at $point',
    async ({ provider, front, point }) => {
      await using stage = await startStage(provider, front, WITH_DEADLINE);
      const after = await pointsAfter(stage, point);
      expect(after.length).toBeGreaterThan(4);
      const kills = after.map((next) => ({ point, next }));
      await killAtEach(stage, kills, `kill-again-${provider}-${front}-${THEN_AGAIN.indexOf(point)}`);
    },
    LONG_TEST_MS,
  );
});
