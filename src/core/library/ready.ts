/** What is known of a file because it is a library item's: nobody has to look at it, or to write it anew. */
import type { Context } from '../context.ts';
import type { Upload } from '../intake/uploads.ts';
import type { ClipFacts, ImageFacts } from '../media.ts';
import type { ClipLimits, ImageLimits } from '../models/model.ts';
import { accept } from '../refusals.ts';
import type { ItemKind, LibraryItem } from './item.ts';

type Known<K extends ItemKind> = {
  ok: true;
  value: Extract<LibraryItem, { kind: K }>['facts'];
};

/**
 * The facts of an item's file, where the model takes it as it is. Undefined for any other file, and for one whose item was
 * removed since: then it is a file like any other.
 */
export async function factsFor<K extends ItemKind>(
  { library }: Pick<Context, 'library'>,
  kind: K,
  { item: id, kept }: Pick<Upload, 'item' | 'kept'>,
  limits: K extends 'motion' ? ClipLimits : ImageLimits,
): Promise<Known<K> | undefined> {
  if (id === undefined || !kept) return undefined;
  const item = await library.get(id);
  if (!item || item.file.key !== kept.key || !isOfKind(item, kind)) return undefined;
  return isTaken(item.facts, limits) ? (accept(item.facts as Known<K>['value']) as Known<K>) : undefined;
}

const isOfKind = <K extends ItemKind>(
  item: LibraryItem,
  kind: K,
): item is Extract<LibraryItem, { kind: K }> => item.kind === kind;

/** What was made for one model may be too much for another. */
export function isTaken(facts: ImageFacts | ClipFacts, limits: ImageLimits | ClipLimits): boolean {
  const { width, height, bytes } = facts;
  const { minSide, maxSide, maxShortSide = maxSide, maxBytes } = limits;
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const maxRatio = limits.maxRatio ?? maxSide / minSide;
  const isInTime =
    !('fps' in facts) || !('maxFps' in limits) || facts.fps <= (limits.maxFps ?? Infinity) + 0.01;
  return (
    short >= minSide &&
    long <= maxSide &&
    short <= maxShortSide &&
    long <= maxRatio * short &&
    bytes <= maxBytes &&
    isInTime
  );
}
