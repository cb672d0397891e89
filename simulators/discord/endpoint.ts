/**
 * Interactions over HTTP: signed with Ed25519 and sent to the app's own address, while the gateway gets none (developer
 * docs, interactions/overview and receiving-and-responding, read 2026-11-30). An answer in the response itself is not
 * read here, but for a PING's: it comes by the callback, after a 202.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { request } from 'node:http';
import type { SimTime } from '../sim-time.ts';
import { invalid } from './errors.ts';
import type { Settings } from './settings.ts';

/** What came of one request; `status` is missing where the connection broke. */
type Delivery = { at: number; body: string; status?: number; type?: string; text?: string };

/** How the next requests go wrong. Discord brings an event "up to N times", and connections break on both sides. */
type Trouble = {
  /** It comes so many times. */
  copies?: number;
  /** Also by the gateway, as while the app changes from one way to the other. */
  alsoByGateway?: true;
  /** The connection breaks in the middle of the body, or before the answer was read. */
  cut?: 'body' | 'answer';
  /** Signed by somebody else. */
  forged?: true;
  /** Signed so long ago; a negative one is still to come. */
  agedMs?: number;
};

export type Endpoint = ReturnType<typeof createEndpoint>;

export function createEndpoint(parts: {
  time: SimTime;
  settings: Settings;
  /** Where an address of the internet is to be found here, by its origin. */
  routes: Map<string, string>;
  changed(): void;
}) {
  const { time, settings, routes, changed } = parts;
  const pair = generateKeyPairSync('ed25519');
  const stranger = generateKeyPairSync('ed25519');
  const deliveries: Delivery[] = [];
  let url: string | null = null;
  let next: Trouble = {};

  const signed = (key: KeyObject, timestamp: string, body: string): string =>
    sign(null, Buffer.from(timestamp + body), key).toString('hex');

  async function post(
    to: string,
    body: string,
    { cut, forged, agedMs = 0 }: Trouble = {},
  ): Promise<Delivery> {
    const timestamp = String(Math.floor((time.now() - agedMs) / 1000));
    const key = forged ? stranger.privateKey : pair.privateKey;
    const { origin, pathname, search } = new URL(to);
    const delivery: Delivery = { at: time.now(), body };
    await new Promise<void>((resolve) => {
      const outgoing = request((routes.get(origin) ?? origin) + pathname + search, {
        method: 'POST',
        agent: false,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Discord-Interactions/1.0 (+https://discord.com)',
          'x-signature-ed25519': signed(key, timestamp, body),
          'x-signature-timestamp': timestamp,
        },
      });
      outgoing.once('error', () => resolve());
      outgoing.once('close', () => resolve());
      outgoing.once('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', () => resolve());
        answer.on('end', () => {
          delivery.status = answer.statusCode ?? 0;
          delivery.type = answer.headers['content-type'] ?? '';
          delivery.text = Buffer.concat(chunks).toString();
          resolve();
        });
      });
      time.after(settings.ackMs, async () => void outgoing.destroy());
      if (cut === 'body')
        return void outgoing.write(body.slice(0, body.length / 2), () => outgoing.destroy());
      outgoing.end(body, () => cut === 'answer' && outgoing.destroy());
    });
    deliveries.push(delivery);
    return delivery;
  }

  /** It must answer a PING as the documentation says, and refuse one that is signed by somebody else. */
  async function verified(to: string): Promise<boolean> {
    const ping = JSON.stringify({ id: '1', application_id: '1', type: 1, version: 1, token: 'a-ping' });
    const forged = await post(to, ping, { forged: true });
    const { status, type, text } = await post(to, ping);
    return (
      forged.status === 401 &&
      status === 200 &&
      /^application\/json\b/.test(type ?? '') &&
      (parsed(text) as { type?: unknown } | undefined)?.type === 1
    );
  }

  return {
    /** In hexadecimal, as the application's `verify_key`. */
    verifyKey: Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex'),
    deliveries,
    url: () => url,
    /** The next interaction goes wrong so. */
    trouble(how: Trouble): void {
      next = how;
    },
    /** Saves the address once it has been verified. Throws 50035. */
    /** As an earlier program has left it, which answered well then. */
    remember(address: string): void {
      url = address;
    },
    async set(to: string | null): Promise<void> {
      const wrong = (message: string) =>
        invalid(['interactions_endpoint_url'], 'APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID', message);
      if (to !== null && !to.startsWith('https:'))
        throw wrong('The interactions endpoint URL must be https.');
      if (to !== null && !(await verified(to)))
        throw wrong('The specified interactions endpoint URL could not be verified.');
      url = to;
      changed();
    },
    /** The check that comes every now and then: whoever takes a forged call gets no more of them. */
    async check(): Promise<void> {
      if (url === null) return;
      const { status } = await post(url, JSON.stringify({ type: 1 }), { forged: true });
      // Out of reach is no answer: only taking it is wrong.
      if (status !== undefined && status !== 401) url = null;
      changed();
    },
    /** False where no address is set: then it is the gateway's. `heard`: what was answered, if anything was. */
    deliver(payload: object, byGateway: () => void, heard: (status: number) => void): boolean {
      if (url === null) return false;
      const { copies = 1, alsoByGateway, ...how } = next;
      next = {};
      if (alsoByGateway) byGateway();
      const body = JSON.stringify(payload);
      for (let copy = 0; copy < copies; copy += 1)
        void post(url, body, how).then(({ status }) => {
          if (status !== undefined) heard(status);
          changed();
        });
      return true;
    },
  };
}

function parsed(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
