/**
 * Files that are fine for whoever has them and unlike what programs expect, each with the one right answer to it. Those
 * of `MADE` the tests make themselves; `COLLECTED` says what must come of files that a folder may hold under these names.
 */
import { readFile } from 'node:fs/promises';
import type { QuoteNote, QuoteWarning } from '../src/core/job/job.ts';
import type { Refusal } from '../src/core/refusals.ts';
import {
  type SampleClip,
  sampleBytes,
  sampleClip,
  sampleHeic,
  sampleImage,
  sampleTransparentClip,
} from './samples.ts';

/** What comes of a picture or a clip that is taken. */
type Taken = {
  width: number;
  height: number;
  /** Of a clip: how long it is once it is ready to be sent, and whether it is heard. */
  durationMs?: number;
  hasSound?: boolean;
  notes?: QuoteNote[];
  warnings?: QuoteWarning[];
  /** What is said where nobody can be asked; in a chat it is offered as it can be used. */
  misfit?: Refusal;
};
export type Answer = Taken | { refusal: Refusal };

export type HardFile = {
  name: string;
  what: 'image' | 'clip';
  path: () => Promise<string>;
  /** As Telegram's apps say. */
  mime: string;
  answer: Answer;
};

const image = (name: string, mime: string, path: HardFile['path'], answer: Answer): HardFile => ({
  name,
  what: 'image',
  mime,
  path,
  answer,
});
const clip = (name: string, mime: string, path: HardFile['path'], answer: Answer): HardFile => ({
  ...image(name, mime, path, answer),
  what: 'clip',
});

/** A sample with some of its bytes changed. */
const changed =
  (make: () => Promise<string>, change: (bytes: Buffer) => Buffer, extension = 'bin'): HardFile['path'] =>
  async () =>
    sampleBytes(change(Buffer.from(await readFile(await make()))), extension);

const TRAILER = Buffer.from('what a dashcam leaves behind it.');

/** Another name for what the picture, or the sound, is encoded as. */
function renamed(bytes: Buffer, codec: string, to: string): Buffer {
  const at = bytes.indexOf(codec, bytes.indexOf('stsd'));
  bytes.write(to, at, 'latin1');
  // The box that says AAC once more.
  if (codec === 'mp4a') bytes.write('free', bytes.indexOf('esds', at), 'latin1');
  return bytes;
}

function encrypted(bytes: Buffer): Buffer {
  const [from, to] = [bytes.indexOf('mdat') + 4, bytes.indexOf('moov') - 4];
  for (let at = from; at < to; at += 1) bytes.writeUInt8((bytes[at] ?? 0) ^ 0x5a, at);
  return renamed(bytes, 'avc1', 'encv');
}

function promising(bytes: Buffer, box: string, more: number): Buffer {
  const at = bytes.indexOf(box) - 4;
  bytes.writeUInt32BE(bytes.readUInt32BE(at) + more, at);
  return bytes;
}

const of = (options: SampleClip) => () => sampleClip(options);
const PICTURE = { width: 400, height: 500 };
const CLIP = { width: 352, height: 352, durationMs: 3000, hasSound: false };
const still = (found: string): Answer => ({ refusal: { code: 'not-a-video', found } });

export const MADE: readonly HardFile[] = [
  image('photo.heic', 'image/heic', () => sampleHeic({ tile: 128 }), PICTURE),
  image(
    'no-end-marker.jpg',
    'image/jpeg',
    changed(
      () => sampleImage(),
      (bytes) => bytes.subarray(0, -2),
    ),
    PICTURE,
  ),
  image(
    'half.jpg',
    'image/jpeg',
    changed(
      () => sampleImage(),
      (bytes) => bytes.subarray(0, bytes.length / 2),
    ),
    {
      refusal: { code: 'broken-file', what: 'image' },
    },
  ),
  image('moving.png', 'image/png', of({ container: 'apng', fps: 5, seconds: 1 }), {
    width: 352,
    height: 352,
  }),
  image('moving.webp', 'image/webp', () => sampleTransparentClip('webp'), { width: 352, height: 352 }),
  image('scan.tiff', 'image/tiff', () => sampleImage({ format: 'tiff' }), {
    refusal: { code: 'not-an-image', found: 'TIF' },
  }),
  clip('stands.mp4', 'video/mp4', of({ lastSeconds: 1.5, sound: true }), {
    ...CLIP,
    durationMs: 4433,
    hasSound: true,
  }),
  clip('pauses.gif', 'image/gif', of({ container: 'gif', fps: 10, lastSeconds: 4 }), {
    ...CLIP,
    durationMs: 6900,
  }),
  clip(
    'dashcam.mp4',
    'video/mp4',
    changed(of({}), (bytes) => Buffer.concat([bytes, TRAILER])),
    CLIP,
  ),
  clip(
    'rounded-up.mp4',
    'video/mp4',
    changed(of({ faststart: true }), (bytes) => promising(bytes, 'mdat', 8)),
    CLIP,
  ),
  clip(
    'sticker.webm',
    'video/webm',
    of({ container: 'webm', codec: 'vp9', seeThrough: true, fps: 10 }),
    CLIP,
  ),
  clip(
    'spatial.mov',
    'video/quicktime',
    changed(of({ container: 'mov', sound: true, secondSound: true }), (bytes) =>
      renamed(bytes, 'mp4a', 'apac'),
    ),
    { ...CLIP, hasSound: true },
  ),
  clip('interlaced.mp4', 'video/mp4', of({ interlaced: true }), CLIP),
  clip('short.gif', 'image/gif', of({ container: 'gif', fps: 10, seconds: 0.8 }), {
    ...CLIP,
    notes: ['looped'],
  }),
  clip('short.mp4', 'video/mp4', of({ seconds: 2 }), {
    ...CLIP,
    notes: ['looped'],
    misfit: { code: 'clip-too-short', seconds: 2, minSeconds: 3, canLoop: true },
  }),
  clip('long.mp4', 'video/mp4', of({ seconds: 32, fps: 5 }), {
    ...CLIP,
    durationMs: 30_000,
    notes: ['trimmed'],
    misfit: { code: 'clip-too-long', seconds: 32, maxSeconds: 30, canTrim: true },
  }),
  clip(
    'unknown.mp4',
    'video/mp4',
    changed(of({ sound: true }), (bytes) => renamed(bytes, 'avc1', 'zzzz')),
    {
      refusal: { code: 'clip-undecodable', found: 'zzzz', encrypted: false },
    },
  ),
  clip('bought.mp4', 'video/mp4', changed(of({}), encrypted), {
    refusal: { code: 'clip-undecodable', found: 'encv', encrypted: true },
  }),
  clip('song.mp4', 'video/mp4', of({ noPicture: true }), { refusal: { code: 'no-picture-in-clip' } }),
  clip('still.gif', 'image/gif', () => sampleImage({ format: 'gif' }), still('still GIF')),
  clip('photo-as-clip.mp4', 'video/mp4', () => sampleHeic(), {
    refusal: { code: 'not-a-video', found: 'HEIC' },
  }),
  clip(
    'half.mp4',
    'video/mp4',
    changed(of({ faststart: true }), (bytes) => bytes.subarray(0, bytes.length * 0.9)),
    {
      refusal: { code: 'broken-file', what: 'clip' },
    },
  ),
];

/** Those that each front is asked in every run: one of each way that a file can be unlike the others. */
export const TELLING: readonly string[] = [
  'photo.heic',
  'moving.png',
  'pauses.gif',
  'sticker.webm',
  'dashcam.mp4',
  'unknown.mp4',
  'short.mp4',
];

const FILMED = { width: 400, height: 400, durationMs: 3200, hasSound: false };

/** By name, whoever has such a folder. */
export const COLLECTED: Readonly<Record<string, Answer>> = {
  'photo-1440x960.heic': { width: 1440, height: 960 },
  'moving.png': { width: 400, height: 400 },
  'moving.avif': { width: 400, height: 400 },
  'no-end-marker.jpg': { width: 400, height: 400 },
  'last-frame-0.1s-ok.mp4': FILMED,
  'last-frame-1.5s.mp4': { ...FILMED, durationMs: 4600 },
  'trailer-text.mp4': FILMED,
  'see-through.webm': FILMED,
  'aac-and-apac.mov': { ...FILMED, hasSound: true },
  'ac4-sound.mp4': { refusal: { code: 'no-picture-in-clip' } },
};
