/** A wire between the bot and somebody, which breaks in ways that no server does on purpose. */
import { type AddressInfo, createServer, connect as open, type Socket } from 'node:net';

/**
 * `reset-request`: the connection is reset in the middle of the request. `reset-answer`: in the middle of the answer;
 * what was asked for has been done. `drip`: the answer comes one byte at a time.
 */
type Break = 'reset-request' | 'reset-answer' | { dripMs: number };

export type Wire = AsyncDisposable & {
  url: string;
  /** The next requests whose first bytes fit go wrong so. */
  breakNext(how: Break, fits: RegExp, times?: number): void;
  /** How many breaks are still to come. */
  left(): number;
  /** Every connection is refused from now on; those that are open end. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
};

export async function openWire(target: string): Promise<Wire> {
  const { hostname, port: targetPort } = new URL(target);
  const breaks: { how: Break; fits: RegExp; left: number }[] = [];
  const sockets = new Set<Socket>();
  let port = 0;

  function join(inner: Socket): void {
    const outer = open(Number(targetPort), hostname);
    let how: Break | undefined;
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    inner.on('data', (chunk: Buffer) => {
      const found = breaks.find(
        ({ fits, left }) => left > 0 && fits.test(chunk.toString('latin1', 0, 2_000)),
      );
      if (found) {
        found.left -= 1;
        how = found.how;
      }
      if (how === 'reset-request') {
        // Half of what came goes on, so that the other side sees a request that never ends.
        outer.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => {
          inner.resetAndDestroy();
          outer.resetAndDestroy();
        });
        how = undefined;
      } else outer.write(chunk);
    });
    outer.on('data', (chunk: Buffer) => {
      if (how === 'reset-answer') {
        how = undefined;
        inner.write(chunk.subarray(0, 20), () => inner.resetAndDestroy());
      } else if (typeof how === 'object') void drip(inner, chunk, how.dripMs);
      else inner.write(chunk);
    });
    inner.on('end', () => outer.end());
    outer.on('end', () => typeof how !== 'object' && inner.end());
  }

  let server = createServer(join);
  const listen = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  await listen();
  ({ port } = server.address() as AddressInfo);
  return {
    url: target.replace(new URL(target).origin, `http://127.0.0.1:${port}`),
    breakNext: (how, fits, times = 1) => void breaks.push({ how, fits, left: times }),
    left: () => breaks.reduce((sum, { left }) => sum + left, 0),
    refuse: close,
    async accept() {
      server = createServer(join);
      await listen();
    },
    [Symbol.asyncDispose]: async () => void (await close().catch(() => {})),
  };
}

async function drip(socket: Socket, chunk: Buffer, ms: number): Promise<void> {
  for (const byte of chunk) {
    if (socket.destroyed) return;
    socket.write(Buffer.of(byte));
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}
