/** The files of a message or a command: which is the picture and which the clip, as far as their names can tell. */
import { z } from 'zod';
import type { Attachment, WithFiles } from './wire.ts';

/** A file on Discord's CDN. Its address opens it to whoever has it, so it is kept no longer than until it is fetched. */
export const givenSchema = z.object({
  url: z.string(),
  name: z.string(),
  bytes: z.number().optional(),
  type: z.string().optional(),
});
export type Given = z.infer<typeof givenSchema>;
export type What = 'image' | 'clip';

export const givenOf = ({ url, filename, size, content_type }: Attachment): Given => ({
  url,
  name: filename,
  bytes: size,
  ...(content_type ? { type: content_type } : {}),
});

/** Everything on a message: its files, what it shows in components (as our own results do), what it forwards. */
export function filesOn(message: WithFiles): Given[] {
  const forwarded = message.message_snapshots.flatMap((snapshot) => snapshot.message.attachments);
  return [...[...message.attachments, ...forwarded].map(givenOf), ...message.components.flatMap(shown)];
}

const media = z.object({ url: z.string(), content_type: z.string().nullish() });
const component = z.object({
  components: z.array(z.unknown()).optional(),
  items: z.array(z.object({ media })).optional(),
});

/** What a component shows; addresses that are not Discord's own fail when they are fetched. */
function shown(one: unknown): Given[] {
  const read = component.safeParse(one);
  if (!read.success) return [];
  const here = (read.data.items ?? []).flatMap(({ media: { url, content_type } }) => {
    const name = URL.canParse(url) ? new URL(url).pathname.split('/').at(-1) : undefined;
    return name && content_type ? [{ url, name, type: content_type }] : [];
  });
  return [...here, ...(read.data.components ?? []).flatMap(shown)];
}

/** `either`: a GIF, which may be a still or a moving picture; `unknown`: only its bytes can tell. */
type Kind = What | 'either' | 'unknown' | 'other';

const BY_ENDING: Readonly<Record<string, Kind>> = {
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
export function kindOf({ name, type }: Pick<Given, 'name' | 'type'>): Kind {
  if (type === 'image/gif') return 'either';
  if (type?.startsWith('image/')) return 'image';
  if (type?.startsWith('video/')) return 'clip';
  const byEnding = BY_ENDING[name.toLowerCase().split('.').at(-1) ?? ''];
  if (byEnding) return byEnding;
  return type === undefined || type.startsWith('application/octet-stream') ? 'unknown' : 'other';
}

export type Sorted = { image?: Given; clip?: Given; unknown: Given[] };

/** The first of each kind. A GIF takes the place that is left, the picture's before the clip's. */
export function sortFiles(files: readonly Given[]): Sorted {
  const of = (kind: Kind): Given[] => files.filter((file) => kindOf(file) === kind);
  const gifs = of('either');
  const image = of('image')[0] ?? (of('clip').length > 0 || gifs.length > 0 ? gifs.shift() : undefined);
  const clip = of('clip')[0] ?? gifs.shift();
  return { ...(image ? { image } : {}), ...(clip ? { clip } : {}), unknown: of('unknown') };
}

/** For "Use this motion": whatever moves. */
export function motionOf(files: readonly Given[]): Given | undefined {
  return files.find((file) => kindOf(file) === 'clip') ?? files.find((file) => kindOf(file) === 'either');
}
