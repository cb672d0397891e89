/** One address before several processes, as a proxy gives it: whoever comes is led to one that answers. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Door = AsyncDisposable & { url: string };

/** `rooms`: where they are, without those that nobody is to be led to. */
export async function openDoor(rooms: () => readonly string[]): Promise<Door> {
  const sockets = new Set<Socket>();
  let turn = 0;

  function lead(near: Socket): void {
    const all = rooms();
    turn += 1;
    const room = all[turn % all.length];
    if (room === undefined) return void near.destroy();
    const far = connect(Number(new URL(room).port), '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }

  const server = createServer(lead).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server.close(), 'close');
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
