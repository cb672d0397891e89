/** The words for what can be wished of a render. */
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
