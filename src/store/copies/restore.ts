/** Puts a bot back from a backup, or its records alone from one of the copies that it made by itself. */
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FilesUnusable } from '../errors.ts';
import { HOME_MARK, mimeOf, missing } from '../file-keys.ts';
import { type FilesAt, type OpenPlace, openPlace } from '../files-place.ts';
import { lockFolder } from '../lock.ts';
import { MIGRATIONS } from '../migrations.ts';
import { homeOf } from '../move/records.ts';
import { checkCopy, openAsItIs } from '../sqlite.ts';
import { type Head, NOTHING, readArchive, type Tally } from './archive.ts';
import { OWN_SECRETS } from './back-up.ts';
import { copiedAt, markCopy } from './mark.ts';

const DATABASE = 'strut.sqlite';
const WORK = 'restoring';
/** What lies in a folder that nobody has used yet: the lock that we hold, what Node has compiled, what a disk is born with. */
const NOBODYS = [/^strut\.lock(?:-.*)?$/, /^compiled$/, /^lost\+found$/, /^restoring$/];
const FIRST_BYTES = 'SQLite format 3\0';

export type RestoreOrder = {
  dataDir: string;
  fromPath: string;
  /** Where files go, when that is not the data folder. */
  filesAt?: FilesAt | undefined;
  waitMs?: number;
};

export type Restored = { copiedAt: number; strut?: string; files: number; bytes: number; secrets: number };

/** The data folder is somebody's already. `found`: what lies there. */
export class NotEmpty extends Error {
  override name = 'NotEmpty';
  readonly found: readonly string[];
  constructor(found: readonly string[]) {
    super('the data folder is not empty');
    this.found = found;
  }
}

/**
 * All of it is looked at before any of it is written, and the database comes last: until then there is no bot. What was
 * written goes again where it fails. Throws NotEmpty, BadArchive, StoreError, or what the disk throws.
 */
export async function restore(order: RestoreOrder): Promise<Restored> {
  const { dataDir, fromPath, filesAt, waitMs } = order;
  const isDatabase = await startsAsDatabase(fromPath);
  const inOne = isDatabase ? undefined : await readArchive(fromPath, MIGRATIONS.length, NOTHING);
  await using stack = new AsyncDisposableStack();
  stack.defer(lockFolder(dataDir, waitMs));
  await checkFree(dataDir, isDatabase);
  const work = join(dataDir, WORK);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true, mode: 0o700 });
  stack.defer(() => rm(work, { recursive: true, force: true }));
  const database = join(work, DATABASE);
  if (!inOne) {
    await copyFile(fromPath, database);
    const at = await readyToUse(database, (await stat(fromPath)).mtimeMs);
    await land(database, join(dataDir, DATABASE));
    return { copiedAt: at, files: 0, bytes: 0, secrets: 0 };
  }
  const place = openPlace(work, filesAt);
  stack.defer(place.stop);
  return await unpack(order, inOne, { work, database, place });
}

type Work = { work: string; database: string; place: OpenPlace };

async function unpack(
  { dataDir, fromPath }: RestoreOrder,
  { head, tally }: { head: Head; tally: Tally },
  { work, database, place }: Work,
): Promise<Restored> {
  const { files } = place;
  const secrets: string[] = [];
  const brought: string[] = [];
  await using undo = new AsyncDisposableStack();
  undo.defer(async () => {
    for (const key of brought) await files.remove(key);
  });
  await place.check();
  await readArchive(fromPath, MIGRATIONS.length, {
    database: (bytes) =>
      pipeline(Readable.from(bytes), createWriteStream(database, { mode: 0o600, flush: true })),
    async file(key, bytes) {
      await using temp = await files.temp(key.slice(key.lastIndexOf('.') + 1));
      await pipeline(Readable.from(bytes), createWriteStream(temp.path, { mode: 0o600 }));
      const size = (await stat(temp.path)).size;
      if (await files.has({ key, bytes: size, mime: mimeOf(key) })) return;
      await files.keep(temp.path, mimeOf(key));
      brought.push(key);
    },
    async secret(name, text) {
      if (!OWN_SECRETS.some((one) => one === name)) return;
      await writeFile(join(work, name), text, { mode: 0o600, flush: true });
      secrets.push(name);
    },
  });
  const at = await readyToUse(database, head.copiedAt);
  await markFiles(place, database);
  if (!place.isShared) await land(join(work, 'files'), join(dataDir, 'files'));
  for (const name of secrets) await land(join(work, name), join(dataDir, name));
  await land(database, join(dataDir, DATABASE));
  undo.move();
  return { copiedAt: at, strut: head.strut, files: tally.files, bytes: tally.bytes, secrets: secrets.length };
}

/** The files bear the mark of the database that they belong to, as they did where they come from. */
async function markFiles({ texts }: OpenPlace, database: string): Promise<void> {
  await using read = openAsItIs(database);
  const home = await homeOf(read);
  if (home === undefined) return;
  const there = await texts.read(HOME_MARK);
  if (there !== undefined && there !== home)
    throw new FilesUnusable(
      'The files where FILES_URL says belong to another bot: give this one a place of its own',
    );
  await texts.write(HOME_MARK, home);
}

/** Throws StoreCorrupt or StoreTooNew. A copy that somebody made by other means is marked as one now. Answers its moment. */
async function readyToUse(database: string, otherwise: number): Promise<number> {
  checkCopy(database);
  const known = await momentOf(database);
  if (known === undefined) markCopy(database, Math.round(otherwise));
  return known ?? otherwise;
}

async function momentOf(database: string): Promise<number | undefined> {
  await using read = openAsItIs(database);
  return copiedAt(read);
}

/** `beside`: it is the records alone that come back, to the files that lie there. */
async function checkFree(dataDir: string, beside: boolean): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => !NOBODYS.some((pattern) => pattern.test(name)));
  // What is left of another database beside it would be taken for a part of this one.
  const found = beside ? names.filter((name) => /^strut\.sqlite(?:-wal|-shm|-journal)?$/.test(name)) : names;
  if (found.length > 0) throw new NotEmpty(found);
}

async function startsAsDatabase(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(FIRST_BYTES.length), 0, FIRST_BYTES.length, 0);
    return buffer.toString('latin1') === FIRST_BYTES;
  } finally {
    await file.close();
  }
}

/** With the folder that it goes to, so that a power cut can't take it back. */
async function land(from: string, to: string): Promise<void> {
  if (!(await stat(from).catch(missing))) return;
  await rename(from, to);
  const folder = await open(join(to, '..'), 'r');
  await folder.sync().finally(() => folder.close());
}
