import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FalSim, startFal } from '../../simulators/fal.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { Provider } from '../../src/core/ports.ts';
import { createFal } from '../../src/providers/fal/fal.ts';
import { sampleFiles, silent } from './subject.ts';

const signal = new AbortController().signal;
const REJECT = { kind: 'reject' };
const BODY = JSON.stringify({ request_id: 'abc-1', gateway_request_id: 'abc-1', status: 'OK', payload: {} });

let time: ReturnType<typeof manualTime>;
let sim: FalSim;
let provider: Provider;

beforeEach(async () => {
  time = manualTime();
  sim = await startFal({ time });
  provider = await open();
});
afterEach(async () => {
  await provider.stop?.();
  await sim.close();
});

async function open(webhookUrl?: (jobId: string) => string): Promise<Provider> {
  const { pathOf } = await sampleFiles();
  const urls = { queueUrl: sim.url, restUrl: sim.url, apiUrl: sim.url };
  return createFal({
    key: sim.key,
    ...urls,
    pathOf,
    clock: time,
    log: silent,
    ...(webhookUrl ? { webhookUrl } : {}),
  });
}

async function judge(headers: Record<string, string | undefined>, body: string | Buffer) {
  if (!provider.parseWebhook) throw new Error('fal.ai has webhooks');
  return provider.parseWebhook(headers, Buffer.from(body));
}

const keyCalls = () => sim.requestsTo('GET', /jwks/).length;

describe("fal.ai's webhook", () => {
  it('with a good signature names a request, and nothing more of it is believed', async () => {
    expect(await judge(sim.signing.signWebhook(BODY), BODY)).toEqual({
      kind: 'operation',
      operation: { requestId: 'abc-1' },
    });
  });

  it('is signed over its exact bytes', async () => {
    const spaced = `${BODY.slice(0, -1)}, "note": "héllo" }\n`;
    expect(await judge(sim.signing.signWebhook(spaced), spaced)).toMatchObject({ kind: 'operation' });
    expect(await judge(sim.signing.signWebhook(BODY), `${BODY} `)).toEqual(REJECT);
    expect(await judge(sim.signing.signWebhook(BODY), JSON.stringify(JSON.parse(BODY), null, 1))).toEqual(
      REJECT,
    );
  });

  it.each(['request-id', 'user-id', 'timestamp', 'signature'])(
    'is refused with another or no %s',
    async (name) => {
      const header = `x-fal-webhook-${name}`;
      const signed = sim.signing.signWebhook(BODY);
      expect(await judge({ ...signed, [header]: undefined }, BODY)).toEqual(REJECT);
      const other =
        name === 'timestamp'
          ? String(Number(signed[header]) + 1)
          : `${signed[header]}`.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
      expect(await judge({ ...signed, [header]: other }, BODY)).toEqual(REJECT);
    },
  );

  it.each([-301, 301])('is refused when its time is off by %i s', async (seconds) => {
    expect(await judge(sim.signing.signWebhook(BODY, { at: time.now() + seconds * 1_000 }), BODY)).toEqual(
      REJECT,
    );
  });

  it.each([-299, 299])('is taken when its time is off by %i s', async (seconds) => {
    expect(
      await judge(sim.signing.signWebhook(BODY, { at: time.now() + seconds * 1_000 }), BODY),
    ).toMatchObject({
      kind: 'operation',
    });
  });

  it('is refused when somebody else signed it', async () => {
    const key = generateKeyPairSync('ed25519').privateKey;
    expect(await judge(sim.signing.signWebhook(BODY, { key }), BODY)).toEqual(REJECT);
  });

  it('is refused when its id could lead elsewhere, or is missing', async () => {
    for (const body of ['{"request_id":"../../x"}', '{"request_id":7}', '{}', '[]', 'null']) {
      expect(await judge(sim.signing.signWebhook(body === 'null' ? '{}' : body), body), body).toEqual(REJECT);
    }
  });

  it('is judged by keys that are asked for once a day', async () => {
    for (let i = 0; i < 5; i += 1) await judge(sim.signing.signWebhook(BODY), BODY);
    expect(keyCalls()).toBe(1);
    await time.advance(24 * 3_600_000);
    await judge(sim.signing.signWebhook(BODY), BODY);
    expect(keyCalls()).toBe(2);
  });

  it('asks for the keys only once when several come at a time', async () => {
    const verdicts = await Promise.all([1, 2, 3].map(() => judge(sim.signing.signWebhook(BODY), BODY)));
    expect(verdicts.map(({ kind }) => kind)).toEqual(['operation', 'operation', 'operation']);
    expect(keyCalls()).toBe(1);
  });

  it('finds new keys, and lets strangers ask for them once a minute at most', async () => {
    await judge(sim.signing.signWebhook(BODY), BODY);
    await time.advance(61_000);
    sim.signing.rotateKeys();
    expect(await judge(sim.signing.signWebhook(BODY), BODY)).toMatchObject({ kind: 'operation' });
    expect(keyCalls()).toBe(2);
    const key = generateKeyPairSync('ed25519').privateKey;
    for (let i = 0; i < 9; i += 1) await judge(sim.signing.signWebhook(BODY, { key }), BODY);
    expect(keyCalls()).toBe(2);
  });

  it('cannot be judged while the keys cannot be had, which is neither yes nor no', async () => {
    sim.fault({ path: /jwks/, how: { status: 503 } });
    await expect(judge(sim.signing.signWebhook(BODY), BODY)).rejects.toThrow('503');
    await expect(judge(sim.signing.signWebhook(BODY), BODY)).rejects.toThrow("can't be had");
    expect(keyCalls()).toBe(1);
    await time.advance(61_000);
    expect(await judge(sim.signing.signWebhook(BODY), BODY)).toMatchObject({ kind: 'operation' });
  });
});

describe('a job with a webhook', () => {
  it('has it called with what its own judge accepts, before the submit is answered and twice', async () => {
    const verdicts: unknown[] = [];
    const paths: string[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      paths.push(request.url ?? '');
      verdicts.push(await judge(request.headers as Record<string, string>, Buffer.concat(chunks)));
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await provider.stop?.();
    provider = await open((jobId) => `http://127.0.0.1:${port}/hooks/fal/${jobId}.tok?n=1&m=2`);
    sim.jobs.next({ seconds: 3, webhook: { early: true, times: 2 } });
    // The answer is lost, yet the webhook knows which request it was.
    sim.fault({ path: /motion-control$/, how: 'lose-answer' });
    const { inputs } = await sampleFiles();
    const request = { quality: 'standard', orientation: 'video', sound: true, clipSeconds: 3 } as const;
    const uploaded = await provider.upload(inputs, signal);
    expect(await provider.submit('job-1', request, uploaded, signal)).toEqual({ kind: 'unknown' });
    const [id] = sim.jobs.all.keys();
    const operation = { requestId: id };
    expect(verdicts).toEqual([
      { kind: 'operation', operation },
      { kind: 'operation', operation },
    ]);
    expect(paths[0]).toBe('/hooks/fal/job-1.tok?n=1&m=2');
    expect(await provider.status({ requestId: String(id) }, signal)).toMatchObject({ state: 'completed' });
    server.closeAllConnections();
    server.close();
  });
});
