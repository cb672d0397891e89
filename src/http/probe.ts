/**
 * What shows whether the internet reaches us: whoever has the bot's own key may ask for a body of some size, send one, and
 * follow a stream. To everybody else there is nothing here.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { stream } from 'hono/streaming';

const LASTS_MS = 5 * 60_000;
const MOST_BYTES = 8_000_000;
/** The first word of a stream comes at once; the rest so much later, for whoever still listens. */
const STREAM_MS = 4_000;

const signatureOf = (secretKey: string, body: string): string =>
  createHmac('sha256', secretKey).update(`probe:${body}`).digest('base64url');

/** `1790000000000.8000.<nonce>.<signature>`: until when, and how many bytes. */
export function probeToken(secretKey: string, bytes: number, now = Date.now()): string {
  const body = `${now + LASTS_MS}.${bytes}.${randomBytes(9).toString('base64url')}`;
  return `${body}.${signatureOf(secretKey, body)}`;
}

/** How many bytes a token asks for; undefined where it is none of ours. */
function readToken(secretKey: string, token: string): number | undefined {
  const at = token.lastIndexOf('.');
  const [given, right] = [token.slice(at + 1), signatureOf(secretKey, token.slice(0, at))].map((text) =>
    Buffer.from(text),
  );
  if (!given || !right || given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  const [until = '0', bytes = '0'] = token.split('.');
  return Number(until) > Date.now() ? Math.min(MOST_BYTES, Number(bytes)) : undefined;
}

/** Where each of them is, below the public address. */
export const probePaths = (token: string) => ({
  link: `/media/probe/${token}`,
  hook: `/hooks/probe/${token}`,
  stream: `/hooks/probe/${token}/stream`,
});

/** What a good answer to a link is. */
export const probeBody = (bytes: number): string => 'strut '.repeat(Math.ceil(bytes / 6)).slice(0, bytes);

export function probeRoutes(secretKey: string): Hono {
  const app = new Hono();
  const asked = (c: Context): number | undefined => readToken(secretKey, c.req.param('token') ?? '');
  const nothing = (c: Context) => c.text('There is nothing here.', 404);

  app.get('/media/probe/:token', (c) => {
    const bytes = asked(c);
    if (bytes === undefined) return nothing(c);
    return c.body(probeBody(bytes), 200, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
  });

  app.post(
    '/hooks/probe/:token',
    async (c, next) => (asked(c) === undefined ? nothing(c) : next()),
    bodyLimit({ maxSize: MOST_BYTES, onError: (c) => c.body(null, 413) }),
    async (c) => c.json({ strut: (await c.req.arrayBuffer()).byteLength }),
  );

  app.get('/hooks/probe/:token/stream', (c) => {
    if (asked(c) === undefined) return nothing(c);
    c.header('content-type', 'text/event-stream');
    c.header('cache-control', 'no-store');
    return stream(c, async (out) => {
      await out.write('data: strut\n\n');
      await Promise.race([out.sleep(STREAM_MS), new Promise((resolve) => out.onAbort(() => resolve(true)))]);
      await out.write('data: over\n\n');
    });
  });

  return app;
}

/** Answers them alone, for as long as no bot does. Throws what `listen` throws. */
export async function listenForProbe(at: {
  host: string;
  port: number;
  secretKey: string;
}): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer(getRequestListener(probeRoutes(at.secretKey).fetch));
  server.listen(at.port, at.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
