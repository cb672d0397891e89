/** Every process is started anew, one after the other, while members go on saying commands in both chats. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { postgresNeeded } from '../../postgres/open.ts';
import { TEST_MS } from '../../timeouts.ts';
import { tell } from '../board.ts';
import { wrongInAll } from '../ending.ts';
import { until } from '../record.ts';
import { EVERY_MS, type SeveralStage, startSeveral } from './stage.ts';

const PUBLIC_URL = 'https://bot.example';
/** Commands in each chat: a steady flow, not a flood. */
const PAUSE_MS = 300;

type Said = { chat: 'discord' | 'telegram'; answers(): number };

/** Says commands until it is told to stop. */
async function keepAsking({ fronts }: SeveralStage, signal: AbortSignal): Promise<Said[]> {
  const said: Said[] = [];
  while (!signal.aborted) {
    for (const chat of ['discord', 'telegram'] as const) {
      const answers = await fronts[chat].list?.();
      if (answers) said.push({ chat, answers });
    }
    await wait(PAUSE_MS);
  }
  return said;
}

describe('processes that are started anew one after the other', postgresNeeded, () => {
  it(
    'answer every command of both chats once, and bring a video that was under way',
    async () => {
      await using stage = await startSeveral('fal', {
        count: 2,
        publicUrl: PUBLIC_URL,
        env: { DISCORD_INTERACTIONS: 'http' },
      });
      const { processes, provider, fronts, log } = stage;
      const stopping = new AbortController();
      provider.next({ runMs: 5_000 });
      const asked = await fronts.discord.ask();
      const asking = keepAsking(stage, stopping.signal);
      for (const bot of [...processes.all].reverse()) {
        await processes.stop(bot);
        await processes.revive();
      }
      stopping.abort();
      const said = await asking;
      const unanswered = () => said.filter(({ answers }) => answers() === 0).length;
      await until('an answer to every command', () => unanswered() === 0, { everyMs: EVERY_MS }).catch(
        () => {},
      );
      const ended = async () => (await stage.record()).open.length === 0;
      await until('the video', ended, { everyMs: EVERY_MS, describe: log });
      expect(said.length).toBeGreaterThan(8);
      expect(
        said.filter(({ answers }) => answers() !== 1).map(({ chat, answers }) => [chat, answers()]),
      ).toEqual([]);
      expect([await asked.videos(), provider.submits()]).toEqual([1, 1]);
      expect(await wrongInAll(stage)).toEqual([]);
      expect(log()).not.toMatch(/FATAL|nobody caught/);
      tell('several-rolling', [
        {
          scenario: 'two processes: each is stopped and started in turn while members say commands',
          where: 'discord, telegram',
          tries: said.length,
          what: 'each command answered, and once; the video that was under way came once',
        },
      ]);
    },
    TEST_MS,
  );
});
