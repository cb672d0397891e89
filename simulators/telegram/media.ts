/** Turns what a person sends into the fields of a message, as Telegram's own apps and servers do. */
import { basename, extname } from 'node:path';
import sharp from 'sharp';
import type { FileKind, Files, SimFile } from './files.ts';
import { mp4Facts } from './mp4.ts';
import type { Animation, Document, Message, PhotoSize, Sticker, Video, VideoNote } from './wire.ts';

/**
 * A file to send: a path, bytes, or either with what the sender's app claims of it. `bytes` pads a file up to a size;
 * `fileSize: null` leaves the size out of the message, a number claims a wrong one.
 */
export type Source =
  | string
  | Uint8Array
  | {
      file: string | Uint8Array;
      name?: string;
      mime?: string | null;
      width?: number;
      height?: number;
      seconds?: number;
      bytes?: number;
      fileSize?: number | null;
      thumbnail?: boolean;
    };

export type MediaContent = {
  photo?: Source;
  video?: Source;
  animation?: Source;
  videoNote?: Source;
  document?: Source;
  sticker?: Source;
  livePhoto?: { photo: Source; video: Source };
};

type Facts = Exclude<Source, string | Uint8Array>;
const factsOf = (source: Source): Facts =>
  typeof source === 'string' || source instanceof Uint8Array ? { file: source } : source;

const MIME: Record<string, string> = {
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.mkv': 'video/x-matroska',
  '.webm': 'video/webm',
  '.avi': 'video/x-msvideo',
  '.gif': 'image/gif',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.heic': 'image/heic',
  '.tgs': 'application/x-tgsticker',
};

/** Photos are sent as JPEG in these widest sides; none is made larger than the original. */
const PHOTO_SIDES = [90, 320, 800, 1280, 2560];

export async function mediaFields(files: Files, content: MediaContent): Promise<Partial<Message>> {
  const { photo, video, animation, videoNote, document, sticker, livePhoto } = content;
  if (livePhoto) return livePhotoFields(files, livePhoto);
  if (photo) return { photo: await photoSizes(files, photo) };
  if (video) return { video: await videoField(files, video) };
  if (animation) return animationFields(files, animation);
  if (videoNote) return { video_note: await videoNoteField(files, videoNote) };
  if (document) return { document: await documentField(files, document) };
  if (sticker) return { sticker: await stickerField(files, sticker) };
  return {};
}

export async function photoSizes(files: Files, source: Source): Promise<PhotoSize[]> {
  const { file, fileSize } = factsOf(source);
  const upright = await sharp(file)
    .rotate()
    .flatten({ background: 'white' })
    .toBuffer({ resolveWithObject: true });
  const widest = Math.max(upright.info.width, upright.info.height);
  const sides = PHOTO_SIDES.filter((side, at) => side < widest || (PHOTO_SIDES[at - 1] ?? 0) < widest);
  return Promise.all(
    sides.map(async (side) => {
      const { data, info } = await sharp(upright.data)
        .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
        .jpeg({ quality: 87 })
        .toBuffer({ resolveWithObject: true });
      const kept = await files.addBytes('photo', data, { extension: 'jpg', mime: 'image/jpeg' });
      return { ...idsOf(kept, fileSize), width: info.width, height: info.height };
    }),
  );
}

/** Width, height and length: as claimed, else as the file itself says, else nought, as careless apps send. */
async function shapeOf(source: Facts, path: string) {
  const told = await mp4Facts(path);
  const picture = told ?? (extname(path) === '.gif' ? await sharp(path).metadata() : { width: 0, height: 0 });
  return {
    width: source.width ?? picture.width,
    height: source.height ?? picture.height,
    duration: Math.round(source.seconds ?? told?.seconds ?? 0),
  };
}

async function kept(files: Files, kind: FileKind, source: Source, extension: string): Promise<SimFile> {
  const { file, bytes, name, mime } = factsOf(source);
  const own = typeof file === 'string' ? file : undefined;
  const type = mime === null ? undefined : (mime ?? MIME[extname(name ?? own ?? `.${extension}`)]);
  const facts = { bytes, name, mime: type };
  return own === undefined
    ? files.addBytes(kind, file as Uint8Array, { extension: extname(name ?? '') || extension, ...facts })
    : files.add(kind, own, facts);
}

async function videoField(files: Files, source: Source): Promise<Video> {
  const facts = factsOf(source);
  const file = await kept(files, 'video', source, 'mp4');
  const shape = await shapeOf(facts, file.path);
  return {
    ...idsOf(file, facts.fileSize),
    ...shape,
    ...(await thumbnailOf(files, facts, shape)),
    ...named(file, facts),
  };
}

async function animationFields(files: Files, source: Source): Promise<Partial<Message>> {
  const facts = factsOf(source);
  const file = await kept(files, 'animation', source, 'mp4');
  const shape = await shapeOf(facts, file.path);
  const ids = { ...idsOf(file, facts.fileSize), ...named(file, facts) };
  const thumbnail = await thumbnailOf(files, facts, shape);
  const animation: Animation = { ...ids, ...shape, ...thumbnail };
  // For older bots every animation is a document too.
  return { animation, document: { ...ids, ...thumbnail } };
}

async function videoNoteField(files: Files, source: Source): Promise<VideoNote> {
  const facts = factsOf(source);
  const file = await kept(files, 'video_note', source, 'mp4');
  const { width, duration, height } = await shapeOf(facts, file.path);
  const thumbnail = await thumbnailOf(files, facts, { width, height });
  return { ...idsOf(file, facts.fileSize), length: width, duration, ...thumbnail };
}

async function documentField(files: Files, source: Source): Promise<Document> {
  const facts = factsOf(source);
  const file = await kept(files, 'document', source, 'bin');
  return { ...idsOf(file, facts.fileSize), ...named(file, facts) };
}

async function stickerField(files: Files, source: Source): Promise<Sticker> {
  const facts = factsOf(source);
  const file = await kept(files, 'sticker', source, 'webp');
  const extension = extname(facts.name ?? file.path);
  const picture = extension === '.webp' ? await sharp(file.path).metadata() : { width: 512, height: 512 };
  return {
    ...idsOf(file, facts.fileSize),
    type: 'regular',
    width: facts.width ?? picture.width,
    height: facts.height ?? picture.height,
    is_animated: extension === '.tgs',
    is_video: extension === '.webm',
    emoji: '💃',
    set_name: 'simulated',
  };
}

async function livePhotoFields(
  files: Files,
  { photo, video }: { photo: Source; video: Source },
): Promise<Partial<Message>> {
  const sizes = await photoSizes(files, photo);
  const { thumbnail: _, ...clip } = await videoField(files, video);
  const { file_name: __, ...live } = clip;
  return { live_photo: { ...live, photo: sizes }, photo: sizes };
}

export async function thumbnailOf(
  files: Files,
  facts: { thumbnail?: boolean },
  { width, height }: { width: number; height: number },
): Promise<{ thumbnail?: PhotoSize }> {
  if (facts.thumbnail === false || width === 0 || height === 0) return {};
  const scale = Math.min(1, 320 / Math.max(width, height));
  const size = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const { data } = await sharp({ create: { ...size, channels: 3, background: '#7a8b99' } })
    .jpeg()
    .toBuffer({ resolveWithObject: true });
  const file = await files.addBytes('thumbnail', data, { extension: 'jpg', mime: 'image/jpeg' });
  return { thumbnail: { ...idsOf(file), ...size } };
}

export function idsOf(file: SimFile, fileSize?: number | null) {
  const size = fileSize === null ? {} : { file_size: fileSize ?? file.bytes };
  return { file_id: file.id, file_unique_id: file.uniqueId, ...size };
}

function named(file: SimFile, facts: Facts): { file_name?: string; mime_type?: string } {
  const name = facts.name ?? (typeof facts.file === 'string' ? basename(facts.file) : undefined);
  return {
    ...(name === undefined ? {} : { file_name: name }),
    ...(file.mime === undefined ? {} : { mime_type: file.mime }),
  };
}
