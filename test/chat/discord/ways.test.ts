/** What members do has the same effect whichever way Discord brings it: by the gateway, or over HTTP with no gateway at all. */
import { describe, expect, it } from 'vitest';
import { SEVERAL } from '../../fakes/models.ts';
import { COMPLETED, createRemote } from '../../fakes/remote.ts';
import {
  clip,
  finish,
  image,
  said,
  slowRemote,
  startTestBot,
  type TestBot,
  textOf,
  type Way,
} from './harness.ts';

const CALLBACK = { method: 'POST', path: /\/callback$/ };
const CDN = { method: 'GET', path: /dance/ };

const animate = ({ discord, ada, channel }: TestBot) =>
  discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });

/** The next interaction comes so many times. */
function repeat({ discord }: TestBot, way: Way, copies: number): void {
  if (way === 'http') discord.endpoint.trouble({ copies });
  else discord.gateway.duplicateNext(copies);
}

describe.each<Way>(['gateway', 'http'])('what comes over %s', (way) => {
  it('makes a video of a picture and a clip, and takes the other way for nothing', async () => {
    await using bot = await startTestBot({ way });
    const asked = await animate(bot);
    const result = await finish(bot, asked);
    expect(textOf(result)).toContain('AI-generated motion transfer · ');
    expect(bot.remote.submits).toEqual([`discord-${asked.id}`]);
    expect(bot.discord.gateway.connected()).toBe(way === 'http' ? 0 : 1);
    // Those of the registration are no interactions.
    const brought = bot.discord.endpoint.deliveries.filter(({ body }) => JSON.parse(body).type !== 1);
    expect(brought.map(({ status, text }) => ({ status, text }))).toEqual(
      way === 'http' ? [{ status: 202, text: '' }] : [],
    );
  });

  it('opens a form for what is missing, and takes it', async () => {
    await using bot = await startTestBot({ way });
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, '/animate', { image: image(), prompt: 'snow' });
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, { clip: clip() });
    await discord.waitFor(() => textOf(sent.original).includes('knight.png + dance.mp4'));
    expect(await bot.jobs()).toMatchObject([{ id: `discord-${sent.id}`, request: { prompt: 'snow' } }]);
  });

  it('completes what is typed', async () => {
    await using bot = await startTestBot({
      way,
      world: { remotes: [createRemote('paid', { offers: SEVERAL })] },
    });
    const { discord, ada, channel } = bot;
    const typed = await discord.autocomplete(ada, channel, '/animate', 'model', { model: 'WAN' });
    expect((await discord.waitFor(() => typed.choices)).map(({ value }) => value)).toEqual(['wan-animate']);
  });

  it('answers the menu of a message, and a button', async () => {
    await using bot = await startTestBot({ way, world: { remotes: [slowRemote(3_000_000)] } });
    const { discord, ada, channel } = bot;
    const posted = await discord.say(ada, channel, 'look', { files: [image(), clip()] });
    const chosen = discord.contextMenu(ada, posted, 'Animate this');
    await discord.waitFor(() => chosen.modalOpen);
    const asked = await discord.submitModal(chosen, {});
    await discord.waitFor(() => textOf(asked.original).includes('This costs $3.00'));
    discord.press(ada, asked.original, 'decline|');
    await discord.waitFor(() => textOf(asked.original).includes(said('confirm.declined')));
    expect(bot.remote.submits).toEqual([]);
  });

  it('has one effect when it comes three times', async () => {
    await using bot = await startTestBot({ way });
    repeat(bot, way, 3);
    const asked = await animate(bot);
    await bot.discord.waitFor(() => textOf(asked.original).includes('In line'));
    expect(bot.remote.submits).toEqual([`discord-${asked.id}`]);
    expect(bot.discord.requestsTo('GET', /knight/)).toHaveLength(1);
  });

  it('gets its first answer before anything is written to disk', async () => {
    await using bot = await startTestBot({ way });
    bot.store.inbox.claim = () => new Promise<never>(() => {});
    const asked = await animate(bot);
    await bot.discord.waitFor(() => asked.answer !== undefined);
  });

  it('that comes too late makes no job', async () => {
    await using bot = await startTestBot({ way });
    const late = { status: 404, json: { message: 'Unknown interaction', code: 10062 } };
    bot.discord.fault(CALLBACK, late);
    await animate(bot);
    await expect.poll(() => bot.lines.join()).toContain('answered too late');
    expect(await bot.jobs()).toEqual([]);
  });

  it('is taken up by the next process where this one dies after it has answered', async () => {
    await using bot = await startTestBot({ way });
    const { discord } = bot;
    discord.fault(CDN, 'hang');
    const asked = await animate(bot);
    // The file is asked for once the command is on disk.
    await discord.waitFor(() => discord.requestsTo('GET', /dance/).length > 0);
    await bot.life.kill();
    bot.life = await bot.boot();
    await discord.waitFor(() => textOf(asked.original).includes('knight.png'));
    expect(await bot.jobs()).toHaveLength(1);
  });

  it('leaves no token in the log, whatever becomes of it', async () => {
    await using bot = await startTestBot({ way });
    const { discord } = bot;
    discord.fault(CALLBACK, { status: 500 });
    const asked = await animate(bot);
    discord.fault({ method: 'PATCH', path: /original/ }, { status: 500 }, 2);
    await discord.waitFor(() => textOf(asked.original).includes('In line'));
    const log = bot.lines.join('\n');
    for (const secret of [discord.token, asked.token]) expect(log).not.toContain(secret.slice(0, 40));
  });
});

describe('a call over HTTP', () => {
  it('has its 202 once what is to be done is on disk, however long that takes', async () => {
    await using bot = await startTestBot({ way: 'http' });
    const { discord, ada, channel } = bot;
    const disk = Promise.withResolvers<void>();
    const claim = bot.store.inbox.claim.bind(bot.store.inbox);
    bot.store.inbox.claim = async (...event) => {
      await disk.promise;
      return claim(...event);
    };
    const asked = await animate(bot);
    await discord.waitFor(() => asked.answer !== undefined);
    const answerTo = (id: string) =>
      discord.endpoint.deliveries.find(({ body }) => JSON.parse(body).id === id)?.status;
    // One that has nothing to keep comes later, and is through.
    const typed = await discord.autocomplete(ada, channel, '/jobs', 'job', { job: '' });
    await discord.waitFor(() => answerTo(typed.id) === 202);
    expect(answerTo(asked.id)).toBeUndefined();
    disk.resolve();
    await discord.waitFor(() => answerTo(asked.id) === 202);
  });
});

describe('an interaction that comes by both ways', () => {
  it('is handled once', async () => {
    await using bot = await startTestBot({ parts: { interactions: 'http' } });
    const { discord } = bot;
    await discord.waitFor(() => discord.endpoint.url() && discord.gateway.connected() > 0);
    discord.endpoint.trouble({ alsoByGateway: true, copies: 2 });
    const asked = await animate(bot);
    bot.remote.statuses = [COMPLETED];
    await discord.waitFor(() => asked.followUps.some((one) => one.files.length > 0));
    expect(bot.remote.submits).toHaveLength(1);
    expect(asked.followUps).toHaveLength(1);
    expect(bot.discord.requestsTo('GET', /knight/)).toHaveLength(1);
  });
});
