/** What the three simulators share: a real HTTP server that records every request and fails on order. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export type SimRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: Buffer;
  /** The body read as JSON; undefined when it isn't. */
  json: unknown;
};

export type Reply = {
  status: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
  bytes?: AsyncIterable<Buffer>;
};

/**
 * How a request goes wrong. `cut`: the connection ends and nothing was done. `lose-answer`: it is done and the
 * connection ends in place of an answer. `hang`: it is done and never answered. A status: answered in place of
 * being done, or with `done` after it; with `endlessBytes`, by so many noughts of no announced length. The rest is done,
 * and its body cut, stalled or slow.
 */
export type FaultKind =
  | 'cut'
  | 'lose-answer'
  | 'hang'
  | {
      status: number;
      json?: unknown;
      text?: string;
      headers?: Record<string, string>;
      endlessBytes?: number;
      done?: true;
    }
  | { cutAfterBytes: number }
  | { stallAfterBytes: number }
  | { chunkMs: number };

type Fault = { method?: string; path: RegExp; times?: number; how: FaultKind };

export type SimServer = {
  url: string;
  /** Every request, in order, those that met a fault too. */
  requests: SimRequest[];
  /** The next requests that fit go wrong, once unless told otherwise. */
  fault(fault: Fault): void;
  /** How many faults are still to come. */
  faultsLeft(): number;
  requestsTo(method: string, path: RegExp): SimRequest[];
  close(): Promise<void>;
  /** Aborted as it closes. */
  closing: AbortSignal;
  /** How far its `Date` is from the clock of this machine. */
  clock: { aheadMs: number };
};

/** `control` may be set by hand: `PUT /_sim/script` and `PUT /_sim/fault` with JSON bodies. */
export async function startServer(
  handle: (request: SimRequest) => Promise<Reply>,
  {
    port = 0,
    control,
    onUpgrade,
  }: {
    port?: number | undefined;
    control?: (script: unknown) => void;
    /** Of one that speaks over sockets, too. */
    onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  } = {},
): Promise<SimServer> {
  const requests: SimRequest[] = [];
  const closing = new AbortController();
  const clock = { aheadMs: 0 };
  const faults: (Fault & { left: number })[] = [];

  const takeFault = (request: SimRequest): FaultKind | undefined => {
    const found = faults.find(
      (fault) =>
        fault.left > 0 &&
        fault.path.test(request.path) &&
        (fault.method ?? request.method) === request.method,
    );
    if (found) found.left -= 1;
    return found?.how;
  };

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    if (clock.aheadMs !== 0) response.setHeader('date', new Date(Date.now() + clock.aheadMs).toUTCString());
    if (request.path.startsWith('/_sim/')) return void response.writeHead(setByHand(request)).end();
    requests.push(request);
    const how = takeFault(request);
    if (how === 'cut') return void response.destroy();
    if (typeof how === 'object' && 'status' in how) {
      const { endlessBytes, done, ...reply } = how;
      if (done) await handle(request);
      return send(response, endlessBytes ? { ...reply, bytes: noughts(endlessBytes) } : reply);
    }
    const reply = await handle(request);
    if (how === 'lose-answer') return void response.destroy();
    if (how === 'hang') return;
    return send(response, reply, how);
  }

  function setByHand({ method, path, json }: SimRequest): number {
    if (method !== 'PUT' || json === null || typeof json !== 'object') return 400;
    if (path === '/_sim/script') control?.(json);
    else if (path === '/_sim/fault' && 'path' in json && 'how' in json) {
      const { path, how, times = 1 } = json as { path: string; how: FaultKind; times?: number };
      faults.push({ path: new RegExp(path), how, left: times });
    } else return 404;
    return 204;
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  if (onUpgrade) server.on('upgrade', onUpgrade);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fault: (fault) => void faults.push({ ...fault, left: fault.times ?? 1 }),
    faultsLeft: () => faults.reduce((sum, { left }) => sum + left, 0),
    requestsTo: (method, path) =>
      requests.filter((request) => request.method === method && path.test(request.path)),
    closing: closing.signal,
    clock,
    close: async () => {
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(incoming: IncomingMessage): Promise<SimRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://sim');
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
  return {
    method: incoming.method ?? '',
    path: pathname,
    query: searchParams,
    headers,
    body,
    json: parse(body),
  };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

async function send(response: ServerResponse, reply: Reply, how?: FaultKind): Promise<void> {
  const body = reply.json === undefined ? reply.text : JSON.stringify(reply.json);
  const type = reply.json === undefined ? 'text/plain' : 'application/json';
  const length = reply.bytes ? {} : { 'content-length': String(Buffer.byteLength(body ?? '')) };
  response.writeHead(reply.status, { 'content-type': type, ...length, ...reply.headers });
  const shape: { cutAfterBytes?: number; stallAfterBytes?: number; chunkMs?: number } =
    typeof how === 'object' && !('status' in how) ? how : {};
  const end = shape.cutAfterBytes ?? shape.stallAfterBytes ?? Number.POSITIVE_INFINITY;
  let sent = 0;
  for await (const chunk of reply.bytes ?? [Buffer.from(body ?? '')]) {
    if (response.destroyed) return;
    const part = chunk.subarray(0, end - sent);
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

async function* noughts(total: number): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(65_536);
  for (let left = total; left > 0; left -= chunk.length) yield chunk.subarray(0, left);
}

function whenever(response: ServerResponse, resolve: () => void): void {
  const done = () => {
    response.off('drain', done).off('close', done);
    resolve();
  };
  response.on('drain', done).on('close', done);
}
