/**
 * A backup in one file: a plain tar, so that any program can open it. First what it is, then the database, then the files by
 * their hash, and last how many there were: whatever is cut off or damaged shows.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createTarDecoder, createTarPacker } from 'modern-tar';
import { z } from 'zod';
import { StoreError } from '../errors.ts';
import { isKey, placeOf } from '../file-keys.ts';

const FORMAT = 1;
const HEAD = 'strut-backup.json';
const DATABASE = 'strut.sqlite';
const FILES = 'files/';
const SECRETS = 'secrets/';
const END = 'end.json';
const MAX_TEXT_BYTES = 1_000_000;

/** `strut`: the version that made it. `shape`: of the database. */
const headSchema = z.object({
  format: z.int().positive(),
  strut: z.string(),
  shape: z.int(),
  copiedAt: z.number(),
  database: z.object({ bytes: z.number(), sha256: z.string() }),
});
const endSchema = z.object({ files: z.int(), bytes: z.number() });

export type Head = z.infer<typeof headSchema>;
/** What lies in files of its own on disk, and is to go in. */
export type FileOnDisk = { key: string; path: string; bytes: number };
export type Contents = {
  head: Omit<Head, 'format'>;
  databasePath: string;
  secrets: ReadonlyMap<string, string>;
  files: AsyncIterable<FileOnDisk>;
};
export type Tally = z.infer<typeof endSchema>;

/** Why a file can't be used as a backup. */
export type ArchiveFault = 'other' | 'damaged' | 'cut-off' | 'too-new';
export class BadArchive extends Error {
  override name = 'BadArchive';
  readonly fault: ArchiveFault;
  /** Of Strut, that made it, where that is known. */
  readonly madeBy: string | undefined;
  constructor(fault: ArchiveFault, madeBy?: string) {
    super(`the archive is ${fault}`);
    this.fault = fault;
    this.madeBy = madeBy;
  }
}

type Packer = ReturnType<typeof createTarPacker>['controller'];

/** As a stream: of no file does more than a few megabytes lie in memory, nor anywhere else. Only its owner may read it. */
export async function writeArchive(toPath: string, contents: Contents): Promise<Tally> {
  const { readable, controller } = createTarPacker();
  const out = createWriteStream(toPath, { mode: 0o600, flags: 'wx', flush: true });
  const filled = fill(controller, contents).catch((error: unknown) => {
    controller.error(error);
    throw error;
  });
  const [written, tally] = await Promise.allSettled([pipeline(Readable.fromWeb(readable), out), filled]);
  // A disk that is full is why the packer was stopped, not the other way round.
  if (written.status === 'rejected') throw written.reason;
  if (tally.status === 'rejected') throw tally.reason;
  return tally.value;
}

async function fill(packer: Packer, { head, databasePath, secrets, files }: Contents): Promise<Tally> {
  const tally: Tally = { files: 0, bytes: 0 };
  await addText(packer, HEAD, JSON.stringify({ format: FORMAT, ...head }));
  await addFile(packer, DATABASE, databasePath, head.database.bytes);
  for (const [name, text] of secrets) await addText(packer, SECRETS + name, text);
  for await (const { key, path, bytes } of files) {
    // Deleted since it was listed: nobody needs it any more.
    const source = await opened(path);
    if (!source) continue;
    await addStream(packer, FILES + placeOf(key), source, bytes);
    tally.files += 1;
    tally.bytes += bytes;
  }
  await addText(packer, END, JSON.stringify(tally));
  packer.finalize();
  return tally;
}

const addText = (packer: Packer, name: string, text: string): Promise<void> =>
  addStream(packer, name, Readable.from([Buffer.from(text)]), Buffer.byteLength(text));

const addFile = (packer: Packer, name: string, path: string, bytes: number): Promise<void> =>
  addStream(packer, name, createReadStream(path), bytes);

const addStream = (packer: Packer, name: string, source: Readable, size: number): Promise<void> =>
  Readable.toWeb(source).pipeTo(packer.add({ name, size, mode: 0o600 }));

function opened(path: string): Promise<ReadStream | undefined> {
  const stream = createReadStream(path);
  return new Promise((resolve, reject) => {
    stream.once('open', () => resolve(stream));
    stream.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? resolve(undefined) : reject(error),
    );
  });
}

type Bytes = AsyncIterable<Uint8Array>;
/** Who is handed what is read; each reads all of its bytes. */
export type Reader = {
  database(bytes: Bytes): Promise<void>;
  file(key: string, bytes: Bytes): Promise<void>;
  secret(name: string, text: string): Promise<void>;
};

/** For a look at whether it is whole. */
export const NOTHING: Reader = {
  database: drain,
  file: (_key, bytes) => drain(bytes),
  secret: async () => {},
};

async function drain(bytes: Bytes): Promise<void> {
  for await (const _ of bytes);
}

/**
 * Reads all of it. That it is whole is known only at its end, so what was handed out is to be believed only then. `shape`:
 * the newest that this code knows. Throws BadArchive.
 */
export async function readArchive(
  path: string,
  shape: number,
  reader: Reader,
): Promise<{ head: Head; tally: Tally }> {
  let head: Head | undefined;
  try {
    return await readAll(path, shape, reader, (found) => {
      head = found;
    });
  } catch (error) {
    // What the disk says of a file stands for itself; all else is the decoder's word on what it was given.
    if (!(error instanceof Error) || error instanceof BadArchive || error instanceof StoreError) throw error;
    if ('syscall' in error) throw error;
    const isCut = /truncated|ended/i.test(error.message);
    throw new BadArchive(head === undefined ? 'other' : isCut ? 'cut-off' : 'damaged', head?.strut);
  }
}

async function readAll(
  path: string,
  shape: number,
  reader: Reader,
  onHead: (head: Head) => void,
): Promise<{ head: Head; tally: Tally }> {
  const tally: Tally = { files: 0, bytes: 0 };
  let head: Head | undefined;
  let end: Tally | undefined;
  let hasDatabase = false;
  for await (const { name, body } of entriesOf(path)) {
    if (!head) {
      if (name !== HEAD) throw new BadArchive('other');
      head = parsed(headSchema, await textOf(body), 'other');
      if (head.format > FORMAT || head.shape > shape) throw new BadArchive('too-new', head.strut);
      onHead(head);
    } else if (name === DATABASE) {
      const sum = summed(body);
      await reader.database(sum.bytes);
      if (sum.hex() !== head.database.sha256) throw new BadArchive('damaged', head.strut);
      hasDatabase = true;
    } else if (name.startsWith(SECRETS)) {
      await reader.secret(name.slice(SECRETS.length), await textOf(body));
    } else if (name.startsWith(FILES)) {
      const key = name.slice(FILES.length + 3);
      if (!isKey(key)) throw new BadArchive('damaged', head.strut);
      const sum = summed(body);
      await reader.file(key, sum.bytes);
      if (sum.hex() !== key.slice(0, 64)) throw new BadArchive('damaged', head.strut);
      tally.files += 1;
      tally.bytes += sum.size();
    } else if (name === END) end = parsed(endSchema, await textOf(body), 'damaged');
    else await drain(body);
  }
  if (!head) throw new BadArchive('other');
  if (!end || !hasDatabase) throw new BadArchive('cut-off', head.strut);
  if (end.files !== tally.files || end.bytes !== tally.bytes) throw new BadArchive('damaged', head.strut);
  return { head, tally };
}

async function* entriesOf(path: string): AsyncGenerator<{ name: string; body: Bytes }> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  try {
    // The decoder is typed for browsers, whose streams are the same.
    const bytes = Readable.toWeb(file) as unknown as globalThis.ReadableStream<Uint8Array>;
    for await (const { header, body } of bytes.pipeThrough(createTarDecoder({ strict: true })))
      yield { name: header.name, body: body as unknown as Bytes };
  } finally {
    file.destroy();
  }
}

function summed(body: Bytes): { bytes: Bytes; hex(): string; size(): number } {
  const hash = createHash('sha256');
  let size = 0;
  async function* through(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  return { bytes: through(), hex: () => hash.digest('hex'), size: () => size };
}

async function textOf(body: Bytes): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_TEXT_BYTES) throw new BadArchive('damaged');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed<T>(schema: z.ZodType<T>, text: string, otherwise: ArchiveFault): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new BadArchive(otherwise);
  }
}
