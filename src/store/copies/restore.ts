/** Puts a bot back from a backup, or its records alone from one of the copies that it made by itself. */
import { createWriteStream } from 'node:fs';
import { copyFile, open, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FilesUnusable, StoreError } from '../errors.ts';
import { HOME_MARK, mimeOf } from '../file-keys.ts';
import { type FilesAt, type OpenPlace, openPlace } from '../files-place.ts';
import { lockFolder } from '../lock.ts';
import { MIGRATIONS } from '../migrations.ts';
import { homeOf } from '../move/records.ts';
import { checkCopy, openAsItIs } from '../sqlite.ts';
import { type Head, NOTHING, readArchive, type Tally } from './archive.ts';
import { OWN_SECRETS } from './back-up.ts';
import { copiedAt, markCopy } from './mark.ts';
import { openStaging, type RecordsTarget, renamed, type Staging } from './staging.ts';

const DATABASE = 'strut.sqlite';
/** What lies in a folder that nobody has used yet: the lock that we hold, what Node has compiled, what a disk is born with. */
const NOBODYS = [/^strut\.lock(?:-.*)?$/, /^compiled$/, /^lost\+found$/, /^restoring$/];
/** What a restore that was ended in the middle may have brought to its place. */
const BROUGHT: readonly string[] = ['files', 'temp', ...OWN_SECRETS];
const FIRST_BYTES = 'SQLite format 3\0';

export type RestoreOrder = {
  dataDir: string;
  fromPath: string;
  /** Where files go, when that is not the data folder. */
  filesAt?: FilesAt | undefined;
  /** The address of PostgreSQL, where the records go there. */
  recordsAt?: string | undefined;
  waitMs?: number;
};

export type Restored = { copiedAt: number; strut?: string; files: number; bytes: number; secrets: number };

/** The data folder is somebody's already. `found`: what lies there. */
export class NotEmpty extends StoreError {
  override name = 'NotEmpty';
  readonly retryHelps = false;
  readonly found: readonly string[];
  constructor(found: readonly string[]) {
    super('the data folder is not empty');
    this.found = found;
  }
}

/**
 * All of it is looked at before any of it is written, and the records come last: until then there is no bot. What was
 * written goes again where it fails; what was ended in the middle can be done again. Throws NotEmpty, BadArchive, StoreError,
 * or what the disk throws.
 */
export async function restore(order: RestoreOrder): Promise<Restored> {
  const { dataDir, fromPath, filesAt, recordsAt, waitMs } = order;
  const isDatabase = await startsAsDatabase(fromPath);
  const inOne = isDatabase ? undefined : await readArchive(fromPath, MIGRATIONS.length, NOTHING);
  await using stack = new AsyncDisposableStack();
  stack.defer(lockFolder(dataDir, waitMs));
  const staging = await openStaging(dataDir, stack);
  await checkFree(dataDir, { isDatabase, isHalfDone: staging.isHalfDone });
  const { folder } = staging;
  const target =
    recordsAt === undefined
      ? inFolder(dataDir)
      : // Loaded only here: whoever stays with SQLite need not have it in memory.
        await (await import('./restore-postgres.ts')).openPostgresTarget(recordsAt, { folder, waitMs });
  stack.defer(target.close);
  if (!inOne) {
    await copyFile(fromPath, staging.database);
    const at = await readyToUse(staging.database, (await stat(fromPath)).mtimeMs);
    await target.prepare(staging.database, at);
    await target.land(staging, await staging.beginLanding(), new Map());
    return { copiedAt: at, files: 0, bytes: 0, secrets: 0 };
  }
  // Files that are in their place already stay there: they are called by what is in them.
  const place = openPlace(staging.isHalfDone ? dataDir : folder, filesAt);
  stack.defer(place.stop);
  return await unpack(fromPath, inOne, { staging, place, target });
}

type Work = { staging: Staging; place: OpenPlace; target: RecordsTarget };

async function unpack(
  fromPath: string,
  { head, tally }: { head: Head; tally: Tally },
  { staging, place, target }: Work,
): Promise<Restored> {
  const { files } = place;
  const secrets = new Map<string, string>();
  const brought: string[] = [];
  await using undo = new AsyncDisposableStack();
  undo.defer(async () => {
    for (const key of brought) await files.remove(key);
  });
  await place.check();
  await readArchive(fromPath, MIGRATIONS.length, {
    async database(bytes) {
      const to = createWriteStream(staging.database, { mode: 0o600, flush: true });
      await pipeline(Readable.from(bytes), to);
      // It comes first, and was whole when all of it was looked at.
      await target.prepare(staging.database, await readyToUse(staging.database, head.copiedAt));
      await markFiles(place, staging.database);
    },
    async file(key, bytes) {
      await using temp = await files.temp(key.slice(key.lastIndexOf('.') + 1));
      await pipeline(Readable.from(bytes), createWriteStream(temp.path, { mode: 0o600 }));
      const size = (await stat(temp.path)).size;
      if (await files.has({ key, bytes: size, mime: mimeOf(key) })) return;
      await files.keep(temp.path, mimeOf(key));
      brought.push(key);
    },
    async secret(name, text) {
      if (OWN_SECRETS.some((one) => one === name)) secrets.set(name, text);
    },
  });
  const database = await staging.beginLanding();
  undo.move();
  if (!place.isShared) await staging.land('files');
  await target.land(staging, database, secrets);
  return { copiedAt: head.copiedAt, strut: head.strut, ...tally, secrets: secrets.size };
}

function inFolder(dataDir: string): RecordsTarget {
  return {
    async prepare() {},
    async land({ folder, land }, database, secrets) {
      for (const [name, text] of secrets) {
        await writeFile(join(folder, name), text, { mode: 0o600, flush: true });
        await land(name);
      }
      await renamed(database, join(dataDir, DATABASE));
    },
    async close() {},
  };
}

/** The files bear the mark of the database that they belong to, as they did where they come from. */
async function markFiles({ texts, isShared }: OpenPlace, database: string): Promise<void> {
  await using read = openAsItIs(database);
  const home = await homeOf(read);
  if (home === undefined) return;
  const there = await texts.read(HOME_MARK);
  if (there !== undefined && there !== home)
    throw isShared
      ? new FilesUnusable(
          'The files where FILES_URL says belong to another bot: give this one a place of its own',
        )
      : new NotEmpty(['files']);
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

/** Where it is the records alone that come back, they come to the files that lie there. */
async function checkFree(
  dataDir: string,
  { isDatabase, isHalfDone }: { isDatabase: boolean; isHalfDone: boolean },
): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => !NOBODYS.some((pattern) => pattern.test(name)));
  const found = isDatabase
    ? // What is left of another database beside it would be taken for a part of this one.
      names.filter((name) => /^strut\.sqlite(?:-wal|-shm|-journal)?$/.test(name))
    : names.filter((name) => !(isHalfDone && BROUGHT.includes(name)));
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
