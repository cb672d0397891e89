import { type AddressInfo, createServer } from 'node:net';
import { REST } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { rateLimited } from '../../../simulators/discord/faults.ts';
import { buttons, mediaShown, visibleText } from '../../../simulators/discord/look.ts';
import { createOutbound } from '../../../src/chat/discord/outbound/index.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { sampleImage } from '../../samples.ts';
import { MIB, MINUTE_MS, outboundWorld } from './outbound-setup.ts';

const FOLLOW_UPS = /^\/api\/v10\/webhooks\/\d+\/[^/]+$/;
const CHANNEL_POSTS = /^\/api\/v10\/channels\/\d+\/messages$/;

const { t } = wordsFor('en-US');

describe('where a finished video goes on Discord', () => {
  it('is a follow-up that notifies the member once, while the token lives', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const outcome = await world.deliver(asked);
    const [result, ...more] = world.results();
    expect(more).toEqual([]);
    expect(outcome).toMatchObject({
      kind: 'delivered',
      receipt: { rung: 'follow-up', details: { messageId: result?.id, channelId: world.channel.id } },
    });
    expect(result?.notified).toEqual([world.ada.id]);
    expect(result?.id).not.toBe(asked.status.id);
    expect(result && mediaShown(result)).toMatchObject([
      {
        filename: `strut-${asked.job.code}.mp4`,
        alt: `${t('result.ai')}: ${t('card.picture')} + ${t('card.clip')}`,
      },
    ]);
    expect(result && buttons(result).map(({ label }) => label)).toEqual([
      t('button.again'),
      t('button.new-image'),
      t('button.new-motion'),
      t('button.delete'),
      t('button.details'),
      t('button.keep-motion'),
      t('button.keep-character'),
      t('button.report'),
    ]);
  });

  it('is never the answer that still says "thinking…"', async () => {
    await using world = await outboundWorld();
    const interaction = await world.interact(world.ada, world.channel);
    const asked = await world.ask();
    const { original } = interaction;
    const job = {
      ...asked.job,
      id: 'discord-quick',
      requester: { ...asked.job.requester, target: { ...world.targetOf(interaction) } },
    };
    world.jobs.set(job.id, job);
    await world.outbound.bind(job.id, {
      channelId: world.channel.id,
      statusMessageId: original?.id ?? '',
      eventId: interaction.id,
    });
    const quick = { ...asked, job, target: world.targetOf(interaction) };
    await world.deliver(quick);
    expect(original?.files).toEqual([]);
    expect(original && visibleText(original)).not.toContain('thinking');
    expect(world.results()).toHaveLength(1);
  });

  it('is a reply in the channel once the token is dead', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.pass(16 * MINUTE_MS);
    expect(await world.deliver(asked)).toMatchObject({ kind: 'delivered', receipt: { rung: 'channel' } });
    const [result] = world.results();
    expect(result?.replyTo?.id).toBe(asked.status.id);
    expect(result?.notified).toEqual([world.ada.id]);
    expect(world.discord.requestsTo('POST', FOLLOW_UPS)).toEqual([]);
  });

  it('is a reply also where Discord killed the token before its time', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    world.discord.expireTokens();
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'channel' } });
    await world.show(world.as(asked, 'running'));
    expect(world.discord.requestsTo('POST', FOLLOW_UPS)).toHaveLength(1);
    expect(world.discord.requestsTo('PATCH', /webhooks/)).toHaveLength(1);
    expect(world.outbound.uploadLimitBytes(asked.job, { ...asked.target, uploadLimitBytes: 1 })).toBe(
      10 * MIB,
    );
  });

  it('is a message of its own where the status message was deleted', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.pass(16 * MINUTE_MS);
    asked.status.deleted = true;
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'channel' } });
    expect(world.results().map(({ notified }) => notified)).toEqual([[world.ada.id]]);
  });

  it('is a message of its own where the bot may not read the message to reply to', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.pass(16 * MINUTE_MS);
    world.discord.deny(world.channel, world.discord.bot, 'ReadMessageHistory');
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'channel' } });
    expect(world.results().map(({ replyTo }) => replyTo)).toEqual([undefined]);
  });

  it('replies to the mention that asked, in a channel without a status message of ours', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const other = world.discord.channel(world.guild, 'other');
    const mention = await world.discord.say(world.ada, other, 'again, please');
    const to = { ...asked.target, kind: 'message' as const, eventId: mention.id, channelId: other.id };
    expect(await world.deliver(asked, { to })).toMatchObject({ receipt: { rung: 'channel' } });
    expect(world.results(other).find(({ author }) => author.bot)?.replyTo?.id).toBe(mention.id);
  });

  it.each([['SendMessages' as const], ['AttachFiles' as const], ['ViewChannel' as const]])(
    'is a private message where the bot has no %s',
    async (permission) => {
      await using world = await outboundWorld();
      const asked = await world.ask();
      await world.pass(16 * MINUTE_MS);
      world.discord.deny(world.channel, world.discord.bot, permission);
      expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'dm' } });
      const [result] = world.results(world.discord.dm(world.ada));
      expect(result && visibleText(result)).toContain(t('told.sent-private'));
      expect(result?.notified).toEqual([world.ada.id]);
    },
  );

  it('is a private message where the channel is gone, and channels known to be closed are not tried', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const barred = await world.ask({ canPost: false });
    await world.pass(16 * MINUTE_MS);
    expect(await world.deliver(barred)).toMatchObject({ receipt: { rung: 'dm' } });
    expect(world.discord.requestsTo('POST', new RegExp(`/channels/${world.channel.id}/messages`))).toEqual(
      [],
    );
    world.discord.world.channels.delete(world.channel.id);
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'dm' } });
  });

  it('is nowhere when private messages are closed too, and the member is asked to come', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.pass(16 * MINUTE_MS);
    world.discord.deny(world.channel, world.discord.bot, 'AttachFiles');
    world.ada.dmsOpen = false;
    expect(await world.deliver(asked)).toEqual({ kind: 'nowhere' });
    await world.show(
      world.as(asked, 'completed', { rungs: [{ at: 1, form: 'original', outcome: 'nowhere' }] }),
    );
    expect(buttons(asked.status)).toMatchObject([
      { label: t('button.get-video'), customId: `get|${asked.job.code}` },
    ]);
    expect(visibleText(asked.status)).toContain(t('told.waiting'));

    const click = await world.interact(world.ada, world.channel, { source: asked.status, ack: 6 });
    expect(await world.deliver(asked, { to: world.targetOf(click) })).toMatchObject({
      receipt: { rung: 'follow-up' },
    });
  });

  it('works by "Get your video" alone where the bot is not in the server', async () => {
    await using world = await outboundWorld();
    const elsewhere = world.discord.guild('Elsewhere', { botIn: false });
    const channel = world.discord.channel(elsewhere, 'lounge');
    const eve = world.discord.member(elsewhere, 'Eve', { installed: true, dmsOpen: false });
    const asked = await world.ask({ user: eve, channel });
    await world.show(world.as(asked, 'running'));
    await world.pass(13 * MINUTE_MS);
    expect(buttons(asked.status).map(({ label }) => label)).toEqual([t('button.cancel')]);
    await world.pass(2 * MINUTE_MS);
    expect(buttons(asked.status).map(({ label }) => label)).toEqual([
      t('button.cancel'),
      t('button.get-video'),
    ]);
    const edits = world.discord.requestsTo('PATCH', /./).length;

    await world.pass(20 * MINUTE_MS);
    expect(await world.deliver(asked)).toEqual({ kind: 'nowhere' });
    expect(world.discord.requestsTo('PATCH', /./)).toHaveLength(edits);

    // The click names the status message, so its token serves that message as well.
    const click = await world.interact(eve, channel, {
      source: asked.status,
      ack: 6,
      for: asked.target.eventId,
    });
    await world.tokens.remember(click.id, {
      applicationId: world.discord.bot.id,
      token: click.token,
      receivedAt: world.time.now,
    });
    const outcome = await world.deliver(asked, { to: world.targetOf(click) });
    expect(outcome).toMatchObject({ receipt: { rung: 'follow-up' } });
    if (outcome.kind !== 'delivered') throw new Error('not delivered');
    await world.show(world.as(asked, 'delivered', { receipt: outcome.receipt }));
    expect(visibleText(asked.status)).toContain(t('job.delivered', { cost: '$0.28' }));
    expect(buttons(asked.status)).toEqual([]);
  });

  it('goes on to a private message when the interaction has no follow-up left', async () => {
    await using world = await outboundWorld({ settings: { followUps: 0 } });
    const elsewhere = world.discord.guild('Elsewhere', { botIn: false });
    const channel = world.discord.channel(elsewhere, 'lounge');
    const eve = world.discord.member(elsewhere, 'Eve', { installed: true });
    const asked = await world.ask({ user: eve, channel });
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'dm' } });
  });

  it('is seen by the member alone when they asked in private, also after the token is dead', async () => {
    await using world = await outboundWorld();
    const first = await world.ask({ private: true });
    const bob = world.discord.member(world.guild, 'Bob');
    const outcome = await world.deliver(first);
    expect(outcome).toMatchObject({ receipt: { rung: 'follow-up' } });
    expect(outcome).not.toHaveProperty('receipt.details');
    expect(world.results(world.channel, world.ada)).toHaveLength(1);

    const second = await world.ask({ private: true });
    await world.pass(16 * MINUTE_MS);
    expect(await world.deliver(second)).toMatchObject({ receipt: { rung: 'dm' } });
    expect(world.discord.messages(world.channel, bob)).toEqual([]);
    expect(world.discord.requestsTo('POST', new RegExp(`/channels/${world.channel.id}/messages`))).toEqual(
      [],
    );
  });

  it('pings nobody where that is turned off', async () => {
    await using world = await outboundWorld({ parts: { notify: () => false } });
    const asked = await world.ask();
    await world.deliver(asked);
    expect(world.results().map(({ notified }) => notified)).toEqual([[]]);
  });
});

/** Discord's no in an answer of that status, as its developer docs list them (topics/opcodes-and-status-codes, 2026-11-21). */
const no = (status: number, code: number) => ({ status, json: { message: 'No.', code } });

describe('a place that Discord shuts with another status than 403 or 404', () => {
  const DM_OPENINGS = /^\/api\/v10\/users\/@me\/channels$/;
  const [EXPLICIT, AUTOMOD, UPLOADS_LIMITED, CANNOT_DM, INVALID] = [20009, 200000, 400001, 50007, 50035];
  const TIMES = 9;

  it.each([[EXPLICIT], [AUTOMOD], [UPLOADS_LIMITED], [12345]])(
    'leads to a private message when 400 with %i is all that follow-up and channel say',
    async (code) => {
      await using world = await outboundWorld();
      const asked = await world.ask();
      world.discord.fault({ method: 'POST', path: FOLLOW_UPS }, no(400, code), TIMES);
      world.discord.fault(
        { method: 'POST', path: new RegExp(`/channels/${world.channel.id}/messages$`) },
        no(400, code),
        TIMES,
      );
      expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'dm' } });
      expect(world.discord.requestsTo('POST', FOLLOW_UPS)).toHaveLength(1);
      expect(world.logged).toContainEqual(expect.objectContaining({ rung: 'channel', status: 400, code }));
    },
  );

  it.each([[400], [403]])(
    'leads to "Get your video" when no private message can be opened (%i)',
    async (status) => {
      await using world = await outboundWorld();
      const asked = await world.ask({ canPost: false });
      await world.pass(16 * MINUTE_MS);
      world.discord.fault({ method: 'POST', path: DM_OPENINGS }, no(status, CANNOT_DM));
      expect(await world.deliver(asked)).toEqual({ kind: 'nowhere' });
    },
  );

  it('gets text, file and buttons when it was our own form that Discord could not read', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    world.discord.fault({ method: 'POST', path: FOLLOW_UPS }, no(400, INVALID));
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'follow-up' } });
    const [result, ...more] = world.results();
    expect(more).toEqual([]);
    expect(result?.content).toContain(t('result.ai'));
    expect(result?.files).toMatchObject([{ filename: `strut-${asked.job.code}.mp4` }]);
    expect(buttons(result ?? expect.fail())).toContainEqual(
      expect.objectContaining({ label: t('button.again') }),
    );
  });

  it('gets text and file alone, and what can be typed, when its buttons are refused as well', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    world.discord.fault({ method: 'POST', path: FOLLOW_UPS }, no(400, INVALID), 2);
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'follow-up' } });
    const [result, ...more] = world.results();
    expect(more).toEqual([]);
    expect(result?.components).toEqual([]);
    expect(result?.content).toContain(t('result.ai'));
    expect(result?.content).toContain(`${t('button.report')}: /report job:${asked.job.code}`);
    expect(result?.files).toMatchObject([{ filename: `strut-${asked.job.code}.mp4` }]);
    expect(result?.notified).toEqual([world.ada.id]);
  });

  it('gets the bare link too, and in the channel no reply', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.pass(16 * MINUTE_MS);
    const link = { url: 'https://strut.example/media/abc', until: world.time.now + MINUTE_MS };
    world.discord.fault({ method: 'POST', path: CHANNEL_POSTS }, no(400, INVALID));
    const delivery = { form: 'link' as const, link, poster: async () => undefined };
    expect(await world.deliver(asked, { delivery })).toMatchObject({ receipt: { rung: 'channel' } });
    expect(world.results().map(({ replyTo }) => replyTo)).toEqual([undefined]);
    expect(world.results()[0]?.content).toContain(link.url);
  });

  it('gets the link without its picture when that is refused as well', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.pass(16 * MINUTE_MS);
    const link = { url: 'https://strut.example/media/abc', until: world.time.now + MINUTE_MS };
    world.discord.fault({ method: 'POST', path: CHANNEL_POSTS }, no(400, INVALID), 2);
    const delivery = { form: 'link' as const, link, poster: async () => sampleImage() };
    expect(await world.deliver(asked, { delivery })).toMatchObject({ receipt: { rung: 'channel' } });
    expect(world.results()).toMatchObject([{ files: [], content: expect.stringContaining(link.url) }]);
  });

  it('is left for the next place when text and file alone are refused as well', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    world.discord.fault({ method: 'POST', path: FOLLOW_UPS }, no(400, INVALID), 3);
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'channel' } });
  });

  it('finds text and file alone again when their answer was lost', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.pass(16 * MINUTE_MS);
    world.discord.fault({ method: 'POST', path: CHANNEL_POSTS }, no(400, INVALID));
    world.discord.fault({ method: 'POST', path: CHANNEL_POSTS }, 'lose-answer', 4);
    await expect(world.deliver(asked)).rejects.toMatchObject({ retryHelps: true });
    await world.pass(120 * MINUTE_MS);
    await world.restart();
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'channel' } });
    expect(world.results()).toHaveLength(1);
  });

  it.each([
    ['the bot’s own token', 401],
    ['an upload that took too long', 408],
  ])('is not taken for shut on account of %s', async (_what, status) => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    world.discord.fault({ method: 'POST', path: FOLLOW_UPS }, { status, text: '' });
    await expect(world.deliver(asked)).rejects.toMatchObject({ name: 'DiscordTrouble', status });
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'follow-up' } });
  });
});

describe('the forms of a video on Discord', () => {
  it('shows a picture and a button for a video behind a link', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const link = { url: 'https://strut.example/media/abc', until: world.time.now + MINUTE_MS };
    const { poster } = await world.video();
    await world.deliver(asked, { delivery: { form: 'link', link, poster } });
    const [result] = world.results();
    expect(result && mediaShown(result)).toMatchObject([
      { filename: `strut-${asked.job.code}.jpg`, alt: expect.stringContaining(t('result.ai')) },
    ]);
    expect(result && buttons(result)).toContainEqual({
      label: t('button.open-link'),
      url: link.url,
      disabled: false,
    });
    expect(result && visibleText(result)).toContain(t('told.link-only'));
  });

  it('brings the link also without a picture, and with a smaller copy', async () => {
    await using world = await outboundWorld();
    const link = { url: 'https://strut.example/media/abc', until: world.time.now + MINUTE_MS };
    const [bare, small] = [await world.ask(), await world.ask()];
    await world.deliver(bare, { delivery: { form: 'link', link, poster: async () => undefined } });
    const original = await world.original(small);
    if (original.form !== 'original') throw new Error('another form');
    await world.deliver(small, { delivery: { ...original, form: 'smaller', link } });
    const shown = world
      .results()
      .map((result) => buttons(result).filter(({ url }) => url === link.url).length);
    expect(shown).toEqual([1, 1]);
  });
});

describe('how large a file may be', () => {
  it('is as large as the interaction said, then as the server’s boosts allow, then as a private message takes', async () => {
    await using world = await outboundWorld({ tier: 2 });
    const asked = await world.ask({ uploadLimitBytes: 500 * MIB });
    const hidden = await world.ask({ private: true });
    const limit = () => world.outbound.uploadLimitBytes(asked.job, asked.target);
    expect(limit()).toBe(500 * MIB);
    await world.pass(16 * MINUTE_MS);
    expect(limit()).toBe(50 * MIB);
    expect(world.outbound.uploadLimitBytes(hidden.job, hidden.target)).toBe(10 * MIB);
  });

  it('is not even sent when the place that is left takes less', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask({ uploadLimitBytes: 500 * MIB });
    await world.pass(16 * MINUTE_MS);
    const delivery = await world.original(asked, 10 * MIB + 1);
    expect(await world.deliver(asked, { delivery })).toEqual({ kind: 'too-large', maxBytes: 10 * MIB });
    expect(world.discord.requestsTo('POST', CHANNEL_POSTS)).toEqual([]);
  });

  it.each(['json' as const, 'proxy' as const])(
    'is what a refusal says (%s), which is remembered for the server',
    async (tooLarge) => {
      const takes = 12 * MIB;
      await using world = await outboundWorld({ settings: { fileLimitBytes: takes, tooLarge } });
      world.discord.settings.tierLimitBytes = [takes, takes, takes, takes];
      const asked = await world.ask({ uploadLimitBytes: 25 * MIB });
      const outcome = await world.deliver(asked, { delivery: await world.original(asked, 15 * MIB) });
      expect(outcome).toEqual({ kind: 'too-large', maxBytes: 15 * MIB - 1 });
      expect(await world.deliver(asked, { delivery: await world.original(asked, 11 * MIB) })).toMatchObject({
        kind: 'delivered',
        receipt: { rung: 'follow-up' },
      });
      await world.restart();
      const next = await world.ask({ uploadLimitBytes: 25 * MIB });
      expect(world.outbound.uploadLimitBytes(next.job, next.target)).toBe(15 * MIB - 1);
      expect(world.results()).toHaveLength(1);
    },
  );

  it('is never less for the next job than what Discord takes everywhere, however often files are refused', async () => {
    await using world = await outboundWorld();
    const bob = world.discord.member(world.guild, 'Bob');
    const asked = await world.ask({ uploadLimitBytes: 25 * MIB });
    const hidden = await world.ask({ private: true });
    const refused = (path: RegExp) => world.discord.fault({ method: 'POST', path }, no(413, 40005));
    for (const bytes of [12 * MIB, 9 * MIB, 5_000, 2_000]) {
      refused(FOLLOW_UPS);
      expect(await world.deliver(asked, { delivery: await world.original(asked, bytes) })).toEqual({
        kind: 'too-large',
        maxBytes: bytes - 1,
      });
    }
    const next = await world.ask({ user: bob, uploadLimitBytes: 25 * MIB });
    expect(world.outbound.uploadLimitBytes(next.job, next.target)).toBe(10 * MIB);
    await world.pass(16 * MINUTE_MS);
    refused(CHANNEL_POSTS);
    expect(await world.deliver(hidden, { delivery: await world.original(hidden, 5_000) })).toEqual({
      kind: 'too-large',
      maxBytes: 4_999,
    });
    const theirs = await world.ask({ user: bob, private: true });
    await world.pass(16 * MINUTE_MS);
    expect(world.outbound.uploadLimitBytes(theirs.job, theirs.target)).toBe(10 * MIB);
  });

  it('is learned from a proxy that refuses the file unread', async () => {
    await using world = await outboundWorld();
    const proxy = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n'));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const rest = new REST({ api: `http://127.0.0.1:${port}` }).setToken(world.discord.token);
    const strict = createOutbound({ ...world.parts(), rest });
    try {
      const asked = await world.ask();
      const delivery = await world.original(asked, 5 * MIB);
      const job = world.as(asked, 'completed');
      expect(await strict.deliver(job, delivery, asked.target)).toMatchObject({ kind: 'too-large' });
    } finally {
      await strict.stop();
      rest.clearHashSweeper();
      rest.clearHandlerSweeper();
      proxy.close();
    }
  });

  it('streams the very bytes of the file', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.deliver(asked, { delivery: await world.original(asked, 3 * MIB) });
    expect(world.results()[0]?.files).toMatchObject([{ bytes: 3 * MIB, contentType: 'video/mp4' }]);
  });
});

describe('passing trouble on the way to a member', () => {
  it('waits as long as Discord asks, then posts once', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    world.discord.fault({ method: 'POST', path: FOLLOW_UPS }, rateLimited(0.05), 2);
    expect(await world.deliver(asked)).toMatchObject({ kind: 'delivered' });
    expect(world.results()).toHaveLength(1);
    expect(world.discord.requestsTo('POST', FOLLOW_UPS).map(({ status }) => status)).toEqual([429, 429, 200]);
  });

  it('keeps within what a channel takes, so that no upload is in vain', async () => {
    await using world = await outboundWorld({ settings: { channelLimit: { limit: 2, perMs: 100 } } });
    const all = await Promise.all(Array.from({ length: 5 }, () => world.ask()));
    await world.pass(16 * MINUTE_MS);
    await Promise.all(all.map((asked) => world.deliver(asked)));
    expect(world.results()).toHaveLength(5);
    expect(world.discord.requestsTo('POST', CHANNEL_POSTS).map(({ status }) => status)).toEqual(
      Array(5).fill(200),
    );
  });

  it('tells that a retry helps when Discord wants a longer wait', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    world.discord.fault({ method: 'POST', path: FOLLOW_UPS }, rateLimited(300));
    await expect(world.deliver(asked)).rejects.toMatchObject({ name: 'DiscordTrouble', retryHelps: true });
    expect(world.results()).toEqual([]);
  });

  it('tells that a retry helps when Discord is down', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    world.discord.fault({ method: 'POST', path: FOLLOW_UPS }, { status: 502, text: 'Bad Gateway' });
    await expect(world.deliver(asked)).rejects.toMatchObject({ status: 502, retryHelps: true });
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'follow-up' } });
    expect(world.results()).toHaveLength(1);
  });

  it('does not take a file of ours that is missing for trouble of Discord', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const delivery = await world.original(asked);
    if (delivery.form !== 'original') throw new Error('another form');
    await expect(
      world.deliver(asked, { delivery: { ...delivery, path: '/nowhere/at/all.mp4' } }),
    ).rejects.not.toMatchObject({ name: 'DiscordTrouble' });
  });
});
