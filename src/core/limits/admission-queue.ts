/**
 * Who may render now, and who comes next. So many at once for each member, each space and the whole bot; whoever must
 * wait stands in a line that is fair between spaces, then between members: the one served longest ago comes first.
 */
import { isOperatorsOwn, type Job } from '../job/job.ts';
import { createQueueOrder } from './queue-order.ts';

export type AdmissionLimits = {
  perMember: number;
  perSpace: number;
  /** The operator's, the same for every space. */
  overall: number;
};

export const AT_ONCE: AdmissionLimits = { perMember: 1, perSpace: 3, overall: 20 };

type Admission = { admitted: true; at: number } | { admitted: false; place: number };

export type AdmissionQueue = {
  /** Lets the job in, or has it wait. Asked again, it answers how the job stands now, by the rules of now. */
  enter(job: Job): Promise<Admission>;
  /** The job renders no more, or does not want to: its place is free. One that is not in it may leave, too. */
  leave(jobId: string): Promise<void>;
  /** Whether it is in the queue and has yet to be let in. */
  waits(jobId: string): Promise<boolean>;
  /** The ids of those who were let in, or of everybody. */
  ids(which: 'inside' | 'all'): Promise<string[]>;
};

type Owner = { space: string; member: string };
type WaitingJob = Owner & { id: string; since: number; job: Job };

export type AdmissionQueueParts = {
  /** Looked at each time: who waits is let in once they are raised. */
  limits: AdmissionLimits;
  now(): number;
  /** A waiting job may go on. */
  onAdmit(jobId: string): Promise<void> | void;
};

/** Near the front everybody is told each step; further back, what has changed by a tenth. */
const NEAR = 10;
const TOLD_EVERY_SHARE = 0.1;

/** Whether a member who was told one place, or none so far, wants to hear of another. */
export function isNews(place: number, told: number | undefined): boolean {
  if (told === undefined || place === told) return told === undefined;
  return Math.min(place, told) <= NEAR || Math.abs(place - told) >= told * TOLD_EVERY_SHARE;
}

export function createAdmissionQueue({ limits, now, onAdmit }: AdmissionQueueParts): AdmissionQueue {
  const inside = new Map<string, Owner & { at: number }>();
  /** When a space or a member was last let in, by a count that only grows. */
  const served = new Map<string, number>();
  const waiting = createQueueOrder<WaitingJob>((key) => served.get(key) ?? 0);
  let turns = 0;

  const count = (is: (one: Owner) => boolean): number => [...inside.values()].filter(is).length;

  function fits({ job, space, member }: WaitingJob): boolean {
    if (inside.size >= limits.overall) return false;
    // The page is the operator's: only the limit over everything holds there.
    if (isOperatorsOwn(job.requester.platform)) return true;
    return (
      count((one) => one.space === space) < limits.perSpace &&
      count((one) => one.member === member) < limits.perMember
    );
  }

  function letIn(id: string, { space, member }: Owner): number {
    const at = now();
    waiting.remove(id);
    inside.set(id, { space, member, at });
    turns += 1;
    served.set(space, turns);
    served.set(member, turns);
    return at;
  }

  /** Lets in whoever can be. */
  async function advance(): Promise<void> {
    const admitted: string[] = [];
    for (let next = waiting.first(fits); next; next = waiting.first(fits)) {
      letIn(next.id, next);
      admitted.push(next.id);
    }
    for (const id of admitted) await onAdmit(id);
  }

  return {
    async enter(job) {
      const known = inside.get(job.id);
      if (known) return { admitted: true, at: known.at };
      const { spaceId, memberId } = job.requester;
      const who = { space: spaceId, member: `${spaceId} ${memberId}` };
      // A provider has it already: after a restart it is inside, whatever the rules have become.
      if (job.state !== 'created') return { admitted: true, at: letIn(job.id, who) };
      const one = { job, id: job.id, since: job.createdAt, ...who };
      if (waiting.has(job.id)) {
        // Nobody has left, and yet there is room: the rules let in more than they did.
        if (fits(one)) await advance();
      } else {
        // Nobody is overtaken: whoever waits already has no room, or would be in.
        if (fits(one)) return { admitted: true, at: letIn(job.id, one) };
        waiting.add(one);
      }
      const entered = inside.get(job.id);
      return entered
        ? { admitted: true, at: entered.at }
        : { admitted: false, place: waiting.placeOf(job.id) };
    },
    async leave(jobId) {
      if (inside.delete(jobId) || waiting.remove(jobId)) await advance();
      if (waiting.size() === 0 && inside.size === 0) served.clear();
    },
    waits: async (jobId) => waiting.has(jobId),
    ids: async (which) => [...inside.keys(), ...(which === 'all' ? waiting.all().map(({ id }) => id) : [])],
  };
}
