/**
 * Puts every mark on a video that is handed out, in a child process: the plate, FFmpeg's tags, XMP, and last the signature
 * over all of it. Nobody else's marks are lost on the way.
 */
import { copyFile, rename, rm, stat } from 'node:fs/promises';
import { openClip } from '../av/open-clip.ts';
import type { Tags } from '../av/output.ts';
import { evenRate, usualRate } from '../av/rate.ts';
import { type Recipe, transcode } from '../av/transcode.ts';
import { type ClipMeasurements, readClip } from '../check-clip.ts';
import type { TaskContext } from '../task.ts';
import { signVideo } from './c2pa.ts';
import type { SigningKey } from './cose.ts';
import type { MarkFacts } from './facts.ts';
import { plateFilter } from './plate.ts';
import { appendMarks, readExtras } from './xmp.ts';

export type MarkArgs = {
  path: string;
  toPath: string;
  facts: MarkFacts;
  plate: boolean;
  /** What it was made of, where that isn't the file itself: whose marks it carries on. */
  origin?: string | undefined;
  signer?: SigningKey | undefined;
};

/** `unsigned`: why it carries no signature, for the operator. */
export type Marked = { width: number; height: number; durationMs: number; unsigned?: string };

/** The library holds several copies of the file in memory: what is larger would cost the child its life. */
const MAX_SIGNED_BYTES = 90_000_000;
/** High enough that nobody sees a difference to what the provider gave. */
const PLATE_CRF = 18;
const PLATE_MAX_BITS_PER_SECOND = 24_000_000;

/** Null where the file is no video that can be read and written. */
export async function mark(
  args: MarkArgs,
  { progress }: Pick<TaskContext, 'progress'>,
): Promise<Marked | null> {
  const { path, toPath, facts, plate, origin = path, signer } = args;
  const read = await readClip(path);
  if (!read.ok) return null;
  const before = await readExtras(origin);
  const unsignedPath = `${toPath}.unsigned`;
  try {
    const tags = await tagsOf(origin, facts);
    if (!(await write(path, unsignedPath, read.value, { plate, tags }, progress))) {
      // What FFmpeg can't write again is marked as it lies there; a plate can't be drawn on it.
      if (plate || read.value.container !== 'MP4' || !(await readExtras(path)).isOpenEnded) return null;
      await copyFile(path, unsignedPath);
    }
    await appendMarks(unsignedPath, facts, before);
    const unsigned = await sign(unsignedPath, toPath, facts, signer, before.isSigned ? origin : undefined);
    // Better without a signature than with one that took the video along.
    const written = unsigned === undefined ? await readClip(toPath) : undefined;
    if (!written?.ok) await rename(unsignedPath, toPath);
    const shape = written?.ok ? written.value : await shapeOf(toPath);
    if (!shape) return null;
    const why = written && !written.ok ? 'the signed file could not be read' : unsigned;
    return {
      ...shape.geometry.shown,
      durationMs: shape.scanned.durationMs,
      ...(why === undefined ? {} : { unsigned: why }),
    };
  } finally {
    await rm(unsignedPath, { force: true });
  }
}

async function shapeOf(path: string): Promise<ClipMeasurements | undefined> {
  const read = await readClip(path);
  return read.ok ? read.value : undefined;
}

/** Undefined when it is signed, else why it is not. */
async function sign(
  path: string,
  toPath: string,
  facts: MarkFacts,
  signer: SigningKey | undefined,
  parent: string | undefined,
): Promise<string | undefined> {
  if (!signer) return 'there is no key to sign with';
  if ((await stat(path)).size > MAX_SIGNED_BYTES) return 'the file is too large to be signed here';
  try {
    await signVideo(path, toPath, facts, signer, parent);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Writes the video anew with its tags, its pictures encoded again only where something is drawn on them. */
async function write(
  path: string,
  toPath: string,
  { container, geometry, scanned, hasSound }: ClipMeasurements,
  { plate, tags }: { plate: boolean; tags: Tags },
  progress: (share: number) => void,
): Promise<boolean> {
  const isMp4 = container === 'MP4' || container === 'MOV';
  // Pictures that no player shows, but that the first ones need, would be lost in copying.
  if (isMp4 && !plate && scanned.hidden) return false;
  const even = (side: number): number => Math.max(2, 2 * Math.floor(side / 2));
  const size = { width: even(geometry.shown.width), height: even(geometry.shown.height) };
  const picture: Recipe['picture'] =
    plate || !isMp4
      ? {
          ...size,
          rate: evenRate(usualRate(scanned)),
          geometry,
          maxFrames: Number.POSITIVE_INFINITY,
          preset: 'veryfast',
          quality: { crf: PLATE_CRF, maxBitsPerSecond: PLATE_MAX_BITS_PER_SECOND },
          ...(plate ? { drawn: plateFilter(size) } : {}),
        }
      : 'copy';
  // Pictures that are encoded begin at nought, and their sound with them.
  const startSeconds = picture === 'copy' ? 0 : scanned.startSeconds;
  const window = { startSeconds, endSeconds: scanned.startSeconds + scanned.durationMs / 1000 + 1 };
  const sound = !hasSound ? 'none' : isMp4 ? 'copy' : { bitsPerSecond: 160_000 };
  await using clip = await openClip(path, container);
  if (!clip) return false;
  // Awaited here: it reads the clip, which is closed after it.
  return await transcode(clip, toPath, { window, picture, sound, tags }, progress).catch((error: unknown) => {
    if (isFull(error)) throw error;
    return false;
  });
}

/** A full disk is no fault of the video's. */
const isFull = (error: unknown): boolean => error instanceof Error && /no space left/i.test(error.message);

/** What the file says of itself already, and ours. */
async function tagsOf(path: string, { code, model, provider }: MarkFacts): Promise<Tags> {
  const ours = `AI-generated: ${model} via ${provider}, ${code}`;
  const theirs = await readTags(path);
  const comment = theirs.comment;
  const isSaid = comment?.includes(ours) ?? false;
  return { ...theirs, comment: comment === undefined ? ours : isSaid ? comment : `${comment} / ${ours}` };
}

async function readTags(path: string): Promise<Record<string, string>> {
  const read = await readClip(path);
  await using clip = read.ok ? await openClip(path, read.value.container) : undefined;
  const { major_brand, minor_version, compatible_brands, encoder, ...tags } =
    clip?.format.metadata?.getAll() ?? {};
  return tags;
}
