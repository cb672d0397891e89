/** Hashes of a video's pictures, four a second, to know it again by. In a child process. */
import { AV_NOPTS_VALUE } from 'node-av/constants';
import { Packet } from 'node-av/lib';
import { createDecoder } from '../av/decoder.ts';
import { createGreyScaler } from '../av/grey.ts';
import { openClip, readOnly, type SoundOption } from '../av/open-clip.ts';
import { readClip } from '../check-clip.ts';
import {
  frequencyHash,
  GREY_SIDE,
  middle,
  type Square,
  slopeHash,
  type View,
  WHOLE,
  withoutBars,
} from './picture-hash.ts';

const EVERY_SECONDS = 0.25;
/** A video of ours is half a minute at most; of a longer one the beginning is asked about. */
const MOST_FRAMES = 160;
const VIEWS: readonly View[] = [WHOLE, middle(0.92), middle(0.85)];

/** In base64, as `Frames` of the core has them. */
type Hashes = { reference: string; queries: string[] };

/** `queries` only where asked for. Null where it is no video that can be decoded. */
export async function frameHashes({
  path,
  asked,
  withoutSound,
}: { path: string; asked: boolean } & SoundOption): Promise<Hashes | null> {
  const pictures = await readPictures(path, { withoutSound });
  if (pictures.length === 0) return null;
  const reference = packed(pictures, (picture) => [
    ...VIEWS.flatMap((view) => frequencyHash(picture, view)),
    ...slopeHash(picture, WHOLE),
  ]);
  if (!asked) return { reference, queries: [] };
  const inner = withoutBars(pictures);
  const hasBars = inner.left > 0 || inner.top > 0 || inner.right < 1 || inner.bottom < 1;
  const queries = (hasBars ? [WHOLE, inner] : [WHOLE]).flatMap((view) =>
    [false, true].map((mirrored) =>
      packed(pictures, (picture) => [
        ...frequencyHash(picture, view, mirrored),
        ...[0, 0, 0, 0],
        ...slopeHash(picture, view, mirrored),
      ]),
    ),
  );
  return { reference, queries };
}

const packed = (pictures: readonly Square[], words: (picture: Square) => number[]): string =>
  Buffer.from(Uint32Array.from(pictures.flatMap(words)).buffer).toString('base64');

async function readPictures(path: string, how: SoundOption): Promise<Square[]> {
  const read = await readClip(path, how);
  if (!read.ok) return [];
  await using clip = await openClip(path, read.value.container, how);
  const stream = clip?.picture;
  if (!clip || !stream) return [];
  readOnly(clip, stream);
  using decoder = await createDecoder(stream);
  if (!decoder) return [];
  using packet = new Packet();
  packet.alloc();
  using scaler = createGreyScaler(() => ({ width: GREY_SIDE, height: GREY_SIDE }));
  const pictures: Square[] = [];
  const unit = stream.timeBase.num / stream.timeBase.den;
  const { startSeconds } = read.value.scanned;
  for (let more = true; more && pictures.length < MOST_FRAMES; packet.unref()) {
    more = (await clip.format.readFrame(packet)) >= 0;
    if (more && packet.streamIndex !== stream.index) continue;
    for await (const frame of decoder.push(more ? packet : null)) {
      if (frame.bestEffortTimestamp === AV_NOPTS_VALUE) continue;
      const at = Number(frame.bestEffortTimestamp) * unit - startSeconds;
      // A slow video's picture stands for each quarter that it is shown in.
      const due = pictures.length * EVERY_SECONDS;
      if (at < due - 0.001) continue;
      const copy = (await scaler.grey(frame))?.pixels;
      if (!copy) continue;
      for (let quarter = pictures.length; quarter * EVERY_SECONDS <= at + 0.001; quarter += 1)
        pictures.push(copy);
    }
  }
  return pictures.slice(0, MOST_FRAMES);
}
