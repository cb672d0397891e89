/** What a model is: what members see of it, what it takes, and what it understands. */
import type { FindingTable } from '../coach/finding.ts';
import type { Orientation, Quality, Scene } from '../job/job.ts';

/** What a model takes of the sides of a picture or a clip, in pixels, and of the bytes of its file. */
type FileLimits = {
  minSide: number;
  maxSide: number;
  /** What it takes of the shorter side, where that is less. */
  maxShortSide?: number;
  /** The longer side by the shorter one; missing where the sides alone limit it. */
  maxRatio?: number;
  maxBytes: number;
  formats: readonly string[];
};

export type ImageLimits = FileLimits;
export type ClipLimits = FileLimits & {
  minSeconds: number;
  maxSeconds: Readonly<Record<Orientation, number>>;
  /** More frames a second than it makes use of are not sent, as some count them. */
  maxFps?: number;
};

export type Model = {
  /** On record, in settings and in commands, for good. */
  id: string;
  /** As its makers write it. Of a model without a name of its own, the languages have one. */
  name?: string;
  /** What it renders, with the lines of its picture. */
  qualities: Readonly<Partial<Record<Quality, number>>>;
  image: ImageLimits;
  clip: ClipLimits;
  understands: {
    /** Without a choice it follows the clip. */
    orientation: boolean;
    prompt: boolean;
    negativePrompt: boolean;
    /** Whether it can be told to keep or drop the clip's sound. */
    sound: boolean;
    scenes: readonly Scene[];
  };
  /** What its makers say makes a good pair; the words are `model.pair-<this>`. */
  goodPair?: 'whole-person' | 'same-pose';
  /** What of the things that the coach sees spoils its videos, and how surely. */
  findings: FindingTable;
};
