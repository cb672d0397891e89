/** Writes a clip as every provider takes it, in a child process. */
import { stat } from 'node:fs/promises';
import { AV_CODEC_ID_AAC, AV_CODEC_ID_H264, AV_PIX_FMT_YUV420P } from 'node-av/constants';
import type { ClipFacts } from '../core/media.ts';
import type { ClipLimits } from '../core/models/model.ts';
import { DEFAULT_MODEL } from '../core/models/registry.ts';
import { accept, type Outcome, refuse } from '../core/refusals.ts';
import { isInterlaced } from './av/first-frames.ts';
import type { Size } from './av/geometry.ts';
import { type OpenClip, openClip, type SoundOption } from './av/open-clip.ts';
import { evenRate, usualRate } from './av/rate.ts';
import { type Recipe, transcode } from './av/transcode.ts';
import { type ClipMeasurements, measureClip } from './check-clip.ts';
import type { TaskContext } from './task.ts';
import { unreadable } from './undecodable.ts';

const CRF = 20;
const MAX_BITS_PER_SECOND = 20_000_000;
const SOUND_BITS_PER_SECOND = 160_000;
/**
 * How much is made of a clip that is encoded anew, by the pixels that have to be decoded, so that a minute is enough
 * on two busy cores. Nothing goes beyond what the models render, 720 or 1080 lines.
 */
const EFFORTS = [
  { upToPixels: 1920 * 1080 * 900, preset: 'veryfast', maxSide: 1920, maxFramesPerSecond: 60 },
  { upToPixels: 1920 * 1080 * 1800, preset: 'ultrafast', maxSide: 1920, maxFramesPerSecond: 60 },
  { upToPixels: Infinity, preset: 'ultrafast', maxSide: 1280, maxFramesPerSecond: 30 },
] as const;
/** The containers whose packets carry all the times that an MP4 needs. */
const COPIED_FROM: readonly string[] = ['MP4', 'MOV', 'MKV'];

export type NormalisedFacts = Omit<ClipFacts, 'cameraMoves'>;

type NormaliseArgs = SoundOption & {
  path: string;
  toPath: string;
  fromSeconds?: number | undefined;
  maxSeconds?: number | undefined;
  loopToSeconds?: number | undefined;
  limits?: ClipLimits | undefined;
};
type LengthLimits = { fromSeconds: number; maxSeconds: number; loopToSeconds: number };

/**
 * MP4, H.264, yuv420p, AAC, index first, square pixels, upright, within `limits`, from `fromSeconds` on and no longer than
 * `maxSeconds`. Packets are copied where nothing needs changing. Titles, places, subtitles and other streams are left behind. One that is
 * shorter than `loopToSeconds` is repeated until it is exactly as long, unless it is to begin later.
 */
export async function normaliseClip(
  {
    path,
    toPath,
    fromSeconds = 0,
    maxSeconds = Infinity,
    loopToSeconds = 0,
    limits = DEFAULT_MODEL.clip,
    withoutSound,
  }: NormaliseArgs,
  { progress }: Pick<TaskContext, 'progress'>,
): Promise<Outcome<NormalisedFacts>> {
  const measured = await measureClip(path, limits, { withoutSound });
  if (!measured.ok) return measured;
  const bytes = (await stat(path)).size;
  const open = () => openClip(path, measured.value.container, { withoutSound });
  await using clip = await open();
  const lengths = { fromSeconds, maxSeconds, loopToSeconds };
  const recipe = clip && (await recipeOf(clip, open, measured.value, bytes, lengths, limits));
  if (!recipe || !(await transcode(clip, toPath, recipe, progress, open))) {
    return unreadable(path, measured.value.container);
  }
  const written = await measureClip(toPath, limits);
  if (!written.ok) return refuse({ code: 'broken-file', what: 'clip' });
  const { scanned, geometry, hasSound } = written.value;
  return accept({
    container: 'MP4',
    ...geometry.shown,
    durationMs: scanned.durationMs,
    fps: Math.round(scanned.fps * 100) / 100,
    hasSound,
    bytes: (await stat(toPath)).size,
  });
}

async function recipeOf(
  { picture, sound: track }: OpenClip,
  reopen: () => Promise<OpenClip | undefined>,
  { container, scanned, geometry, hasSound }: ClipMeasurements,
  bytes: number,
  { fromSeconds, maxSeconds, loopToSeconds }: LengthLimits,
  limits: ClipLimits,
): Promise<Recipe> {
  const { maxBytes, maxFps = Infinity } = limits;
  const begins = fromSeconds > 0;
  // Where nothing would be left, it is the end that is wanted.
  const lapSeconds = Math.max(scanned.frameSeconds, scanned.durationMs / 1000 - fromSeconds);
  const loops = !begins && lapSeconds < loopToSeconds;
  const isWhole =
    !begins && !loops && lapSeconds <= maxSeconds && !scanned.hidden && COPIED_FROM.includes(container);
  const seconds = loops ? loopToSeconds : Math.min(lapSeconds, maxSeconds);
  const from = scanned.startSeconds + (begins ? scanned.durationMs / 1000 - lapSeconds : 0);
  const { shown } = geometry;
  const sound = hasSound ? track : undefined;
  const copyPicture =
    isWhole &&
    bytes <= maxBytes &&
    scanned.fps <= maxFps + 0.01 &&
    picture?.codecpar.codecId === AV_CODEC_ID_H264 &&
    picture.codecpar.format === AV_PIX_FMT_YUV420P &&
    geometry.squarePixels &&
    geometry.turn === undefined &&
    isWithin(shown, limits) &&
    shown.width % 2 === 0 &&
    shown.height % 2 === 0 &&
    !(await hasInterlaced(reopen));
  const copySound = isWhole && sound?.codecpar.codecId === AV_CODEC_ID_AAC;
  const pixels = geometry.coded.width * geometry.coded.height * scanned.fps * seconds;
  const { preset, maxSide, maxFramesPerSecond } =
    EFFORTS.find((one) => pixels <= one.upToPixels) ?? EFFORTS[2];
  const even = evenRate(usualRate(scanned), Math.min(maxFramesPerSecond, maxFps));
  const usual = even.num / even.den > maxFps ? { num: maxFps, den: 1 } : even;
  // A whole number of pictures has to come to exactly that long, or the last one would end too early.
  const rate = loops ? { num: Math.ceil(usual.num / usual.den - 0.01), den: 1 } : usual;
  const fps = rate.num / rate.den;
  return {
    window: { startSeconds: from, endSeconds: from + seconds },
    ...(loops ? { lapSeconds } : {}),
    sound: !sound ? 'none' : copySound ? 'copy' : { bitsPerSecond: SOUND_BITS_PER_SECOND },
    picture: copyPicture
      ? 'copy'
      : {
          ...encodedSize(shown, maxSide, limits),
          rate,
          geometry,
          ...(begins ? { fromSeconds: from } : {}),
          preset,
          // Ten seconds are never a frame more than ten: a provider would refuse them.
          maxFrames: Math.max(1, Math.floor(seconds * fps + (maxSeconds <= seconds ? 1e-6 : 0.5))),
          quality: {
            crf: CRF,
            maxBitsPerSecond: Math.min(
              MAX_BITS_PER_SECOND,
              (maxBytes * 8 * 0.9) / seconds - SOUND_BITS_PER_SECOND,
            ),
          },
        },
  };
}

async function hasInterlaced(reopen: () => Promise<OpenClip | undefined>): Promise<boolean> {
  await using clip = await reopen();
  return clip?.picture !== undefined && (await isInterlaced(clip, clip.picture));
}

const isWithin = ({ width, height }: Size, { maxSide, maxShortSide = maxSide }: ClipLimits): boolean =>
  Math.max(width, height) <= maxSide && Math.min(width, height) <= maxShortSide;

/** Even sides, scaled down as far as the smaller one allows. */
function encodedSize(
  { width, height }: Size,
  most: number,
  { minSide, maxSide, maxShortSide = maxSide }: ClipLimits,
): Size {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const down = Math.min(most / long, maxSide / long, maxShortSide / short);
  const scale = Math.min(1, Math.max(down, minSide / short));
  const even = (side: number): number => Math.max(minSide, 2 * Math.round((side * scale) / 2));
  return { width: even(width), height: even(height) };
}
