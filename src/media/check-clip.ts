/** The verdict over a motion clip, in a child process. */
import { stat } from 'node:fs/promises';
import type { ClipFacts } from '../core/media.ts';
import type { ClipLimits } from '../core/models/model.ts';
import { DEFAULT_MODEL } from '../core/models/registry.ts';
import { accept, type Outcome, refuse } from '../core/refusals.ts';
import { canBeHeard } from './av/first-frames.ts';
import { type Geometry, geometryOf } from './av/geometry.ts';
import { look } from './av/look.ts';
import { MAX_DECODED_PIXELS, openClip, type SoundOption } from './av/open-clip.ts';
import { type Scan, scan } from './av/scan.ts';
import { endsEarly } from './ends-early.ts';
import { type ClipFormat, sniff } from './sniff.ts';
import { unreadable } from './undecodable.ts';

/** What is said of a clip that is too large for this machine, whatever the model takes. */
const MAX_NAMED_SIDE = DEFAULT_MODEL.clip.maxSide;

/** Slow-motion cameras and slide shows stay within these. */
const MAX_FPS = 1000;
const MAX_FRAME_SECONDS = 60;

/** What kinds of pictures are called that could move and don't. */
const STILLS: Partial<Record<ClipFormat, string>> = {
  GIF: 'still GIF',
  'animated WebP': 'still WebP',
  'animated PNG': 'still PNG',
};

/** Sniffs, measures and decodes. How long a clip may be is the core's to say. */
export async function checkClip({
  path,
  limits,
  withoutSound,
}: { path: string; limits?: ClipLimits | undefined } & SoundOption): Promise<Outcome<ClipFacts>> {
  const measured = await measureClip(path, limits, { withoutSound });
  if (!measured.ok) return measured;
  const { container, scanned, hasSound, soundLeftOut } = measured.value;
  const seen = await look(() => openClip(path, container, { withoutSound }), scanned);
  if (!seen.coded || !seen.lastFrameDecodes) return unreadable(path, container);
  return accept({
    container,
    ...measured.value.geometry.shown,
    durationMs: scanned.durationMs,
    fps: Math.round(scanned.fps * 100) / 100,
    hasSound,
    bytes: (await stat(path)).size,
    cameraMoves: seen.cameraMoves,
    ...(soundLeftOut ? { soundUnreadable: true } : {}),
  });
}

/** What can be told without decoding: refuses what is no clip, is cut off, or has no picture of a fitting size. */
export async function measureClip(
  path: string,
  { minSide, maxSide, maxRatio }: ClipLimits = DEFAULT_MODEL.clip,
  how: SoundOption = {},
): Promise<Outcome<ClipMeasurements>> {
  const measured = await readClip(path, how);
  if (!measured.ok) return measured;
  const { width, height } = measured.value.geometry.shown;
  const [least, most] = [Math.min(width, height), Math.max(width, height)];
  if (least < minSide) return refuse({ code: 'clip-too-small', width, height, minSide });
  if (maxRatio !== undefined && most / least > maxRatio)
    return refuse({ code: 'clip-bad-ratio', width, height, maxRatio });
  // So long and narrow that scaling one side down to the limit takes the other one below its own.
  if (most / least > maxSide / minSide)
    return refuse({ code: 'clip-too-large', by: 'pixels', width, height, maxSide });
  return measured;
}

export type ClipMeasurements = {
  container: ClipFormat;
  scanned: Scan;
  geometry: Geometry;
  hasSound: boolean;
  soundLeftOut: boolean;
};

/** The same for a video of any size. */
export async function readClip(path: string, how: SoundOption = {}): Promise<Outcome<ClipMeasurements>> {
  const { clip: container, found, empty } = await sniff(path);
  if (empty) return refuse({ code: 'broken-file', what: 'clip' });
  if (!container) return refuse({ code: 'not-a-video', ...(found ? { found } : {}) });
  await using clip = await openClip(path, container, how);
  if (!clip) return unreadable(path, container);
  const { picture, sound, soundLeftOut, undecodable } = clip;
  if (!picture) {
    // Sound, subtitles or a cover alone.
    return !undecodable && clip.format.nbStreams > 0
      ? refuse({ code: 'no-picture-in-clip' })
      : unreadable(path, container, undecodable);
  }
  const { width, height } = picture.codecpar;
  if (width === 0 || height === 0) return unreadable(path, container);
  if (width * height > MAX_DECODED_PIXELS) {
    return refuse({ code: 'clip-too-large', by: 'pixels', width, height, maxSide: MAX_NAMED_SIDE });
  }
  const geometry = geometryOf(picture, { width, height });
  const scanned = await scan(clip, picture);
  if (scanned.damaged || !hasSaneTimes(scanned) || (await endsEarly(path, container)))
    return unreadable(path, container);
  const still = STILLS[container];
  if (scanned.packets === 1 && still) return refuse({ code: 'not-a-video', found: still });
  const hasSound = sound !== undefined && (await isHeard(path, container, how));
  return accept({ container, scanned, geometry, hasSound, soundLeftOut });
}

/** A track alone is no sound: it may be empty, encrypted, or of a kind that its decoder does not know after all. */
async function isHeard(path: string, container: ClipFormat, how: SoundOption): Promise<boolean> {
  await using clip = await openClip(path, container, how);
  // Awaited here: it reads the clip, which is closed after it.
  return clip?.sound ? await canBeHeard(clip, clip.sound) : false;
}

/** In some containers nothing but the header tells the time; where it tells nonsense, no provider can play the clip. */
function hasSaneTimes({ packets, durationMs, frameSeconds }: Scan): boolean {
  return packets > 0 && durationMs > 0 && frameSeconds >= 1 / MAX_FPS && frameSeconds <= MAX_FRAME_SECONDS;
}
