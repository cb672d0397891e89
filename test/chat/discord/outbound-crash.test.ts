import { describe, expect, it } from 'vitest';
import { buttons, visibleText } from '../../../simulators/discord/look.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { MINUTE_MS, outboundWorld } from './outbound-setup.ts';

const FOLLOW_UPS = /^\/api\/v10\/webhooks\/\d+\/[^/]+$/;
const CHANNEL_POSTS = /^\/api\/v10\/channels\/\d+\/messages$/;

const { t } = wordsFor('en-US');

describe('a crash or a lost answer on the way to a Discord member', () => {
  it('makes no second video when the receipt was not saved', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const first = await world.deliver(asked);
    await world.restart();
    expect(await world.deliver(asked)).toEqual(first);
    expect(world.results()).toHaveLength(1);
  });

  it('finds the follow-up whose answer was lost', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    world.discord.fault({ method: 'POST', path: FOLLOW_UPS }, 'lose-answer');
    await expect(world.deliver(asked)).rejects.toMatchObject({ name: 'DiscordTrouble', retryHelps: true });
    await world.restart();
    const [result] = world.results();
    expect(await world.deliver(asked)).toMatchObject({
      receipt: { rung: 'follow-up', details: { messageId: result?.id } },
    });
    expect(world.results()).toHaveLength(1);
    expect(result?.notified).toEqual([world.ada.id]);
  });

  it('sends a private follow-up again, as it can’t be looked for', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask({ private: true });
    world.discord.fault({ method: 'POST', path: FOLLOW_UPS }, 'cut');
    await expect(world.deliver(asked)).rejects.toMatchObject({ retryHelps: true });
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'follow-up' } });
    expect(world.results(world.channel, world.ada)).toHaveLength(1);
    expect(world.discord.requestsTo('GET', /messages/)).toEqual([]);
  });

  it('posts in the channel once, however often the answer is lost', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.pass(16 * MINUTE_MS);
    world.discord.fault({ method: 'POST', path: CHANNEL_POSTS }, 'lose-answer', 2);
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'channel' } });
    expect(world.results()).toHaveLength(1);
    expect(world.discord.requestsTo('POST', CHANNEL_POSTS)).toHaveLength(3);
  });

  it('finds its own channel message after a long time down', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.pass(16 * MINUTE_MS);
    world.discord.fault({ method: 'POST', path: CHANNEL_POSTS }, 'lose-answer', 4);
    await expect(world.deliver(asked)).rejects.toMatchObject({ retryHelps: true });
    await world.pass(120 * MINUTE_MS);
    await world.restart();
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'channel' } });
    expect(world.results()).toHaveLength(1);
  });

  it('still has the token after a restart', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.restart();
    await world.show(world.as(asked, 'running'));
    expect(visibleText(asked.status)).toContain(t('card.running'));
    expect(await world.deliver(asked)).toMatchObject({ receipt: { rung: 'follow-up' } });
  });

  it('tells after a restart how a job ended while nobody could', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    world.jobs.set(asked.job.id, world.as(asked, 'failed'));
    await world.restart();
    expect(visibleText(asked.status)).toContain(t('card.failed'));
    expect(world.results().map(({ notified }) => notified)).toEqual([[world.ada.id]]);
    const edits = world.discord.requestsTo('PATCH', /./).length;
    await world.restart();
    expect(world.discord.requestsTo('PATCH', /./)).toHaveLength(edits);
  });

  it('puts "Get your video" up in time also after a restart', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask({ canPost: false });
    await world.restart();
    await world.pass(14 * MINUTE_MS);
    expect(buttons(asked.status).map(({ label }) => label)).toContain(t('button.get-video'));
  });

  it('puts no token in a log, an error or a record of the job', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    const errors: unknown[] = [];
    const refuse = (status: number, times = 1) =>
      world.discord.fault({ path: /webhooks/ }, { status, json: { message: 'no', code: 0 } }, times);
    for (const status of [500, 401, 400, 403]) {
      refuse(status);
      await world.deliver(asked).catch((error: unknown) => errors.push(error));
      refuse(status);
      await world.show(world.as(asked, 'running', { updatedAt: status }));
      await world.pass(10 * MINUTE_MS);
    }
    world.discord.fault({ path: /webhooks/ }, 'cut', 3);
    const late = await world.ask();
    await world.deliver(late).catch((error: unknown) => errors.push(error));
    expect(errors.length).toBeGreaterThan(1);
    const told = errors.map((error) =>
      error instanceof Error ? `${error.stack} ${JSON.stringify(error)}` : error,
    );
    const everything = JSON.stringify(
      [told, world.logged.map(String), world.logged, [...world.jobs.values()]],
      errorsToo,
    );
    for (const { token } of world.discord.interactions.values()) expect(everything).not.toContain(token);
    expect(everything).not.toContain(world.discord.token);
    expect(JSON.stringify(await world.disk.tokens.get(`token:${late.target.eventId}`))).toContain(
      late.interaction.token,
    );
  });

  it('keeps nothing of a job that is forgotten', async () => {
    await using world = await outboundWorld();
    const asked = await world.ask();
    await world.deliver(asked);
    await world.outbound.forget(world.as(asked, 'delivered'));
    for (const kind of ['bound', 'shown', 'posts'])
      expect(await world.disk.kv.get(`${kind}:${asked.job.id}`)).toBeUndefined();
    expect(await world.disk.inbox.pending('')).toEqual([]);
    expect(await world.scheduler.size()).toBe(0);
  });
});

const errorsToo = (_key: string, value: unknown) =>
  value instanceof Error
    ? { ...value, message: value.message, stack: value.stack, cause: value.cause }
    : value;
