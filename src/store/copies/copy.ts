/** Copies the database as it is at one moment, while the bot goes on writing to it. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { StoreUnwritable, storeErrorOf } from '../errors.ts';
import { markCopy } from './mark.ts';

/** In one go: a copy in portions begins anew whenever somebody writes in between. Node wants a number here. */
const ALL_PAGES = 2 ** 31 - 1;

/** Answers its size. It is there whole and marked as a copy of `at`, or not at all. Throws StoreError. */
export async function copyDatabase(from: string, to: string, at: number): Promise<number> {
  begin(to);
  try {
    const source = new DatabaseSync(from, { readOnly: true });
    try {
      // On a thread of its own, and a connection of its own: nobody waits for it.
      await backup(source, partOf(to), { rate: ALL_PAGES });
    } finally {
      source.close();
    }
    markCopy(partOf(to), at);
    return land(to);
  } catch (error) {
    throw failed(to, error);
  }
}

/** The same at once, for whoever has the database open and is about to change it. */
export function copyNow(sqlite: DatabaseSync, to: string, at: number): void {
  begin(to);
  try {
    sqlite.prepare('VACUUM INTO ?').run(partOf(to));
    markCopy(partOf(to), at);
    land(to);
  } catch (error) {
    throw failed(to, error);
  }
}

const partOf = (to: string): string => `${to}.part`;
const clear = (to: string): void => {
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(partOf(to) + end, { force: true });
};

/** An empty file of ours alone: who fills it does not ask who may read it. */
function begin(to: string): void {
  try {
    clear(to);
    closeSync(openSync(partOf(to), 'w', 0o600));
  } catch (cause) {
    throw new StoreUnwritable('the copy of the database cannot be written', { cause });
  }
}

function land(to: string): number {
  const { size } = statSync(partOf(to));
  renameSync(partOf(to), to);
  const folder = openSync(dirname(to), 'r');
  fsyncSync(folder);
  closeSync(folder);
  return size;
}

function failed(to: string, error: unknown): unknown {
  clear(to);
  return storeErrorOf(error) ?? error;
}
