/** One HTTP server for everything that comes in by HTTP. It is up before the chats are. */
import { readFile } from 'node:fs/promises';
import type { Server, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type HttpBindings, serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { SAMPLE_FILE, SAMPLES_FOLDER } from '../../samples/index.ts';
import { ownWords } from '../core/own-words.ts';
import type { Log } from '../core/ports.ts';
import { type ApiParts, api } from './api.ts';
import { checkHost, isAnyAddress, requireSignIn } from './guard.ts';
import { type HealthParts, healthRoute } from './health.ts';
import type { Metrics } from './metrics.ts';
import { privacyPage } from './privacy.ts';
import { problem } from './problem.ts';
import { onlyPublic, type PublicParts, publicRoutes } from './public.ts';
import type { SignIn } from './sign-in.ts';
import { enforceTimeouts, TIMEOUTS, type Timeouts, timeoutOptions } from './timeouts.ts';

export type ServerParts = ApiParts &
  HealthParts & {
    host: string;
    port: number;
    signIn: SignIn | undefined;
    metrics: Metrics;
    /** Whether this process has the page and its API, too; all can be asked how they are. */
    hasPage?: boolean;
    /** Set where the internet reaches us. */
    internet?: PublicParts;
    log: Log;
    /** Rejects while the store can't be written. */
    ping: () => Promise<void>;
    readyWithinMs?: number;
    timeouts?: Partial<Timeouts>;
  };

type App = Hono<{ Bindings: HttpBindings }>;
export type HttpServer = { url: string; stop(): Promise<void> };

const MAX_LOGIN_BYTES = 10_000;
const ANSWERS_WITHIN_MS = 1_500;
/** Whoever watches us gives up after five seconds or more. */
const READY_WITHIN_MS = 4_000;
const INTERNAL = {
  status: 500,
  code: 'internal',
  detail: 'Something went wrong on our side. Try again; the log says more.',
  retryAfter: {},
} as const;
/** A disk that is full, a database or a bucket that can not be reached: whoever asks again later gets an answer. */
const AWAY = {
  status: 503,
  code: 'store-away',
  detail: 'The database or the files can not be reached at the moment. Try again in a minute.',
  retryAfter: { 'retry-after': '30' },
} as const;
const PAGE = fileURLToPath(new URL('./page/', import.meta.url));
/** The page's own files, named one by one: its folder also holds what a browser has no business with. */
const PAGE_FILE = /^\/[a-z][a-z0-9-]*\.(?:js|css|svg)$/;

/** Listens, or throws what `listen` throws (EADDRINUSE, EACCES). */
export async function startServer(parts: ServerParts): Promise<HttpServer> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError((error, c) => {
    const facts = { err: error, path: withoutToken(c.req.path) };
    const isAway = 'retryHelps' in error && error.retryHelps === true;
    // Anybody can break off a request of theirs, as often as they like: there is nothing in it to be mended.
    if (brokeOff(c)) parts.log.debug(facts, 'a request broke off');
    else if (isAway) parts.log.warn(facts, 'a request failed for what passes by itself');
    else parts.log.error(facts, 'a request failed');
    const { status, retryAfter, ...said } = isAway ? AWAY : INTERNAL;
    const body = JSON.stringify({ type: 'about:blank', title: said.code, status, ...said });
    return c.body(body, status, { 'content-type': 'application/problem+json', ...retryAfter });
  });
  app.use(headers);
  if (parts.internet) {
    app.use(onlyPublic(parts.internet.publicUrl));
    app.route('/', publicRoutes(parts.internet));
  }
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) => readiness(c, parts));
  if (parts.hasPage !== false) app.get('/privacy', (c) => privacyPage(c, parts.core.privacy.providers()));
  app.use(checkHost(parts.host));
  if (parts.hasPage !== false) pageTo(app, parts);
  else app.use(requireSignIn(parts.signIn)).get('/metrics', metricsOf(parts));
  app.notFound((c) =>
    c.text(
      parts.hasPage === false ? 'Another process has the page.' : 'There is nothing here. The page is at /.',
      404,
    ),
  );
  return listen(app, parts);
}

function pageTo(app: App, parts: ServerParts): void {
  app.get('/login', serveStatic({ path: `${PAGE}login.html` }));
  const short = bodyLimit({ maxSize: MAX_LOGIN_BYTES, onError: (c) => c.body(null, 413) });
  app.post('/login', short, async (c) => {
    const { password } = await c.req.parseBody();
    const verdict = parts.signIn
      ? await parts.signIn.enter(c, typeof password === 'string' ? password : '')
      : 'in';
    if (verdict === 'in') return c.redirect('/', 303);
    const wantsPage = (c.req.header('accept') ?? '').includes('text/html');
    if (wantsPage) return c.html(await readFile(`${PAGE}login.html`, 'utf8'), verdict === 'out' ? 401 : 429);
    if (verdict === 'out') return problem(c, { code: 'not-signed-in' });
    return problem(c, { code: 'slow-down', retryAt: verdict.retryAt });
  });
  // The form must look right before anybody is signed in.
  for (const file of ['/style/*', '/favicon.svg', '/login.js']) app.get(file, serveStatic({ root: PAGE }));
  app.use(requireSignIn(parts.signIn));
  app.get('/metrics', metricsOf(parts));
  app.route('/api', api(parts));
  app.route('/api', healthRoute(parts));
  app.get('/', serveStatic({ path: `${PAGE}index.html` }));
  app.get('/usage', serveStatic({ path: `${PAGE}usage.html` }));
  app.get('/health', serveStatic({ path: `${PAGE}health.html` }));
  app.get('/reports', serveStatic({ path: `${PAGE}reports.html` }));
  app.get('/samples/:file', async (c, next) =>
    SAMPLE_FILE.test(c.req.param('file'))
      ? serveStatic({ path: SAMPLES_FOLDER + c.req.param('file') })(c, next)
      : next(),
  );
  app.get('/:file', async (c, next) =>
    PAGE_FILE.test(c.req.path) ? serveStatic({ root: PAGE })(c, next) : next(),
  );
}

const metricsOf =
  ({ metrics }: Pick<ServerParts, 'metrics'>) =>
  async (c: RequestContext): Promise<Response> =>
    c.body(await metrics.text(), 200, { 'content-type': metrics.contentType });

const brokeOff = ({ env }: Context<{ Bindings: HttpBindings }>): boolean => env.incoming.errored !== null;

/** The tokens of links open something by themselves: they are no business of a log. */
const withoutToken = (path: string): string => path.replace(/^(\/media|\/hooks\/[^/]*)\/.*/, '$1/…');

/** No inline script, nothing from elsewhere, in nobody's frame. */
const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'blob:', 'data:'],
    mediaSrc: ["'self'", 'blob:'],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  // The page is plain HTTP on loopback; a proxy that speaks HTTPS sets this itself.
  strictTransportSecurity: false,
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
});

type RequestContext = Parameters<typeof problem>[0];

/**
 * Ready while the store can be written and has room, and the files can be reached: the page itself is the front that
 * answers this.
 */
async function readiness(
  c: RequestContext,
  { ping, files, health, signIn, readyWithinMs = READY_WITHIN_MS }: ServerParts,
) {
  const store = async (): Promise<string | undefined> => {
    const isThere = await ping().then(
      () => true,
      () => false,
    );
    if (!isThere) return 'the database cannot be written';
    return (await files.hasRoom()) ? undefined : 'the disk is almost full; nothing new is taken';
  };
  const looks = new Map([['store', store]]);
  if (files.ping) looks.set('files', async () => void (await files.ping?.()));
  const troubles = await Promise.all(
    [...looks].map(async ([name, look]) => {
      const reason = await answerWithin(readyWithinMs, look);
      health.set(name, reason === undefined ? { state: 'ok' } : { state: 'degraded', reason });
      return reason;
    }),
  );
  const isReady = troubles.every((reason) => reason === undefined);
  const status = isReady ? 'ok' : 'degraded';
  // A stranger learns only whether we are up.
  const open = signIn === undefined || (await signIn.check(c)) === 'in';
  return c.json(open ? { status, components: health.all() } : { status }, isReady ? 200 : 503);
}

/** What a look found wrong; whoever asks whether we are ready does not wait for a cable that was cut. */
async function answerWithin(
  ms: number,
  look: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const over = new AbortController();
  const silence = wait(ms, 'there is no answer', { signal: over.signal }).catch(() => undefined);
  const found = look().catch(ownWords);
  return Promise.race([found, silence]).finally(() => over.abort());
}

async function listen(
  app: Hono<{ Bindings: HttpBindings }>,
  { host, port, timeouts: given }: Pick<ServerParts, 'host' | 'port' | 'timeouts'>,
): Promise<HttpServer> {
  const timeouts = { ...TIMEOUTS, ...given };
  const serverOptions = timeoutOptions(timeouts);
  const { server, address } = await new Promise<{ server: Server; address: { port: number } }>(
    (resolve, reject) => {
      const server = serve({ fetch: app.fetch, hostname: host, port, serverOptions }, (address) =>
        resolve({ server: server as Server, address }),
      ) as Server;
      server.once('error', reject);
      enforceTimeouts(server, timeouts);
    },
  );
  let stopping = false;
  const answering = new Set<ServerResponse>();
  server.prependListener('request', (_asked, answer: ServerResponse) => {
    answering.add(answer);
    answer.once('close', () => answering.delete(answer));
    if (stopping) answer.shouldKeepAlive = false;
  });
  const shown = isAnyAddress(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        stopping = true;
        // No connection that stays open brings anything more.
        for (const answer of answering) answer.shouldKeepAlive = false;
        server.close(() => resolve());
        server.closeIdleConnections();
        // What is being asked gets its answer; event streams never end by themselves.
        setTimeout(() => server.closeAllConnections(), ANSWERS_WITHIN_MS).unref();
      }),
  };
}
