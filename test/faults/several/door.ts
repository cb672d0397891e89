/** One address before several processes, as a proxy gives it: whoever comes is led to one that takes connections. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Door = AsyncDisposable & { url: string };

/** `rooms`: where they are, without those that nobody is to be led to. */
export async function openDoor(rooms: () => readonly string[]): Promise<Door> {
  let turn = 0;

  const server = createServer((coming, answer) => {
    const all = rooms();
    turn += 1;
    const first = turn % Math.max(1, all.length);
    lead([...all.slice(first), ...all.slice(0, first)]);

    function lead([room, ...others]: readonly string[]): void {
      if (room === undefined) return void answer.destroy();
      const { method, headers, url = '/' } = coming;
      const going = request(new URL(url, room), { method, headers, agent: false }, (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.on('error', () => answer.destroy());
        reply.pipe(answer);
      });
      // Of what was not sent, nothing is done: only that may go to another one.
      going.once('socket', (socket) => socket.once('connect', () => coming.pipe(going)));
      going.on('error', (error) => {
        if ('code' in error && error.code === 'ECONNREFUSED') lead(others);
        else answer.destroy();
      });
      answer.on('close', () => going.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
    },
  };
}
