/** Makes a backup of a bot, whether it runs or not: one consistent copy of its records, and the files that lie beside them. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isKey, missing } from '../file-keys.ts';
import { shapeOf } from '../sqlite.ts';
import { type FileOnDisk, type Tally, writeArchive } from './archive.ts';
import { copyDatabase } from './copy.ts';

/** What the bot makes for itself at its first start. Whoever has them can sign in this bot's name, or in to its page. */
export const OWN_SECRETS = ['secret-key', 'page-password-digest', 'signing-key'] as const;

export type BackupOrder = {
  dataDir: string;
  toPath: string;
  /** The version of Strut. */
  strut: string;
  withFiles: boolean;
  withSecrets: boolean;
  now: number;
};

export type Backup = Tally & { databaseBytes: number; secrets: number };

/** The file is there whole or not at all. Undefined where there is no bot. Throws StoreError, or what the disk throws. */
export async function backUp(order: BackupOrder): Promise<Backup | undefined> {
  const { dataDir, toPath, strut, now } = order;
  const from = join(dataDir, 'strut.sqlite');
  if (!existsSync(from)) return undefined;
  const half = `${toPath}.part`;
  await using stack = new AsyncDisposableStack();
  // Where the archive goes there is room for it: DATA_DIR may be full.
  const work = await mkdtemp(join(dirname(toPath), '.strut-'));
  stack.defer(() => rm(work, { recursive: true, force: true }));
  await rm(half, { force: true });
  stack.defer(() => rm(half, { force: true }));
  const databasePath = join(work, 'strut.sqlite');
  const bytes = await copyDatabase(from, databasePath, now);
  const secrets = order.withSecrets ? await secretsOf(dataDir) : new Map<string, string>();
  const database = { bytes, sha256: await sumOf(databasePath) };
  const head = { strut, shape: shapeOf(databasePath), copiedAt: now, database };
  // What came later is named by no record of the copy.
  const files = order.withFiles ? filesIn(join(dataDir, 'files'), now) : none();
  const tally = await writeArchive(half, { head, databasePath, secrets, files });
  await rename(half, toPath);
  return { ...tally, databaseBytes: bytes, secrets: secrets.size };
}

async function* none(): AsyncGenerator<FileOnDisk> {}

/** Read as they lie there: opening them as the bot does would clear away what it is working on. */
async function* filesIn(root: string, before: number): AsyncGenerator<FileOnDisk> {
  for (const folder of ((await readdir(root).catch(missing)) ?? []).toSorted()) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const key of ((await readdir(join(root, folder)).catch(missing)) ?? []).toSorted()) {
      const path = join(root, folder, key);
      const found = isKey(key) ? await stat(path).catch(missing) : undefined;
      if (found?.isFile() && found.mtimeMs < before) yield { key, path, bytes: found.size };
    }
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
