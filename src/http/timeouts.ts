/** How long we wait for whoever is at the other end, so that a few who dawdle don't keep everybody else out. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Timeouts = {
  /** For all headers. */
  headersMs: number;
  /** For all of an upload. */
  requestMs: number;
  /** For all of any other request. */
  shortMs: number;
  /** For a reader to take something of what lies ready, a sender to send something, or a new request. */
  idleMs: number;
  /** How often the first two are looked at. */
  checkEveryMs: number;
  /** How many may be connected at once; more are let go of. */
  connections: number;
};

/**
 * The largest upload takes 20 minutes at 2.3 Mbit/s. A browser that pauses a video takes nothing of it, and asks again
 * for the rest when it was cut off. The connections leave room for our own files, under the usual limit of 1,024.
 */
export const TIMEOUTS: Timeouts = {
  headersMs: 20_000,
  requestMs: 20 * 60_000,
  shortMs: 30_000,
  idleMs: 120_000,
  checkEveryMs: 10_000,
  connections: 500,
};

/** The two that bring files. */
const UPLOADS = /^\/api\/(?:jobs|quote)(?:\?|$)/;

/** What Node takes when the server is made. */
export const timeoutOptions = ({ headersMs, requestMs, checkEveryMs }: Timeouts) => ({
  headersTimeout: headersMs,
  requestTimeout: requestMs,
  connectionsCheckingInterval: checkEveryMs,
});

/** The rest, once there is a server. */
export function enforceTimeouts(server: Server, { shortMs, idleMs, connections }: Timeouts): void {
  const answering = new WeakMap<Socket, IncomingMessage>();
  server.maxConnections = connections;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    answering.set(socket, request);
    const timer = UPLOADS.test(request.url ?? '')
      ? undefined
      : setTimeout(() => {
          if (!request.complete) socket.destroy();
        }, shortMs).unref();
    response.once('prefinish', () => dropLittle(request));
    response.once('close', () => {
      clearTimeout(timer);
      // The next request of the same connection may have come already.
      if (answering.get(socket) === request) answering.delete(socket);
    });
  });
  // Nothing has gone either way for so long. Where all was sent to us and nothing waits to be taken, it is we who are slow.
  server.setTimeout(idleMs, (socket) => {
    if (!(answering.get(socket)?.complete && socket.writableLength === 0)) socket.destroy();
  });
}

/** What is still taken of a request that was answered before its end: a sender who is refused hears why meanwhile. */
const MOST_DROPPED_BYTES = 16_000_000;

/** Without this, Node drops as much as comes until somebody ends the connection. */
function dropLittle(request: IncomingMessage): void {
  if (request.complete) return;
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_DROPPED_BYTES) request.socket.destroySoon();
  });
  request.resume();
}
