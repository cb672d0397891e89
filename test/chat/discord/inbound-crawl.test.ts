import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createDownloads } from '../../../src/chat/discord/inbound/downloads.ts';
import { createFiles } from '../../../src/store/files.ts';
import { freshFolder } from '../../fakes/folder.ts';

it('a file that comes a byte at a time is given up, and leaves nothing behind', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': 100_000 });
    const timer = setInterval(() => response.write('x'), 5);
    response.on('close', () => clearInterval(timer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const folder = freshFolder();
  const downloads = createDownloads({ cdnUrls: [url], files: createFiles(folder), withinMs: 60 });
  onTestFinished(() => downloads.stop());
  expect(await downloads.fetch({ url: `${url}/attachments/1/2/a.png`, name: 'a.png' }, 1_000_000)).toEqual({
    kind: 'trouble',
  });
  expect(await readdir(join(folder, 'temp'))).toEqual([]);
});
