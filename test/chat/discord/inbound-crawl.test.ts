import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createDownloads } from '../../../src/chat/discord/inbound/downloads.ts';
import { createOrigins } from '../../../src/chat/discord/inbound/origins.ts';
import { createFiles } from '../../../src/store/files.ts';
import { freshFolder } from '../../fakes/folder.ts';
import { startCrawling } from '../crawl.ts';

it('a file that comes a byte at a time is given up, and leaves nothing behind', async () => {
  const url = await startCrawling();
  const folder = freshFolder();
  const origins = createOrigins([url]);
  const downloads = createDownloads({ origins, files: createFiles(folder), withinMs: 60 });
  onTestFinished(() => downloads.stop());
  expect(await downloads.fetch({ url: `${url}/attachments/1/2/a.png`, name: 'a.png' }, 1_000_000)).toEqual({
    kind: 'trouble',
  });
  expect(await readdir(join(folder, 'temp'))).toEqual([]);
});
