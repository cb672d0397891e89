/**
 * Who may render now, and who comes next. So many at once for each member, each space and the whole bot; whoever must
 * wait stands in a line that is fair between spaces, then between members: the one served longest ago comes first.
 */
import type { Job, JobIn, Requester } from './job.ts';

export type LineRules = {
  perMember: number;
  perSpace: number;
  /** The operator's, the same for every space. */
  overall: number;
};

export const AT_ONCE: LineRules = { perMember: 1, perSpace: 3, overall: 20 };

/** The page is the operator's: only the limit over everything holds there. */
export const lineRulesFor =
  (rules: LineRules) =>
  ({ platform }: Requester): LineRules =>
    platform === 'web' ? { ...rules, perMember: rules.overall, perSpace: rules.overall } : rules;

type Place = { admitted: true; at: number } | { admitted: false; place: number };

export type Line = {
  /** Lets the job in, or has it wait. Asked again, it answers how the job stands now. */
  enter(job: Job): Place;
  /** The job renders no more, or does not want to: its place is free. */
  leave(jobId: string): void;
  waits(jobId: string): boolean;
};

type Who = { space: string; member: string };
type Waiting = Who & { job: JobIn<'created'> };

export type LineParts = {
  rules(requester: Requester): LineRules;
  now(): number;
  /** A waiting job may go on. */
  onAdmit(jobId: string): void;
  /** A waiting job has another place than before. */
  onMoved(job: JobIn<'created'>, place: number): void;
};

export function createLine({ rules, now, onAdmit, onMoved }: LineParts): Line {
  const inside = new Map<string, Who & { at: number }>();
  const waiting = new Map<string, Waiting>();
  const places = new Map<string, number>();
  /** When a space or a member was last let in, by a count that only grows. */
  const served = new Map<string, number>();
  let turns = 0;

  const count = (is: (one: Who) => boolean): number => [...inside.values()].filter(is).length;

  function fits({ job, space, member }: Waiting): boolean {
    const { perMember, perSpace, overall } = rules(job.requester);
    return (
      inside.size < overall &&
      count((one) => one.space === space) < perSpace &&
      count((one) => one.member === member) < perMember
    );
  }

  function letIn(id: string, { space, member }: Who): number {
    const at = now();
    waiting.delete(id);
    places.delete(id);
    inside.set(id, { space, member, at });
    turns += 1;
    served.set(space, turns);
    served.set(member, turns);
    return at;
  }

  /** The line as it would be let in if places came free one by one: in turns, and nobody twice in a round. */
  function inOrder(): Waiting[] {
    const bySpace = groups([...waiting.values()], ({ space }) => space).map((ofSpace) =>
      inTurns(
        groups(ofSpace, ({ member }) => member),
        ({ member }) => served.get(member),
      ),
    );
    return inTurns(bySpace, ({ space }) => served.get(space));
  }

  /** Lets in whoever can be, then tells those who moved up. */
  function advance(): void {
    for (;;) {
      const first = inOrder().find(fits);
      if (!first) break;
      letIn(first.job.id, first);
      onAdmit(first.job.id);
    }
    inOrder().forEach(({ job }, index) => {
      if (places.get(job.id) === index + 1) return;
      places.set(job.id, index + 1);
      onMoved(job, index + 1);
    });
  }

  return {
    enter(job) {
      const known = inside.get(job.id);
      if (known) return { admitted: true, at: known.at };
      if (!waiting.has(job.id)) {
        const { spaceId, memberId } = job.requester;
        const who = { space: spaceId, member: `${spaceId} ${memberId}` };
        // A provider has it already: after a restart it is inside, whatever the rules have become.
        if (job.state !== 'created') return { admitted: true, at: letIn(job.id, who) };
        const one = { job, ...who };
        // Nobody is overtaken: whoever waits already has no room, or would be in.
        if (fits(one)) return { admitted: true, at: letIn(job.id, one) };
        waiting.set(job.id, one);
        places.set(job.id, inOrder().indexOf(one) + 1);
      }
      return { admitted: false, place: places.get(job.id) ?? 1 };
    },
    leave(jobId) {
      places.delete(jobId);
      if (inside.delete(jobId) || waiting.delete(jobId)) advance();
      if (waiting.size === 0 && inside.size === 0) served.clear();
    },
    waits: (jobId) => waiting.has(jobId),
  };
}

/** One list for each key, the longest in line first in each. */
function groups(all: readonly Waiting[], keyOf: (one: Waiting) => string): Waiting[][] {
  const sorted = all.toSorted((a, b) => a.job.createdAt - b.job.createdAt);
  return [...Map.groupBy(sorted, keyOf).values()];
}

/** One of each list after the other, round by round: the list served longest ago first, then the one that waits longest. */
function inTurns(lists: readonly Waiting[][], servedAt: (one: Waiting) => number | undefined): Waiting[] {
  const turns = lists
    .flatMap((list) => {
      const [head] = list;
      return head ? { list, servedAt: servedAt(head) ?? 0, since: head.job.createdAt } : [];
    })
    .sort((a, b) => a.servedAt - b.servedAt || a.since - b.since)
    .map(({ list }) => list);
  const order: Waiting[] = [];
  for (let round = 0, left = turns; left.length > 0; round += 1) {
    order.push(...left.flatMap((list) => list[round] ?? []));
    left = left.filter(({ length }) => length > round + 1);
  }
  return order;
}
