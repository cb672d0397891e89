/** A way to a PostgreSQL that can be closed, cut and frozen, as the network and the server do it to the bot. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';

export type PostgresProxy = AsyncDisposable & {
  /** As STORE_URL has it: by TCP, whatever the server itself listens on. */
  url: string;
  /** Ends all connections and takes no new one: the server is gone, and its port says so. */
  close(): void;
  /** Ends all connections, and takes new ones: the server was started anew. */
  cut(): void;
  /**
   * Nothing gets through, and nobody is told: a cable that was cut, a server that stands still. `only`: statements don't
   * arrive, or what they are answered.
   */
  freeze(only?: 'statements' | 'answers'): void;
  /** From now on new connections lead to that server. */
  leadTo(url: string): void;
  /** All is well again; what was frozen arrives. */
  open(): Promise<void>;
  /** How many connections there are now. */
  connections(): number;
};

/** `url`: of a server on this machine, on a socket in the folder `host` of its query, or by TCP. */
export async function startPostgresProxy(url: string): Promise<PostgresProxy> {
  let target = new URL(url);
  const pairs = new Set<[near: Socket, far: Socket]>();
  let frozen: { only?: 'statements' | 'answers' | undefined } | undefined;

  const stop = ([near, far]: readonly [near: Socket, far: Socket]): void => {
    if (frozen?.only !== 'answers') near.pause();
    if (frozen?.only !== 'statements') far.pause();
  };
  const server = createServer((near) => {
    const folder = target.searchParams.get('host');
    const far = folder?.startsWith('/')
      ? connect(join(folder, '.s.PGSQL.5432'))
      : connect(Number(target.port || 5432), target.hostname);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    for (const [one, other] of [pair, [far, near] as const]) {
      one.on('error', () => {});
      one.on('close', () => {
        pairs.delete(pair);
        other.destroy();
      });
      one.pipe(other);
    }
    if (frozen) stop(pair);
  });
  await listen();
  const { port } = server.address() as AddressInfo;

  async function listen(at = 0): Promise<void> {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  }
  function cut(): void {
    for (const sockets of pairs) for (const socket of sockets) socket.destroy();
  }
  function close(): void {
    if (server.listening) server.close();
    cut();
  }

  const through = new URL(url);
  [through.hostname, through.port] = ['127.0.0.1', String(port)];
  through.searchParams.delete('host');
  return {
    url: through.href,
    close,
    cut,
    freeze(only) {
      frozen = { only };
      for (const pair of pairs) stop(pair);
    },
    leadTo(next) {
      target = new URL(next);
    },
    async open() {
      frozen = undefined;
      for (const sockets of pairs) for (const socket of sockets) socket.resume();
      if (!server.listening) await listen(port);
    },
    connections: () => pairs.size,
    async [Symbol.asyncDispose]() {
      const closed = server.listening ? once(server, 'close') : undefined;
      close();
      await closed;
    },
  };
}
