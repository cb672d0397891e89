/** What the internet may open: links to one file, and the providers' news. */
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ChatHook } from '../core/chat-port.ts';
import type { Links } from '../core/delivery/links.ts';
import type { HookAnswer } from '../core/job/webhook.ts';
import type { Clock, Files } from '../core/ports.ts';
import type { Takedown } from '../core/takedown/takedown.ts';
import { isLoopback } from './guard.ts';
import { probeRoutes } from './probe.ts';
import { reportForm } from './report-form.ts';

const MAX_HOOK_BYTES = 1_000_000;
const STATUS = { taken: 200, later: 503, refused: 401 } as const satisfies Record<HookAnswer, number>;

export type PublicParts = {
  publicUrl: string;
  /** What signs questions of whoever looks whether the internet reaches us. */
  secretKey?: string;
  links: Links;
  files: Files;
  takeWebhook(news: {
    provider: string;
    jobId: string;
    headers: Record<string, string | undefined>;
    body: Buffer;
  }): Promise<HookAnswer>;
  takedown: Pick<Takedown, 'state' | 'hidesFile'>;
  clock: Clock;
  /** Where the chats' own servers call. */
  chatHooks?: readonly ChatHook[];
};

export function publicRoutes(parts: PublicParts): Hono {
  const { links, files, takedown, takeWebhook, chatHooks = [] } = parts;
  const app = new Hono();
  app.route('/', reportForm(parts));
  // Before all that would take it for a link or a webhook of others.
  if (parts.secretKey !== undefined) app.route('/', probeRoutes(parts.secretKey));
  const short = bodyLimit({ maxSize: MAX_HOOK_BYTES, onError: (c) => c.body(null, 413) });

  app.get('/media/:token', async (c) => {
    const file = attempt(() => links.readMedia(c.req.param('token')));
    if (!file || !(await files.has(file)) || (await takedown.hidesFile(file.key))) return nothing(c);
    c.header('cache-control', 'private, no-store');
    c.header('x-robots-tag', 'noindex');
    const method = c.req.method === 'HEAD' ? 'HEAD' : 'GET';
    if (files.addressOf) return c.redirect(await files.addressOf(file, method), 302);
    c.header('accept-ranges', 'bytes');
    const response = (await serveStatic({ path: await files.path(file) })(c, async () => {})) ?? nothing(c);
    // Our own record of the type, not a guess from the name.
    response.headers.set('content-type', file.mime);
    return response;
  });

  for (const hook of chatHooks) {
    const known: MiddlewareHandler = async (c, next) =>
      hook.knows(c.req.header()) ? next() : c.body(null, 401);
    app.post(hook.path, known, short, async (c) => {
      const { status, json } = await hook.take(c.req.header(), Buffer.from(await c.req.arrayBuffer()));
      return json ? Response.json(json, { status }) : new Response(null, { status });
    });
  }

  const jobOf = (provider: string, token: string) => attempt(() => links.readHook(provider, token));
  // Nothing is read of a stranger's body.
  const named: MiddlewareHandler<object, '/hooks/:provider/:token'> = async (c, next) =>
    jobOf(c.req.param('provider'), c.req.param('token')) === undefined ? c.body(null, 401) : next();
  app.post('/hooks/:provider/:token', named, short, async (c) => {
    const { provider, token } = c.req.param();
    const jobId = jobOf(provider, token);
    if (jobId === undefined) return c.body(null, 401);
    const body = Buffer.from(await c.req.arrayBuffer());
    const answer = await takeWebhook({ provider, jobId, headers: c.req.header(), body });
    return c.body(null, STATUS[answer], answer === 'later' ? { 'retry-after': '30' } : {});
  });

  return app;
}

const REPORT_PATHS: ReadonlySet<string> = new Set(['/report', '/report.css']);

/** The name that the internet knows us by opens only the addresses above; the page keeps to its own names. */
export function onlyPublic(publicUrl: string): MiddlewareHandler {
  const { hostname } = new URL(publicUrl);
  // A proxy or a simulator on this machine: then the page's own name is the same.
  if (isLoopback(hostname)) return (_c, next) => next();
  return async (c, next) => {
    const { path } = c.req;
    const isPage = path === '/privacy' || REPORT_PATHS.has(path);
    const open = isPage || path.startsWith('/media/') || path.startsWith('/hooks/');
    const asked = `http://${c.req.header('host') ?? ''}`;
    const publicName = URL.canParse(asked) && new URL(asked).hostname === hostname;
    return publicName && !open ? nothing(c) : next();
  };
}

const nothing = (c: Context) => c.text('There is nothing here.', 404);

/** A token is any stranger's text: whatever is wrong with it, it names nothing. */
function attempt<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
