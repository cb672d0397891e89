/** The library of motions and characters, as the page and scripts read it: types only, as in `contract.ts`. */
import type { SpanView } from './coach-contract.ts';
import type { ConsentView, JobView, Remark } from './contract.ts';

type ItemKindName = 'motion' | 'character';
type ItemScopeName = 'mine' | 'space';

/** How the jobs went that were made with it. `text`: "14 of 15 worked", "used once". */
type ItemNumbersView = {
  used: number;
  delivered: number;
  failed: number;
  text: string;
  /** Why some failed, the most frequent first. */
  why: (Remark & { count: number })[];
  /** What one that was delivered came to, as a person reads it; missing while there is none. */
  meanCost?: string;
  /** What they usually take, as a person reads it; of one item alone (`GET /api/library/:id`). */
  usual?: string;
};

export type LibraryItemView = {
  id: string;
  kind: ItemKindName;
  name: string;
  scope: ItemScopeName;
  pinned: boolean;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Of a motion: how long it is, and what it costs here; the price is missing while nobody renders it. */
  seconds?: number;
  usd?: number;
  price?: string;
  numbers: ItemNumbersView;
  /** It may be renamed, moved, pinned and removed by whoever asks. */
  mayChange: boolean;
  links: {
    self: string;
    /** An animated WebP, no side longer than 176 pixels; missing where none could be made. */
    preview?: string;
    /** The clip or the picture itself. */
    file: string;
  };
};

/** `GET /api/library?kind=motion&sort=newest|used|cheapest&typed=&limit=60&offset=0`, and perhaps `scope=mine|space`; those that are pinned come first. */
export type LibraryView = {
  items: LibraryItemView[];
  /** Of all that fit what was typed, on the shelf that was asked for. */
  total: number;
  /** Of all of that kind. */
  known: number;
  /** How many there are, of how many there may be, and their bytes. */
  size: { motion: number; character: number; most: number; bytes: number };
};

/**
 * What was looked at to be kept: `POST /api/library` (a form with `kind`, `clip` or `image`, and perhaps `name`, and for a picture `crop`), or
 * `POST /api/jobs/:id/keep?kind=`. It waits until `expiresAt` for one of:
 * `POST <self>/save?scope=mine|space&shows=` (the yes, for everybody here unless it says `mine`: 201 and a `LibraryItemView`; a 409 `name-taken` leaves it with another name, which
 * `GET <self>` tells), `POST <self>/name?name=`, `POST <self>/part?from=&to=` or `?whole=true` (each a `SavingView`), `DELETE <self>`.
 */
export type SavingView = {
  code: string;
  kind: ItemKindName;
  name: string;
  /** The name that was wished for, and that another has since. */
  taken?: string;
  findings: (Remark & { level: 'will-fail' | 'may-fail' | 'hint' })[];
  /** Of a motion: how long it will be, what of the clip that is, and what it costs here. */
  seconds?: number;
  wholeSeconds?: number;
  stretch?: SpanView;
  usd?: number;
  price?: string;
  /** Of a long clip: other parts of it, the proposed one first, and whether all of it may be kept. */
  parts?: SpanView[];
  takesWhole?: boolean;
  /** Of a character: whom it shows must be said with the yes, as `shows`. */
  consent?: Pick<ConsentView, 'answers' | 'lines'>;
  /** For whom it may be kept. */
  scopes: ItemScopeName[];
  expiresAt: number;
  links: { self: string; preview?: string; file: string };
};

/**
 * `POST /api/cast?motion=&characters=a,b,c&consent=&max_usd=`, with the wishes of `POST /api/jobs`: a job for each of up to
 * four characters, all of them or none. Each of these is an id or a name.
 */
export type CastView = { jobs: JobView[] };
