import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SimInteraction } from '../../../simulators/discord/interactions.ts';
import type { SimMessage } from '../../../simulators/discord/world.ts';
import { COMPLETED } from '../../fakes/remote.ts';
import { clip, finish, image, said, startTestBot, type TestBot, textOf } from './harness.ts';

/** A job under way, and its message. */
async function underWay(bot: TestBot): Promise<SimInteraction> {
  const asked = await bot.discord.slash(bot.ada, bot.channel, '/animate', { image: image(), clip: clip() });
  await bot.discord.waitFor(() => textOf(asked.original).includes('In line'));
  return asked;
}

/** A finished job's message, and the one that tells how it stands. */
async function finished(bot: TestBot): Promise<{ result: SimMessage; status: SimMessage | undefined }> {
  const asked = await underWay(bot);
  const result = await finish(bot, asked);
  bot.remote.statuses = [{ state: 'queued', position: 1 }];
  return { result, status: asked.original };
}

/** What only that person was told by a press. */
const toldBy = (bot: TestBot, pressed: SimInteraction): Promise<SimMessage> =>
  bot.discord.waitFor(
    () => pressed.followUps[0] ?? (pressed.original?.visibleTo ? pressed.original : undefined),
  );

describe('Cancel', () => {
  it('stops a job that waits in line, for nothing', async () => {
    await using bot = await startTestBot();
    const asked = await underWay(bot);
    bot.discord.press(bot.ada, asked.original, 'Cancel');
    await bot.discord.waitFor(() => textOf(asked.original).includes('Cancelled'));
    expect((await bot.jobs())[0]).toMatchObject({ state: 'cancelled', costMicros: 0 });
  });

  it('says that it is too late when it is', async () => {
    await using bot = await startTestBot();
    const asked = await underWay(bot);
    bot.remote.cancels = ['too-late'];
    bot.remote.statuses = [{ state: 'running' }];
    const pressed = bot.discord.press(bot.ada, asked.original, 'Cancel');
    expect((await toldBy(bot, pressed)).visibleTo).toBe(bot.ada.id);
  });

  it('still works after a restart and when the first token is dead, and brings the message to life again', async () => {
    await using bot = await startTestBot();
    const asked = await underWay(bot);
    await bot.restart();
    bot.discord.expireTokens();
    bot.discord.press(bot.ada, asked.original, 'Cancel');
    await bot.discord.waitFor(() => textOf(asked.original).includes('Cancelled'));
  });

  it('by command offers the jobs that can still be stopped', async () => {
    await using bot = await startTestBot();
    const asked = await underWay(bot);
    const [job] = await bot.jobs();
    const typed = await bot.discord.autocomplete(bot.ada, bot.channel, '/cancel', 'job', { job: '' });
    const choices = await bot.discord.waitFor(() => typed.choices);
    expect(choices.map(({ value }) => value)).toEqual([job?.code]);
    const said = await bot.discord.slash(bot.ada, bot.channel, '/cancel', { job: job?.code });
    await bot.discord.waitFor(() => textOf(said.original).includes('Cancelled'));
    await bot.discord.waitFor(() => textOf(asked.original).includes('Cancelled'));
  });
});

describe('Again', () => {
  it('makes another job, with a message of its own', async () => {
    await using bot = await startTestBot();
    const { result, status } = await finished(bot);
    const pressed = bot.discord.press(bot.ada, result, 'Again');
    await bot.discord.waitFor(() => textOf(pressed.original).includes('In line'));
    expect(pressed.original).not.toBe(result);
    expect(textOf(status)).not.toContain('In line');
    expect(await bot.jobs()).toHaveLength(2);
  });

  it('works after a restart', async () => {
    await using bot = await startTestBot();
    const { result } = await finished(bot);
    await bot.restart();
    const pressed = bot.discord.press(bot.ada, result, 'Again');
    await bot.discord.waitFor(() => textOf(pressed.original).includes('In line'));
  });
});

describe.each([
  { name: 'New image, same motion', files: { image: image('dragon.png') }, line: 'dragon.png + dance.mp4' },
  { name: 'New motion, same image', files: { clip: clip('jump.mp4') }, line: 'knight.png + jump.mp4' },
])('$name', ({ name, files, line }) => {
  it('asks for the new file and keeps the other one, also after a restart', async () => {
    await using bot = await startTestBot();
    const { result } = await finished(bot);
    await bot.restart();
    const pressed = bot.discord.press(bot.ada, result, name);
    await bot.discord.waitFor(() => pressed.modalOpen);
    const sent = await bot.discord.submitModal(pressed, files);
    await bot.discord.waitFor(() => textOf(sent.original).includes(line));
  });
});

describe('Details', () => {
  it('are for the one who asks for them', async () => {
    await using bot = await startTestBot();
    const { result } = await finished(bot);
    const pressed = bot.discord.press(bot.ada, result, 'Details');
    const told = await toldBy(bot, pressed);
    expect(told.visibleTo).toBe(bot.ada.id);
    expect(textOf(told)).toContain((await bot.jobs())[0]?.code);
  });
});

describe('Delete', () => {
  it('asks first, then removes video, messages and job', async () => {
    await using bot = await startTestBot();
    const { result, status } = await finished(bot);
    const pressed = bot.discord.press(bot.ada, result, 'Delete');
    const question = await toldBy(bot, pressed);
    expect(textOf(question)).toContain(said('delete.ask'));
    expect(result.deleted).toBe(false);
    bot.discord.press(bot.ada, question, 'Delete');
    await bot.discord.waitFor(() => textOf(question).includes(said('delete.done')));
    expect([result.deleted, status?.deleted]).toEqual([true, true]);
    expect(await bot.jobs()).toEqual([]);
  });

  it('leaves everything as it is when the member thinks better of it', async () => {
    await using bot = await startTestBot();
    const { result } = await finished(bot);
    const question = await toldBy(bot, bot.discord.press(bot.ada, result, 'Delete'));
    bot.discord.press(bot.ada, question, 'Keep it');
    await bot.discord.waitFor(() => question.deleted);
    expect(result.deleted).toBe(false);
    expect(await bot.jobs()).toHaveLength(1);
  });

  it('still works when the tokens of that time are dead', async () => {
    await using bot = await startTestBot();
    const { result, status } = await finished(bot);
    await bot.restart();
    bot.discord.expireTokens();
    const question = await toldBy(bot, bot.discord.press(bot.ada, result, 'Delete'));
    bot.discord.press(bot.ada, question, 'Delete');
    await bot.discord.waitFor(() => textOf(question).includes(said('delete.done')));
    expect([result.deleted, status?.deleted]).toEqual([true, true]);
  });
});

describe('somebody else’s button', () => {
  it.each(['Again', 'New image, same motion', 'Details'])(
    '%s tells a stranger that it is not theirs, and nobody else',
    async (name) => {
      await using bot = await startTestBot();
      const { result } = await finished(bot);
      const eve = bot.discord.member(bot.guild, 'Eve');
      const told = await toldBy(bot, bot.discord.press(eve, result, name));
      expect(told.visibleTo).toBe(eve.id);
      expect(textOf(result)).toContain('AI-generated motion transfer · ');
      expect(await bot.jobs()).toHaveLength(1);
    },
  );

  it('refuses Again also when nobody remembers whose job it was, and leaves no trace in the channel', async () => {
    await using bot = await startTestBot();
    const { result } = await finished(bot);
    await bot.restart();
    const eve = bot.discord.member(bot.guild, 'Eve');
    const pressed = bot.discord.press(eve, result, 'Again');
    const told = await bot.discord.waitFor(() => pressed.followUps[0]);
    expect(told.visibleTo).toBe(eve.id);
    expect(pressed.original?.deleted).toBe(true);
  });
});

describe('Get your video', () => {
  it('says so where the video is too large in every form', async () => {
    await using bot = await startTestBot({ settings: { fileLimitBytes: 3, tierLimitBytes: [3, 3, 3, 3] } });
    const asked = await underWay(bot);
    bot.remote.statuses = [COMPLETED];
    await bot.discord.waitFor(() => textOf(asked.original).includes('get|'));
    const [job] = await bot.jobs();
    const tooLarge = said('told.too-large', { code: job?.code ?? '' });
    expect(textOf(asked.original)).toContain(tooLarge);
    const pressed = bot.discord.press(bot.ada, asked.original, 'Get your video');
    await bot.discord.waitFor(() => pressed.followUps.some((one) => textOf(one).includes(tooLarge)));
  });
});

describe('/jobs', () => {
  it('lists the member’s own with links, and sends a kept video again', async () => {
    await using bot = await startTestBot();
    const { result } = await finished(bot);
    const asked = await bot.discord.slash(bot.ada, bot.channel, '/jobs');
    await bot.discord.waitFor(() => textOf(asked.original).includes(result.id));
    expect(asked.original?.visibleTo).toBe(bot.ada.id);
    const pressed = bot.discord.press(bot.ada, asked.original, 'Send again');
    const again = await bot.discord.waitFor(() => pressed.followUps.find(({ files }) => files.length > 0));
    expect(again.visibleTo).toBeUndefined();
  });
});

describe('/privacy', () => {
  it('deletes the member’s data after a second yes', async () => {
    await using bot = await startTestBot();
    await finished(bot);
    const asked = await bot.discord.slash(bot.ada, bot.channel, '/privacy');
    await bot.discord.waitFor(() => textOf(asked.original).includes(said('privacy.title')));
    bot.discord.press(bot.ada, asked.original, 'Delete my data');
    await bot.discord.waitFor(() => textOf(asked.original).includes(said('privacy.confirm')));
    expect(await bot.jobs()).toHaveLength(1);
    bot.discord.press(bot.ada, asked.original, 'Delete my data');
    await bot.discord.waitFor(() => textOf(asked.original).includes('Deleted'));
    expect(await bot.jobs()).toEqual([]);
  });

  it('deletes what was given with a form that was never sent, and nobody else’s', async () => {
    await using bot = await startTestBot();
    const { discord, channel, ada } = bot;
    const bob = discord.member(bot.guild, 'Bob');
    const kept = async () =>
      (await readdir(join(bot.folder, 'files'), { recursive: true })).filter((name) => name.endsWith('.png'));
    const open = async (member: typeof ada, bytes: number) => {
      const png = image();
      if (!('bytes' in png)) throw new Error('no bytes');
      const picture = { name: 'knight.png', bytes: Buffer.concat([png.bytes, Buffer.alloc(bytes)]) };
      const asked = await discord.slash(member, channel, '/animate', { image: picture, prompt: 'a secret' });
      await discord.waitFor(() => asked.modalOpen);
      return asked;
    };
    const mine = await open(ada, 1);
    await open(bob, 2);
    await expect.poll(kept).toHaveLength(2);
    const asked = await discord.slash(ada, channel, '/privacy');
    for (const title of ['privacy.title', 'privacy.confirm'] as const) {
      await discord.waitFor(() => textOf(asked.original).includes(said(title)));
      discord.press(ada, asked.original, 'Delete my data');
    }
    await expect.poll(kept).toHaveLength(1);
    await expect.poll(() => bot.store.keyv('discord').get(`form:${mine.id}`)).toBeUndefined();
  });
});

describe('/quota and /help', () => {
  it('answer the member alone', async () => {
    await using bot = await startTestBot();
    for (const [name, words] of [
      ['/quota', said('quota.title')],
      ['/help', said('help.title')],
    ] as const) {
      const asked = await bot.discord.slash(bot.ada, bot.channel, name);
      await bot.discord.waitFor(() => textOf(asked.original).includes(words));
      expect(asked.original?.visibleTo).toBe(bot.ada.id);
    }
  });
});
