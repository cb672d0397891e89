/** The words for what can be wished of a render. */
import type { Box } from '../coach/look.ts';

export const QUALITIES = ['draft', 'standard', 'pro'] as const;
export type Quality = (typeof QUALITIES)[number];
/** Whose orientation the character keeps: the clip's (`video`) or the picture's (`image`). */
export type Orientation = 'video' | 'image';
export const SCENES = ['picture', 'clip'] as const;
/** Whose world the video shows: the picture's, which moves like the clip, or the clip's, with its person replaced. */
export type Scene = (typeof SCENES)[number];
export const SPEEDS = ['normal', 'relaxed'] as const;
/** `relaxed`: the provider lets others go first, so that it takes longer. */
export type Speed = (typeof SPEEDS)[number];

/** What a member chose; `auto` and the missing quality are decided here. */
export type Choices = {
  /** By its id, as it was written; missing: the space's default. */
  model?: string;
  scene?: Scene;
  speed?: Speed;
  orientation: 'auto' | Orientation;
  quality: Quality | undefined;
  sound: boolean;
  trim: boolean;
  /** Missing: a clip is repeated where it is of a kind that players repeat. */
  loop?: boolean;
  /** What of the clip is used, in seconds from its first picture, and what of the picture; missing: all of it. */
  trimFrom?: number | undefined;
  trimTo?: number | undefined;
  crop?: Box | undefined;
  prompt?: string;
  negativePrompt?: string;
};
