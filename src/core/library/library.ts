/** The library of motions and characters: what a front may ask of it. */
import type { Context } from '../context.ts';
import { keptUpload, type Upload } from '../intake/uploads.ts';
import type { StoredFile } from '../job/job.ts';
import type { Caller } from '../limits/access.ts';
import type { KeyValueStore } from '../ports.ts';
import type { Micros } from '../price/money.ts';
import { accept, type Outcome, type Refusal, refuse } from '../refusals.ts';
import { FORGOTTEN } from '../trust/audit.ts';
import { messengerOf, passedOn } from '../trust/consent.ts';
import { isSpaces, withoutMember } from './forgotten.ts';
import { fullShelf } from './full-shelf.ts';
import { type ItemKind, type ItemScope, keysOf, type LibraryItem, spaceShelf } from './item.ts';
import { foundBy, readName } from './names.ts';
import { type ItemNumbers, NOT_USED } from './numbers.ts';
import { pricesIn } from './prices.ts';
import { createSavingStore } from './saving.ts';
import { createSavings, type Savings } from './savings.ts';
import { createShelves, type Shelves } from './shelves.ts';

export const SORTS = ['newest', 'used', 'cheapest'] as const;
export type Sort = (typeof SORTS)[number];

/** One with all that a list says of it. */
export type ListedItem = {
  item: LibraryItem;
  numbers: ItemNumbers;
  /** Of a motion: what it costs here, as far as somebody renders it now. */
  micros?: Micros;
  mayChange: boolean;
};

export type Library = Pick<Shelves, 'closed' | 'find' | 'mayChange' | 'mayAdd'> & {
  /** What is looked at to be kept. */
  savings: Savings;
  /**
   * All that the member may use here, those that admins have pinned first. `typed`: what their names have in them;
   * `most`: the first so many, of the newest.
   */
  list(
    caller: Caller,
    wish: {
      kind: ItemKind;
      sort?: Sort | undefined;
      typed?: string | undefined;
      most?: number;
      /** Of one shelf alone. Where others see the list as well, that is the space's: without what is the member's own. */
      scope?: ItemScope | undefined;
      /** They only look at what is theirs: whether they may use it is asked where they do. */
      ownAnywhere?: boolean;
    },
  ): Promise<Outcome<ListedItem[]>>;
  /** How many they may use here. */
  count(caller: Caller, kind: ItemKind): Promise<number>;
  /** One, with how long it usually takes. */
  details(caller: Caller, item: LibraryItem): Promise<ListedItem & { usualMs?: number }>;
  byId(caller: Caller, kind: ItemKind, id: string): Promise<Outcome<LibraryItem>>;
  /** Its file, to make a job of. */
  take(caller: Caller, kind: ItemKind, text: string): Promise<Outcome<Upload>>;
  rename(caller: Caller, item: LibraryItem, name: string): Promise<Outcome<LibraryItem>>;
  move(caller: Caller, item: LibraryItem, scope: ItemScope): Promise<Outcome<LibraryItem>>;
  /** First for all who look, and kept by the space. */
  pin(caller: Caller, item: LibraryItem, pinned: boolean): Promise<Outcome<LibraryItem>>;
  /** Finished videos and jobs under way keep what they need. */
  remove(caller: Caller, item: LibraryItem): Promise<Outcome<LibraryItem>>;
  /** Draws the previews of such as one moving picture, a GIF. False where there is nothing to be drawn. */
  draw(previews: readonly (StoredFile | undefined)[], numbered: boolean, toPath: string): Promise<boolean>;
  size(spaceId: string): Promise<Record<ItemKind, number> & { bytes: number }>;
  /** Lets go of what that member has saved, but for what its space keeps. False for nothing. */
  forgetMember(memberId: string): Promise<boolean>;
};

export function createLibrary(ctx: Context, kv: KeyValueStore): Library {
  const shelves = createShelves(ctx);
  const waiting = createSavingStore(ctx, kv);
  const savings = createSavings(ctx, shelves, waiting);

  const gone = (kind: ItemKind): { ok: false; refusal: Refusal } =>
    refuse({ code: 'no-such-item', kind, near: [] });

  async function listed(caller: Caller, items: readonly LibraryItem[]): Promise<ListedItem[]> {
    const ids = (kind: ItemKind) => items.filter((item) => item.kind === kind).map(({ id }) => id);
    const [motions, characters] = await Promise.all(
      (['motion', 'character'] as const).map((kind) => ctx.ledger.itemNumbers(kind, ids(kind))),
    );
    const price = pricesIn(ctx, caller.requester.spaceId);
    return Promise.all(
      items.map(async (item) => {
        const micros = item.kind === 'motion' ? await price(item.facts) : undefined;
        return {
          item,
          numbers: (item.kind === 'motion' ? motions : characters)?.get(item.id) ?? NOT_USED,
          ...(micros === undefined ? {} : { micros }),
          mayChange: shelves.mayChange(caller, item),
        };
      }),
    );
  }

  async function change(
    caller: Caller,
    { id, kind }: LibraryItem,
    make: (item: LibraryItem) => Outcome<LibraryItem>,
  ): Promise<Outcome<LibraryItem>> {
    const shut = shelves.closed(caller);
    if (shut) return refuse(shut);
    let why: Refusal | undefined;
    let after: LibraryItem | undefined;
    const changed = await ctx.library.change(
      id,
      (item) => {
        const made = shelves.mayChange(caller, item) ? make(item) : refuse({ code: 'not-allowed' });
        why = made.ok ? undefined : made.refusal;
        after = made.ok ? made.value : undefined;
        return after;
      },
      ({ scope }) => savings.limitsFor(caller, scope),
    );
    if (why) return refuse(why);
    if (changed === undefined || !after) return gone(kind);
    if (changed === 'name-taken') return refuse({ code: 'name-taken', kind, name: after.name });
    if (typeof changed === 'string')
      return refuse(fullShelf(changed, after, savings.limitsFor(caller, after.scope)));
    return accept(changed);
  }

  const postedBy = ({ postedBy: by, ownerId, kind }: LibraryItem): string | undefined => {
    if (by !== undefined) return by;
    if (ownerId !== FORGOTTEN) return ownerId;
    // Nobody knows whose picture it is any more.
    return kind === 'character' ? passedOn() : undefined;
  };

  async function drop(item: LibraryItem): Promise<void> {
    await ctx.library.remove(item.id);
    await ctx.fileUse.release(keysOf(item));
  }

  return {
    savings,
    ...shelves,
    async list(caller, { kind, sort = 'newest', typed = '', most = Infinity, ownAnywhere = false, ...wish }) {
      const wanted = ownAnywhere ? 'mine' : wish.scope;
      const shut = ownAnywhere ? shelves.off(caller) : shelves.closed(caller);
      if (shut) return refuse(shut);
      const visible = await shelves.visible(caller, kind);
      const found = foundBy(
        visible.filter(({ scope }) => wanted === undefined || scope === wanted),
        typed,
      );
      const pinned = ({ pinned }: LibraryItem): number => (pinned ? 0 : 1);
      const first = typed.trim() === '' ? found.sort((a, b) => pinned(a) - pinned(b)) : found;
      const all = await listed(caller, sort === 'newest' ? first.slice(0, most) : first);
      // A sort keeps the order of what is equal: the best fit, or the newest, first.
      if (sort === 'used') return accept(all.sort((a, b) => b.numbers.used - a.numbers.used));
      if (sort === 'cheapest')
        return accept(all.sort((a, b) => (a.micros ?? Infinity) - (b.micros ?? Infinity)));
      return accept(all);
    },
    count: async (caller, kind) => (await shelves.visible(caller, kind)).length,
    async details(caller, item) {
      const [one] = await listed(caller, [item]);
      const usualMs = await ctx.ledger.itemUsualMs(item.kind, item.id);
      const known = one ?? { item, numbers: NOT_USED, mayChange: false };
      return { ...known, ...(usualMs === undefined ? {} : { usualMs }) };
    },
    async byId(caller, kind, id) {
      const item = await shelves.byId(caller, id);
      return item?.kind === kind ? accept(item) : gone(kind);
    },
    async take(caller, kind, text) {
      const shut = shelves.closed(caller);
      if (shut) return refuse(shut);
      const found = await shelves.find(caller, kind, text);
      if (!found.ok) return found;
      const item = found.value;
      if (!(await ctx.files.has(item.file))) return gone(kind);
      return accept(
        await keptUpload(ctx.files, {
          ...item.file,
          name: item.name,
          postedBy: postedBy(item),
          ...(item.kind === 'character' && item.croppedFrom ? { croppedFrom: item.croppedFrom } : {}),
          item: item.id,
        }),
      );
    },
    async rename(caller, item, text) {
      const name = readName(text);
      if (!name.ok) return name;
      return change(caller, item, (one) => accept({ ...one, name: name.value }));
    },
    move: (caller, item, scope) =>
      change(caller, item, (one) => {
        const { requester, standing } = caller;
        if (scope === one.scope) return accept(one);
        if (scope === 'space') {
          if (standing.private || !shelves.mayAdd(caller))
            return refuse({ code: 'not-allowed', why: 'library' });
          return accept({ ...one, scope, spaceId: requester.spaceId });
        }
        if (one.ownerId === FORGOTTEN) return refuse({ code: 'not-allowed' });
        const { pinned: _, ...rest } = one;
        return accept({ ...rest, scope });
      }),
    pin: (caller, item, pinned) =>
      change(caller, item, (one) => {
        const may = caller.standing.moderator || ctx.access.isOperator(caller.requester);
        if (!may || one.scope !== 'space') return refuse({ code: 'not-allowed', why: 'admins-only' });
        const { pinned: _, ...rest } = one;
        return accept({ ...rest, ...(pinned ? { pinned: true as const } : {}) });
      }),
    async remove(caller, item) {
      const now = await ctx.library.get(item.id);
      if (!now) return gone(item.kind);
      if (!shelves.mayChange(caller, now)) return refuse({ code: 'not-allowed' });
      await drop(now);
      return accept(now);
    },
    async draw(previews, numbered, toPath) {
      const tiles = await Promise.all(
        previews.map(async (preview, at) => ({
          ...(preview ? { path: await ctx.files.path(preview) } : {}),
          ...(numbered ? { number: at + 1 } : {}),
        })),
      );
      return ctx.media.previewSheet(tiles, toPath);
    },
    size: (spaceId) => ctx.library.size(spaceShelf(spaceId)),
    async forgetMember(memberId) {
      let any = await waiting.forget(memberId);
      const isOut = await ctx.optOuts.has(memberId);
      for await (const item of ctx.library.all()) {
        const isTheirs = item.ownerId === memberId;
        const isPosted = item.postedBy !== undefined && messengerOf(item.postedBy) === memberId;
        if (!isTheirs && !isPosted) continue;
        any = true;
        // Their wish that nobody uses it could not be known any more without their name.
        const isKept = isTheirs ? isSpaces(item) : !isOut;
        if (!isKept) await drop(item);
        else
          await ctx.library.change(
            item.id,
            (one) => withoutMember(one, memberId),
            () => ANY_ROOM,
          );
      }
      return any;
    },
  };
}

const ANY_ROOM = { shelf: Infinity, owner: Infinity };
