/** Which file of a message is a picture and which a clip. What they truly are, their bytes say once they are here. */
import { z } from 'zod';
import type { WireMedia } from './inbound/wire.ts';

const refSchema = z.object({
  /** Telegram's own name for it: any process with our token can fetch it, for as long as Telegram has it. */
  fileId: z.string(),
  bytes: z.number().optional(),
  /** As the member's own machine called it. */
  name: z.string().optional(),
  /** A GIF, which Telegram keeps as a video, or a sticker. */
  repeats: z.literal(true).optional(),
  /** Whose message it was on, by the core's id, where that is somebody else. */
  postedBy: z.string().optional(),
});
/** A file that lies at Telegram. */
export type FileRef = z.infer<typeof refSchema>;

export const mediaSchema = z.object({
  image: refSchema.optional(),
  clip: refSchema.optional(),
  /** There is a file, but nothing that we could use: an animated sticker is a drawing program, not a video. */
  unusable: z.literal('animated-sticker').optional(),
});
export type Media = z.infer<typeof mediaSchema>;

type WireFile = { file_id: string; file_size?: number | undefined; file_name?: string | undefined };

function refOf({ file_id, file_size, file_name }: WireFile): FileRef {
  return {
    fileId: file_id,
    ...(file_size === undefined ? {} : { bytes: file_size }),
    ...(file_name === undefined ? {} : { name: file_name }),
  };
}

/** The files of one message. A message holds one file, but for a live photo, which is both halves at once. */
export function mediaOf(message: WireMedia): Media {
  const { photo, live_photo, video, animation, video_note, document, sticker } = message;
  // A live photo has `photo` set too, and an animation `document`.
  if (live_photo) return { ...imageOf(live_photo.photo ?? photo), clip: refOf(live_photo) };
  if (animation) return { clip: { ...refOf(animation), repeats: true } };
  if (photo) return imageOf(photo);
  if (video) return { clip: refOf(video) };
  if (video_note) return { clip: refOf(video_note) };
  if (sticker?.is_animated) return { unusable: 'animated-sticker' };
  if (sticker?.is_video) return { clip: { ...refOf(sticker), repeats: true } };
  if (sticker) return { image: refOf(sticker) };
  return document ? ofDocument(document) : {};
}

function imageOf(sizes: WireMedia['photo']): Media {
  const largest = sizes?.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
  return largest ? { image: refOf(largest) } : {};
}

/** The same files, as posted by that member. */
export function postedBy(member: string | undefined, { image, clip, ...rest }: Media): Media {
  if (member === undefined) return { ...rest, ...(image ? { image } : {}), ...(clip ? { clip } : {}) };
  const theirs = { postedBy: member };
  return {
    ...rest,
    ...(image ? { image: { ...image, ...theirs } } : {}),
    ...(clip ? { clip: { ...clip, ...theirs } } : {}),
  };
}

const MOVING_IMAGE = /^image\/(gif|apng)$/;
const IMAGE_NAME = /\.(jpe?g|png|webp|avif|hei[cf]|hif|tiff?|bmp)$/i;
const CLIP_NAME = /\.(mp4|m4v|mov|webm|mkv|avi|gif|apng|3gp|mpe?g)$/i;

/** The sender's app says what a document is; where it doesn't know, its name does. */
function ofDocument(document: WireFile & { mime_type?: string | undefined }): Media {
  const { mime_type: mime = '', file_name: name = '' } = document;
  const ref = refOf(document);
  if (mime.startsWith('video/') || MOVING_IMAGE.test(mime)) return { clip: ref };
  if (mime.startsWith('image/')) return { image: ref };
  if (mime !== '' && mime !== 'application/octet-stream') return {};
  if (CLIP_NAME.test(name)) return { clip: ref };
  return IMAGE_NAME.test(name) ? { image: ref } : {};
}
