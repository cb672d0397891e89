import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Api } from 'grammy';
import { expect, it, onTestFinished } from 'vitest';
import { createDownloads } from '../../../src/chat/telegram/download.ts';
import { createFiles } from '../../../src/store/files.ts';
import { freshFolder } from '../../fakes/folder.ts';
import { memoryKeyValueStore } from '../../fakes/shelf.ts';
import { startCrawling } from '../crawl.ts';

const TOKEN = '123:abc';

it('a file that comes a byte at a time is given up, and leaves nothing behind', async () => {
  const apiUrl = await startCrawling((request, response) => {
    if (request.url?.startsWith('/file/')) return false;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, result: { file_id: 'f', file_path: 'photos/1.jpg' } }));
    return true;
  });
  const folder = freshFolder();
  const downloads = await createDownloads({
    api: new Api(TOKEN, { apiRoot: apiUrl }),
    token: TOKEN,
    apiUrl,
    files: createFiles(folder),
    kv: memoryKeyValueStore(),
    withinMs: 150,
  });
  onTestFinished(() => downloads.stop());
  const never = new AbortController().signal;
  await expect(downloads.fetch({ fileId: 'f' }, 'image', never)).rejects.toThrow(
    'could not be fetched from Telegram',
  );
  expect(await readdir(join(folder, 'temp'))).toEqual([]);
});
