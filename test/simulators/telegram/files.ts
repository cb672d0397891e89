/**
 * Files as the Bot API keeps them: an id per appearance and bot, a second one that stays the same for the same bytes,
 * and paths for downloading that expire. A download is never more than 20 MB, unless the server is a local one.
 * https://core.telegram.org/bots/api#getfile, read 2026-11-21.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import type { SimTime } from '../sim-time.ts';
import { badRequest } from './errors.ts';
import type { PhotoSize } from './wire.ts';

export type FileKind = 'photo' | 'video' | 'animation' | 'document' | 'sticker' | 'video_note' | 'thumbnail';

export type SimFile = {
  id: string;
  uniqueId: string;
  kind: FileKind;
  path: string;
  /** As it is served: `held` bytes from the disk, the rest an MP4 `free` box, which players skip. */
  bytes: number;
  held: number;
  /** From whom the bot got it, or how it named it itself. */
  name?: string | undefined;
  mime?: string | undefined;
  /** What is known of a video, from the bot or from the file, and its preview. */
  shape?: { width: number; height: number; duration: number; silent: boolean };
  thumbnail?: PhotoSize | undefined;
};

export type Files = Awaited<ReturnType<typeof createFiles>>;

const PREFIX: Record<FileKind, string> = {
  photo: 'AgACAgIAAxkBAAI',
  video: 'BAACAgIAAxkBAAI',
  animation: 'CgACAgIAAxkBAAI',
  document: 'BQACAgIAAxkBAAI',
  sticker: 'CAACAgIAAxkBAAI',
  video_note: 'DQACAgIAAxkBAAI',
  thumbnail: 'AAMCAgADGQEAAgE',
};
const FOLDERS: Record<FileKind, string> = {
  photo: 'photos',
  video: 'videos',
  animation: 'animations',
  document: 'documents',
  sticker: 'stickers',
  video_note: 'video_notes',
  thumbnail: 'thumbnails',
};
/** 20 MB exactly as the server counts them: Client.h of tdlib/telegram-bot-api. */
export const MAX_DOWNLOAD_BYTES = 20 << 20;
const PATH_LIVES_MS = 3_600_000;

export async function createFiles(options: { time: SimTime; local: () => boolean }) {
  const { time, local } = options;
  const folder = await mkdtemp(join(tmpdir(), 'telegram-sim-'));
  const byId = new Map<string, SimFile>();
  const paths = new Map<string, { file: SimFile; expiresAt: number }>();
  let made = 0;

  /** A file on disk that nobody else will move or remove. */
  async function add(
    kind: FileKind,
    path: string,
    facts: { bytes?: number | undefined; name?: string | undefined; mime?: string | undefined } = {},
  ): Promise<SimFile> {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    const { size: held } = await stat(path);
    const bytes = facts.bytes === undefined || facts.bytes < held + 8 ? held : facts.bytes;
    const uniqueId = `AgAD${hash.update(`${kind} ${bytes}`).digest('base64url').slice(0, 12)}`;
    return register({ id: '', uniqueId, kind, path, bytes, held, name: facts.name, mime: facts.mime });
  }

  function register(file: SimFile): SimFile {
    made += 1;
    const tail = createHash('sha256').update(`${file.uniqueId} ${made}`).digest('base64url').slice(0, 48);
    const named = { ...file, id: `${PREFIX[file.kind]}${tail}E` };
    byId.set(named.id, named);
    return named;
  }

  async function addBytes(
    kind: FileKind,
    bytes: Uint8Array,
    facts: { extension: string; name?: string | undefined; mime?: string | undefined },
  ): Promise<SimFile> {
    const path = temp(facts.extension);
    await writeFile(path, bytes);
    return add(kind, path, facts);
  }

  function temp(extension: string): string {
    made += 1;
    return join(folder, `${made}.${extension.replace(/^\./, '')}`);
  }

  function pathFor(file: SimFile): string {
    if (local()) return resolve(file.path);
    for (const [path, { file: other, expiresAt }] of paths) {
      if (other.id === file.id && expiresAt > time.now()) return path;
    }
    made += 1;
    const path = `${FOLDERS[file.kind]}/file_${made}${extname(file.path)}`;
    paths.set(path, { file, expiresAt: time.now() + PATH_LIVES_MS });
    return path;
  }

  return {
    folder,
    add,
    addBytes,
    temp,
    /** The same bytes seen another time: another id, the same unique one. */
    again: register,
    get(id: string): SimFile | undefined {
      return byId.get(id);
    },
    /** What `getFile` answers. Throws as Telegram refuses. */
    locate(id: string): { file_id: string; file_unique_id: string; file_size: number; file_path: string } {
      const file = byId.get(id);
      if (!file) throw badRequest('invalid file_id');
      if (!local() && file.bytes > MAX_DOWNLOAD_BYTES) throw badRequest('file is too big');
      return {
        file_id: file.id,
        file_unique_id: file.uniqueId,
        file_size: file.bytes,
        file_path: pathFor(file),
      };
    },
    /** The file behind a path that has not expired. */
    at(path: string): SimFile | undefined {
      const found = paths.get(path);
      return found && found.expiresAt > time.now() ? found.file : undefined;
    },
    expirePaths: () => paths.clear(),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The file's bytes from `start` on, the padding too. */
export async function* bytesOf(file: SimFile, start = 0): AsyncGenerator<Buffer> {
  if (start < file.held)
    yield* createReadStream(file.path, { start, highWaterMark: 65_536 }) as AsyncIterable<Buffer>;
  const padding = file.bytes - file.held;
  if (padding === 0) return;
  const box = Buffer.alloc(8);
  box.writeUInt32BE(padding);
  box.write('free', 4);
  const noughts = Buffer.alloc(65_536);
  for (let at = Math.max(0, start - file.held); at < padding; ) {
    const chunk = at < 8 ? box.subarray(at) : noughts.subarray(0, padding - at);
    yield chunk;
    at += chunk.length;
  }
}
