/** Makes a backup of a bot, whether it runs or not: one consistent copy of its records, and the files that lie beside them. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FilesUnusable } from '../errors.ts';
import { HOME_MARK, isKey, missing } from '../file-keys.ts';
import { homeOf } from '../move/records.ts';
import { openAsItIs, shapeOf } from '../sqlite.ts';
import { type FileOnDisk, type Tally, writeArchive } from './archive.ts';
import { copyDatabase } from './copy.ts';
import { openWorkFolder } from './work-folder.ts';

/** What the bot makes for itself at its first start. Whoever has them can sign in this bot's name, or in to its page. */
export const OWN_SECRETS = ['secret-key', 'page-password-digest', 'signing-key'] as const;

export type BackupOrder = {
  dataDir: string;
  /** The address of PostgreSQL, where the records lie there. */
  recordsAt?: string | undefined;
  toPath: string;
  /** The version of Strut. */
  strut: string;
  /** The folder of the files that go in; none go in where it is left out. */
  filesIn?: string | undefined;
  withSecrets: boolean;
  now: number;
};

/** `damaged`: files that are left out, as their bytes are not those that their name says. */
export type Backup = Tally & { databaseBytes: number; secrets: number; damaged: number };

/** The file is there whole or not at all. Undefined where there is no bot. Throws StoreError, or what the disk throws. */
export async function backUp(order: BackupOrder): Promise<Backup | undefined> {
  const { toPath, strut, now } = order;
  if (order.recordsAt === undefined && !existsSync(databaseIn(order.dataDir))) return undefined;
  await using stack = new AsyncDisposableStack();
  // Where the archive goes there is room for it: DATA_DIR may be full.
  const work = await openWorkFolder(dirname(toPath), stack);
  const half = join(work, 'half.tar');
  const copy = await copyRecords(order, work);
  if (!copy) return undefined;
  const { path: databasePath, bytes } = copy;
  const secrets = order.withSecrets ? await copy.secrets() : new Map<string, string>();
  const database = { bytes, sha256: await sumOf(databasePath) };
  const head = { strut, shape: shapeOf(databasePath), copiedAt: now, database };
  // After the records: what they name is there by then, or was deleted since.
  let damaged = 0;
  const files = order.filesIn === undefined ? none() : wholeFilesIn(order.filesIn, () => (damaged += 1));
  if (order.filesIn !== undefined) await checkMark(order.filesIn, databasePath);
  const tally = await writeArchive(half, { head, databasePath, secrets, files });
  await rename(half, toPath);
  return { ...tally, databaseBytes: bytes, secrets: secrets.size, damaged };
}

type CopiedRecords = { path: string; bytes: number; secrets(): Promise<ReadonlyMap<string, string>> };

async function copyRecords(
  { dataDir, recordsAt, now }: BackupOrder,
  work: string,
): Promise<CopiedRecords | undefined> {
  if (recordsAt === undefined) {
    const path = databaseIn(work);
    const bytes = await copyDatabase(databaseIn(dataDir), path, now);
    return { path, bytes, secrets: () => secretsOf(dataDir) };
  }
  // Loaded only here: whoever stays with SQLite need not have it in memory.
  const { copyPostgres } = await import('./copy-postgres.ts');
  const copy = await copyPostgres(recordsAt, work, now);
  return copy && { ...copy, secrets: async () => copy.secrets };
}

const databaseIn = (folder: string): string => join(folder, 'strut.sqlite');

/** A share that is not mounted is an empty folder, and would make a backup without files. Throws FilesUnusable. */
async function checkMark(root: string, database: string): Promise<void> {
  await using read = openAsItIs(database);
  const home = await homeOf(read);
  if (home !== undefined && (await readFile(join(root, HOME_MARK), 'utf8').catch(missing)) === undefined)
    throw new FilesUnusable(
      `The files of this bot are not in ${root}: is the disk or the share mounted that they are on? With --without-files they are left out`,
    );
}

async function* none(): AsyncGenerator<FileOnDisk> {}

/** Read as they lie there: opening them as the bot does would clear away what it is working on. */
async function* filesIn(root: string): AsyncGenerator<FileOnDisk> {
  for (const folder of ((await readdir(root).catch(missing)) ?? []).toSorted()) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const key of ((await readdir(join(root, folder)).catch(missing)) ?? []).toSorted()) {
      const path = join(root, folder, key);
      const found = isKey(key) ? await stat(path).catch(missing) : undefined;
      if (found?.isFile()) yield { key, path, bytes: found.size };
    }
  }
}

/** With one that the disk has damaged in it, all of the backup would look damaged, and never be put back. */
async function* wholeFilesIn(root: string, onDamaged: () => void): AsyncGenerator<FileOnDisk> {
  for await (const file of filesIn(root)) {
    // Undefined where it was deleted since it was listed.
    const sum = await sumOf(file.path).catch(missing);
    if (sum === file.key.slice(0, 64)) yield file;
    else if (sum !== undefined) onDamaged();
  }
}

async function secretsOf(dataDir: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of OWN_SECRETS) {
    const text = await readFile(join(dataDir, name), 'utf8').catch(missing);
    if (text !== undefined) found.set(name, text);
  }
  return found;
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
