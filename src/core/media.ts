/** The port to pictures and clips: what is asked of them, and what is found. */
import type { Box, ClipLook, PictureLook, Span } from './coach/look.ts';
import type { StoredVideo } from './job/job.ts';
import type { ClipLimits, ImageLimits } from './models/model.ts';
import type { Micros } from './price/money.ts';
import type { Outcome } from './refusals.ts';
import type { Frames } from './trust/frame-match.ts';

/** The video can't be played to its end: a decoder says so. Fetching it again may help, measuring it again does not. */
export class BrokenVideo extends Error {
  override name = 'BrokenVideo';
  readonly retryHelps = false;
  constructor() {
    super('the video can not be played');
  }
}

/** It could not be looked at in time, by no fault of the file's. */
export class MachineBusy extends Error {
  override name = 'MachineBusy';
  readonly retryHelps = true;
}

export type ImageFacts = { mime: string; width: number; height: number; bytes: number };
export type ClipFacts = {
  container: string;
  width: number;
  height: number;
  durationMs: number;
  fps: number;
  hasSound: boolean;
  bytes: number;
  /** The picture moves as a whole: the camera pans, zooms or cuts. */
  cameraMoves: boolean;
  /** It has sound that makes the decoder crash, and is used without it. */
  soundUnreadable?: true;
};

/** Dates as `2026-11-21`; each series has a sum for each of them. `language`: how numbers and dates are written. */
export type Chart = {
  language: string;
  totalMicros: Micros;
  days: string[];
  series: { name: string; micros: Micros[] }[];
};

/**
 * The picture with its people numbered as in its look, and below it the clip as a strip of frames: its people numbered,
 * its cuts marked, and what is outside of `stretch` dimmed. `chosen`: who is taken, by number from 1.
 */
export type ContactSheet = {
  picture?: { path: string; look: PictureLook; crop?: Box; chosen?: number };
  clip?: { path: string; look: ClipLook; stretch?: Span };
};

/** One place on a sheet of previews, which stays empty without a path. */
export type Tile = { path?: string | undefined; number?: number | undefined };

/** What a picture looks like: as it is, seen in a mirror, and its middle alone. 64 bits each, 16 hexadecimal digits. */
export type PictureHash = { plain: string; mirrored: string; middles: string[] };
/**
 * What the marks of a video say: the job's short code, by its id which provider rendered it, for whom we keep a name, and
 * with what, as its makers call it; missing for a draft.
 */
type MarkFacts = { code: string; provider: string; model?: string; at: number };

/**
 * Whatever is no fault of the file's is tried again here, in the queue. After that, what a member waits for is refused as
 * `busy`, and whatever has to do with a finished video throws MachineBusy.
 */
export type Media = {
  /**
   * Sniffs and measures, refuses what the model would not take; without limits, the default one. At most 20 s of
   * processor time for any bytes at all.
   */
  checkImage(path: string, limits?: ImageLimits, signal?: AbortSignal): Promise<Outcome<ImageFacts>>;
  checkClip(path: string, limits?: ClipLimits, signal?: AbortSignal): Promise<Outcome<ClipFacts>>;
  /** Writes the picture, or the part of it, as every provider of the model takes it: upright, without metadata, a JPEG. */
  normaliseImage(
    path: string,
    toPath: string,
    options?: { limits?: ImageLimits; crop?: Box },
    signal?: AbortSignal,
  ): Promise<Outcome<ImageFacts>>;
  /**
   * Writes the clip as every provider of the model takes it: MP4, H.264, from `fromSeconds` on and cut `maxSeconds` after
   * that, or repeated until it is as long as `loopToSeconds`.
   */
  normaliseClip(
    path: string,
    toPath: string,
    options: {
      fromSeconds?: number;
      maxSeconds?: number;
      loopToSeconds?: number;
      limits?: ClipLimits;
      onProgress?: (share: number) => void;
    },
    signal?: AbortSignal,
  ): Promise<Outcome<Omit<ClipFacts, 'cameraMoves'>>>;
  /** Whether a person can be seen. Undefined when the look itself failed: no reason to warn anybody. */
  findPerson(
    imagePath: string,
    clipPath: string,
    signal?: AbortSignal,
  ): Promise<{ image: boolean; clip: boolean } | undefined>;
  /** What is seen in a picture, in a clip. Undefined when the look itself failed: no reason to warn anybody. */
  lookAtPicture(path: string, signal?: AbortSignal): Promise<PictureLook | undefined>;
  lookAtClip(path: string, signal?: AbortSignal): Promise<ClipLook | undefined>;
  /** Writes a JPEG that shows what a look told. False when it could not be drawn: the words say the same. */
  contactSheet(sheet: ContactSheet, toPath: string, signal?: AbortSignal): Promise<boolean>;
  /** Writes a small animated WebP of a picture or a clip. False when nothing could be shown of it. */
  preview(path: string, toPath: string, of: 'image' | 'clip', signal?: AbortSignal): Promise<boolean>;
  /** Writes a GIF in which several of these move, side by side. False when it could not be drawn. */
  previewSheet(tiles: readonly Tile[], toPath: string, signal?: AbortSignal): Promise<boolean>;
  /** Undefined for a picture in which nothing stands out, or that can't be read. Throws MachineBusy. */
  pictureHash(path: string, signal?: AbortSignal): Promise<PictureHash | undefined>;
  /**
   * Measures a finished video, by its index alone where decoding it fails by our fault: too heavy for this machine, a
   * crash. Throws BrokenVideo when a decoder finds that it can't be played; anything else says nothing of the video.
   */
  probeVideo(path: string, signal?: AbortSignal): Promise<Omit<StoredVideo, 'key' | 'bytes' | 'mime'>>;
  /** A JPEG of the first good frame, no side longer than `maxSide` pixels. */
  poster(path: string, toPath: string, options?: { maxSide?: number; signal?: AbortSignal }): Promise<void>;
  /** H.264 and AAC in at most `maxBytes`. Undefined when it can't be done in a watchable size. */
  shrink(
    path: string,
    toPath: string,
    limits: { maxBytes: number; maxSide: number },
    signal?: AbortSignal,
  ): Promise<Pick<StoredVideo, 'width' | 'height' | 'durationMs'> | undefined>;
  /**
   * Writes the video as it is handed out, with every mark that law and good manners ask for. `origin`: what it was made
   * of, where it is a smaller form. `unsigned` asks for XMP alone, and in the answer says why there is no more than that.
   * Undefined when it is no video that can be marked.
   */
  mark(
    path: string,
    toPath: string,
    options: { facts: MarkFacts; plate: boolean; origin?: string; unsigned?: boolean },
    signal?: AbortSignal,
  ): Promise<(Pick<StoredVideo, 'width' | 'height' | 'durationMs'> & { unsigned?: string }) | undefined>;
  /** Whether the picture is a photograph with somebody's face. Undefined when the look itself failed. */
  showsRealPerson(imagePath: string, signal?: AbortSignal): Promise<boolean | undefined>;
  /** Who signed the video and whether for these bytes, with the code that we gave it. Undefined where nobody did. */
  signedBy(path: string): Promise<{ state: 'ours' | 'others' | 'changed'; code?: string } | undefined>;
  /** What the video looks like; `asked`: also as it may have been changed. Undefined where it is none. */
  frameHashes(
    path: string,
    options: { asked: boolean },
  ): Promise<{ reference: Frames; queries: Frames[] } | undefined>;
  /** A PNG of what was spent by day, each bar stacked by provider, on a ground of its own. */
  chart(chart: Chart): Promise<Uint8Array>;
  stop(): Promise<void>;
};
