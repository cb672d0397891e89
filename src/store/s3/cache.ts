/** Copies on our own disk of files that lie elsewhere: so many bytes of them, the ones that were used last. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Whoever was told a path reads what lies there within that time; until then it stays, over the limit if need be. */
const IN_USE_MS = 15 * 60_000;
/** A file that was removed elsewhere must not be kept here for good. */
const KEPT_MS = 60 * 60_000;
const LOOK_EVERY_MS = 10 * 60_000;

export type Cache = {
  /** Where the copy of that file lies, whether or not there is one. */
  pathOf(key: string): string;
  /** Notes that it is used now. False where there is no copy. */
  use(key: string): boolean;
  /** Moves a copy in, which is in use from now on. */
  add(key: string, tempPath: string): Promise<void>;
  drop(key: string): void;
  /** Lets go of copies that nobody may still be reading, those that have waited longest first, until `isEnough`. */
  makeRoom(isEnough: () => Promise<boolean>): Promise<void>;
  /** Lets go of what nobody has used for an hour. */
  sweep(): Promise<void>;
  stop(): void;
};

/** Empties the folder: nobody checks what lies there from before. */
export function createCache(folder: string, maxBytes: number, now: () => number): Cache {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // In the order of their last use, the one that has waited longest first.
  const copies = new Map<string, { bytes: number; usedAt: number }>();
  let bytes = 0;

  const pathOf = (key: string): string => join(folder, key);

  // At once, and so is moving in: with a pause between the note and the disk, each could undo the other's work.
  function drop(key: string): void {
    bytes -= copies.get(key)?.bytes ?? 0;
    copies.delete(key);
    rmSync(pathOf(key), { force: true });
  }

  function touch(key: string, size: number): void {
    copies.delete(key);
    copies.set(key, { bytes: size, usedAt: now() });
  }

  async function dropIdle(forMs: number, isEnough = async () => false): Promise<void> {
    while (!(await isEnough())) {
      const [oldest] = copies;
      if (!oldest || now() - oldest[1].usedAt < forMs) return;
      drop(oldest[0]);
    }
  }

  const sweep = (): Promise<void> => dropIdle(KEPT_MS);
  const looking = setInterval(() => void sweep().catch(() => undefined), LOOK_EVERY_MS).unref();

  return {
    pathOf,
    drop,
    sweep,
    makeRoom: (isEnough) => dropIdle(IN_USE_MS, isEnough),
    stop: () => clearInterval(looking),
    use(key) {
      const copy = copies.get(key);
      if (copy) touch(key, copy.bytes);
      return copy !== undefined;
    },
    async add(key, tempPath) {
      const { size } = await stat(tempPath);
      renameSync(tempPath, pathOf(key));
      bytes += size - (copies.get(key)?.bytes ?? 0);
      touch(key, size);
      await dropIdle(IN_USE_MS, async () => bytes <= maxBytes);
    },
  };
}
