/** A page where a person talks to the bot: served beside the Bot API, with a few addresses of its own under `/_sim/`. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { MAX_LOCAL_REQUEST_BYTES, readBody } from './body.ts';
import { type DoneByHand, doByHand } from './by-hand.ts';
import type { Fault } from './faults.ts';
import { snapshot } from './page-view.ts';
import type { Sim, Upload } from './sim.ts';

const FOLDER = join(import.meta.dirname, 'page');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
};

export function createPage(sim: Sim) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sim');
    if (request.method === 'GET') {
      if (pathname === '/_sim/events') return events(sim, response);
      if (pathname.startsWith('/_sim/file/')) return file(sim, request, response, pathname.slice(11));
      return asset(response, pathname === '/' ? 'index.html' : pathname.slice(1));
    }
    // A page of another origin must not talk in these people's names.
    const { origin, host } = request.headers;
    if (origin !== undefined && new URL(origin).host !== host) return void response.writeHead(403).end();
    if (pathname === '/_sim/fault') return setFault(sim, request, response);
    const { params, uploads } = await readBody(request, searchParams, {
      temp: sim.files.temp,
      maxBytes: MAX_LOCAL_REQUEST_BYTES,
    });
    try {
      const done = await doByHand(sim, pathname.slice('/_sim/'.length), params, inOrder(uploads));
      answer(response, 200, done);
    } catch (error) {
      answer(response, 400, { wrong: error instanceof Error ? error.message : String(error) });
    }
  };
}

/** As the page named them; they finish in any order. */
const inOrder = (uploads: Record<string, Upload>): Upload[] =>
  Object.entries(uploads)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([, upload]) => upload);

const answer = (response: ServerResponse, status: number, body: DoneByHand | { wrong: string }) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Everything anew on every change, some of which are told together. */
function events(sim: Sim, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  let due = false;
  const tell = () => {
    if (due) return;
    due = true;
    setImmediate(() => {
      due = false;
      response.write(`data: ${JSON.stringify(snapshot(sim))}\n\n`);
    });
  };
  const stop = sim.world.onChange(tell);
  response.on('close', stop);
  tell();
}

function file(sim: Sim, request: IncomingMessage, response: ServerResponse, id: string): void {
  const found = sim.files.get(id);
  if (!found) return void response.writeHead(404).end();
  const [, from] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  response.writeHead(from === undefined ? 200 : 206, {
    'content-type': found.mime ?? 'application/octet-stream',
    'content-length': String(found.bytes - start),
    'accept-ranges': 'bytes',
    ...(from === undefined ? {} : { 'content-range': `bytes ${start}-${found.bytes - 1}/${found.bytes}` }),
  });
  createReadStream(found.path, { start }).pipe(response);
}

async function asset(response: ServerResponse, name: string): Promise<void> {
  const type = /^[a-z-]+\.[a-z]+$/.test(name) ? TYPES[extname(name)] : undefined;
  const bytes = type === undefined ? undefined : await readFile(join(FOLDER, name)).catch(() => undefined);
  if (!bytes || !type) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(bytes);
}

const how = z.union([
  z.enum(['cut', 'ignore', 'lose-answer', 'hang', 'expired', 'wrong-size']),
  z.strictObject({
    status: z.int(),
    description: z.string().optional(),
    retryAfter: z.int().optional(),
    text: z.string().optional(),
  }),
  z.strictObject({ delayMs: z.int() }),
  z.strictObject({ cutAfterBytes: z.int() }),
  z.strictObject({ stallAfterBytes: z.int() }),
  z.strictObject({ chunkMs: z.int() }),
]);

/** By hand a fault names its method as a pattern. */
const faultByHand = z
  .strictObject({ method: z.string(), chatId: z.int(), times: z.int(), after: z.int() })
  .partial()
  .extend({ how });

/** JSON, whatever the request calls it: curl calls it a form. */
async function setFault(sim: Sim, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { method, ...rest } = faultByHand.parse(JSON.parse(await text(request)));
    const fault = { ...rest, ...(method === undefined ? {} : { method: new RegExp(method, 'i') }) };
    sim.faults.add(fault as Fault);
    response.writeHead(204).end();
  } catch (error) {
    answer(response, 400, { wrong: String(error) });
  }
}
