/** Pictures, clips and videos in a bucket of a store that speaks S3, named as in a folder, with copies on our own disk. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredFile } from '../../core/job/job.ts';
import type { Files } from '../../core/ports.ts';
import { checkExtension, codeOf, fileOf, isKey, placeOf } from '../file-keys.ts';
import { createCache } from './cache.ts';
import type { S3Client } from './client.ts';
import type { S3Objects } from './objects.ts';

/** Of this disk: files are made here before they go out, and are brought here to be looked at. */
const ROOM_BYTES = 1_000_000_000;
/** A browser begins to read at once; what was hidden meanwhile can be had no longer than this. */
const ADDRESS_LASTS_SECONDS = 10 * 60;
/** Where a file waits, before it is gone for good, for a last look at who needs it. */
const AWAY = 'removed/';

type S3FilesOptions = {
  client: Pick<S3Client, 'signedAddress'>;
  objects: S3Objects;
  /** Of this process alone: files in the making, and copies. */
  dataDir: string;
  cacheBytes: number;
  now(): number;
  /** On this disk. */
  freeBytes?(): Promise<number>;
};

export function createS3Files(
  options: S3FilesOptions,
): Files & { putBack(): Promise<void>; sweepCopies(): Promise<void>; stop(): void } {
  const { client, objects, dataDir } = options;
  const tempDir = join(dataDir, 'temp');
  rmSync(tempDir, { recursive: true, force: true });
  mkdirSync(tempDir, { recursive: true, mode: 0o700 });
  const cache = createCache(join(dataDir, 'cache'), options.cacheBytes, options.now);
  const coming = new Map<string, Promise<void>>();
  const freeBytes = options.freeBytes ?? (() => freeBytesAt(tempDir));

  const isRoomy = async (): Promise<boolean> => (await freeBytes()) >= ROOM_BYTES;
  /** A copy can be fetched again, so it never stands in the way of work. */
  const makeRoom = (): Promise<void> => cache.makeRoom(isRoomy);

  const has = async ({ key, bytes }: Pick<StoredFile, 'key' | 'bytes'>): Promise<boolean> =>
    (await objects.size(placeOf(key))) === bytes;

  const tempPath = (extension: string): string => join(tempDir, `${randomUUID()}.${extension}`);

  async function bring(key: string): Promise<void> {
    const path = tempPath('part');
    const get = (): Promise<boolean> => objects.get(placeOf(key), path, key.slice(0, 64));
    try {
      await makeRoom();
      const found = await get().catch(async (error: unknown) => {
        if (codeOf(error) !== 'ENOSPC') throw error;
        await cache.makeRoom(async () => false);
        return get();
      });
      if (found) await cache.add(key, path);
    } finally {
      await rm(path, { force: true });
    }
  }

  async function putBack(away: string): Promise<void> {
    const key = away.slice(away.indexOf('.') + 1);
    // Where it is there again there can only be the same bytes.
    if (isKey(key)) await objects.copy(away, placeOf(key));
    await objects.remove(away);
  }

  return {
    has,

    async hasRoom() {
      await makeRoom();
      return isRoomy();
    },

    async path({ key }) {
      placeOf(key);
      if (!cache.use(key)) {
        const under = coming.get(key) ?? bring(key).finally(() => coming.delete(key));
        coming.set(key, under);
        await under;
      }
      return cache.pathOf(key);
    },

    async keep(path, mime, within = (_key, put) => put()) {
      const file = await fileOf(path, mime);
      await within(file.key, async () => {
        if (await has(file)) return;
        const sha256 = file.key.slice(0, 64);
        await objects.put(placeOf(file.key), path, { bytes: file.bytes, sha256, mime });
      });
      // Whatever has just been made is looked at next.
      await cache.add(file.key, path);
      return file;
    },

    async remove(key, isNeeded) {
      const name = placeOf(key);
      cache.drop(key);
      if (!isNeeded) return objects.remove(name);
      // Out of everybody's sight first: who keeps the same file from here on writes it anew.
      const away = `${AWAY}${randomUUID()}.${key}`;
      if (!(await objects.copy(name, away))) return;
      await objects.remove(name);
      const wanted = await isNeeded().catch((error: unknown) => ({ error }));
      await (wanted ? putBack(away) : objects.remove(away));
      if (typeof wanted === 'object') throw wanted.error;
    },

    async *olderThan(at) {
      for await (const { name, changedAt } of objects.list('')) {
        const key = name.slice(3);
        if (isKey(key) && name === placeOf(key) && changedAt < at) yield key;
      }
    },

    async temp(extension) {
      checkExtension(extension);
      await makeRoom();
      const path = tempPath(extension);
      return { path, [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    },

    addressOf({ key, mime }, method) {
      const query = { 'response-content-type': mime, 'response-cache-control': 'private, no-store' };
      return client.signedAddress({ method, name: placeOf(key), query }, ADDRESS_LASTS_SECONDS);
    },

    /** What a crash left on its way out may be needed; if not, it is swept like any other. */
    async putBack() {
      for await (const { name } of objects.list(AWAY)) await putBack(name);
    },
    /** Copies of what was removed by another process must not stay for good. */
    sweepCopies: cache.sweep,
    stop: cache.stop,
  };
}

async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
