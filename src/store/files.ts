/** Pictures, clips and videos in a folder, named by the hash of their bytes: the same file twice lies there once. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StoredFile } from '../core/job/job.ts';
import type { Files } from '../core/ports.ts';
import { FilesUnusable, StoreUnwritable } from './errors.ts';
import { checkExtension, codeOf, fileOf, isKey, missing, placeOf } from './file-keys.ts';

/** A job takes up to two uploads, their normal forms and a video; others are under way. */
export const ROOM_BYTES = 1_000_000_000;
const DAY_MS = 24 * 3_600_000;
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/**
 * Files in `files/ab/<hash>.<ext>` and, while they are made, in `temp/`. One process owns the folder, so whatever
 * lies in `temp/` now was left there by a crash and is removed. Throws StoreUnwritable.
 */
export function createFiles(dataDir: string): Files {
  const folders = { files: join(dataDir, 'files'), temp: join(dataDir, 'temp') };
  try {
    rmSync(folders.temp, { recursive: true, force: true });
    makeFolders(Object.values(folders));
  } catch (cause) {
    throw new StoreUnwritable('the data folder cannot be written to', { cause });
  }
  return filesIn(folders);
}

/**
 * Files in a folder that other processes use at the same time, on this machine or another: each has a folder for files
 * in the making, `temp/<process>`. Throws FilesUnusable.
 */
export function createSharedFiles(root: string): Files & { clearUp(): void } {
  const folders = { files: root, temp: join(root, 'temp', randomUUID()), away: join(root, 'removed') };
  const orUnusable = (work: () => void): void => {
    try {
      work();
    } catch (cause) {
      throw new FilesUnusable(`Files can not be kept where FILES_URL says: ${codeOf(cause)}`, { cause });
    }
  };
  orUnusable(() => makeFolders(Object.values(folders)));
  return {
    ...filesIn(folders),
    /** Only for who has the records to itself: what looks left behind may be another's work. */
    clearUp: () =>
      orUnusable(() => {
        forgetTempsOfTheDead(dirname(folders.temp), folders.temp);
        putBackAll(folders.away, root);
      }),
  };
}

/** `away`: where a file waits, before it is gone for good, for a last look at who needs it. */
function filesIn(folders: { files: string; temp: string; away?: string }): Files {
  const pathOf = (key: string): string => join(folders.files, placeOf(key));
  const has = async ({ key, bytes }: Pick<StoredFile, 'key' | 'bytes'>): Promise<boolean> => {
    const found = await stat(pathOf(key)).catch(missing);
    return found?.isFile() === true && found.size === bytes;
  };

  async function moveIn(tempPath: string, key: string): Promise<void> {
    const path = pathOf(key);
    await chmod(tempPath, PRIVATE_FILE);
    await sync(tempPath);
    // A new folder is itself an entry that a power cut could lose.
    if (await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER })) await sync(folders.files);
    await rename(tempPath, path);
    await sync(dirname(path));
  }

  return {
    async hasRoom() {
      const { bavail, bsize } = await statfs(folders.files);
      return bavail * bsize >= ROOM_BYTES;
    },

    path: async ({ key }) => pathOf(key),
    has,

    async keep(tempPath, mime, within = (_key, put) => put()) {
      const file = await fileOf(tempPath, mime);
      await within(file.key, async () => {
        if (await has(file)) await rm(tempPath);
        else await moveIn(tempPath, file.key);
      });
      return file;
    },

    async remove(key, isNeeded) {
      const path = pathOf(key);
      if (!folders.away || !isNeeded) return rm(path, { force: true });
      // Out of everybody's sight first: who keeps the same file from here on writes it anew.
      const away = join(folders.away, `${randomUUID()}.${key}`);
      const gone = await rename(path, away).then(() => true, missing);
      if (!gone) return;
      const wanted = await isNeeded().catch((error: unknown) => ({ error }));
      // In its place there can only be the same bytes.
      if (wanted) await rename(away, path).catch(missing);
      else await rm(away, { force: true });
      if (typeof wanted === 'object') throw wanted.error;
    },

    async *olderThan(at) {
      for (const entry of await readdir(folders.files, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !isKey(entry.name)) continue;
        const found = await stat(pathOf(entry.name)).catch(missing);
        if (found && found.mtimeMs < at) yield entry.name;
      }
    },

    async temp(extension) {
      checkExtension(extension);
      // Another process may have taken us for dead, or a person the folder for rubbish.
      await mkdir(folders.temp, { recursive: true, mode: PRIVATE_FOLDER });
      const path = join(folders.temp, `${randomUUID()}.${extension}`);
      return { path, [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    },
  };
}

function makeFolders(folders: readonly string[]): void {
  for (const folder of folders) mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
}

/** Nothing is a day in the making; whoever lives, and was idle so long, makes the folder anew. */
function forgetTempsOfTheDead(temps: string, ours: string): void {
  for (const name of readdirSync(temps)) {
    const folder = join(temps, name);
    if (folder === ours) continue;
    const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > DAY_MS) rmSync(folder, { recursive: true, force: true });
  }
}

/** What a crash left on its way out may be needed; if not, it is swept like any other. */
function putBackAll(away: string, root: string): void {
  for (const name of readdirSync(away)) {
    const key = name.slice(name.indexOf('.') + 1);
    if (!isKey(key)) continue;
    mkdirSync(dirname(join(root, placeOf(key))), { recursive: true, mode: PRIVATE_FOLDER });
    try {
      renameSync(join(away, name), join(root, placeOf(key)));
    } catch (error) {
      // Another process has just finished with it.
      missing(error);
    }
  }
}

/** Of a folder: what was renamed into it survives a power cut. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
