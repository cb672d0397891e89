/** What files of ours are called: by the hash of their bytes, with an extension for people and for servers that look at it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { StoredFile } from '../core/job/job.ts';

/** The name of the small text beside them that says which database they belong to. */
export const HOME_MARK = 'home';

const KEY = /^[0-9a-f]{64}\.[a-z0-9]{1,8}$/;
const EXTENSION = /^[a-z0-9]{1,8}$/;

/** Our own records carry the type. */
const EXTENSIONS: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/quicktime': 'mov',
  'application/zip': 'zip',
};

export const isKey = (name: string): boolean => KEY.test(name);

/** The type of a file by its key alone, where no record is at hand: the same bytes kept under it get the same key. */
export const mimeOf = (key: string): string =>
  Object.keys(EXTENSIONS).find((mime) => key.endsWith(`.${EXTENSIONS[mime]}`)) ?? 'application/octet-stream';

/** Where it lies under the root of all files: `ab/<hash>.<ext>`. Throws RangeError on what is no key. */
export function placeOf(key: string): string {
  if (!isKey(key)) throw new RangeError('not the key of a file of ours');
  return `${key.slice(0, 2)}/${key}`;
}

/** Throws RangeError on what would lead out of the folder. */
export function checkExtension(extension: string): void {
  if (!EXTENSION.test(extension)) throw new RangeError('not a file extension');
}

/** The file of these bytes, as it will be on record. */
export async function fileOf(path: string, mime: string): Promise<StoredFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { key: `${hash.digest('hex')}.${EXTENSIONS[mime] ?? 'bin'}`, bytes, mime };
}

/** The system's word for what went wrong. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';

/** For `catch`: undefined where the file is not there. */
export function missing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
