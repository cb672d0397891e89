/** Files on disk, and the addresses that open them for a while: signed, with an end. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import sharp from 'sharp';
import type { SimTime } from '../sim-time.ts';
import type { Answer } from './http.ts';
import type { Ids } from './ids.ts';
import type { Settings } from './settings.ts';

/** A file that somebody gives: bytes, or a path, with what Discord would say of it where that matters. */
export type FileInput = ({ name: string; bytes: Uint8Array } | { name?: string; path: string }) & {
  description?: string;
  contentType?: string;
  /** The size that Discord announces, where it shall not be the true one. */
  announcedBytes?: number;
};

export type SimFile = {
  id: string;
  filename: string;
  path: string;
  bytes: number;
  announcedBytes: number;
  contentType: string;
  description?: string;
  spoiler: boolean;
  width?: number;
  height?: number;
  /** Its place on the CDN, without a signature. */
  pathname: string;
  ephemeral: boolean;
  /** Stickers, and copies of what lies elsewhere: their addresses need no signature. */
  open?: true;
};

/**
 * What a link outside of Discord leads to. `gif`: a page of the GIF picker's; `player`: a film that only its own page
 * plays, of which there is no copy.
 */
export type WebPage = { kind: 'gif' | 'video' | 'image' | 'player'; media: string; file: SimFile };

const TYPES: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
  '.mkv': 'video/x-matroska',
  '.mp3': 'audio/mpeg',
  '.txt': 'text/plain; charset=utf-8',
};

export type Cdn = Awaited<ReturnType<typeof createCdn>>;

export async function createCdn(parts: {
  time: SimTime;
  ids: Ids;
  settings: Settings;
  /** Known once the server listens. */
  origin: () => string;
}) {
  const { time, ids, settings } = parts;
  const folder = await mkdtemp(join(tmpdir(), 'discord-simulator-'));
  const secret = randomBytes(32);
  const files = new Map<string, SimFile>();

  const temp = (): string => join(folder, randomUUID());

  /** Takes a file in, as an upload of `channelId` or, for an option of a command, of nowhere. */
  async function take(
    given: {
      filename: string;
      path: string;
      contentType?: string;
      description?: string;
      announcedBytes?: number;
      spoiler?: boolean;
    },
    place: { channelId: string; ephemeral: boolean },
  ): Promise<SimFile> {
    const id = ids();
    const filename = basename(given.filename).replaceAll(/[^\w.-]/g, '_') || 'file';
    const bytes = (await stat(given.path)).size;
    const contentType =
      given.contentType ?? TYPES[extname(filename).toLowerCase()] ?? 'application/octet-stream';
    const facts = contentType.startsWith('image/')
      ? await sharp(given.path)
          .metadata()
          .catch(() => undefined)
      : undefined;
    const file: SimFile = {
      id,
      filename,
      path: given.path,
      bytes,
      announcedBytes: given.announcedBytes ?? bytes,
      contentType,
      spoiler: given.spoiler ?? filename.startsWith('SPOILER_'),
      pathname: `/${place.ephemeral ? 'ephemeral-attachments' : 'attachments'}/${place.channelId}/${id}/${filename}`,
      ephemeral: place.ephemeral,
      ...(given.description ? { description: given.description } : {}),
      ...(facts ? { width: facts.width, height: facts.height } : {}),
    };
    files.set(file.pathname, file);
    return file;
  }

  async function takeInput(
    input: FileInput,
    place: { channelId: string; ephemeral: boolean },
  ): Promise<SimFile> {
    const path = 'path' in input ? input.path : temp();
    if ('bytes' in input) await writeFile(path, input.bytes);
    const { description, contentType, announcedBytes } = input;
    return take(
      {
        path,
        filename: input.name ?? basename(path),
        ...(description === undefined ? {} : { description }),
        ...(contentType === undefined ? {} : { contentType }),
        ...(announcedBytes === undefined ? {} : { announcedBytes }),
      },
      place,
    );
  }

  /** A file that everybody may have, under a name of Discord's own making. */
  async function publish(input: FileInput, pathname: string): Promise<SimFile> {
    const taken = await takeInput(input, { channelId: '0', ephemeral: false });
    files.delete(taken.pathname);
    const file: SimFile = { ...taken, pathname, open: true };
    files.set(pathname, file);
    return file;
  }

  const addressOf = ({ pathname }: SimFile): string => `${parts.origin()}${pathname}`;

  const sign = (pathname: string, ex: string, is: string): string =>
    createHmac('sha256', secret).update(`${pathname}?${ex}&${is}`).digest('hex');

  function urlOf(file: SimFile): string {
    const ex = Math.floor((time.now() + settings.cdnLifeMs) / 1000).toString(16);
    const is = Math.floor(time.now() / 1000).toString(16);
    return `${parts.origin()}${file.pathname}?ex=${ex}&is=${is}&hm=${sign(file.pathname, ex, is)}&`;
  }

  /** The file that an address of ours names, signed or not. */
  function fileAt(url: string): SimFile | undefined {
    if (!URL.canParse(url)) return undefined;
    const { origin, pathname } = new URL(url);
    return origin === parts.origin() ? files.get(pathname) : undefined;
  }

  function serve(pathname: string, query: URLSearchParams, range: string | undefined): Answer {
    const file = files.get(pathname);
    const [ex, is, hm] = [query.get('ex') ?? '', query.get('is') ?? '', query.get('hm') ?? ''];
    if (!file) return { status: 404, text: 'This content is no longer available.' };
    if (!file.open && hm !== sign(pathname, ex, is)) return { status: 403, text: 'Forbidden' };
    if (!file.open && Number.parseInt(ex, 16) * 1000 < time.now())
      return { status: 404, text: 'This content is no longer available.' };
    const headers = {
      'content-type': file.contentType,
      'accept-ranges': 'bytes',
      'content-disposition': `attachment; filename="${file.filename}"`,
    };
    const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
    if (!asked)
      return {
        status: 200,
        headers: { ...headers, 'content-length': String(file.bytes) },
        stream: () => createReadStream(file.path),
      };
    const start = Number(asked[1]);
    const end = Math.min(asked[2] ? Number(asked[2]) : file.bytes - 1, file.bytes - 1);
    if (start > end) return { status: 416, headers: { 'content-range': `bytes */${file.bytes}` } };
    return {
      status: 206,
      headers: {
        ...headers,
        'content-range': `bytes ${start}-${end}/${file.bytes}`,
        'content-length': String(end - start + 1),
      },
      stream: () => createReadStream(file.path, { start, end }),
    };
  }

  return {
    temp,
    take,
    takeInput,
    publish,
    addressOf,
    urlOf,
    fileAt,
    serve,
    /** An attachment as the API words it. */
    json: (file: SimFile) => ({
      id: file.id,
      filename: file.filename,
      size: file.announcedBytes,
      url: urlOf(file),
      proxy_url: urlOf(file),
      content_type: file.contentType,
      ...(file.description ? { description: file.description } : {}),
      ...(file.width ? { width: file.width, height: file.height } : {}),
      ...(file.ephemeral ? { ephemeral: true } : {}),
    }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
