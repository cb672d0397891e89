/** Files of this machine behind real addresses, for whoever fetches by address. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export async function serveFiles() {
  const paths = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const path = paths.get(request.url ?? '');
    if (path) response.end(await readFile(path));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url(path: string): string {
      const name = `/${encodeURIComponent(path)}`;
      paths.set(name, path);
      return `http://127.0.0.1:${port}${name}`;
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
