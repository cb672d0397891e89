/** The files of a message or a command: which is the picture and which the clip, as far as their names can tell. */
import { z } from 'zod';
import type { Attachment } from './wire.ts';

/** A file on Discord's CDN. Its address opens it to whoever has it, so it is kept no longer than until it is fetched. */
export const givenSchema = z.object({
  url: z.string(),
  /** Other addresses that the same file may be had at, tried in turn. */
  also: z.array(z.string()).optional(),
  name: z.string(),
  bytes: z.number().optional(),
  type: z.string().optional(),
  /** Of the GIF picker, or a sticker: Discord plays it over and over. */
  repeats: z.literal(true).optional(),
  /** Whose message it is on, by the core's id. */
  postedBy: z.string().optional(),
});
export type GivenFile = z.infer<typeof givenSchema>;
export type FileRole = 'image' | 'clip';

export const givenOf = ({ url, filename, size, content_type }: Attachment): GivenFile => ({
  url,
  name: filename,
  bytes: size,
  ...(content_type ? { type: content_type } : {}),
});

/** `either`: a GIF or an animated PNG, which may be a still or a moving picture; `unknown`: only its bytes can tell. */
type GuessedRole = FileRole | 'either' | 'unknown' | 'other';

const BY_ENDING: Readonly<Record<string, GuessedRole>> = {
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  webp: 'image',
  avif: 'image',
  heic: 'image',
  heif: 'image',
  hif: 'image',
  gif: 'either',
  mp4: 'clip',
  m4v: 'clip',
  mov: 'clip',
  webm: 'clip',
  mkv: 'clip',
  avi: 'clip',
};

/** Discord makes the type from the name's ending, and leaves it out where it knows none. */
export function kindOf({ name, type }: Pick<GivenFile, 'name' | 'type'>): GuessedRole {
  if (type === 'image/gif' || type === 'image/apng') return 'either';
  if (type?.startsWith('image/')) return 'image';
  if (type?.startsWith('video/')) return 'clip';
  const byEnding = BY_ENDING[name.toLowerCase().split('.').at(-1) ?? ''];
  if (byEnding) return byEnding;
  return type === undefined || type.startsWith('application/octet-stream') ? 'unknown' : 'other';
}

export type SortedFiles = { image?: GivenFile; clip?: GivenFile; unknown: GivenFile[] };

/** The first of each kind. A GIF takes the place that is left, the picture's before the clip's. */
export function sortFiles(files: readonly GivenFile[]): SortedFiles {
  const of = (kind: GuessedRole): GivenFile[] => files.filter((file) => kindOf(file) === kind);
  const gifs = of('either');
  const image = of('image')[0] ?? (of('clip').length > 0 || gifs.length > 0 ? gifs.shift() : undefined);
  const clip = of('clip')[0] ?? gifs.shift();
  return { ...(image ? { image } : {}), ...(clip ? { clip } : {}), unknown: of('unknown') };
}

/** For "Use this motion": whatever moves. */
export function motionOf(files: readonly GivenFile[]): GivenFile | undefined {
  return files.find((file) => kindOf(file) === 'clip') ?? files.find((file) => kindOf(file) === 'either');
}
