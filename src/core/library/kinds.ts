/** The two nouns of the library: a motion is a clip, a character a picture. */
export const ITEM_KINDS = ['motion', 'character'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];
