/** By which way commands come, what the operator reads of it, and how it is changed. */
import { REST } from 'discord.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DiscordSim, startDiscord } from '../../../simulators/discord/start.ts';
import { type ApplicationParts, createApplication } from '../../../src/chat/discord/application.ts';
import { createHook, HOOK_PATH } from '../../../src/chat/discord/hook.ts';
import { createStanding } from '../../../src/chat/discord/standing.ts';
import { createHealth } from '../../../src/core/health.ts';
import { PATIENCE_MS } from '../../timeouts.ts';
import { PUBLIC_URL, serveHook } from './hook-server.ts';

const OURS = PUBLIC_URL + HOOK_PATH;
const APP = /applications\/@me$/;

/** A bot that only looks, with its hook on the true routes. */
async function looking(discord: DiscordSim, more: Partial<ApplicationParts> = {}) {
  const lines: string[] = [];
  const write = (facts: object, message: string) => void lines.push(`${message} ${JSON.stringify(facts)}`);
  const log = { debug: write, info: write, warn: write, error: write };
  const health = createHealth(() => {});
  const standing = createStanding({ health, log });
  const known: string[] = [];
  const app = createApplication({
    rest: new REST({ api: discord.apiUrl, version: '10', retries: 0 }).setToken(discord.token),
    endpoint: OURS,
    wanted: undefined,
    onKnown(facts) {
      known.push(facts.id);
      standing.commands(facts.way, facts.trouble);
    },
    log,
    pace: { firstMs: 5, ceilingMs: 20 },
    soonMs: 1,
    ...more,
  });
  const hook = createHook({
    key: app.key,
    inbound: () => ({ takeInteraction: async () => 'taken' }),
    heard: app.heard,
    clock: { now: Date.now },
    log,
    answersWithinMs: PATIENCE_MS,
  });
  const server = await serveHook(() => hook);
  discord.routes.set(PUBLIC_URL, server.origin);
  onTestFinished(async () => {
    await app.stop();
    await server.close();
  });
  app.look();
  return { app, standing, lines, known, state: () => health.all()[0] };
}

describe('the way of commands', () => {
  it('stays as it stands on record while nobody says otherwise', async () => {
    await using discord = await startDiscord();
    const { state, known, standing } = await looking(discord);
    await expect.poll(() => known).toEqual([discord.bot.id]);
    expect(state()).toEqual({ name: 'discord', state: 'degraded', reason: 'connecting' });
    standing.gateway({ state: 'ok' });
    expect(state()).toEqual({ name: 'discord', state: 'ok', reason: 'commands come by the gateway' });
    expect(discord.requestsTo('PATCH', APP)).toEqual([]);
  });

  it('becomes HTTP where the operator says so, and back', async () => {
    await using discord = await startDiscord();
    const { state, standing, lines } = await looking(discord, { wanted: 'http' });
    standing.gateway({ state: 'degraded', reason: 'connecting again' });
    await expect.poll(() => discord.endpoint.url()).toBe(OURS);
    const reason = `commands come over HTTP, at ${OURS}; mentions do not come: connecting again`;
    await expect.poll(state).toEqual({ name: 'discord', state: 'degraded', reason });
    standing.gateway({ state: 'ok' });
    expect(state()).toEqual({ name: 'discord', state: 'ok', reason: `commands come over HTTP, at ${OURS}` });
    expect(lines.filter((line) => line.includes('commands come over HTTP'))).toHaveLength(1);
    const back = await looking(discord, { wanted: 'gateway' });
    back.standing.gateway({ state: 'ok' });
    await expect.poll(() => discord.endpoint.url()).toBe(null);
    await expect.poll(back.state).toMatchObject({ state: 'ok', reason: 'commands come by the gateway' });
  });

  it('is noticed within moments of being entered in the Developer Portal, and of being taken out', async () => {
    await using discord = await startDiscord();
    const { app, state, standing, known } = await looking(discord);
    standing.gateway({ state: 'ok' });
    await expect.poll(() => known).toHaveLength(1);
    await discord.endpoint.set(OURS);
    // The look that the PING brings may come a moment before the address is saved; the first command brings another.
    app.heard('http');
    await expect.poll(state).toMatchObject({ reason: `commands come over HTTP, at ${OURS}` });
    await discord.endpoint.set(null);
    app.heard('gateway');
    await expect.poll(state).toMatchObject({ reason: 'commands come by the gateway' });
  });

  it('that leads elsewhere is told, without what may be a secret in it', async () => {
    await using discord = await startDiscord();
    const other = await serveHook(() => ({
      path: HOOK_PATH,
      knows: () => true,
      take: async ({ 'x-signature-timestamp': at }, body) => ({ status: at && body ? 401 : 400 }),
    }));
    onTestFinished(other.close);
    const { app, state, lines, known } = await looking(discord);
    await expect.poll(() => known).toHaveLength(1);
    discord.routes.set('https://elsewhere.example', discord.routes.get(PUBLIC_URL) ?? '');
    await discord.endpoint.set(`https://elsewhere.example${HOOK_PATH}`);
    await expect
      .poll(state)
      .toMatchObject({ state: 'degraded', reason: expect.stringContaining('elsewhere.example') });
    expect(lines.join('\n')).not.toContain(`elsewhere.example${HOOK_PATH}`);
    // Another name of ours, it turns out.
    app.heard('http');
    await expect.poll(state).toMatchObject({ reason: expect.stringContaining('commands come over HTTP') });
  });

  it('stays the gateway while Discord can’t reach us, says so, and becomes HTTP once it can', async () => {
    await using discord = await startDiscord();
    const { state } = await looking(discord, {
      wanted: 'http',
      endpoint: `https://nowhere.example${HOOK_PATH}`,
    });
    discord.routes.set('https://nowhere.example', 'http://127.0.0.1:1');
    const reason = expect.stringMatching(
      /^commands come by the gateway\. Discord could not reach .*nowhere\.example/,
    );
    await expect.poll(state).toMatchObject({ state: 'degraded', reason });
    expect(discord.endpoint.url()).toBe(null);
    discord.routes.set('https://nowhere.example', discord.routes.get(PUBLIC_URL) ?? '');
    await expect.poll(() => discord.endpoint.url()).toBe(`https://nowhere.example${HOOK_PATH}`);
    await expect.poll(state).toMatchObject({ reason: expect.stringContaining('commands come over HTTP') });
  });

  it('can’t be HTTP without a public address: the operator is told what is missing', async () => {
    await using discord = await startDiscord();
    const { state } = await looking(discord, { wanted: 'http', endpoint: undefined });
    await expect.poll(state).toMatchObject({ reason: expect.stringContaining('needs a PUBLIC_URL') });
    expect(discord.requestsTo('PATCH', APP)).toEqual([]);
  });

  it('is asked for until Discord answers, and no more where the token is bad', async () => {
    await using discord = await startDiscord();
    discord.fault({ path: APP }, { status: 503 }, 3);
    const { known } = await looking(discord);
    await expect.poll(() => known).toEqual([discord.bot.id]);
    expect(discord.requestsTo('GET', APP)).toHaveLength(4);
    discord.resetToken('another.one.now');
    const { app } = await looking(discord, {
      rest: new REST({ api: discord.apiUrl, retries: 0 }).setToken('a.b.c'),
    });
    await discord.waitFor(() => discord.requestsTo('GET', APP).some(({ status }) => status === 401));
    await app.stop();
    expect(discord.requestsTo('GET', APP)).toHaveLength(5);
  });
});
