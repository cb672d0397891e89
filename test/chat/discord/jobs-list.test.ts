import { messageLink } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../../simulators/discord/messages.ts';
import { wholeProblems } from '../../../simulators/discord/schema/message.ts';
import { ITEMS_SHOWN, messageOf } from '../../../src/chat/discord/render.ts';
import { jobsPage } from '../../../src/chat/pages.ts';
import type { JobState } from '../../../src/core/job/job.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { FACTS } from '../../fakes/chat-facts.ts';
import { jobIn } from '../../fakes/jobs.ts';
import { COMPLETED } from '../../fakes/remote.ts';
import { clip, finish, image, startTestBot, textOf } from './harness.ts';

const words = wordsFor('en-US');
const many = (count: number, state: JobState, from = 0) =>
  Array.from({ length: count }, (_, index) => jobIn(state, { id: `discord-${from + index}` }));

describe('the list of jobs on Discord', () => {
  it('is no more than Discord takes, whatever the files are called', () => {
    const jobs = many(500, 'delivered').map((job) => ({
      ...job,
      inputs: { ...job.inputs, image: { ...job.inputs.image, name: '*'.repeat(900) } },
    }));
    const url = messageLink('1'.repeat(19), '2'.repeat(19), '3'.repeat(19));
    for (const locale of ['en', 'de', 'fr', 'ja', 'ru']) {
      const here = wordsFor(locale);
      const facts = { ...FACTS, linkTo: () => url, room: ITEMS_SHOWN };
      const body = messageOf(here, jobsPage(here, jobs, 'Jobs', facts));
      const { components, flags } = parseMessage(body);
      expect(
        wholeProblems({ flags: flags ?? 0, content: '', embeds: [], components: components ?? [] }),
      ).toEqual([]);
      expect(JSON.stringify(body)).toContain(jobs[10]?.code);
    }
  });
});

describe('/jobs on Discord, asked for one job', () => {
  it('sends any kept video again, also the one that nobody could be given and the oldest of the others', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    bot.remote.statuses = [COMPLETED];
    const ask = () => discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });
    for (const path of [/\/webhooks\/\d+\/[^/]+$/, /\/channels\/\d+\/messages$/, /\/@me\/channels$/])
      discord.fault({ method: 'POST', path }, { status: 403, json: { message: 'No.', code: 50013 } });
    const first = await ask();
    await discord.waitFor(() => textOf(first.original).includes('get|'));
    for (let count = 0; count < 10; count += 1) await finish(bot, await ask());
    const [oldest, lost] = (await bot.jobs()).slice(-2).map((job) => job.code);
    const code = oldest ?? '';
    const list = await discord.slash(ada, channel, '/jobs');
    await discord.waitFor(() => textOf(list.original).includes(`/jobs job:${code}`));
    expect(textOf(list.original)).toContain(`send|${lost}`);
    const typed = await discord.autocomplete(ada, channel, '/jobs', 'job', { job: code.toLowerCase() });
    const choices = await discord.waitFor(() => typed.choices);
    expect(choices.map(({ value }) => value)).toEqual([code]);
    const one = await discord.slash(ada, channel, '/jobs', { job: code });
    await discord.waitFor(() => textOf(one.original).includes(`send|${code}`));
    expect(textOf(one.original)).toContain(words.t('card.job', { code }));
    const pressed = discord.press(ada, one.original, 'Send again');
    await discord.waitFor(() => pressed.followUps.some(({ files }) => files.length > 0));
  });

  it('says so when there is no such job', async () => {
    await using bot = await startTestBot();
    const one = await bot.discord.slash(bot.ada, bot.channel, '/jobs', { job: 'ABCDEF' });
    await bot.discord.waitFor(() => textOf(one.original).includes('find that job'));
  });
});
