/**
 * Everybody who waits, in the order in which they would be let in: in turns between spaces, then between members, the
 * one served longest ago first, and nobody twice in a round. One more who waits, or one less, moves nobody else here:
 * thousands may stand in the queue, and a place is counted only when it is asked for.
 */
export type Waiter = { id: string; space: string; member: string; since: number };

/** `order` tells two apart that are alike in everything else. */
type Turn = { key: string; since: number; order: number };
type Member<W> = Turn & { waiting: W[] };
type Space<W> = Turn & { members: Map<string, Member<W>>; size: number };

export type QueueOrder<W extends Waiter> = {
  add(one: W): void;
  /** Answers who it was. */
  remove(id: string): W | undefined;
  has(id: string): boolean;
  size(): number;
  /** 1 is next. The id is of one who waits. */
  placeOf(id: string): number;
  /** The first in the queue of whom that is true; it has to be the same for all of a member's. */
  first(is: (one: W) => boolean): W | undefined;
  all(): W[];
};

/** `servedAt`: when a space or a member was last let in, by a count that only grows; 0 for never. */
export function createQueueOrder<W extends Waiter>(servedAt: (key: string) => number): QueueOrder<W> {
  const byId = new Map<string, W>();
  const spaces = new Map<string, Space<W>>();
  let made = 0;

  const turn = (key: string): Turn => {
    made += 1;
    return { key, since: Infinity, order: made };
  };

  /** Whose turn is first: of those never served, or at the same time, who waits longest. */
  const byTurn = (a: Turn, b: Turn): number =>
    servedAt(a.key) - servedAt(b.key) || a.since - b.since || a.order - b.order;
  const isBefore = (a: Turn, b: Turn): boolean => byTurn(a, b) < 0;

  /** How many of the lists' entries come before entry `index` of `own`, when one of each is taken in turns. */
  function ahead(own: Turn, index: number, lists: Iterable<Turn>, sizeOf: (key: string) => number): number {
    let count = 0;
    for (const other of lists) {
      const rounds = other === own ? index : index + (isBefore(other, own) ? 1 : 0);
      count += Math.min(sizeOf(other.key), rounds);
    }
    return count;
  }

  return {
    add(one) {
      byId.set(one.id, one);
      const space: Space<W> = spaces.get(one.space) ?? { ...turn(one.space), members: new Map(), size: 0 };
      spaces.set(one.space, space);
      const member: Member<W> = space.members.get(one.member) ?? { ...turn(one.member), waiting: [] };
      space.members.set(one.member, member);
      // Most come last; after a restart they come in any order.
      const at = member.waiting.findLastIndex(({ since }) => since <= one.since) + 1;
      member.waiting.splice(at, 0, one);
      member.since = Math.min(member.since, one.since);
      space.since = Math.min(space.since, one.since);
      space.size += 1;
    },
    remove(id) {
      const one = byId.get(id);
      const space = one && spaces.get(one.space);
      const member = one && space?.members.get(one.member);
      if (!one || !space || !member) return undefined;
      byId.delete(id);
      member.waiting.splice(member.waiting.indexOf(one), 1);
      space.size -= 1;
      const [head] = member.waiting;
      if (head) member.since = head.since;
      else space.members.delete(one.member);
      if (space.size === 0) spaces.delete(one.space);
      space.since = [...space.members.values()].reduce(
        (least, { since }) => Math.min(least, since),
        Infinity,
      );
      return one;
    },
    has: (id) => byId.has(id),
    size: () => byId.size,
    placeOf(id) {
      const one = byId.get(id);
      const space = one && spaces.get(one.space);
      const member = one && space?.members.get(one.member);
      if (!one || !space || !member) throw new RangeError('nobody of that id waits');
      const { members } = space;
      const round = member.waiting.indexOf(one);
      const inSpace = ahead(member, round, members.values(), (key) => members.get(key)?.waiting.length ?? 0);
      return ahead(space, inSpace, spaces.values(), (key) => spaces.get(key)?.size ?? 0) + 1;
    },
    first(is) {
      let best: { one: W; round: number; space: Space<W> } | undefined;
      for (const space of spaces.values()) {
        // Of each member the longest waiting one stands for all: whoever of them fits, it does.
        const heads = [...space.members.values()].sort(byTurn).flatMap(({ waiting: line }) => line[0] ?? []);
        const round = heads.findIndex(is);
        const one = heads[round];
        if (!one) continue;
        if (!best || round < best.round || (round === best.round && isBefore(space, best.space)))
          best = { one, round, space };
      }
      return best?.one;
    },
    all() {
      const lists = [...spaces.values()]
        .sort(byTurn)
        .map(({ members }) => inTurns([...members.values()].sort(byTurn).map(({ waiting: line }) => line)));
      return inTurns(lists);
    },
  };
}

/** One of each list after the other, round by round. */
function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const order: T[] = [];
  for (let round = 0, left = lists; left.length > 0; round += 1) {
    for (const list of left) {
      const one = list[round];
      if (one !== undefined) order.push(one);
    }
    left = left.filter(({ length }) => length > round + 1);
  }
  return order;
}
