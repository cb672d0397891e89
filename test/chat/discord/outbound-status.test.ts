import { ComponentType } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { buttons, visibleText } from '../../../simulators/discord/look.ts';
import type { Job } from '../../../src/core/job/job.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { MINUTE_MS, type OutboundWorld, outboundWorld, type RecordedRequest } from './outbound-setup.ts';

const rendering = (world: OutboundWorld, asked: RecordedRequest, progress: number): Job =>
  world.as(asked, 'running', {
    startedAt: world.time.now,
    updatedAt: world.time.now,
    phase: { kind: 'rendering', progress },
  });
const { t } = wordsFor('en-US');
const DONE = t('job.delivered', { cost: '$0.28' });
const edits = ({ discord }: OutboundWorld) => discord.requestsTo('PATCH', /./);

describe('the status message on Discord', () => {
  it('says who asked, what, and how it stands, and pings nobody', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask({ names: { image: 'knight.png', clip: 'dance.mp4' } });
    const text = visibleText(asked.status);
    expect(text).toContain(t('card.queued-at', { position: 2 }));
    expect(text).toContain(`<@${world.ada.id}>`);
    expect(text).toContain('knight.png + dance.mp4');
    expect(text).toContain('$0.28');
    expect(buttons(asked.status)).toMatchObject([
      { label: t('button.cancel'), customId: `cancel|${asked.job.code}` },
    ]);
    expect(asked.status.notified).toEqual([]);
    expect(edits(world)[0]?.json).toMatchObject({ allowed_mentions: { parse: [] } });
  });

  it('shows a bar and the expected end as soon as there is something to tell them from', async () => {
    await using world = await outboundWorld({ parts: { usualMs: () => 2 * MINUTE_MS } });
    const asked = await world.ask();
    await world.pass(MINUTE_MS);
    await world.show({
      ...world.as(asked, 'running'),
      submittedAt: world.time.now - MINUTE_MS,
      phase: { kind: 'rendering' },
    });
    expect(visibleText(asked.status)).toMatch(/▰{6}▱{6} {2}50% {2}<t:\d+:R>/);
    const [, seconds] = /<t:(\d+):R>/.exec(visibleText(asked.status)) ?? [];
    expect(Number(seconds) * 1000).toBe(world.time.now + MINUTE_MS);
  });

  it('moves the bar on by itself, a few times, and says so when it takes longer', async () => {
    await using world = await outboundWorld({ parts: { usualMs: () => 2 * MINUTE_MS } });
    const asked = await world.ask();
    await world.show({
      ...world.as(asked, 'running'),
      submittedAt: world.time.now,
      phase: { kind: 'rendering' },
    });
    const before = edits(world).length;
    await world.pass(3 * MINUTE_MS);
    expect(visibleText(asked.status)).toContain(t('card.longer'));
    expect(edits(world).length - before).toBeLessThan(12);
    const then = edits(world).length;
    await world.pass(30 * MINUTE_MS);
    expect(edits(world)).toHaveLength(then);
  });

  it('is edited for progress at most every five seconds, and with the newest there is', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.show(rendering(world, asked, 0.1));
    const before = edits(world).length;
    for (let i = 1; i <= 20; i += 1) {
      await world.pass(100);
      await world.show(rendering(world, asked, 0.1 + i / 100));
    }
    expect(edits(world)).toHaveLength(before);
    await world.pass(3_000);
    expect(edits(world)).toHaveLength(before + 1);
    expect(visibleText(asked.status)).toContain('30%');
  });

  it('tells a new state at once, however short ago the last edit was', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.show(rendering(world, asked, 0.1));
    await world.show(world.as(asked, 'completed'));
    expect(visibleText(asked.status)).toContain(t('card.completed'));
    await world.show(world.as(asked, 'cancelled'));
    expect(visibleText(asked.status)).toContain(t('card.cancelled'));
  });

  it('is not edited when nothing that is seen has changed', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const before = edits(world).length;
    await world.show({ ...asked.job, updatedAt: world.time.now + 1 });
    await world.restart();
    await world.show(asked.job);
    expect(edits(world)).toHaveLength(before);
  });

  it('says how the job stands also on a message that said something else meanwhile', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const said = visibleText(asked.status);
    asked.status.components = [{ type: ComponentType.TextDisplay, content: 'One moment' }];
    const { eventId, channelId } = asked.target;
    await world.outbound.bind(asked.job.id, { eventId, channelId, statusMessageId: asked.status.id });
    await world.settle();
    expect(visibleText(asked.status)).toBe(said);
  });

  it('does not change for an expected end that hardly moved', async () => {
    await using world = await outboundWorld({ parts: { usualMs: () => MINUTE_MS } });
    const asked = await world.ask();
    const running = { ...world.as(asked, 'running'), submittedAt: world.time.now - 5_000 };
    const guess = (ms: number) => world.show({ ...running, submittedAt: running.submittedAt + ms });
    await guess(0);
    const [, first] = /<t:(\d+):R>/.exec(visibleText(asked.status)) ?? [];
    await world.pass(6_000);
    await guess(1_500);
    expect(/<t:(\d+):R>/.exec(visibleText(asked.status))?.[1]).toBe(first);
  });

  it('never has two requests under way, and sends only the newest after them', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const gate = Promise.withResolvers<void>();
    world.discord.fault({ method: 'PATCH', path: /./ }, { until: gate.promise });
    const before = edits(world).length;
    const working = world.show(rendering(world, asked, 0.1));
    await expect.poll(() => edits(world)).toHaveLength(before + 1);
    for (const job of [
      rendering(world, asked, 0.2),
      rendering(world, asked, 0.3),
      world.as(asked, 'completed'),
    ]) {
      world.jobs.set(job.id, job);
      world.outbound.show(job);
    }
    expect(edits(world)).toHaveLength(before + 1);
    gate.resolve();
    await working;
    await world.settle();
    expect(edits(world)).toHaveLength(before + 2);
    expect(visibleText(asked.status)).toContain(t('card.completed'));
  });

  it('needs few edits and one timer for two hundred jobs at once', async () => {
    await using world = await outboundWorld();
    const all: RecordedRequest[] = [];
    for (let i = 0; i < 200; i += 1) all.push(await world.ask());
    const before = edits(world).length;
    for (let i = 1; i <= 30; i += 1) {
      for (const asked of all) {
        const job = rendering(world, asked, i / 40);
        world.jobs.set(job.id, job);
        world.outbound.show(job);
      }
      expect(await world.scheduler.size()).toBe(200);
      await world.pass(100);
    }
    await world.pass(5_000);
    expect(edits(world).length - before).toBe(200 * 2);
    for (const asked of all) {
      const job = world.as(asked, 'cancelled');
      world.jobs.set(job.id, job);
      world.outbound.show(job);
    }
    await world.settle();
    expect(await world.scheduler.size()).toBe(0);
    expect(await world.disk.inbox.pending('')).toEqual([]);
  });
});

describe('who edits the status message on Discord', () => {
  it('is the bot itself once the token is dead, and the token never again', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.pass(16 * MINUTE_MS);
    await world.show(rendering(world, asked, 0.6));
    expect(visibleText(asked.status)).toContain('60%');
    const late = edits(world).slice(1);
    expect(late.map(({ path }) => path)).toEqual([
      `/api/v10/channels/${world.channel.id}/messages/${asked.status.id}`,
    ]);
    expect(world.discord.journal.filter(({ status }) => status === 401)).toEqual([]);
  });

  it('is nobody where the bot has no rights and the token is dead', async () => {
    await using world = await outboundWorld();
    const [barred, hidden] = [await world.ask({ canPost: false }), await world.ask({ private: true })];
    await world.pass(16 * MINUTE_MS);
    const before = edits(world).length;
    for (const asked of [barred, hidden]) await world.show(rendering(world, asked, 0.6));
    expect(edits(world)).toHaveLength(before);
  });

  it('is the fresh token of a button that the member presses', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask({ private: true });
    await world.pass(16 * MINUTE_MS);
    await world.interact(world.ada, world.channel, {
      source: asked.status,
      ack: 6,
      for: asked.target.eventId,
    });
    await world.show(rendering(world, asked, 0.6));
    expect(visibleText(asked.status)).toContain('60%');
    expect(world.outbound.uploadLimitBytes(asked.job, asked.target)).toBe(asked.target.uploadLimitBytes);
  });

  it('is the bot itself as soon as Discord calls the token dead, which is asked once', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    world.discord.expireTokens();
    await world.show(rendering(world, asked, 0.3));
    await world.pass(10_000);
    await world.show(rendering(world, asked, 0.6));
    expect(visibleText(asked.status)).toContain('60%');
    expect(world.discord.journal.filter(({ status }) => status === 401)).toHaveLength(1);
  });

  it('is nobody while the bot is shut out, until a button brings a fresh token', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.pass(16 * MINUTE_MS);
    world.discord.deny(world.channel, world.discord.bot, 'ViewChannel');
    await world.show(rendering(world, asked, 0.3));
    const before = edits(world).length;
    await world.pass(MINUTE_MS);
    await world.show(rendering(world, asked, 0.4));
    expect(edits(world)).toHaveLength(before);
    await world.interact(world.ada, world.channel, {
      source: asked.status,
      ack: 6,
      for: asked.target.eventId,
    });
    await world.show(rendering(world, asked, 0.6));
    await world.pass(10_000);
    expect(visibleText(asked.status)).toContain('60%');
  });

  it('is nobody any more when the message was deleted', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    world.discord.erase(world.ada, Object.assign(asked.status, { visibleTo: world.ada.id }));
    await world.show(rendering(world, asked, 0.1));
    const before = edits(world).length;
    await world.pass(MINUTE_MS);
    await world.show(world.as(asked, 'completed'));
    expect(edits(world)).toHaveLength(before);
    expect(await world.deliver(asked)).toMatchObject({ kind: 'delivered' });
  });

  it.each([429, 500, 503])(
    'lets progress go that met a %i, and tells the end all the same',
    async (status) => {
      await using world = await outboundWorld();
      const asked = await world.ask();
      // discord.js itself waits on a 429, and then sends once more.
      const json = { message: 'wait', code: 0, retry_after: 0.01, global: false };
      world.discord.fault({ method: 'PATCH', path: /./ }, { status, json });
      await world.show(rendering(world, asked, 0.1));
      await world.show(rendering(world, asked, 0.2));
      await world.pass(10_000);
      expect(visibleText(asked.status)).toContain('20%');
      world.discord.fault({ method: 'PATCH', path: /./ }, { status: 500, text: '' }, 2);
      await world.show(world.as(asked, 'cancelled'));
      expect(visibleText(asked.status)).toContain('20%');
      await world.pass(5 * MINUTE_MS);
      expect(visibleText(asked.status)).toContain(t('card.cancelled'));
    },
  );
});

describe('how a job’s end is told on Discord', () => {
  it('shrinks to one line that leads to the video', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const outcome = await world.deliver(asked);
    if (outcome.kind !== 'delivered') throw new Error('not delivered');
    await world.show(world.as(asked, 'delivered', { receipt: outcome.receipt }));
    const [result] = world.results();
    const address = `https://discord.com/channels/${world.guild.id}/${world.channel.id}/${result?.id}`;
    expect(visibleText(asked.status)).toBe(`${DONE} · [${t('jobs.open')}](${address})`);
    expect(buttons(asked.status)).toEqual([]);
    expect(await world.disk.inbox.pending('')).toEqual([]);
  });

  it('leads to no message that others can’t see', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask({ private: true });
    const outcome = await world.deliver(asked);
    if (outcome.kind !== 'delivered') throw new Error('not delivered');
    await world.show(world.as(asked, 'delivered', { receipt: outcome.receipt }));
    expect(visibleText(asked.status)).toBe(DONE);
  });

  it('tells a failure on the message and by a new one that notifies, once', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const failed = world.as(asked, 'failed');
    await world.show(failed);
    await world.show(failed);
    expect(visibleText(asked.status)).toContain(t('card.failed'));
    expect(buttons(asked.status).map(({ label }) => label)).toEqual([t('button.again')]);
    const [told, ...more] = world.results();
    expect(more).toEqual([]);
    expect(told && visibleText(told)).toContain(t('failure.provider-down'));
    expect(told?.notified).toEqual([world.ada.id]);
  });

  it('tells a failure by private message where the channel is shut, and nobody twice after a lost answer', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask({ canPost: false });
    await world.pass(16 * MINUTE_MS);
    await world.show(world.as(asked, 'failed'));
    expect(world.results(world.discord.dm(world.ada))).toHaveLength(1);

    const other = await world.ask();
    world.discord.fault({ method: 'POST', path: /webhooks/ }, 'lose-answer');
    await world.show(world.as(other, 'failed'));
    await world.pass(30 * MINUTE_MS);
    expect(world.results()).toHaveLength(1);
    expect(await world.disk.inbox.pending('')).toEqual([]);
  });

  it('tells a failure again that Discord was too busy for', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const json = { message: 'wait', retry_after: 90, global: false };
    world.discord.fault({ method: 'POST', path: /webhooks/ }, { status: 429, json });
    await world.show(world.as(asked, 'failed'));
    expect(world.results()).toEqual([]);
    await world.pass(5 * MINUTE_MS);
    await world.restart();
    expect(world.results().map(({ notified }) => notified)).toEqual([[world.ada.id]]);
  });

  it('tells a cancel on the message alone, and no failure where pings are turned off', async () => {
    await using world = await outboundWorld({ parts: { notify: () => false } });
    const [first, second] = [await world.ask(), await world.ask()];
    await world.show(world.as(first, 'cancelled'));
    await world.show(world.as(second, 'failed'));
    expect(visibleText(first.status)).toContain(t('card.cancelled'));
    expect(visibleText(second.status)).toContain(t('card.failed'));
    expect(world.results()).toEqual([]);
  });
});

describe('a status message that Discord does not take', () => {
  it('tells the next state also after Discord did not take one, and long after the token', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const refused = { status: 400, json: { message: 'Blocked by AutoMod.', code: 200_000 } };
    world.discord.fault({ method: 'PATCH', path: /./ }, refused);
    await world.show(world.as(asked, 'running'));
    expect(visibleText(asked.status)).not.toContain(t('card.running'));
    expect(world.logged).toContainEqual(expect.objectContaining({ status: 400, code: 200_000 }));
    await world.pass(16 * MINUTE_MS);
    await world.show(world.as(asked, 'delivered'));
    expect(visibleText(asked.status)).toContain(DONE);
  });
});

describe('the status message of a video that could not be handed over', () => {
  const tried = (at: number, outcome: 'too-large' | 'failed') => ({ at, form: 'smaller' as const, outcome });
  const GET = t('button.get-video');

  it('says that it is too large in every form, and has "Get your video"', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const { code } = asked.job;
    await world.show(world.as(asked, 'completed'));
    expect(buttons(asked.status)).toEqual([]);
    await world.show(world.as(asked, 'completed', { rungs: [tried(1, 'too-large')] }));
    expect(buttons(asked.status)).toMatchObject([{ label: GET, customId: `get|${code}` }]);
    expect(visibleText(asked.status)).toContain(t('told.too-large', { code }));
  });

  it('says so after an hour of trouble, and not before', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const completedAt = world.time.now;
    const failed = (at: number) =>
      world.as(asked, 'completed', { completedAt, rungs: [tried(at, 'failed')] });
    await world.show(failed(completedAt + 59 * MINUTE_MS));
    expect(buttons(asked.status)).toEqual([]);
    await world.pass(61 * MINUTE_MS);
    await world.show(failed(completedAt + 61 * MINUTE_MS));
    expect(buttons(asked.status)).toMatchObject([{ label: GET }]);
    expect(visibleText(asked.status)).toContain(t('told.not-yet'));
  });
});
