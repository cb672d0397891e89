/** A server that tells connections, requests and bytes apart, by a tag in each request's path. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What it does once a whole request has come. */
export type Manner = 'silent' | 'answers' | 'hangs-up' | (() => void);

export type CountingServer = AsyncDisposable & {
  url: string;
  /** How often a request of that tag came, over all connections. */
  requests(tag: string): number;
  /** Over how many connections they came. */
  connections(tag: string): number;
  /** First lines of what came without a tag that was given out: somebody else's. */
  strangers: string[];
  /** A tag for one call, and what is done when it comes. */
  tag(manner: Manner, delayMs?: number): string;
};

const REQUEST_LINE = /POST \/tag-(\d+) HTTP\/1\.1\r\n/g;

/** Listens on a port of its own; what other processes send there by mistake is told apart, not counted. */
export async function countingServer(): Promise<CountingServer> {
  const given = new Map<string, { manner: Manner; delayMs: number; requests: number; connections: number }>();
  const strangers: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    const seen = new Map<string, number>();
    let text = '';
    socket.on('error', () => {});
    socket.on('close', () => {
      open.delete(socket);
      if (text !== '' && seen.size === 0) strangers.push(text.split('\r\n')[0] ?? '');
    });
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const now = Map.groupBy(text.matchAll(REQUEST_LINE), ([, tag]) => tag ?? '');
      for (const [tag, { length }] of now) {
        const entry = given.get(tag);
        if (!entry) continue;
        const before = seen.get(tag) ?? 0;
        if (before === 0) entry.connections += 1;
        entry.requests += length - before;
        seen.set(tag, length);
        if (before === 0) setTimeout(() => act(socket, entry.manner), entry.delayMs);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: (tag) => given.get(tag)?.requests ?? 0,
    connections: (tag) => given.get(tag)?.connections ?? 0,
    strangers,
    tag(manner, delayMs = 0) {
      const tag = String(given.size + 1);
      given.set(tag, { manner, delayMs, requests: 0, connections: 0 });
      return tag;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function act(socket: Socket, manner: Manner): void {
  if (typeof manner === 'function') manner();
  if (manner === 'hangs-up') socket.destroy();
  if (manner === 'answers') socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
}
