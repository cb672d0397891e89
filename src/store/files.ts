/** Pictures, clips and videos under DATA_DIR, named by the hash of their bytes: the same file twice lies there once. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StoredFile } from '../core/job/job.ts';
import type { Files } from '../core/ports.ts';
import { StoreUnwritable } from './errors.ts';

/** A job takes up to two uploads, their normal forms and a video; others are under way. */
const ROOM_BYTES = 1_000_000_000;

const KEY = /^[0-9a-f]{64}\.[a-z0-9]{1,8}$/;
const EXTENSION = /^[a-z0-9]{1,8}$/;
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/** Extensions are for people and for servers that look at them; our own records carry the type. */
const EXTENSIONS: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/quicktime': 'mov',
  'application/zip': 'zip',
};

/**
 * Files in `files/ab/<hash>.<ext>` and, while they are made, in `temp/`. One process owns the folder, so whatever
 * lies in `temp/` now was left there by a crash and is removed. Throws StoreUnwritable.
 */
export function createFiles(dataDir: string): Files {
  const filesDir = join(dataDir, 'files');
  const tempDir = join(dataDir, 'temp');
  try {
    rmSync(tempDir, { recursive: true, force: true });
    for (const folder of [tempDir, filesDir]) mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  } catch (cause) {
    throw new StoreUnwritable('the data folder cannot be written to', { cause });
  }

  const pathOf = ({ key }: Pick<StoredFile, 'key'>): string => {
    if (!KEY.test(key)) throw new RangeError('not the key of a file of ours');
    return join(filesDir, key.slice(0, 2), key);
  };
  const has = async (file: Pick<StoredFile, 'key' | 'bytes'>): Promise<boolean> => {
    const found = await stat(pathOf(file)).catch(missing);
    return found?.isFile() === true && found.size === file.bytes;
  };

  return {
    async hasRoom() {
      const { bavail, bsize } = await statfs(filesDir);
      return bavail * bsize >= ROOM_BYTES;
    },

    path: async (file) => pathOf(file),
    has,

    async keep(tempPath, mime) {
      const { hash, bytes } = await digest(tempPath);
      const file = { key: `${hash}.${EXTENSIONS[mime] ?? 'bin'}`, bytes, mime };
      if (await has(file)) {
        await rm(tempPath);
        return file;
      }
      const path = pathOf(file);
      await chmod(tempPath, PRIVATE_FILE);
      await sync(tempPath);
      // A new folder is itself an entry that a power cut could lose.
      if (await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER })) await sync(filesDir);
      await rename(tempPath, path);
      await sync(dirname(path));
      return file;
    },

    async remove(key) {
      await rm(pathOf({ key }), { force: true });
    },

    async *olderThan(at) {
      for (const entry of await readdir(filesDir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !KEY.test(entry.name)) continue;
        const found = await stat(pathOf({ key: entry.name })).catch(missing);
        if (found && found.mtimeMs < at) yield entry.name;
      }
    },

    async temp(extension) {
      if (!EXTENSION.test(extension)) throw new RangeError('not a file extension');
      const path = join(tempDir, `${randomUUID()}.${extension}`);
      return { path, [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    },
  };
}

async function digest(path: string): Promise<{ hash: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { hash: hash.digest('hex'), bytes };
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

function missing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
