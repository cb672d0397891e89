/** The true process, killed as by kill -9 before and after each of its saves and outside effects. */
import { describe, expect, it } from 'vitest';
import { LONG, type Row, tell } from './board.ts';
import { wrongInAll } from './ending.ts';
import { FRONTS } from './front.ts';
import { brokenBy, type Killed, killAt, MAY_COME_TWICE, pointsOf } from './kill.ts';
import { PROVIDERS } from './provider.ts';
import { startStage } from './stage.ts';

/** The moments that matter most: where money, a video or a member could be lost. */
const TELLING = [
  'inbox.claim, after',
  'ledger.reserve, after',
  'jobs.save(submitting), after',
  'provider.submit, after',
  'ledger.settle, after',
  'jobs.save(completed), after',
  'telegram sendVideo, after',
  'discord POST /webhooks/:id/:token, after',
];

const STAGES = LONG
  ? FRONTS.flatMap((front) => PROVIDERS.map((provider) => ({ provider, front })))
  : ([
      { provider: 'fal', front: 'page' },
      { provider: 'runpod', front: 'discord' },
      { provider: 'runcomfy', front: 'telegram' },
    ] as const);

describe.concurrent('kill -9 at a step', () => {
  it.each(STAGES)(
    'of a job for $provider from $front: one submit, one bill, the video, and the truth',
    async ({ provider, front }) => {
      await using stage = await startStage(provider, front, { JOB_DEADLINE_MINUTES: LONG ? '1' : '0.3' });
      const all = await pointsOf(stage);
      const points = LONG ? all : all.filter((point) => TELLING.includes(point));
      expect(points.length).toBeGreaterThan(LONG ? 28 : 4);
      const pending = [];
      for (const point of points) {
        const killed = await killAt(stage, point);
        if (killed) pending.push(killed);
      }
      // A point may be passed by chance too late to die there, but not many of them.
      expect(pending.length).toBeGreaterThan(points.length * 0.8);
      const ended = await Promise.all(pending.map((end) => end()));
      tell(`kill-${provider}-${front}`, rowsOf(ended, `${provider}, ${front}`));
      expect(
        ended.flatMap((killed) => brokenBy(killed, stage).map((why) => `${killed.point}: ${why}`)),
      ).toEqual([]);
      expect(await wrongInAll(stage)).toEqual([]);
    },
    LONG ? 1_200_000 : 150_000,
  );
});

function rowsOf(ended: readonly Killed[], where: string): Row[] {
  return ended.map((killed) => ({ scenario: scenarioOf(killed), where, tries: 1, what: whatOf(killed) }));
}

function scenarioOf({ at, point, atProvider }: Killed): string {
  if (MAY_COME_TWICE.test(point)) return 'kill -9 between Telegram’s taking the video and the receipt';
  switch (at) {
    case 'nothing':
      return 'kill -9 before what was asked is on disk';
    case 'asked':
      return 'kill -9 while the files are fetched and the price held';
    case 'created':
      return 'kill -9 before the submit';
    case 'submitting':
      return atProvider
        ? 'kill -9 after the submit, before its answer is on disk'
        : 'kill -9 just before the submit is sent';
    case 'queued':
    case 'running':
      return 'kill -9 while it renders, or its video is brought home';
    default:
      return 'kill -9 while the video is handed over';
  }
}

function whatOf({ end, videos, submits }: Killed): string {
  if (end === 'video')
    return videos === 1 ? 'one submit, one bill, the video once' : `one bill, the video ${videos} times`;
  if (end === 'unknown')
    return `${submits === 0 ? 'never sent' : 'sent once'}, not sent again; the member is told so; its price stays aside for the operator`;
  return `${end}, ${submits} submits`;
}
