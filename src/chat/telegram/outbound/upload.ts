/** Files on their way to Telegram: read from disk as they go out, never held in memory. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { InputFile } from 'grammy';

/** https://core.telegram.org/bots/api#sendvideo, read 2026-11-21. */
const THUMBNAIL_SIDE = 320;
const THUMBNAIL_BYTES = 200_000;
const POSTER_SIDE = 1280;

type Upload = {
  file: InputFile;
  /** Whether all of it has been read. Before that, Telegram can't have got it. */
  complete(): boolean;
};

/** `name` is ours and plain: it goes into the request as it is. */
export function uploadOf(path: string, name: string): Upload {
  let complete = false;
  const read = () =>
    createReadStream(path).once('end', () => {
      complete = true;
    });
  return { file: new InputFile(read, name), complete: () => complete };
}

/** Without a thumbnail Telegram shows a larger video as a black square. Undefined when none fits. */
export async function thumbnailOf(poster: (maxSide: number) => Promise<string | undefined>) {
  const path = await poster(THUMBNAIL_SIDE);
  if (path === undefined) return undefined;
  const { size } = await stat(path);
  return size > 0 && size <= THUMBNAIL_BYTES ? new InputFile(path, 'thumbnail.jpg') : undefined;
}

/** Stands in for a video that is only linked to. */
export async function posterOf(poster: (maxSide: number) => Promise<string | undefined>) {
  const path = await poster(POSTER_SIDE);
  return path === undefined ? undefined : new InputFile(path, 'poster.jpg');
}
