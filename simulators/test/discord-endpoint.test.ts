/** Interactions over HTTP are brought as Discord brings them, and an address that it would refuse is refused. */
import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asBot } from '../discord/log-in.ts';
import { type DiscordSim, startDiscord } from '../discord/start.ts';

const URL = 'https://app.example/interactions';

type Call = { signed: boolean; agedSeconds: number; body: string };
type Reply = { status: number; type?: string; text?: string };
const pong: Reply = { status: 200, type: 'application/json', text: '{"type":1}' };

/** An app of one's own, not the bot, that answers as it is told. */
async function app(discord: DiscordSim, answer: (call: Call) => Reply) {
  const x = Buffer.from(discord.endpoint.verifyKey, 'hex').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks).toString();
    const timestamp = String(request.headers['x-signature-timestamp']);
    const signature = Buffer.from(String(request.headers['x-signature-ed25519']), 'hex');
    const call = {
      signed: verify(null, Buffer.from(timestamp + body), key, signature),
      agedSeconds: Math.round(Date.now() / 1000 - Number(timestamp)),
      body,
    };
    calls.push(call);
    const { status, type, text } = answer(call);
    response.writeHead(status, type ? { 'content-type': type } : {}).end(text);
    discord.sim.changed();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  discord.routes.set('https://app.example', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { calls, interactions: () => calls.filter(({ body }) => JSON.parse(body).type !== 1) };
}

const honest = ({ signed, body }: Call): Reply => {
  if (!signed) return { status: 401 };
  return JSON.parse(body).type === 1 ? pong : { status: 202 };
};
const save = (discord: DiscordSim, url: string | null = URL) =>
  asBot(discord, 'PATCH', '/applications/@me', { interactions_endpoint_url: url });

async function withCommand(discord: DiscordSim) {
  const guild = discord.guild('Dancers');
  await asBot(discord, 'PUT', `/applications/${discord.bot.id}/commands`, [{ name: 'go', description: 'x' }]);
  return { ada: discord.member(guild, 'Ada'), channel: discord.channel(guild, 'general') };
}

describe('the address for interactions', () => {
  it('is saved where the app answers a PING and refuses what is signed by somebody else', async () => {
    await using discord = await startDiscord();
    const { calls } = await app(discord, honest);
    expect(await save(discord)).toMatchObject({ status: 200, json: { interactions_endpoint_url: URL } });
    expect(calls.map(({ signed }) => signed).sort()).toEqual([false, true]);
    const { json } = await asBot(discord, 'GET', '/applications/@me');
    expect(json).toMatchObject({ interactions_endpoint_url: URL, verify_key: discord.endpoint.verifyKey });
    expect(await save(discord, null)).toMatchObject({ json: { interactions_endpoint_url: null } });
  });

  it.each<[string, (call: Call) => Reply]>([
    ['takes what is signed by somebody else', () => pong],
    ['refuses it with another status than 401', (call) => (call.signed ? pong : { status: 400 })],
    ['does not know a PING', (call) => ({ status: call.signed ? 404 : 401 })],
    ['answers a PING with nothing', (call) => ({ status: call.signed ? 204 : 401 })],
    [
      'answers a PING with something else',
      (call) => (call.signed ? { ...pong, text: '{"type":4}' } : { status: 401 }),
    ],
    [
      'answers a PING without saying that it is JSON',
      (call) => (call.signed ? { ...pong, type: 'text/plain' } : { status: 401 }),
    ],
  ])('is not saved where the app %s', async (_what, answer) => {
    await using discord = await startDiscord();
    await app(discord, answer);
    expect(await save(discord)).toMatchObject({
      status: 400,
      json: {
        code: 50035,
        errors: {
          interactions_endpoint_url: { _errors: [{ code: 'APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID' }] },
        },
      },
    });
    expect(discord.endpoint.url()).toBe(null);
  });

  it('must be https, and reached', async () => {
    await using discord = await startDiscord();
    expect((await save(discord, 'http://app.example/x')).status).toBe(400);
    discord.routes.set('https://app.example', 'http://127.0.0.1:1');
    expect((await save(discord)).status).toBe(400);
  });

  it('is taken away from an app that grows careless, and from no other', async () => {
    await using discord = await startDiscord();
    let careless = false;
    await app(discord, (call) => (careless ? pong : honest(call)));
    await save(discord);
    await discord.endpoint.check();
    expect(discord.endpoint.url()).toBe(URL);
    careless = true;
    await discord.endpoint.check();
    expect(discord.endpoint.url()).toBe(null);
  });
});

describe('an interaction over HTTP', () => {
  it('comes signed to the address and not by the gateway, and by the gateway once there is none', async () => {
    await using discord = await startDiscord();
    const { ada, channel } = await withCommand(discord);
    const { interactions } = await app(discord, honest);
    await save(discord);
    const asked = await discord.slash(ada, channel, 'go');
    const [call] = await discord.waitFor(() => interactions().length && interactions());
    expect(call).toMatchObject({ signed: true, agedSeconds: expect.any(Number) });
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      id: asked.id,
      token: asked.token,
      data: { name: 'go' },
    });
    await save(discord, null);
    await discord.slash(ada, channel, 'go');
    expect(interactions()).toHaveLength(1);
  });

  it('comes several times, late, forged, or breaks off, when it is told to', async () => {
    await using discord = await startDiscord();
    const { ada, channel } = await withCommand(discord);
    const { interactions } = await app(discord, honest);
    await save(discord);
    const go = () => discord.slash(ada, channel, 'go');
    const brought = () => discord.endpoint.deliveries.length;
    const before = brought();
    discord.endpoint.trouble({ copies: 2 });
    await go();
    await discord.waitFor(() => brought() === before + 2);
    expect(interactions()).toHaveLength(2);
    discord.endpoint.trouble({ agedMs: 600_000 });
    await go();
    await discord.waitFor(() => brought() === before + 3);
    expect(interactions().at(-1)?.agedSeconds).toBeGreaterThanOrEqual(600);
    discord.endpoint.trouble({ forged: true });
    const forged = await go();
    await discord.waitFor(() => forged.failed);
    expect(interactions().at(-1)?.signed).toBe(false);
    discord.endpoint.trouble({ cut: 'body' });
    await go();
    await discord.waitFor(() => brought() === before + 5);
    expect(interactions()).toHaveLength(4);
    expect(discord.endpoint.deliveries.at(-1)?.status).toBeUndefined();
  });
});
