/** Something that was looked at to be kept, and waits for a name, a shelf and a yes; with the files that it needs. */
import type { PricedFinding } from '../coach/finding.ts';
import type { Box, Span } from '../coach/look.ts';
import { partTexts } from '../coach/parts.ts';
import type { Context } from '../context.ts';
import type { NamesFile } from '../intake/file-use.ts';
import { codeOf } from '../job/code.ts';
import type { NamedFile, Requester, StoredFile } from '../job/job.ts';
import type { ClipFacts, ImageFacts } from '../media.ts';
import type { KeyValueStore } from '../ports.ts';
import type { Micros } from '../price/money.ts';
import type { ItemKind, LibraryItem } from './item.ts';

/** Long enough to think of a name. */
export const SAVING_WAITS_MS = 30 * 60_000;

export type Saving = {
  id: string;
  code: string;
  requester: Requester;
  kind: ItemKind;
  name: string;
  /** Somebody else has that name since it was wished for. */
  taken?: string;
  /** As it was handed in. `isReady`: it was normalised before, for a job. */
  given: NamedFile;
  isReady?: true;
  /** As it will be kept. */
  file: StoredFile;
  preview?: StoredFile;
  findings: readonly PricedFinding[];
  expiresAt: number;
} & (
  | {
      kind: 'motion';
      facts: ClipFacts;
      stretch?: Span;
      /** Other parts of a long clip, the proposed one first; and how long all of it is. */
      parts: readonly Span[];
      wholeSeconds: number;
      /** Whether a model takes all of it. */
      takesWhole: boolean;
      micros?: Micros;
    }
  | {
      kind: 'character';
      facts: ImageFacts;
      /** Whom of several it may be, as in the whole picture; missing where there is nobody to choose. */
      people?: readonly PersonPart[];
      /** The part of the picture that is kept, and what the whole is known by. */
      crop?: Box;
      croppedFrom?: NonNullable<NamedFile['croppedFrom']>;
    }
);

/**
 * `taken`: somebody else was first with that name; another one is proposed. `other-part`: it would be another part of the
 * file than the one that was said yes to.
 */
export type SaveResult =
  | { kind: 'saved'; item: LibraryItem }
  | { kind: 'taken' | 'other-part'; saving: Saving };

/** One of several people, by their number, counted from 1, and the part of the picture that shows nobody else. */
export type PersonPart = { person: number; crop: Box };

const WHOLE = 'whole';

export const spanText = ({ fromSeconds, toSeconds }: Span): string => `${fromSeconds}-${toSeconds}`;

/** Which part would be kept, in short: what a button says that shows it. */
export function partText(saving: Saving): string {
  if (saving.kind === 'motion') return saving.stretch ? spanText(saving.stretch) : WHOLE;
  return partTexts(saving.crop ? { crop: saving.crop } : {}).crop ?? WHOLE;
}

const PREFIX = 'saving:';
const SAVED = 'saved:';
/** A second yes, by a hand that shakes or after a crash, finds what the first one made. */
const SAVED_KEPT_MS = 24 * 3_600_000;

const keysOf = ({ given, file, preview }: Pick<Saving, 'given' | 'file' | 'preview'>): string[] =>
  [given, file, preview].flatMap((one) => one?.key ?? []);

/** Whether one that waits on this key-value store needs the file. */
export const namedBySavings =
  (kv: KeyValueStore): NamesFile =>
  async (key) =>
    [...(await kv.startingWith<Saving>(PREFIX)).values()].some((saving) => keysOf(saving).includes(key));

export type SavingStore = ReturnType<typeof createSavingStore>;

export function createSavingStore(ctx: Pick<Context, 'locks' | 'fileUse' | 'clock'>, kv: KeyValueStore) {
  const tidy = (code: string): string => code.trim().toUpperCase();
  const alone = <T>(code: string, work: () => Promise<T>): Promise<T> =>
    ctx.locks.run(`saving ${tidy(code)}`, work);

  async function drop(saving: Saving): Promise<void> {
    await kv.delete(PREFIX + saving.code);
    await ctx.fileUse.release(keysOf(saving));
  }

  async function dropWhere(goes: (saving: Saving) => boolean): Promise<boolean> {
    let gone = false;
    for (const { code } of [...(await kv.startingWith<Saving>(PREFIX)).values()].filter(goes))
      await alone(code, async () => {
        const saving = await kv.get<Saving>(PREFIX + code);
        if (!saving || !goes(saving)) return;
        await drop(saving);
        gone = true;
      });
    return gone;
  }

  return {
    alone,
    get: (code: string): Promise<Saving | undefined> => kv.get<Saving>(PREFIX + tidy(code)),
    /** In the place of what it was before, whose files go unless it has them too. */
    async save<S extends Saving>(saving: S, before?: Saving): Promise<S> {
      await kv.set(PREFIX + saving.code, saving);
      if (before) await ctx.fileUse.release(keysOf(before));
      return saving;
    },
    /** It has become that item. */
    async saved(saving: Saving, itemId: string): Promise<void> {
      await kv.set(SAVED + saving.code, itemId, SAVED_KEPT_MS);
      await drop(saving);
    },
    itemOf: (code: string): Promise<string | undefined> => kv.get<string>(SAVED + tidy(code)),
    drop,
    sweep: (): Promise<boolean> => dropWhere(({ expiresAt }) => expiresAt <= ctx.clock.now()),
    forget: (memberId: string): Promise<boolean> =>
      dropWhere(({ requester }) => requester.memberId === memberId),
  };
}

/** The same for the same saving, so that a yes twice makes one item. */
export const itemIdOf = (savingId: string): string =>
  (codeOf(savingId) + codeOf(`item ${savingId}`)).toLowerCase();
