/** Downloads the files that a member pointed at to our own disk. */

import type { FileWork } from '../../../core/intake/file-use.ts';
import { isDiskFull, keptUpload, MAX_UPLOAD_BYTES, type Upload } from '../../../core/intake/uploads.ts';
import type { Files, Log } from '../../../core/ports.ts';
import type { Refusal } from '../../../core/refusals.ts';
import type { Downloads } from './downloads.ts';
import { type FileRole, kindOf } from './given-files.ts';
import type { KeptFile, RecordedFile, RecordedFiles } from './record.ts';

/** Beyond that, somebody plays with us. */
const MOST_UNKNOWN = 4;

/** `gone`: Discord has a file no more, or never had. */
export type FetchResult =
  | { kind: 'here'; files: { image?: KeptFile; clip?: KeptFile } }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'gone' };

export type FetchParts = {
  downloads: Downloads;
  files: Pick<Files, 'hasRoom' | 'path'>;
  log: Log;
};

/** Within `work`, which the caller ends when the files are in a record or not needed. `note` writes down what is here. */
export async function fetchFiles(
  parts: FetchParts,
  work: FileWork,
  asked: RecordedFiles,
  note: (files: { image?: KeptFile; clip?: KeptFile }) => Promise<void>,
): Promise<FetchResult> {
  if (!(await parts.files.hasRoom())) return { kind: 'refused', refusal: { code: 'disk-full' } };
  try {
    const [image, clip] = await Promise.all([
      bring(parts, work, asked.image, 'image'),
      bring(parts, work, asked.clip, 'clip'),
    ]);
    for (const one of [image, clip]) if (one && one.kind !== 'kept') return one;
    const files: { image?: KeptFile; clip?: KeptFile } = {};
    if (image?.kind === 'kept') files.image = image.file;
    if (clip?.kind === 'kept') files.clip = clip.file;
    for (const given of asked.unknown.slice(0, MOST_UNKNOWN)) {
      if (files.image && files.clip) break;
      const one = await bring(parts, work, { given }, 'clip');
      if (one?.kind !== 'kept') return one ?? { kind: 'gone' };
      const kind = kindOf({ name: '', type: one.file.mime });
      const place = kind === 'either' ? (files.image ? 'clip' : 'image') : kind;
      if (place === 'image' || place === 'clip') files[place] ??= one.file;
    }
    await note(files);
    return { kind: 'here', files };
  } catch (error) {
    if (isDiskFull(error)) return { kind: 'refused', refusal: { code: 'disk-full' } };
    throw error;
  }
}

type SingleResult = { kind: 'kept'; file: KeptFile } | Exclude<FetchResult, { kind: 'here' }>;

async function bring(
  parts: FetchParts,
  work: FileWork,
  wanted: RecordedFile | undefined,
  what: FileRole,
): Promise<SingleResult | undefined> {
  if (!wanted) return undefined;
  if ('kept' in wanted) {
    const { key, bytes, mime } = wanted.kept;
    const here = await work.hold({ key, bytes, mime });
    return here ? { kind: 'kept', file: wanted.kept } : { kind: 'gone' };
  }
  const { given } = wanted;
  const maxBytes = MAX_UPLOAD_BYTES[what];
  const fetched = await parts.downloads.fetch(given, maxBytes);
  if (fetched.kind === 'too-large')
    return { kind: 'refused', refusal: { code: 'upload-too-large', what, maxBytes } };
  if (fetched.kind !== 'here') {
    parts.log.info({ what, why: fetched.kind }, "a member's file could not be fetched");
    return { kind: 'gone' };
  }
  await using file = fetched.file;
  // By its bytes: names and types are whatever somebody wrote there.
  const { fileTypeFromFile } = await import('file-type');
  const mime = (await fileTypeFromFile(file.path))?.mime ?? 'application/octet-stream';
  const kept = await work.keep(file.path, mime);
  const { name, repeats, postedBy } = given;
  return {
    kind: 'kept',
    file: { ...kept, name, ...(repeats ? { repeats } : {}), ...(postedBy ? { postedBy } : {}) },
  };
}

export async function uploadsOf(
  files: Pick<Files, 'path'>,
  { image, clip }: { image?: KeptFile | undefined; clip?: KeptFile | undefined },
): Promise<{ image?: Upload; clip?: Upload }> {
  return {
    ...(image ? { image: await keptUpload(files, image) } : {}),
    ...(clip
      ? { clip: { ...(await keptUpload(files, clip)), ...(clip.repeats ? { repeats: true } : {}) } }
      : {}),
  };
}
