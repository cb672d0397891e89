/**
 * Where a backup is unpacked before any of it goes to its place, `restoring` in the data folder. What was ended in the middle,
 * even by a power cut, is done again from the start; where it had begun to bring things to their places, those are known as
 * its own.
 */
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreHalfRestored } from '../errors.ts';
import { missing } from '../file-keys.ts';

const DATABASE = 'strut.sqlite';
const FOLDER = 'restoring';
/**
 * What the database is called there from the moment that things go to their places. It goes last, and that moves it away: so
 * nothing tells of a restore that is over.
 */
const LANDING = 'landing.sqlite';

export type Staging = {
  folder: string;
  /** Where the database is unpacked to. */
  database: string;
  /** An earlier restore was ended while things went to their places. */
  isHalfDone: boolean;
  /** Everything is there: from here on it goes to its place. Answers where the database lies now. */
  beginLanding(): Promise<string>;
  /** Moves one entry of it to its place; false where it has none of that name. */
  land(name: string): Promise<boolean>;
  /** The database is in its place, wherever that is. */
  endLanding(): Promise<void>;
};

/** Where the records go. */
export type RecordsTarget = {
  /** `database`: of a copy of that moment, as it was unpacked. Throws StoreTaken where it may not go there. */
  prepare(database: string, at: number): Promise<void>;
  /** From here on there is a bot. `secrets`: those it made for itself, by name. */
  land(staging: Staging, database: string, secrets: ReadonlyMap<string, string>): Promise<void>;
  close(): Promise<void>;
};

/** `stack`: clears away at its end what nobody needs any more. */
export async function openStaging(dataDir: string, stack: AsyncDisposableStack): Promise<Staging> {
  const folder = join(dataDir, FOLDER);
  const landing = join(folder, LANDING);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await clear(folder);
  const isHalfDone = (await stat(landing).catch(missing)) !== undefined;
  stack.defer(async () => {
    await clear(folder);
    if (!(await stat(landing).catch(missing))) await rm(folder, { recursive: true, force: true });
  });
  return {
    folder,
    database: join(folder, DATABASE),
    isHalfDone,
    async beginLanding() {
      await renamed(join(folder, DATABASE), landing);
      return landing;
    },
    async land(name) {
      const from = join(folder, name);
      if (!(await stat(from).catch(missing))) return false;
      await renamed(from, join(dataDir, name));
      return true;
    },
    endLanding: () => rm(landing, { force: true }),
  };
}

/** For whoever is about to open a bot's records. Throws StoreHalfRestored. */
export function checkNotHalfRestored(dataDir: string): void {
  if (existsSync(join(dataDir, FOLDER, LANDING)))
    throw new StoreHalfRestored('a restore was ended in the middle');
}

/** All but what tells of a landing that was begun and has not ended. */
async function clear(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name !== LANDING) await rm(join(folder, name), { recursive: true, force: true });
}

/** With the folder that it goes to, so that a power cut can't take it back. */
export async function renamed(from: string, to: string): Promise<void> {
  await rename(from, to);
  const folder = await open(join(to, '..'), 'r');
  await folder.sync().finally(() => folder.close());
}
