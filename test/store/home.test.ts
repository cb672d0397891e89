import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/index.ts';
import { createStore } from '../../src/store/index.ts';
import { freshFolder } from '../fakes/folder.ts';
import { jobIn } from '../fakes/jobs.ts';

async function open(
  dataDir: string,
  use: (store: Store) => Promise<void> = async () => {},
): Promise<boolean> {
  const store = createStore(dataDir, () => {});
  const isAtHome = await store.isAtHome();
  await use(store);
  await store.close();
  return isAtHome;
}

async function keep({ files }: Store, content = 'a'): Promise<void> {
  await using temp = await files.temp('bin');
  writeFileSync(temp.path, content);
  await files.keep(temp.path, 'image/png');
}

const dropDatabase = (dataDir: string) => {
  for (const end of ['', '-wal', '-shm']) rmSync(join(dataDir, `strut.sqlite${end}`), { force: true });
};

describe('a database and the files beside it', () => {
  it('belong together from the first start on', async () => {
    const dataDir = freshFolder();
    expect(await open(dataDir, keep)).toBe(true);
    expect(await open(dataDir)).toBe(true);
  });

  it('do not when the database was made anew', async () => {
    const dataDir = freshFolder();
    await open(dataDir, keep);
    dropDatabase(dataDir);
    expect(await open(dataDir)).toBe(false);
    // Not by waiting either.
    expect(await open(dataDir, (store) => store.jobs.save(jobIn('created')))).toBe(false);
    expect(await open(dataDir)).toBe(false);
  });

  it('do not when the files lie there from before there were marks and the database knows no job', async () => {
    const dataDir = freshFolder();
    await open(dataDir, keep);
    rmSync(join(dataDir, 'files', 'home'));
    dropDatabase(dataDir);
    expect(await open(dataDir)).toBe(false);
  });

  it('do when the folder of files was emptied', async () => {
    const dataDir = freshFolder();
    await open(dataDir, keep);
    rmSync(join(dataDir, 'files'), { recursive: true });
    expect(await open(dataDir)).toBe(true);
    expect(await open(dataDir)).toBe(true);
  });
});
