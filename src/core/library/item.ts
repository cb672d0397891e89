/** What members keep under a name to animate with: a motion is a clip, a character a picture. */
import { z } from 'zod';
import { type Span, spanSchema } from '../coach/look.ts';
import type { NamedFile, StoredFile } from '../job/stored-files.ts';
import type { ClipFacts, ImageFacts } from '../media.ts';
import { CONSENT_ANSWERS, type ConsentAnswer } from '../trust/consent-answers.ts';
import type { ItemKind } from './kinds.ts';

export { ITEM_KINDS, type ItemKind } from './kinds.ts';

/** For whom it is: its owner wherever they are, or everybody in one space. */
export const ITEM_SCOPES = ['mine', 'space'] as const;
export type ItemScope = (typeof ITEM_SCOPES)[number];

/** The file of a job that an item takes the place of. */
export const fileOf = (kind: ItemKind): 'image' | 'clip' => (kind === 'motion' ? 'clip' : 'image');

type ItemBase = {
  id: string;
  name: string;
  scope: ItemScope;
  /** Where it was saved; whose it is, where it is the space's. */
  spaceId: string;
  /** Who saved it; `FORGOTTEN` where only the admins' word keeps it. */
  ownerId: string;
  /** As it is sent to be rendered: normalised once, and never written again. */
  file: StoredFile;
  /** A small animated WebP; missing where none could be made. */
  preview?: StoredFile;
  /** As in `NamedFile`: whose message it was on. */
  postedBy?: string;
  /** It was saved in a channel for adults, and is offered in such alone. */
  forAdults?: true;
  /** Admins have put it first, and keep it. */
  pinned?: true;
  createdAt: number;
};

/** `stretch`: what of the clip that was given. */
export type Motion = ItemBase & { kind: 'motion'; facts: ClipFacts; stretch?: Span };

export type Character = ItemBase & {
  kind: 'character';
  facts: ImageFacts;
  /** Whom it shows, as its owner said. */
  shows: ConsentAnswer;
  /** What it looks like, so that what is blocked is known again without a look. */
  looks?: NonNullable<NamedFile['croppedFrom']>['looks'];
  croppedFrom?: NamedFile['croppedFrom'];
};

export type LibraryItem = Motion | Character;

/** Names are told apart on a shelf: what a space has, and what each member has. */
export const shelfOf = ({ scope, spaceId, ownerId }: Pick<LibraryItem, 'scope' | 'spaceId' | 'ownerId'>) =>
  scope === 'space' ? spaceShelf(spaceId) : memberShelf(ownerId);
export const spaceShelf = (spaceId: string): string => `space:${spaceId}`;
export const memberShelf = (memberId: string): string => `member:${memberId}`;

/** The records that must stay while the item does. */
export const keysOf = ({ file, preview }: Pick<LibraryItem, 'file' | 'preview'>): string[] =>
  [file, preview].flatMap((one) => one?.key ?? []);

/** How long a motion is, in seconds. */
export const secondsOf = (item: LibraryItem): number | undefined =>
  item.kind === 'motion' ? item.facts.durationMs / 1000 : undefined;

const storedFile = z.object({ key: z.string(), bytes: z.number(), mime: z.string() });
const looks = z.object({ plain: z.string(), mirrored: z.string(), middles: z.array(z.string()) });
const base = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.enum(ITEM_SCOPES),
  spaceId: z.string(),
  ownerId: z.string(),
  file: storedFile,
  preview: storedFile.exactOptional(),
  postedBy: z.string().exactOptional(),
  forAdults: z.literal(true).exactOptional(),
  pinned: z.literal(true).exactOptional(),
  createdAt: z.number(),
});
const size = { width: z.number(), height: z.number(), bytes: z.number() };

/** As it lies on disk. */
export const itemSchema = z.discriminatedUnion('kind', [
  base.extend({
    kind: z.literal('motion'),
    stretch: spanSchema.exactOptional(),
    facts: z.object({
      ...size,
      container: z.string(),
      durationMs: z.number(),
      fps: z.number(),
      hasSound: z.boolean(),
      cameraMoves: z.boolean(),
      soundUnreadable: z.literal(true).exactOptional(),
    }),
  }),
  base.extend({
    kind: z.literal('character'),
    shows: z.enum(CONSENT_ANSWERS),
    looks: looks.exactOptional(),
    croppedFrom: z.object({ sha256: z.string(), looks: looks.exactOptional() }).exactOptional(),
    facts: z.object({ ...size, mime: z.string() }),
  }),
]) satisfies z.ZodType<LibraryItem>;
