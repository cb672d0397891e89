/** What the coach says of a picture and a clip, as the page and scripts read it: types only, as in `contract.ts`. */

/** An area of the picture or the clip as it is shown, in shares of its sides from its upper left corner. */
export type BoxView = { left: number; top: number; width: number; height: number };

/** A part of the clip, in seconds from its first picture. */
export type SpanView = { from: number; to: number };

/** `may-fail` and `will-fail` are worth a question before anything is paid; a `hint` is not. */
type FindingLevel = 'will-fail' | 'may-fail' | 'hint';

/**
 * Something about the pair that the model may refuse or spoil: `code` is for scripts, `message` one line for people. The
 * worst come first.
 */
export type FindingView = {
  code: string;
  level: FindingLevel;
  about: 'image' | 'clip' | 'pair';
  message: string;
  /** What was measured, by name: `people: 3`, `cuts: 2`, `share: 0.04`. */
  measured: Record<string, number | string>;
  /** Where it is: areas of the picture, or moments and stretches of the clip. */
  boxes?: BoxView[];
  spans?: SpanView[];
  mends: MendView[];
};

/** A change of the request that makes it right. `fields`: what to send in the place of what was sent; an empty one is left out. */
export type MendView = {
  kind: 'crop' | 'trim' | 'loop' | 'orientation' | 'model' | 'sound';
  /** "Use 0:00–0:07 · $0.49 instead of $0.91" */
  label: string;
  fields: Record<string, string>;
  /** What it costs then, and as a person reads it. */
  usd: number;
  price: string;
  /** Of a crop, the person that it is on, counted from 1 as in `look`. */
  person?: number;
};

/** What to draw over the previews. People are counted from 1, the largest first. */
export type LookView = {
  image: { people: (BoxView & { person: number })[] };
  clip: {
    seconds: number;
    /** In seconds. */
    cuts: number[];
    /** What could be used of it, the best first, in whole billing steps of the model. */
    best: SpanView[];
    /** What the price is for. */
    used: SpanView;
  };
};
