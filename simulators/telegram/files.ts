/**
 * Files as the Bot API keeps them: an id per appearance and bot, a second one that stays the same for the same bytes,
 * and paths for downloading that expire. A download is never more than 20 MB, unless the server is a local one.
 * https://core.telegram.org/bots/api#getfile, read 2026-11-21.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
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
  bytes: number;
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
const MAX_DOWNLOAD_BYTES = 20 << 20;
const PATH_LIVES_MS = 3_600_000;

export async function createFiles(options: { time: SimTime; local: () => boolean }) {
  const { time, local } = options;
  const folder = await mkdtemp(join(tmpdir(), 'telegram-sim-'));
  const byId = new Map<string, SimFile>();
  const paths = new Map<string, { file: SimFile; expiresAt: number }>();
  let made = 0;

  /** A file on disk that nobody else will move or remove. `bytes` makes it larger than it is. */
  async function add(
    kind: FileKind,
    path: string,
    facts: { bytes?: number | undefined; name?: string | undefined; mime?: string | undefined } = {},
  ): Promise<SimFile> {
    const { size } = await stat(path);
    if (facts.bytes !== undefined && facts.bytes >= size + 8) {
      const larger = temp(extname(path));
      await copyFile(path, larger);
      await pad(larger, size, facts.bytes);
      return add(kind, larger, { ...facts, bytes: undefined });
    }
    const hash = createHash('sha256').update(kind);
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    const uniqueId = `AgAD${hash.digest('base64url').slice(0, 12)}`;
    return register({ id: '', uniqueId, kind, path, bytes: size, name: facts.name, mime: facts.mime });
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
    const path = `${FOLDERS[file.kind]}/file_${made}${extname(file.name ?? '') || extname(file.path)}`;
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

/** Grows a file by an MP4 `free` box, which players skip; behind a picture it is not read either. */
async function pad(path: string, from: number, to: number): Promise<void> {
  const box = Buffer.alloc(8);
  box.writeUInt32BE(to - from);
  box.write('free', 4);
  await using file = await open(path, 'r+');
  await file.write(box, 0, 8, from);
  await file.truncate(to);
}
