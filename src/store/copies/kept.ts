/** The copies of the database that the bot makes by itself, in `backups` under DATA_DIR: one a day, and before each update. */
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { StoreUnwritable } from '../errors.ts';
import { copyDatabase, copyNow } from './copy.ts';

const DAILY = /^strut-\d{4}-\d\d-\d\d\.sqlite$/;
const UPDATE = /^before-update-\d{4}-\d\d-\d\d-\d+\.sqlite$/;
/** Whoever is in the middle of one update may want to go back behind the one before. */
const UPDATES_KEPT = 2;
/** What members' jobs need comes first: a copy must not be what fills the disk. */
const ROOM_LEFT_BYTES = 1_000_000_000;

const folderOf = (dataDir: string): string => join(dataDir, 'backups');
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** `newest`: its file, under DATA_DIR. */
type KeptCopies = { count: number; bytes: number; newest: string };

export type DailyCopies = {
  /** Takes today's copy where there is none yet, and lets the oldest go. Throws StoreError. */
  take(at: number): Promise<void>;
  /** Undefined while there is none. */
  kept(): KeptCopies | undefined;
};

/** `count`: how many days' are kept. */
export function dailyCopies(dataDir: string, count: number): DailyCopies {
  const folder = folderOf(dataDir);
  const pathOf = (name: string): string => join(folder, name);
  const daily = (): string[] => namesIn(folder, DAILY);
  return {
    async take(at) {
      const name = `strut-${dayOf(at)}.sqlite`;
      if (count > 0 && !existsSync(pathOf(name))) {
        makeFolder(folder);
        const from = join(dataDir, 'strut.sqlite');
        const { bavail, bsize } = statfsSync(folder);
        if (bavail * bsize < statSync(from).size + ROOM_LEFT_BYTES)
          throw new StoreUnwritable('the disk has no room for a copy of the database');
        await copyDatabase(from, pathOf(name), at);
      }
      dropAllBut(count, folder, DAILY);
    },
    kept() {
      const names = daily();
      const newest = names.at(-1);
      const sizes = names.map((name) => statSync(pathOf(name), { throwIfNoEntry: false })?.size ?? 0);
      return newest === undefined
        ? undefined
        : {
            count: names.length,
            bytes: sizes.reduce((sum, size) => sum + size, 0),
            newest: join('backups', newest),
          };
    },
  };
}

/** Of a database that is about to get another shape than `version`. Throws StoreError, and then it must not. */
export function copyBeforeUpdate(sqlite: DatabaseSync, dataDir: string, version: number, at: number): void {
  const folder = folderOf(dataDir);
  makeFolder(folder);
  copyNow(sqlite, join(folder, `before-update-${dayOf(at)}-${version}.sqlite`), at);
  dropAllBut(UPDATES_KEPT, folder, UPDATE);
}

function dropAllBut(count: number, folder: string, pattern: RegExp): void {
  const names = namesIn(folder, pattern);
  for (const old of names.slice(0, Math.max(0, names.length - count)))
    rmSync(join(folder, old), { force: true });
}

/** In the order of their days. */
const namesIn = (folder: string, pattern: RegExp): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => pattern.test(name))
        .sort()
    : [];

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new StoreUnwritable('the folder of the copies cannot be made', { cause });
  }
}
