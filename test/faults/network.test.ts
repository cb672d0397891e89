/** The true process on wires, providers and chats that break, one fault at a time. */
import { describe, expect, it } from 'vitest';
import { isOver } from '../../src/core/job/job.ts';
import { needs } from '../needs.ts';
import { LONG_TEST_MS, TEST_MS } from '../timeouts.ts';
import { FOR_LONG, LONG, tell } from './board.ts';
import { endingOf, passDeadline, WITH_DEADLINE, wrongInAll } from './ending.ts';
import { FRONTS } from './front.ts';
import { type Broken, breakIt, fits, SCENARIOS, wrongWith } from './network.ts';
import { PROVIDERS, startProvider } from './provider.ts';
import { readRecord, until } from './record.ts';
import { startStage } from './stage.ts';
import { OUTAGES } from './wire.ts';

const STAGES = LONG
  ? FRONTS.flatMap((front) => PROVIDERS.map((provider) => ({ provider, front })))
  : ([
      { provider: 'fal', front: 'page' },
      { provider: 'runpod', front: 'discord' },
      { provider: 'kling', front: 'telegram' },
    ] as const);

/** What differs most; the others are there for the long suite. */
const TELLING: readonly string[] = [
  'submit: no such name',
  'submit: 429 with Retry-After',
  'submit: 502 in HTML',
  'submit: done, and the answer is lost',
  'submit: reset in the middle of the request',
  'status: 200 in HTML',
  'status: connection refused for two looks',
  'video: cut three times',
  'video: a page in place of a video',
  'video: a redirect to a private address',
  'webhook: three times over',
  'webhook: forged by somebody else',
  'webhook: before the submit is answered',
  'download: cut after 2 kB',
  'send: done, and the answer is lost',
  'send: 429, wait one second',
  'send: reset in the middle of the upload',
  'edit: 500',
];

/** Short: each scenario on one of the stages where it can happen, in turn. */
const chosen = (index: number, stageIndex: number, possible: number): boolean =>
  LONG || index % possible === stageIndex;

describe.concurrent('a network that breaks', () => {
  it.each(STAGES)(
    'between $provider and $front loses no video, bills nothing twice, and leaves nobody in the dark',
    async ({ provider, front }) => {
      await using stage = await startStage(provider, front, WITH_DEADLINE, { secured: true });
      const stageIndex = STAGES.findIndex((one) => one.provider === provider && one.front === front);
      const scenarios = SCENARIOS.filter(
        (one) => (LONG || TELLING.includes(one.name)) && fits(one, stage),
      ).filter((one, index) =>
        one.chats ? chosen(index, stageIndex - 1, 2) : chosen(index, stageIndex, one.only ? 2 : 3),
      );
      expect(scenarios.length).toBeGreaterThan(2);
      const pending = [];
      for (const scenario of scenarios) pending.push(await breakIt(stage, scenario));
      await passDeadline(stage);
      const ended = await Promise.all(pending.map((end) => end()));
      tell(
        `network-${provider}-${front}`,
        ended.map((broken) => ({
          scenario: broken.scenario.name,
          where: `${provider}, ${front}`,
          tries: 1,
          what: whatOf(broken),
        })),
      );
      expect(
        ended.flatMap((broken) => wrongWith(broken, stage).map((why) => `${broken.scenario.name}: ${why}`)),
      ).toEqual([]);
      expect(await wrongInAll(stage)).toEqual([]);
    },
    LONG ? LONG_TEST_MS : TEST_MS,
  );

  it(
    'between us and the first of two providers sends each job to the second, once',
    needs(LONG, FOR_LONG),
    async () => {
      const second = await startProvider('runpod');
      try {
        const { PROVIDERS: _, ...env } = second.env;
        await using stage = await startStage(
          'fal',
          'page',
          { ...env, PROVIDERS: 'fal,runpod' },
          { secured: true },
        );
        const { bot, front, provider, wires } = stage;
        for (const [index, why] of OUTAGES.entries()) {
          await wires.provider.down(why);
          const asked = await front.ask();
          const { id } = await until(
            'a job that has ended',
            () => readRecord(bot.dataDir).jobs.find((job, at) => at === index && isOver(job)),
            { describe: bot.log },
          );
          const ending = await endingOf(stage, asked, { id, submits: second.submits() - index });
          expect([why, ending]).toMatchObject([why, { end: 'video', submits: 1, videos: 1, wrong: [] }]);
          await wires.provider.up();
        }
        expect(provider.submits()).toBe(0);
        expect(await second.billedMicros()).toBe(readRecord(bot.dataDir).operator.settledMicros);
        tell(
          'network-second',
          OUTAGES.map((why) => ({
            scenario: `submit: ${why}, with a second provider`,
            where: 'fal, runpod, page',
            tries: 1,
            what: 'the second one takes it: the video once, one submit, one bill',
          })),
        );
      } finally {
        await second.close();
      }
    },
  );
});

function whatOf({ end, videos, submits }: Broken): string {
  if (end === 'video')
    return videos === 1 ? 'the video once, one submit, one bill' : `the video ${videos} times, one bill`;
  if (end === 'unknown') return 'not sent again, told so; its price stays aside for the operator';
  if (end === 'free')
    return `${submits === 0 ? 'never sent' : 'refused by the provider'}: ended at no cost, told so`;
  return `${end}, ${submits} submits`;
}
