import { GatewayIntentBits } from 'discord.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DiscordSim, startDiscord } from '../../../simulators/discord/start.ts';
import { createConnection } from '../../../src/chat/discord/client.ts';
import { createLogin } from '../../../src/chat/discord/login.ts';
import { createHealth } from '../../../src/core/health.ts';
import { clip, finish, image, startTestBot, textOf } from './harness.ts';

const QUICK = { firstMs: 5, ceilingMs: 40 };

function login(
  discord: DiscordSim,
  { token = discord.token, connect = () => createConnection(discord.apiUrl) } = {},
) {
  const lines: string[] = [];
  const write = (_facts: object, message: string) => void lines.push(message);
  const health = createHealth(() => {});
  let ready = 0;
  const one = createLogin({
    token,
    connect,
    onReady: () => {
      ready += 1;
    },
    report: (state) => health.set('discord', state),
    log: { debug() {}, info: write, warn: write, error: write },
    pace: QUICK,
  });
  one.start();
  onTestFinished(() => one.stop());
  const state = () => health.all().find(({ name }) => name === 'discord');
  return { lines, state, ready: () => ready, stop: one.stop };
}

describe('the login', () => {
  it('gives up on a bad token with one clear line', async () => {
    await using discord = await startDiscord();
    const { state, lines } = login(discord, { token: 'a.bad.token' });
    await expect.poll(() => state()?.state).toBe('off');
    expect(state()?.reason).toContain('DISCORD_TOKEN');
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain('a.bad.token');
    expect(discord.requestsTo('GET', /gateway/)).toHaveLength(1);
  });

  it('gives up where an intent is refused, with one clear line', async () => {
    await using discord = await startDiscord();
    const connect = () => createConnection(discord.apiUrl, { intents: [GatewayIntentBits.MessageContent] });
    const { state, lines } = login(discord, { connect });
    await expect.poll(() => state()?.state).toBe('off');
    expect(state()?.reason).toContain('intent');
    expect(lines).toHaveLength(1);
  });

  it('goes on trying while Discord is down', async () => {
    await using discord = await startDiscord();
    discord.fault({ path: /gateway\/bot/ }, 'cut', 4);
    const { state, ready, lines } = login(discord);
    await expect.poll(() => state()?.state).toBe('ok');
    expect(ready()).toBe(1);
    expect(lines.length).toBeGreaterThan(0);
  });

  it('slows down when Discord keeps closing the connection', async () => {
    await using discord = await startDiscord();
    const { lines, state } = login(discord);
    const stop = discord.onChange(() => {
      if (discord.gateway.connected() > 0 && !lines.some((line) => line.includes('keeps closing')))
        setImmediate(() => discord.closeGateway(4002));
    });
    await expect.poll(() => lines.join()).toContain('keeps closing');
    stop();
    await expect.poll(() => state()?.state).toBe('ok');
  });

  it('ends when it is told to while it connects, and leaves no connection behind', async () => {
    await using discord = await startDiscord();
    const { stop, state } = login(discord);
    await stop();
    expect(state()?.state).toBe('degraded');
    await expect.poll(() => discord.gateway.connected()).toBe(0);
  });

  it('ends when it is told to, also while Discord is down', async () => {
    await using discord = await startDiscord();
    discord.fault({ path: /gateway\/bot/ }, 'hang', 100);
    await login(discord).stop();
  });

  it('says that the token is bad when Discord changes it later on', async () => {
    await using discord = await startDiscord();
    const { state } = login(discord);
    await expect.poll(() => state()?.state).toBe('ok');
    discord.resetToken('another.one.now');
    discord.closeGateway(4004);
    await expect.poll(() => state()?.state).toBe('off');
  });
});

describe('a connection that breaks', () => {
  it('loses nothing that members do meanwhile', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    discord.gateway.cut();
    const asked = await discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });
    await discord.waitFor(() => textOf(asked.original).includes('In line'));
    discord.gateway.cut();
    await finish(bot, asked);
    expect(bot.remote.submits).toHaveLength(1);
  });
});
