/** What a file is by its bytes. Names and claimed types are never looked at. */
import { open } from 'node:fs/promises';
import { fileTypeFromBuffer } from 'file-type';
import { type HeifKind, heifIn } from './heif/brands.ts';

/** Enough for every signature of the formats that we take. */
const SNIFF_BYTES = 64 * 1024;

export const IMAGES = { jpg: 'JPEG', png: 'PNG', apng: 'PNG', webp: 'WebP', gif: 'GIF' } as const;
export const CLIPS = {
  mp4: 'MP4',
  m4v: 'MP4',
  '3gp': 'MP4',
  '3g2': 'MP4',
  mov: 'MOV',
  webm: 'WebM',
  mkv: 'MKV',
  avi: 'AVI',
  gif: 'GIF',
  webp: 'animated WebP',
  apng: 'animated PNG',
} as const;

export type ImageFormat = (typeof IMAGES)[keyof typeof IMAGES] | HeifKind;
export type ClipFormat = (typeof CLIPS)[keyof typeof CLIPS];

/** `found` is for the member: what the file is when it is not what we need. Undefined when the bytes say nothing. */
export type Sniffed = { empty: boolean; image?: ImageFormat; clip?: ClipFormat; found?: string };

/** Reads the beginning of a file. Throws when it can't be read, which is ours to solve. */
export async function sniff(path: string): Promise<Sniffed> {
  await using file = await open(path);
  const head = Buffer.alloc(SNIFF_BYTES);
  const { bytesRead } = await file.read(head, 0, SNIFF_BYTES, 0);
  const bytes = head.subarray(0, bytesRead);
  const heif = heifIn(bytes);
  if (heif) return { empty: false, ...heif };
  // A parser that stumbles over hostile bytes has not recognised them.
  const extension = (await fileTypeFromBuffer(bytes).catch(() => undefined))?.ext;
  if (extension === undefined) return { empty: bytesRead === 0 };
  const image = entry(IMAGES, extension);
  const still = extension === 'webp' && !isAnimatedWebp(bytes);
  const clip = still ? undefined : entry(CLIPS, extension);
  return {
    empty: false,
    found: clip ?? image ?? extension.toUpperCase(),
    ...(image ? { image } : {}),
    ...(clip ? { clip } : {}),
  };
}

/** The animation flag of the VP8X chunk (WebP Container Specification, "Extended File Format"). */
function isAnimatedWebp(bytes: Buffer): boolean {
  return bytes.toString('latin1', 12, 16) === 'VP8X' && ((bytes[20] ?? 0) & 0b10) !== 0;
}

function entry<Table extends Record<string, string>>(
  table: Table,
  key: string,
): Table[keyof Table] | undefined {
  return Object.hasOwn(table, key) ? table[key as keyof Table] : undefined;
}
