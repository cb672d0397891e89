/** The true process, killed as by kill -9 before and after each effect of a report. */
import { describe, expect, it } from 'vitest';
import { isOver } from '../../src/core/job/job.ts';
import { TEST_MS } from '../timeouts.ts';
import { LONG } from './board.ts';
import { readRecord, until } from './record.ts';
import { type Stage, startStage } from './stage.ts';

type Delivered = { videos(): Promise<number>; code: string; id: string };

/** A video that its member has. */
async function delivered({ bot, front }: Stage): Promise<Delivered> {
  const before = readRecord(bot.dataDir).jobs.length;
  const asked = await front.ask();
  const ended = () => readRecord(bot.dataDir).jobs.slice(before).find(isOver);
  await until('the video', ended, { describe: bot.log });
  const job = ended();
  if (job?.state !== 'delivered') throw new Error(`it ended as ${job?.state}`);
  await until('the message', async () => (await asked.videos()) === 1, { describe: bot.log });
  return { videos: asked.videos, code: job.code, id: job.id };
}

/** Undefined where the process died before it could answer. */
const report = ({ bot }: Stage, { code }: Delivered) =>
  fetch(`${bot.url}/api/reports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, reason: 'me' }),
  }).catch(() => undefined);

const isHidden = ({ bot }: Stage, { id }: Delivered): boolean =>
  readRecord(bot.dataDir).jobs.some((job) => job.id === id && job.hidden?.reason === 'me');

/** Those of the report, and not of what the chat tells of the job. */
const OF_A_REPORT = /^(takedown\.|chat\.retract|jobs\.save|telegram deleteMessage)/;

describe('a process that is killed while it takes a reported video down', () => {
  it(
    'goes on by itself after its next start, at each effect',
    async () => {
      await using stage = await startStage('fal', 'telegram');
      const { bot } = stage;
      const first = await delivered(stage);
      const passed = await bot.record(async () => expect((await report(stage, first))?.status).toBe(202));
      const points = passed.filter((point) => OF_A_REPORT.test(point));
      expect(points).toContain('chat.retract, after');
      expect(await first.videos()).toBe(0);
      // Before an effect all is as it was after the one before it: the short suite dies before the first, and after each.
      const telling = points.filter((point, index) => LONG || index === 0 || point.endsWith(', after'));
      const wrong: string[] = [];
      // Each effect ends with a save of the case: there are more of these than names.
      const saves = [2, 3, 4, 5, 6, 7, 8].map((nth) => ({ point: 'takedown.set, after', nth }));
      for (const { point, nth } of [...telling.map((point) => ({ point, nth: 1 })), ...saves]) {
        const one = await delivered(stage);
        bot.dieAt(point, nth);
        const answer = await report(stage, one);
        await bot.ended();
        if (answer?.ok) wrong.push(`${point}, ${nth}: it lived on`);
        await bot.start();
        // Whoever got no answer presses again; what was on disk before goes on without that.
        await report(stage, one);
        await until(
          `the end after ${point}`,
          async () => isHidden(stage, one) && (await one.videos()) === 0,
          {
            describe: bot.log,
          },
        );
      }
      expect(wrong).toEqual([]);
      expect(points).toContain('jobs.save(delivered), after');
    },
    TEST_MS,
  );
});
