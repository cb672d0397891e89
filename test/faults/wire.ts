/** A wire between the bot and somebody, which breaks in ways that no server does on purpose. */
import { type AddressInfo, createServer, connect as open, type Socket } from 'node:net';
import { setImmediate as next, setTimeout as wait } from 'node:timers/promises';
import { createSecureContext, TLSSocket } from 'node:tls';
import { type Identity, makeIdentity } from './identity.ts';

/**
 * `reset-request`: the connection is reset in the middle of the request. `stall-request`: it goes on no further, and nobody
 * is told. `reset-answer`: the connection is reset in the middle of the answer;
 * what was asked for has been done. `drip`: the answer comes one byte at a
 * time, as fast as that goes where the pause is 0.
 */
type Break = 'reset-request' | 'stall-request' | 'reset-answer' | { dripMs: number };

/**
 * Why no connection comes about. `no TLS`: the other side speaks plain HTTP; `a stranger’s certificate`: it is not who
 * it should be.
 */
export const OUTAGES = ['refused', 'no such name', 'no TLS', 'a stranger’s certificate'] as const;
export type Outage = (typeof OUTAGES)[number];

export type Wire = AsyncDisposable & {
  url: string;
  /** The next requests whose first bytes fit go wrong so. */
  breakNext(how: Break, fits: RegExp, times?: number): void;
  /** How many breaks are still to come. */
  left(): number;
  /** No connection comes about from now on; those that are open end. */
  down(why: Outage): Promise<void>;
  up(): Promise<void>;
  /** How many connections were tried in vain; those that were refused leave no trace here. */
  inVain(): number;
};

/** By which name the bot finds the far end, and how it can be made to know that name no more. */
type Name = { host: string; hide(hidden: boolean): void; missed(): number };
export type TlsIdentity = { name: Name; identity: Identity };

/** Any wire may break; `secured`, it is one of TLS to a host with a name, as all true ones are. */
export async function openWire(target: string, secured?: TlsIdentity): Promise<Wire> {
  const { hostname, port: targetPort, origin } = new URL(target);
  const breaks: { how: Break; fits: RegExp; left: number }[] = [];
  const sockets = new Set<Socket>();
  const identity = secured && createSecureContext(secured.identity);
  const stranger = secured && createSecureContext(makeIdentity([secured.name.host]));
  let port = 0;
  let outage: Outage | undefined;
  let inVain = 0;

  function answer(raw: Socket): void {
    sockets.add(raw);
    raw.on('close', () => sockets.delete(raw));
    if (outage === 'no TLS' || outage === 'a stranger’s certificate') inVain += 1;
    if (outage === 'no TLS') {
      raw.on('error', () => {});
      raw.once('data', () => raw.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'));
      return;
    }
    const secureContext = outage === 'a stranger’s certificate' ? stranger : identity;
    join(raw, secureContext ? new TLSSocket(raw, { isServer: true, secureContext }) : raw);
  }

  /** `inner` is what is said over `raw`; only `raw` can be reset. */
  function join(raw: Socket, inner: Socket): void {
    const outer = open(Number(targetPort), hostname);
    let how: Break | undefined;
    let dripping = Promise.resolve();
    sockets.add(outer);
    for (const near of new Set([raw, inner])) {
      near.on('error', () => outer.destroy());
      near.on('close', () => outer.destroy());
    }
    outer.on('error', () => raw.destroy());
    outer.on('close', () => {
      sockets.delete(outer);
      void dripping.then(() => raw.destroy());
    });
    inner.on('data', (chunk: Buffer) => {
      const head = chunk.toString('latin1', 0, 2_000);
      const found = breaks.find(({ fits, left }) => left > 0 && fits.test(head));
      // A connection that is kept for the next request does not keep its fault.
      if (/^[A-Z]+ \S+ HTTP\//.test(head)) how = undefined;
      if (found) {
        found.left -= 1;
        how = found.how;
      }
      if (how === 'reset-request') {
        // Half of what came goes on, so that the other side sees a request that never ends.
        outer.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => {
          raw.resetAndDestroy();
          outer.resetAndDestroy();
        });
        how = undefined;
      } else if (how === 'stall-request') {
        if (found) outer.write(chunk.subarray(0, Math.floor(chunk.length / 2)));
      } else outer.write(chunk);
    });
    outer.on('data', (chunk: Buffer) => {
      if (how === 'reset-answer') {
        how = undefined;
        inner.write(chunk.subarray(0, 20), () => raw.resetAndDestroy());
      } else if (typeof how === 'object') {
        const { dripMs } = how;
        dripping = dripping.then(() => drip(inner, chunk, dripMs));
      } else inner.write(chunk);
    });
    inner.on('end', () => outer.end());
    outer.on('end', () => void dripping.then(() => inner.end()));
  }

  let server = createServer(answer);
  const listen = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    cut();
    await closed;
  };
  await listen();
  ({ port } = server.address() as AddressInfo);
  return {
    url: target.replace(
      origin,
      secured ? `https://${secured.name.host}:${port}` : `http://127.0.0.1:${port}`,
    ),
    breakNext: (how, fits, times = 1) => void breaks.push({ how, fits, left: times }),
    left: () => breaks.reduce((sum, { left }) => sum + left, 0),
    inVain: () => inVain + (secured?.name.missed() ?? 0),
    async down(why) {
      if (!secured && why !== 'refused') throw new Error(`a plain wire can not be down for ${why}`);
      outage = why;
      if (why === 'refused') return close();
      if (why === 'no such name') secured?.name.hide(true);
      cut();
    },
    async up() {
      if (outage === 'no such name') secured?.name.hide(false);
      if (outage === 'refused') {
        server = createServer(answer);
        await listen();
      }
      outage = undefined;
    },
    [Symbol.asyncDispose]: async () => void (await close().catch(() => {})),
  };
}

async function drip(socket: Socket, chunk: Buffer, ms: number): Promise<void> {
  for (const byte of chunk) {
    if (socket.destroyed) return;
    socket.write(Buffer.of(byte));
    await (ms === 0 ? next() : wait(ms));
  }
}
