import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createHook, HOOK_PATH, type HookParts } from '../../../src/chat/discord/hook.ts';
import { PATIENCE_MS } from '../../timeouts.ts';
import { serveHook } from './hook-server.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519').privateKey;
const NOW = Date.UTC(2026, 10, 30);
const PING = '{"type":1}';

function calls(body: string, { by = privateKey, at = NOW, signed = body } = {}) {
  const timestamp = String(Math.floor(at / 1000));
  const signature = sign(null, Buffer.from(timestamp + signed), by).toString('hex');
  return {
    method: 'POST',
    headers: { 'x-signature-ed25519': signature, 'x-signature-timestamp': timestamp },
    body,
  };
}

/** The hook on the true public routes, over HTTP. */
async function open(more: Partial<HookParts> = {}) {
  const taken: unknown[] = [];
  const heard: string[] = [];
  const lines: string[] = [];
  const write = (facts: object, message: string) => void lines.push(`${message} ${JSON.stringify(facts)}`);
  const hook = createHook({
    key: async () => publicKey,
    inbound: () => ({
      takeInteraction: async (data) => {
        taken.push(data);
        return 'taken';
      },
    }),
    heard: (what) => void heard.push(what),
    clock: { now: () => NOW },
    log: { debug: write, info: write, warn: write, error: write },
    answersWithinMs: PATIENCE_MS,
    ...more,
  });
  const server = await serveHook(() => hook);
  return {
    taken,
    heard,
    lines,
    url: server.origin + HOOK_PATH,
    [Symbol.asyncDispose]: server.close,
  };
}

describe('a call of Discord over HTTP', () => {
  it('that is a PING is answered with a PONG, in JSON', async () => {
    await using hook = await open();
    const answer = await fetch(hook.url, calls(PING));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await answer.json()).toEqual({ type: 1 });
    expect([hook.taken, hook.heard]).toEqual([[], ['ping']]);
  });

  it('is taken as it came, and answered with 202 and no body', async () => {
    await using hook = await open();
    const body = '{ "type":2, "text":"Zoë ✓ é" }';
    const answer = await fetch(hook.url, calls(body));
    expect([answer.status, await answer.text()]).toEqual([202, '']);
    expect(hook.taken).toEqual([JSON.parse(body)]);
    expect(hook.heard).toEqual(['http']);
  });

  it.each([
    ['is signed by somebody else', calls(PING, { by: stranger })],
    ['was changed on its way', calls('{"type":2}', { signed: PING })],
    [
      'has a signature of another time',
      {
        ...calls(PING),
        headers: { ...calls(PING).headers, 'x-signature-timestamp': String(NOW / 1000 + 1) },
      },
    ],
    ['has no signature', { method: 'POST', body: PING }],
    [
      'has half a signature',
      { ...calls(PING), headers: { 'x-signature-ed25519': 'ab', 'x-signature-timestamp': '1' } },
    ],
    ['lacks its time', { ...calls(PING), headers: { 'x-signature-ed25519': '0'.repeat(128) } }],
  ])('that %s is refused with 401', async (_why, call) => {
    await using hook = await open();
    const answer = await fetch(hook.url, call);
    expect([answer.status, await answer.text()]).toEqual([401, '']);
    expect([hook.taken, hook.heard]).toEqual([[], []]);
  });

  it.each([-301_000, 301_000])(
    'that is %i ms off is refused, and the log says to look at the clock',
    async (off) => {
      await using hook = await open();
      expect((await fetch(hook.url, calls('{"type":2}', { at: NOW + off }))).status).toBe(401);
      expect(hook.taken).toEqual([]);
      expect(hook.lines.join()).toContain('is the clock of this machine right?');
      expect(
        (await fetch(hook.url, calls('{"type":2}', { at: NOW + Math.sign(off) * 299_000 }))).status,
      ).toBe(202);
    },
  );

  it.each(['', 'not JSON', '[]', 'null', '{"type":"1"}'])(
    'that makes no sense is refused: %s',
    async (body) => {
      await using hook = await open();
      expect((await fetch(hook.url, calls(body))).status).toBe(400);
      expect(hook.taken).toEqual([]);
    },
  );

  it('is cut off at a megabyte, however well it is signed', async () => {
    await using hook = await open();
    expect((await fetch(hook.url, calls(`{"type":2,"x":"${'x'.repeat(1_000_000)}"}`))).status).toBe(413);
    expect(hook.taken).toEqual([]);
  });

  it.each(['unreadable', 'stopping'] as const)('that can not be taken is told so: %s', async (outcome) => {
    await using hook = await open({ inbound: () => ({ takeInteraction: async () => outcome }) });
    expect((await fetch(hook.url, calls('{"type":2}'))).status).toBe(outcome === 'stopping' ? 503 : 400);
  });

  it('is not said to be taken where it could not be put on disk', async () => {
    const takeInteraction = () => Promise.reject(new Error('the disk is full'));
    await using hook = await open({ inbound: () => ({ takeInteraction }) });
    expect((await fetch(hook.url, calls('{"type":2}'))).status).toBe(503);
  });

  it('is answered within Discord’s time where the disk is slow, and not before the disk where it is not', async () => {
    const disk = Promise.withResolvers<'taken'>();
    await using slow = await open({
      inbound: () => ({ takeInteraction: () => disk.promise }),
      answersWithinMs: 1,
    });
    expect((await fetch(slow.url, calls('{"type":2}'))).status).toBe(202);
    await using patient = await open({ inbound: () => ({ takeInteraction: () => disk.promise }) });
    let status = 0;
    const answered = fetch(patient.url, calls('{"type":2}')).then((answer) => {
      status = answer.status;
    });
    // Whatever comes after it is answered first.
    expect((await fetch(patient.url, calls(PING))).status).toBe(200);
    expect(status).toBe(0);
    disk.resolve('taken');
    await answered;
    expect(status).toBe(202);
  });

  it('finds nobody before we listen, or while our key is not known', async () => {
    await using early = await open({ inbound: () => undefined });
    expect((await fetch(early.url, calls('{"type":2}'))).status).toBe(503);
    await using unknown = await open({ key: () => new Promise<never>(() => {}), answersWithinMs: 1 });
    expect((await fetch(unknown.url, calls('{"type":2}'))).status).toBe(503);
  });
});
