import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { accept } from '../../../src/core/refusals.ts';
import { CLIP_FACTS } from '../../fakes/clip-facts.ts';
import { COMPLETED } from '../../fakes/remote.ts';
import { clip, finish, image, said, startTestBot, type TestBot, textOf } from './harness.ts';

const CALLBACK = { method: 'POST', path: /\/callback$/ };
const CDN = { method: 'GET', path: /attachments/ };
const animate = (bot: TestBot) =>
  bot.discord.slash(bot.ada, bot.channel, '/animate', { image: image(), clip: clip() });

/** No line of the log may hold what opens something. */
function expectNoSecrets({ discord, lines }: TestBot): void {
  const log = lines.join('\n');
  const secrets = [discord.token, ...[...discord.interactions.values()].map(({ token }) => token)];
  for (const secret of secrets) expect(log).not.toContain(secret.slice(0, 40));
  expect(log).not.toContain(discord.cdnUrl);
}

/** Looking at the clip waits until it is let go. */
function slowLook() {
  const gate = Promise.withResolvers<void>();
  const looked = Promise.withResolvers<void>();
  const checkClip = async () => {
    looked.resolve();
    await gate.promise;
    return accept(CLIP_FACTS);
  };
  return { media: { checkClip }, looked: looked.promise, go: gate.resolve };
}

describe('an event that comes twice', () => {
  it('makes one job, one answer and one video', async () => {
    await using bot = await startTestBot();
    bot.discord.gateway.duplicateNext(3);
    const asked = await animate(bot);
    await finish(bot, asked);
    expect(bot.remote.submits).toHaveLength(1);
    expect(asked.followUps).toHaveLength(1);
    expect(bot.discord.requestsTo('GET', /knight/)).toHaveLength(1);
    expectNoSecrets(bot);
  });

  it('makes one job of a mention too', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    discord.gateway.duplicateNext();
    await discord.say(ada, channel, discord.mention, { files: [image(), clip()] });
    await discord.waitFor(() => discord.messages(channel).some((one) => textOf(one).includes('In line')));
    bot.remote.statuses = [COMPLETED];
    await discord.waitFor(() =>
      discord.messages(channel).some((one) => textOf(one).includes('AI-generated')),
    );
    expect(bot.remote.submits).toHaveLength(1);
    expect(discord.messages(channel).filter(({ author }) => author.bot)).toHaveLength(2);
  });
});

describe('the first answer', () => {
  it('waits neither for the disk nor for anything else', async () => {
    const never = new Promise<never>(() => {});
    await using bot = await startTestBot();
    bot.store.inbox.claim = () => never;
    const asked = await animate(bot);
    await bot.discord.waitFor(() => asked.answer !== undefined);
  });

  it('counts as given where only Discord’s reply to it was lost', async () => {
    await using bot = await startTestBot();
    bot.discord.fault(CALLBACK, 'lose-answer');
    const asked = await animate(bot);
    await bot.discord.waitFor(() => textOf(asked.original).includes('In line'));
    expect(bot.remote.submits).toHaveLength(1);
    expectNoSecrets(bot);
  });

  it('is given again after trouble at Discord', async () => {
    await using bot = await startTestBot();
    bot.discord.fault(CALLBACK, { status: 502, text: 'bad gateway' }, 2);
    const asked = await animate(bot);
    await bot.discord.waitFor(() => textOf(asked.original).includes('In line'));
  });

  it('that comes too late makes no job, as the member was told that nothing came', async () => {
    await using bot = await startTestBot();
    bot.discord.fault(CALLBACK, { status: 404, json: { code: 10062, message: 'Unknown interaction' } });
    await animate(bot);
    const later = await bot.discord.slash(bot.ada, bot.channel, '/jobs');
    await bot.discord.waitFor(() => textOf(later.original).includes(said('jobs.none')));
    expect(bot.remote.submits).toEqual([]);
    expectNoSecrets(bot);
  });
});

describe('a restart', () => {
  it('while files are checked resumes with the copies on our own disk', async () => {
    const slow = slowLook();
    await using bot = await startTestBot({ world: { media: slow.media } });
    const asked = await animate(bot);
    await slow.looked;
    const [pending] = await bot.store.inbox.pending('discord:');
    expect(JSON.stringify(pending)).toContain('knight.png');
    expect(JSON.stringify(pending)).not.toContain(bot.discord.cdnUrl);
    expect(JSON.stringify(pending)).not.toContain(asked.token);
    await bot.life.kill();
    bot.discord.fault(CDN, { status: 404, text: 'gone' }, 100);
    slow.go();
    bot.life = await bot.boot();
    await bot.discord.waitFor(() => textOf(asked.original).includes('In line'));
    expect(bot.remote.submits).toEqual([`discord-${asked.id}`]);
    await finish(bot, asked);
    expectNoSecrets(bot);
  });

  it('while a file is fetched fetches it again', async () => {
    await using bot = await startTestBot();
    bot.discord.fault({ method: 'GET', path: /dance/ }, 'hang');
    const asked = await animate(bot);
    await bot.discord.waitFor(() => bot.discord.requestsTo('GET', /dance/).length > 0);
    await bot.life.kill();
    bot.life = await bot.boot();
    await bot.discord.waitFor(() => textOf(asked.original).includes('In line'));
    expect(bot.remote.submits).toHaveLength(1);
  });

  it('after which a file can’t be fetched any more is told to the member, and that nothing was paid', async () => {
    await using bot = await startTestBot();
    bot.discord.fault({ method: 'GET', path: /dance/ }, 'hang');
    const asked = await animate(bot);
    await bot.discord.waitFor(() => bot.discord.requestsTo('GET', /dance/).length > 0);
    await bot.life.kill();
    bot.discord.fault(CDN, { status: 404, text: 'gone' }, 100);
    bot.life = await bot.boot();
    await bot.discord.waitFor(() => textOf(asked.original).includes(said('told.restarted')));
    expect(await bot.jobs()).toEqual([]);
  });

  it('while a form is open keeps what was given with it', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, '/animate', { image: image() });
    await discord.waitFor(() => discord.requestsTo('GET', /knight/).some(({ status }) => status === 200));
    await discord.waitFor(() => asked.modalOpen);
    const later = await discord.slash(ada, channel, '/help');
    await discord.waitFor(() => later.original && !later.original.thinking);
    await bot.restart();
    const sent = await discord.submitModal(asked, { clip: clip() });
    await discord.waitFor(() => textOf(sent.original).includes('knight.png + dance.mp4'));
  });

  it('once the job is there shows it and makes no other', async () => {
    await using bot = await startTestBot();
    const done = bot.store.inbox.done;
    bot.store.inbox.done = async (id) => {
      if (!id.startsWith('discord:')) await done(id);
    };
    const asked = await animate(bot);
    await bot.discord.waitFor(() => textOf(asked.original).includes('In line'));
    await bot.restart();
    bot.store.inbox.done = done;
    await bot.discord.waitFor(() => textOf(asked.original).includes('In line'));
    expect(bot.remote.submits).toHaveLength(1);
    await finish(bot, asked);
  });
});

describe('a member’s file', () => {
  it('is fetched again after passing trouble', async () => {
    await using bot = await startTestBot();
    bot.discord.fault(CDN, { status: 503, text: 'later' }, 2);
    const asked = await animate(bot);
    await bot.discord.waitFor(() => textOf(asked.original).includes('In line'));
  });

  it('that Discord has no more is asked for again', async () => {
    await using bot = await startTestBot();
    bot.discord.fault(CDN, { status: 404, text: 'gone' });
    const asked = await animate(bot);
    await bot.discord.waitFor(() => textOf(asked.original).includes(said('told.file-gone')));
    expect(bot.remote.submits).toEqual([]);
  });

  it('is never fetched from anywhere but Discord’s own addresses', async () => {
    const visits: string[] = [];
    const elsewhere = createServer((request, response) => {
      visits.push(request.url ?? '');
      response.end('bytes');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void elsewhere.close());
    const { port } = elsewhere.address() as AddressInfo;
    await using bot = await startTestBot();
    bot.discord.fault(CDN, {
      status: 302,
      headers: { location: `http://127.0.0.1:${port}/knight.png` },
      text: '',
    });
    const asked = await animate(bot);
    await bot.discord.waitFor(() => textOf(asked.original).includes(said('told.file-gone')));
    expect(visits).toEqual([]);
  });

  it('that is said to be too large is not fetched at all', async () => {
    await using bot = await startTestBot();
    const asked = await bot.discord.slash(bot.ada, bot.channel, '/animate', {
      image: { ...image(), announcedBytes: 60_000_000 },
      clip: clip(),
    });
    await bot.discord.waitFor(() => textOf(asked.original).includes('50 MB'));
    expect(bot.discord.requestsTo('GET', /knight/)).toEqual([]);
  });

  it('goes from our disk as it came, once the job has its own form of it', async () => {
    await using bot = await startTestBot();
    const asked = await animate(bot);
    await finish(bot, asked);
    const kept = async () => (await readdir(join(bot.folder, 'files'), { recursive: true })).join();
    await expect.poll(kept).not.toContain('.png');
    expect(await kept()).toContain('.mp4');
  });
});

describe('an unforeseen error', () => {
  it('is told in a friendly way, logged without secrets, and costs nothing', async () => {
    const broken = async () => {
      throw new Error('the unforeseen');
    };
    await using bot = await startTestBot({ world: { media: { checkImage: broken } } });
    const asked = await animate(bot);
    await bot.discord.waitFor(() => textOf(asked.original).includes(said('told.trouble')));
    expect(bot.lines.join('\n')).toContain('the unforeseen');
    expect(await bot.jobs()).toEqual([]);
    expectNoSecrets(bot);
  });

  it('in a packet from Discord stops nothing', async () => {
    await using bot = await startTestBot();
    const { gateway, sim } = bot.discord;
    gateway.dispatchInteraction(bot.guild, {
      id: 1,
      nonsense: true,
      entitlements: [],
      authorizing_integration_owners: {},
    });
    expect(sim).toBeDefined();
    const asked = await animate(bot);
    await bot.discord.waitFor(() => textOf(asked.original).includes('In line'));
  });
});
