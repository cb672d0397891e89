import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { backUp } from '../../../src/store/copies/back-up.ts';
import { restore } from '../../../src/store/copies/restore.ts';
import { StoreHalfRestored } from '../../../src/store/errors.ts';
import { createPostgresStore, createStore, type Store } from '../../../src/store/index.ts';
import { freshFolder } from '../../fakes/folder.ts';
import { jobIn } from '../../fakes/jobs.ts';
import { postgresNeeded, postgresOfFile } from '../../postgres/open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const NOW = Date.UTC(2026, 10, 30, 12);
const SECRET = 'the-key-of-this-bot';
const unreadable = (error: Error): never => expect.fail(error.message);
/** What changes the disk, by the ways that a restore takes. */
const CHANGES = ['rename', 'rm', 'mkdir', 'copyFile', 'writeFile', 'chmod'] as const;

let fromPath: string;
let keys: string[];
beforeEach(async () => {
  const dataDir = freshFolder();
  const store = createStore(dataDir, unreadable);
  await store.isAtHome();
  await store.jobs.save(jobIn('queued'));
  keys = [];
  for (const text of ['a picture', 'a video']) {
    await using temp = await store.files.temp('mp4');
    writeFileSync(temp.path, text);
    keys.push((await store.files.keep(temp.path, 'video/mp4')).key);
  }
  await store.close();
  writeFileSync(join(dataDir, 'secret-key'), SECRET);
  fromPath = join(freshFolder(), 'strut.tar');
  const filesIn = join(dataDir, 'files');
  await backUp({ dataDir, toPath: fromPath, strut: '1', filesIn, withSecrets: true, now: NOW });
});

/** A data folder as a process leaves it that is killed before its `step`-th change of the disk; none where there are fewer. */
type Left = { dataDir: string; step: number };

/** One restore, with the folder as it would be left at each of its steps. */
async function leftAtEachStep(order: Parameters<typeof restore>[0]): Promise<Left[]> {
  const left: Left[] = [];
  const real = Object.fromEntries(CHANGES.map((name) => [name, fs[name]]));
  const photograph = (): void => {
    const dataDir = join(freshFolder(), 'left');
    const step = left.push({ dataDir, step: left.length });
    if (existsSync(order.dataDir))
      cpSync(order.dataDir, dataDir, { recursive: true, filter: (path) => !path.includes('strut.lock') });
    expect(step).toBeLessThan(200);
  };
  for (const name of CHANGES) {
    const change = real[name] as (...args: unknown[]) => Promise<unknown>;
    Object.assign(fs, {
      [name]: (...args: unknown[]) => {
        photograph();
        return change(...args);
      },
    });
  }
  syncBuiltinESMExports();
  try {
    await restore(order);
    photograph();
  } finally {
    Object.assign(fs, real);
    syncBuiltinESMExports();
  }
  return left;
}

async function expectWhole(store: Store): Promise<void> {
  expect([await store.putBack.since(), await store.isAtHome()]).toEqual([NOW, true]);
  expect(await store.jobs.get('web:1')).toMatchObject({ state: 'queued' });
  for (const key of keys) expect(existsSync(await store.files.path({ key }))).toBe(true);
}

const hasBot = (dataDir: string): boolean => existsSync(join(dataDir, 'strut.sqlite'));

describe('a restore that is killed', () => {
  it('at whichever step, is done whole by the next one, or was over', async () => {
    const left = await leftAtEachStep({ dataDir: join(freshFolder(), 'new'), fromPath });
    const halves = left.filter(({ dataDir }) => !hasBot(dataDir) && existsSync(join(dataDir, 'files')));
    expect(halves.length).toBeGreaterThan(1);
    expect(hasBot(left.at(-1)?.dataDir ?? '')).toBe(true);
    for (const { dataDir, step } of left) {
      if (!hasBot(dataDir))
        expect(await restore({ dataDir, fromPath, waitMs: 0 }), `step ${step}`).toMatchObject({ files: 2 });
      // A bot that was put back is somebody's, whatever lies beside it.
      await expect(restore({ dataDir, fromPath, waitMs: 0 })).rejects.toMatchObject({ name: 'NotEmpty' });
      const store = createStore(dataDir, unreadable);
      await expectWhole(store);
      await store.close();
      expect(readFileSync(join(dataDir, 'secret-key'), 'utf8')).toBe(SECRET);
    }
  });

  it('again where the one before was, is done whole all the same', async () => {
    const left = await leftAtEachStep({ dataDir: join(freshFolder(), 'new'), fromPath });
    const half = left.findLast(({ dataDir }) => !hasBot(dataDir));
    for (const { dataDir } of await leftAtEachStep({ dataDir: half?.dataDir ?? '', fromPath })) {
      if (!hasBot(dataDir)) await restore({ dataDir, fromPath, waitMs: 0 });
      const store = createStore(dataDir, unreadable);
      await expectWhole(store);
      await store.close();
    }
  });

  it('lets no bot begin anew on the half of it that is there, as the other half could not come any more', async () => {
    const left = await leftAtEachStep({ dataDir: join(freshFolder(), 'new'), fromPath });
    const halves = left.filter(({ dataDir }) => !hasBot(dataDir) && existsSync(join(dataDir, 'files')));
    expect(halves.length).toBeGreaterThan(1);
    for (const { dataDir, step } of halves) {
      expect(() => createStore(dataDir, unreadable), `step ${step}`).toThrow(StoreHalfRestored);
      await restore({ dataDir, fromPath, waitMs: 0 });
      const store = createStore(dataDir, unreadable);
      await expectWhole(store);
      await store.close();
    }
  });

  it('has not taken a folder that somebody else uses for its own', async () => {
    const dataDir = freshFolder();
    const store = createStore(dataDir, unreadable);
    await store.isAtHome();
    await store.close();
    const left = await leftAtEachStep({ dataDir: join(freshFolder(), 'new'), fromPath });
    const half = left.findLast((one) => !hasBot(one.dataDir));
    // Its mark beside the files of another bot, whose database is lost.
    cpSync(join(half?.dataDir ?? '', 'restoring'), join(dataDir, 'restoring'), { recursive: true });
    for (const name of readdirSync(dataDir))
      if (name.startsWith('strut.sqlite')) await fs.rm(join(dataDir, name));
    const home = readFileSync(join(dataDir, 'files', 'home'), 'utf8');
    await expect(restore({ dataDir, fromPath, waitMs: 0 })).rejects.toMatchObject({ name: 'NotEmpty' });
    expect(readFileSync(join(dataDir, 'files', 'home'), 'utf8')).toBe(home);
  });

  describe('on its way to PostgreSQL', postgresNeeded, () => {
    it('at whichever step, is done whole by the next one, as long as no bot works on it', async () => {
      await postgres.empty();
      const db = await postgres.db();
      const recordsAt = await postgres.url();
      const isThere = async () => (await db.all("SELECT 1 FROM keyv WHERE key = 'copy:at'")).length > 0;
      const left = await leftAtEachStep({ dataDir: join(freshFolder(), 'new'), fromPath, recordsAt });
      expect(await isThere()).toBe(true);
      const halves = left.filter(({ dataDir }) => existsSync(join(dataDir, 'restoring', 'landing.sqlite')));
      expect(halves.length).toBeGreaterThan(1);
      // The records come in one transaction: they are there when it was over, or not at all.
      const last = halves.at(-1);
      for (const half of [...halves, last]) {
        const copy = join(freshFolder(), 'copy');
        cpSync(half?.dataDir ?? '', copy, { recursive: true });
        const restored = await restore({ dataDir: copy, fromPath, recordsAt, waitMs: 0 });
        expect(restored, `step ${half?.step}`).toMatchObject({ files: 2 });
        // At the very end the records are there already.
        if (half !== last) await postgres.empty();
      }
      const [first, ...others] = halves;
      const dataDir = first?.dataDir ?? '';
      const early = createPostgresStore(recordsAt, dataDir, unreadable);
      await expect(early).rejects.toThrow(StoreHalfRestored);
      await restore({ dataDir, fromPath, recordsAt, waitMs: 0 });
      const store = await createPostgresStore(recordsAt, dataDir, unreadable);
      await expectWhole(store);
      expect(await store.keyv('secrets').get('secret-key')).toBe(SECRET);
      await store.close();
      for (const one of others) {
        const again = restore({ dataDir: one.dataDir, fromPath, recordsAt, waitMs: 0 });
        await expect(again).rejects.toMatchObject({ name: 'StoreTaken' });
        // They may be the files of the bot that works on those records.
        const kept = keys.map((key) => join(one.dataDir, 'files', key.slice(0, 2), key));
        if (existsSync(join(one.dataDir, 'files'))) expect(kept.filter(existsSync)).toEqual(kept);
      }
    });
  });
});
