/** Which items a member can see where they are, and which of these they may change. */
import type { Context } from '../context.ts';
import { isOperatorsOwn } from '../job/job.ts';
import type { Caller } from '../limits/access.ts';
import { accept, type Outcome, type Refusal, refuse } from '../refusals.ts';
import { type ItemKind, type LibraryItem, memberShelf, spaceShelf } from './item.ts';
import { foundBy, nameKey } from './names.ts';

/** So many names are proposed in place of one that there is not. */
const NEAR = 5;
/** Of each kind, of one member's own. */
export const MOST_MINE = 200;

export type Shelves = {
  /** Why there is no library for this member here: it is off, or they may not use the bot. */
  closed(caller: Caller): Refusal | undefined;
  /** The first of these alone. */
  off(caller: Caller): Refusal | undefined;
  /** All that they may use here, the newest first. */
  visible(caller: Caller, kind: ItemKind): Promise<LibraryItem[]>;
  /** The one that a text means: an id, a name, or a part of the name of only one. */
  find(caller: Caller, kind: ItemKind, text: string): Promise<Outcome<LibraryItem>>;
  byId(caller: Caller, id: string): Promise<LibraryItem | undefined>;
  /** Whether they may rename it, move it and remove it. */
  mayChange(caller: Caller, item: LibraryItem): boolean;
  /** Whether they may put one on the shelf of everybody here. */
  mayAdd(caller: Caller): boolean;
};

export function createShelves(ctx: Pick<Context, 'library' | 'settings' | 'access' | 'blocks'>): Shelves {
  const isOperator = ({ requester }: Caller): boolean => ctx.access.isOperator(requester);

  /** In a private chat with the bot nobody but the member has a shelf. */
  const shelvesOf = ({ requester: { spaceId, memberId } }: Caller): string[] => [
    spaceShelf(spaceId),
    memberShelf(memberId),
  ];

  const off = ({ requester: { spaceId } }: Caller): Refusal | undefined =>
    ctx.settings.of(spaceId).library.who === 'off' ? { code: 'library-off' } : undefined;

  /** One from a channel for adults is seen in such alone; one that is blocked by nobody. */
  async function shown(caller: Caller, items: readonly LibraryItem[]): Promise<LibraryItem[]> {
    const { forAdults, platform, spaceId } = caller.requester;
    const fitting = items.filter((item) => !item.forAdults || forAdults || isOperatorsOwn(platform));
    return ctx.blocks.without(spaceId, fitting, picturesOf);
  }

  async function visible(caller: Caller, kind: ItemKind): Promise<LibraryItem[]> {
    return shown(caller, await ctx.library.on(shelvesOf(caller), kind));
  }

  async function byId(caller: Caller, id: string): Promise<LibraryItem | undefined> {
    const item = await ctx.library.get(id);
    if (!item) return undefined;
    const { spaceId, memberId } = caller.requester;
    const isTheirs = item.scope === 'space' ? item.spaceId === spaceId : item.ownerId === memberId;
    return isTheirs ? (await shown(caller, [item]))[0] : undefined;
  }

  return {
    closed: (caller) => ctx.access.refusalFor(caller) ?? off(caller),
    off,
    visible,
    byId,
    async find(caller, kind, text) {
      const known = await byId(caller, text.trim());
      if (known?.kind === kind) return accept(known);
      const all = await visible(caller, kind);
      const wanted = nameKey(text);
      const same = all.filter(({ name }) => nameKey(name) === wanted);
      // Of two that are called alike, their own is the one that they gave the name.
      const exact = same.find(({ scope }) => scope === 'mine') ?? same[0];
      if (exact) return accept(exact);
      const near = wanted === '' ? [] : foundBy(all, text);
      const [only, ...others] = near;
      if (only && others.length === 0) return accept(only);
      const names = (near.length > 0 ? near : all).slice(0, NEAR).map(({ name }) => name);
      return refuse({ code: only ? 'several-items' : 'no-such-item', kind, near: names });
    },
    mayChange(caller, item) {
      const { spaceId, memberId } = caller.requester;
      if (item.ownerId === memberId) return true;
      if (item.scope !== 'space') return false;
      return isOperator(caller) || (caller.standing.moderator && item.spaceId === spaceId);
    },
    mayAdd(caller) {
      const { requester, standing } = caller;
      const { who, roles } = ctx.settings.of(requester.spaceId).library;
      if (who === 'off') return false;
      if (who === 'everyone' || standing.moderator || isOperator(caller)) return true;
      return who === 'roles' && (requester.roles ?? []).some((role) => roles.includes(role));
    },
  };
}

/** What a block may cover of it: its file, and what its picture looks like. */
export function picturesOf(item: LibraryItem) {
  const whole = item.kind === 'character' ? item.croppedFrom : undefined;
  const looks = item.kind === 'character' ? [item.looks, whole?.looks] : [];
  return {
    sha256: [item.file.key.slice(0, 64), ...(whole ? [whole.sha256] : [])],
    looks: looks.flatMap((one) => one ?? []),
  };
}
