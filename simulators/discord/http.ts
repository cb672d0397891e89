/** The HTTP side: routes, the journal of what came in, faults on order. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Readable, Transform } from 'node:stream';
import { type Body, readBody } from './body.ts';
import { ApiRefusal, no } from './errors.ts';
import type { Fault, Faults } from './faults.ts';

export type Answer = {
  status: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
  stream?: () => Readable;
};

/** One request as it came, and what was answered. */
export type JournalEntry = {
  at: number;
  server: 'api' | 'cdn';
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  /** The body's JSON, or what a form's `payload_json` held. */
  json?: unknown;
  files?: { filename: string; bytes: number }[];
  /** Missing while it is under way, and where the connection was cut. */
  status?: number;
  /** What a refusal said. */
  refusal?: unknown;
  fault?: true;
};

export type Call = {
  method: string;
  /** Without /api/v10, decoded. */
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: Body;
};
export type Handler = (call: Call) => Promise<Answer> | Answer;
export type Route = { method: string; pattern: RegExp; handle: Handler };

/** `/channels/:channel/messages` with the values by name. */
export const route = (method: string, path: string, handle: Handler): Route => ({
  method,
  pattern: new RegExp(`^${path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
  handle,
});

export async function findRoute(routes: readonly Route[], call: Omit<Call, 'params'>): Promise<Answer> {
  let known = false;
  for (const { method, pattern, handle } of routes) {
    const found = pattern.exec(call.path);
    if (!found) continue;
    known = true;
    if (method === call.method) return handle({ ...call, params: { ...found.groups } });
  }
  throw known ? no.badMethod() : no.notFound();
}

export type HttpParts = {
  server: 'api' | 'cdn';
  faults: Faults;
  journal: JournalEntry[];
  now(): number;
  changed(): void;
  maxBytes(): number;
  tempPath(): string;
  handle(
    call: Omit<Call, 'params'>,
    raw: { incoming: IncomingMessage; response: ServerResponse },
  ): Promise<Answer | undefined>;
};

export async function listen(parts: HttpParts, port: number): Promise<{ server: Server; origin: string }> {
  const server = createServer((incoming, response) => {
    serve(parts, incoming, response).catch((error: unknown) => {
      if (!response.destroyed) console.error(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function serve(parts: HttpParts, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, search, searchParams } = new URL(incoming.url ?? '/', 'http://discord');
  const method = incoming.method ?? '';
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  const own = pathname === '/' || pathname.startsWith('/_sim');
  const entry: JournalEntry = {
    at: parts.now(),
    server: parts.server,
    method,
    path: pathname,
    query: search,
    headers,
  };
  if (!own) {
    parts.journal.push(entry);
    parts.changed();
  }
  const fault = own ? undefined : parts.faults.take(method, pathname);
  if (fault) entry.fault = true;
  await before(fault);

  const answer = async (): Promise<Answer | undefined> => {
    const body = await readBody(atSpeedOf(fault, incoming), parts.maxBytes(), parts.tempPath);
    entry.json = body.json;
    if (body.files.length) entry.files = body.files.map(({ filename, bytes }) => ({ filename, bytes }));
    if (fault === 'cut') return undefined;
    if (typeof fault === 'object' && 'status' in fault) return fault;
    const disliked = own ? undefined : parts.faults.take(method, pathname, body);
    if (typeof disliked === 'object' && 'status' in disliked) return disliked;
    return parts.handle(
      { method, path: decode(pathname), query: searchParams, headers, body },
      { incoming, response },
    );
  };
  const reply = await answer().catch(refusal);
  if (typeof fault === 'object' && 'answerAfter' in fault) await fault.answerAfter;
  if (fault === 'cut' || fault === 'lose-answer') {
    response.destroy();
    return parts.changed();
  }
  if (fault === 'hang' || !reply) return;
  entry.status = reply.status;
  if (reply.status >= 400) entry.refusal = reply.json ?? reply.text;
  await send(response, reply, fault);
  if (!own) parts.changed();
}

async function before(fault: Fault | undefined): Promise<void> {
  if (typeof fault !== 'object') return;
  if ('until' in fault) await fault.until;
  if ('delayMs' in fault) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
}

/** The request, in pieces as a slow line brings them. */
function atSpeedOf(
  fault: Fault | undefined,
  incoming: IncomingMessage,
): Readable & Pick<IncomingMessage, 'headers'> {
  if (typeof fault !== 'object' || !('takesPerSecond' in fault)) return incoming;
  const slow = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      setTimeout(() => done(null, chunk), (chunk.length * 1000) / fault.takesPerSecond);
    },
  });
  return Object.assign(incoming.pipe(slow), { headers: incoming.headers });
}

function decode(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

function refusal(error: unknown): Answer {
  if (!(error instanceof ApiRefusal)) throw error;
  if (error.plain)
    return { status: error.status, text: error.message, headers: { 'content-type': 'text/html' } };
  return {
    status: error.status,
    json: { message: error.message, code: error.code, ...(error.errors ? { errors: error.errors } : {}) },
  };
}

/** How the body of an answer goes wrong; of the other faults, no field. */
type Shape = { cutAfterBytes?: number; stallAfterBytes?: number; chunkMs?: number };

async function send(response: ServerResponse, reply: Answer, fault: Fault | undefined): Promise<void> {
  const text = reply.json === undefined ? reply.text : JSON.stringify(reply.json);
  const type = reply.json === undefined ? 'text/plain' : 'application/json';
  const shape: Shape = typeof fault === 'object' ? (fault as Shape) : {};
  if (text === undefined && !reply.stream) return void response.writeHead(reply.status, reply.headers).end();
  response.writeHead(reply.status, {
    'content-type': type,
    ...(reply.stream ? {} : { 'content-length': String(Buffer.byteLength(text ?? '')) }),
    ...reply.headers,
  });
  const end = shape.cutAfterBytes ?? shape.stallAfterBytes ?? Number.POSITIVE_INFINITY;
  let sent = 0;
  for await (const chunk of reply.stream?.() ?? [Buffer.from(text ?? '')]) {
    if (response.destroyed) return;
    const part = (chunk as Buffer).subarray(0, end - sent);
    sent += part.length;
    if (!response.write(part)) await new Promise<void>((resolve) => whenever(response, resolve));
    if (sent >= end) {
      if (shape.stallAfterBytes !== undefined) return;
      // What was written must arrive before the end does.
      return response.socket?.destroySoon();
    }
    if (shape.chunkMs) await new Promise((resolve) => setTimeout(resolve, shape.chunkMs));
  }
  response.end();
}

function whenever(response: ServerResponse, resolve: () => void): void {
  const done = () => {
    response.off('drain', done).off('close', done);
    resolve();
  };
  response.on('drain', done).on('close', done);
}
