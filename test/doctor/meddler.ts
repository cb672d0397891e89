/** A proxy before the bot that does what badly set-up ones do. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type How = { kind: 'own-page' | 'no-posts' | 'small-bodies' | 'buffers' | 'good' };
const SMALL_BYTES = 500_000;

/** Everything that comes goes on to that port of this machine, but for what `how` says. */
export async function startMeddler(port: string, { kind }: How) {
  const server = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk as Buffer);
    const sent = Buffer.concat(body);
    if (kind === 'own-page') return void response.writeHead(200).end('<h1>Welcome to nginx!</h1>');
    if (kind === 'no-posts' && request.method === 'POST') return void response.writeHead(405).end();
    if (kind === 'small-bodies' && sent.length > SMALL_BYTES) return void response.writeHead(413).end();
    const answer = await fetch(`http://127.0.0.1:${port}${request.url}`, {
      method: request.method ?? 'GET',
      ...(request.method === 'POST' ? { body: sent } : {}),
    }).catch(() => undefined);
    if (!answer) return void response.writeHead(502).end();
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    if (kind === 'buffers')
      return void response.end(Buffer.from(await answer.arrayBuffer().catch(() => new ArrayBuffer())));
    try {
      for await (const chunk of answer.body ?? []) response.write(chunk);
    } catch {
      // Whoever asked has gone.
    }
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
