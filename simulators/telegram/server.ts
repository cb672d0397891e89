/** The simulator's HTTP: calls to methods, downloads of files, whatever else is served beside them, and faults. */
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Body, MAX_LOCAL_REQUEST_BYTES, MAX_REQUEST_BYTES, readBody } from './body.ts';
import { BotApiError, badRequest } from './errors.ts';
import { type FaultKind, pause } from './faults.ts';
import type { SimFile } from './files.ts';
import type { Call } from './journal.ts';
import { methodNamed } from './methods/index.ts';
import type { Schemas } from './schemas.ts';
import type { Sim } from './sim.ts';

type Answer = { status: number; body: unknown; headers?: Record<string, string> };

export type TelegramServer = { url: string; journal: Call[]; close(): Promise<void> };

export async function startServer(options: {
  sim: Sim;
  token: string;
  port?: number | undefined;
  schemas?: Schemas | undefined;
  /** Whatever is not the Bot API: the page. */
  otherwise(request: IncomingMessage, response: ServerResponse): Promise<void>;
}): Promise<TelegramServer> {
  const { sim, token, schemas, otherwise } = options;
  const journal: Call[] = [];

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sim');
    const [, download, asked, rest = ''] = /^\/(file\/)?bot([^/]*)\/(.*)$/.exec(pathname) ?? [];
    if (asked === undefined) return otherwise(request, response);
    const call: Call = {
      at: sim.time.now(),
      method: download ? 'file' : rest,
      params: download ? { path: decodeURIComponent(rest) } : {},
      uploads: {},
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
    };
    const body = await readParts(request, searchParams, download !== undefined);
    if (!(body instanceof BotApiError)) Object.assign(call, download ? {} : body);
    journal.push(call);
    sim.world.changed();
    const how = sim.faults.take(call);
    if (how === 'cut') return void response.destroy();
    if (how === 'ignore') return;
    if (typeof how === 'object' && 'delayMs' in how) await pause(sim.time, how.delayMs);
    if (typeof how === 'object' && 'status' in how) return send(response, call, faulty(how));
    const refusal = body instanceof BotApiError ? body : refuseToken(asked);
    if (download) return sendFile(response, call, refusal, how);
    const answer = refusal ? failed(refusal) : await run(call, response);
    if (how === 'lose-answer') return void response.destroy();
    if (how === 'hang') return;
    send(response, call, answer);
  }

  async function readParts(
    request: IncomingMessage,
    query: URLSearchParams,
    download: boolean,
  ): Promise<Body | BotApiError> {
    if (download) return { params: {}, uploads: {} };
    const maxBytes = sim.settings.local ? MAX_LOCAL_REQUEST_BYTES : MAX_REQUEST_BYTES;
    try {
      return await readBody(request, query, { temp: sim.files.temp, maxBytes });
    } catch (error) {
      if (error instanceof BotApiError) return error;
      throw error;
    }
  }

  function refuseToken(asked: string): BotApiError | undefined {
    if (!/^\d+:[\w-]+$/.test(asked)) return new BotApiError(401, 'Unauthorized: invalid token specified');
    if (asked !== token) return new BotApiError(401, 'Unauthorized');
    return sim.loggedOut ? new BotApiError(400, 'Logged out') : undefined;
  }

  async function run(call: Call, response: ServerResponse): Promise<Answer> {
    const stop = new AbortController();
    response.on('close', () => stop.abort());
    try {
      const perform = methodNamed(call.method);
      if (!perform) throw new BotApiError(404, 'Not Found');
      const problem = schemas?.request(call.method, call.params);
      if (problem) throw badRequest(problem);
      const result = await perform(sim, { call, signal: stop.signal });
      schemas?.response(call.method, result);
      return { status: 200, body: { ok: true, result } };
    } catch (error) {
      if (error instanceof BotApiError) return failed(error);
      throw error;
    }
  }

  function sendFile(
    response: ServerResponse,
    call: Call,
    refusal: BotApiError | undefined,
    how: FaultKind | undefined,
  ): void | Promise<void> {
    if (refusal) return send(response, call, failed(refusal));
    const file = sim.files.at(String(call.params.path));
    if (!file || how === 'expired') return send(response, call, failed(new BotApiError(404, 'Not Found')));
    call.answer = { status: 200, body: { bytes: file.bytes } };
    return stream(response, file, how);
  }

  let closing = false;
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A sender that hangs up in the middle is no fault of ours, nor is what was under way when the end came.
      if (!closing && (!request.destroyed || request.complete)) console.error(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    journal,
    close: async () => {
      closing = true;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function send(response: ServerResponse, call: Call, { status, body, headers }: Answer): void {
    // Whoever hung up got no answer.
    if (response.destroyed) return;
    call.answer = { status, body };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
    sim.world.changed();
  }
}

function failed({ status, message, parameters }: BotApiError): Answer {
  const wait = parameters?.retry_after;
  return {
    status,
    body: {
      ok: false,
      error_code: status,
      description: message,
      ...(parameters ? { parameters } : {}),
    },
    ...(wait === undefined ? {} : { headers: { 'retry-after': String(wait) } }),
  };
}

function faulty(how: { status: number; description?: string; retryAfter?: number; text?: string }): Answer {
  const { status, retryAfter, text } = how;
  if (text !== undefined) return { status, body: text, headers: { 'content-type': 'text/html' } };
  const usual =
    retryAfter === undefined ? 'Internal Server Error' : `Too Many Requests: retry after ${retryAfter}`;
  const parameters = retryAfter === undefined ? undefined : { retry_after: retryAfter };
  return failed(new BotApiError(status, how.description ?? usual, parameters));
}

async function stream(response: ServerResponse, file: SimFile, how: FaultKind | undefined): Promise<void> {
  const shape: { cutAfterBytes?: number; stallAfterBytes?: number; chunkMs?: number } =
    typeof how === 'object' && !('status' in how || 'delayMs' in how) ? how : {};
  const end = shape.cutAfterBytes ?? shape.stallAfterBytes ?? Number.POSITIVE_INFINITY;
  const length = how === 'wrong-size' ? file.bytes + 1000 : file.bytes;
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': String(length) });
  let sent = 0;
  for await (const chunk of createReadStream(file.path)) {
    if (response.destroyed) return;
    const part = (chunk as Buffer).subarray(0, end - sent);
    sent += part.length;
    if (!response.write(part)) await drained(response);
    if (sent >= end) {
      if (shape.stallAfterBytes !== undefined) return;
      // What was written must arrive before the end does.
      return void response.socket?.destroySoon();
    }
    if (shape.chunkMs) await new Promise((resolve) => setTimeout(resolve, shape.chunkMs));
  }
  if (how === 'wrong-size') return void response.socket?.destroySoon();
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
