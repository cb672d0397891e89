/** Opens the place that files are kept in, and looks at start whether all can be done there that has to be. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Files } from '../core/ports.ts';
import type { FilesPlace } from '../files-url.ts';
import { FilesRefused, FilesUnreachable, FilesUnusable } from './errors.ts';
import { codeOf, HOME_MARK, missing } from './file-keys.ts';
import { createFiles, createSharedFiles } from './files.ts';
import { createS3Client, type S3Place } from './s3/client.ts';
import { createS3Files } from './s3/files.ts';
import { createS3Objects, type S3Objects } from './s3/objects.ts';

const ASK_EVERY_MS = 5_000;
const HASTY = { tries: 2, silenceMs: 10_000 };

/** The keys of a bucket come beside its address. */
export type FilesAt =
  | Extract<FilesPlace, { kind: 'folder' }>
  | (Extract<FilesPlace, { kind: 's3' }> & S3Place);

/** What else must be done with the place: small texts by name, for the mark of its database and for a look at start. */
type PlaceTexts = {
  write(name: string, text: string): Promise<void>;
  read(name: string): Promise<string | undefined>;
  /** Whether anything starts so. */
  lists(start: string): Promise<boolean>;
  remove(name: string): Promise<void>;
};

export type OpenPlace = {
  files: Files;
  texts: PlaceTexts;
  /** Other processes may use it at the same time. */
  isShared: boolean;
  /** Throws FilesUnusable, which says what can't be done there, or FilesUnreachable. */
  check(): Promise<void>;
  /** Puts back what a crash left on its way out. Only for who has the records, and whose files these are. */
  clearUp(): Promise<void>;
  stop(): Promise<void>;
};

/** `at`: FILES_URL, or DATA_DIR itself, which no other process has. Throws StoreUnwritable or FilesUnusable. */
export function openPlace(dataDir: string, at: FilesAt | undefined): OpenPlace {
  if (at?.kind === 's3') return openBucket(dataDir, at);
  const root = at ? at.path : join(dataDir, 'files');
  const texts = textsIn(root);
  if (!at)
    return {
      files: createFiles(dataDir),
      texts,
      isShared: false,
      async check() {},
      async clearUp() {},
      async stop() {},
    };
  const files = createSharedFiles(root);
  return {
    files: { ...files, ping: pingOf(texts) },
    texts,
    isShared: true,
    check: () => tryAll(texts, codeOf),
    clearUp: async () => files.clearUp(),
    async stop() {},
  };
}

function openBucket(dataDir: string, at: Extract<FilesAt, { kind: 's3' }>): OpenPlace {
  const client = createS3Client(at);
  const objects = createS3Objects(client, at);
  const files = createS3Files({ client, objects, dataDir, cacheBytes: at.cacheBytes, now: Date.now });
  // Whoever starts the bot waits for what this one says.
  const hasty = createS3Client(at, HASTY);
  const hastyTexts = textsOf(createS3Objects(hasty, at));
  return {
    files: { ...files, ping: pingOf(hastyTexts) },
    texts: textsOf(objects),
    isShared: true,
    check: () => tryAll(hastyTexts, wordsOf),
    clearUp: files.putBack,
    async stop() {
      files.stop();
      await Promise.all([client.stop(), hasty.stop()]);
    },
  };
}

/**
 * Asks no more often than every few seconds, whoever may ask us. Where a mark was once, and is no more, the folder is
 * another one: a share that is not mounted is empty.
 */
function pingOf(texts: PlaceTexts): () => Promise<void> {
  let wasThere = false;
  let last: { at: number; answer: Promise<void> } | undefined;
  async function ask(): Promise<void> {
    const isThere = (await texts.read(HOME_MARK)) !== undefined;
    if (wasThere && !isThere)
      throw new FilesUnreachable('the files are not where FILES_URL says any more: is it mounted?');
    wasThere = isThere;
  }
  return () => {
    const at = Date.now();
    if (!last || at - last.at > ASK_EVERY_MS) last = { at, answer: ask() };
    return last.answer;
  };
}

const textsOf = (objects: S3Objects): PlaceTexts => ({
  write: objects.putText,
  read: objects.text,
  remove: objects.remove,
  async lists(start) {
    for await (const _ of objects.list(start)) return true;
    return false;
  },
});

function textsIn(root: string): PlaceTexts {
  const pathOf = (name: string): string => join(root, name);
  return {
    async write(name, text) {
      await mkdir(join(pathOf(name), '..'), { recursive: true, mode: 0o700 });
      await writeFile(pathOf(name), text, { mode: 0o600, flush: true });
    },
    read: (name) => readFile(pathOf(name), 'utf8').catch(missing),
    lists: async (start) => ((await readdir(pathOf(start)).catch(missing)) ?? []).length > 0,
    remove: (name) => rm(pathOf(name), { force: true }),
  };
}

/** Each is tried though the one before it failed: whoever mends a policy wants to hear all at once. */
async function tryAll(texts: PlaceTexts, why: (error: unknown) => string): Promise<void> {
  const folder = 'check/';
  const text = randomUUID();
  const name = folder + text;
  const troubles: string[] = [];
  /** True where it can be done. */
  async function attempt(what: string, work: () => Promise<boolean>): Promise<boolean> {
    const trouble = await work().then(
      (isAsItShould) => (isAsItShould ? undefined : 'it answers, and does it not'),
      why,
    );
    if (trouble !== undefined) troubles.push(`${what} (${trouble})`);
    return trouble === undefined;
  }
  const isThere = await attempt('put', async () => {
    await texts.write(name, text);
    return true;
  });
  // Where nothing could be put, it only shows what is allowed at all.
  const canRead = await attempt('read', async () => (await texts.read(name)) === text || !isThere);
  await attempt('list', async () => (await texts.lists(folder)) || !isThere);
  await attempt('delete', async () => {
    await texts.remove(name);
    return !canRead || (await texts.read(name)) === undefined;
  });
  if (troubles.length > 0)
    throw new FilesUnusable(
      `Files can not be kept where FILES_URL says. What is not possible there: ${troubles.join(', ')}`,
    );
}

function wordsOf(error: unknown): string {
  // It says nothing about what may be done there, nor would the other attempts.
  if (error instanceof FilesUnreachable) throw error;
  return error instanceof FilesRefused ? `${error.status} ${error.code}` : codeOf(error);
}
