/**
 * Who may render now, and who comes next. So many at once for each member, each space and the whole bot; whoever must
 * wait stands in a line that is fair between spaces, then between members: the one served longest ago comes first.
 */
import { isOperatorsOwn, type Job, type JobIn, type Requester } from '../job/job.ts';
import { createQueueOrder } from './queue-order.ts';

export type AdmissionLimits = {
  perMember: number;
  perSpace: number;
  /** The operator's, the same for every space. */
  overall: number;
};

export const AT_ONCE: AdmissionLimits = { perMember: 1, perSpace: 3, overall: 20 };

/** The page is the operator's: only the limit over everything holds there. */
export const admissionLimitsFor =
  (rules: AdmissionLimits) =>
  ({ platform }: Requester): AdmissionLimits =>
    isOperatorsOwn(platform) ? { ...rules, perMember: rules.overall, perSpace: rules.overall } : rules;

type Admission = { admitted: true; at: number } | { admitted: false; place: number };

export type AdmissionQueue = {
  /** Lets the job in, or has it wait. Asked again, it answers how the job stands now, by the rules of now. */
  enter(job: Job): Admission;
  /** The job renders no more, or does not want to: its place is free. */
  leave(jobId: string): void;
  waits(jobId: string): boolean;
};

type Owner = { space: string; member: string };
type WaitingJob = Owner & { id: string; since: number; job: JobIn<'created'> };

export type AdmissionQueueParts = {
  rules(requester: Requester): AdmissionLimits;
  now(): number;
  /** A waiting job may go on. */
  onAdmit(jobId: string): void;
  /** A waiting job has another place than it was told. */
  onMoved(job: JobIn<'created'>, place: number): void;
};

/** Near the front everybody hears of each step; further back, of what has changed by a tenth. */
const NEAR = 10;
const TOLD_EVERY_SHARE = 0.1;

export function createAdmissionQueue({ rules, now, onAdmit, onMoved }: AdmissionQueueParts): AdmissionQueue {
  const inside = new Map<string, Owner & { at: number }>();
  /** When a space or a member was last let in, by a count that only grows. */
  const served = new Map<string, number>();
  const waiting = createQueueOrder<WaitingJob>((key) => served.get(key) ?? 0);
  /** As it was told last. */
  const places = new Map<string, number>();
  let turns = 0;

  const count = (is: (one: Owner) => boolean): number => [...inside.values()].filter(is).length;

  function fits({ job, space, member }: WaitingJob): boolean {
    const { perMember, perSpace, overall } = rules(job.requester);
    return (
      inside.size < overall &&
      count((one) => one.space === space) < perSpace &&
      count((one) => one.member === member) < perMember
    );
  }

  function letIn(id: string, { space, member }: Owner): number {
    const at = now();
    waiting.remove(id);
    places.delete(id);
    inside.set(id, { space, member, at });
    turns += 1;
    served.set(space, turns);
    served.set(member, turns);
    return at;
  }

  /** Lets in whoever can be, then tells those who moved. */
  function advance(): void {
    for (let next = waiting.first(fits); next; next = waiting.first(fits)) {
      letIn(next.id, next);
      onAdmit(next.id);
    }
    waiting.all().forEach(({ job }, index) => {
      const place = index + 1;
      if (!isNews(place, places.get(job.id))) return;
      places.set(job.id, place);
      onMoved(job, place);
    });
  }

  return {
    enter(job) {
      const known = inside.get(job.id);
      if (known) return { admitted: true, at: known.at };
      const { spaceId, memberId } = job.requester;
      const who = { space: spaceId, member: `${spaceId} ${memberId}` };
      // A provider has it already: after a restart it is inside, whatever the rules have become.
      if (job.state !== 'created') return { admitted: true, at: letIn(job.id, who) };
      const one = { job, id: job.id, since: job.createdAt, ...who };
      if (waiting.has(job.id)) {
        // Nobody has left, and yet there is room: the rules let in more than they did.
        if (fits(one)) advance();
      } else {
        // Nobody is overtaken: whoever waits already has no room, or would be in.
        if (fits(one)) return { admitted: true, at: letIn(job.id, one) };
        waiting.add(one);
        places.set(job.id, waiting.placeOf(job.id));
      }
      const entered = inside.get(job.id);
      return entered
        ? { admitted: true, at: entered.at }
        : { admitted: false, place: places.get(job.id) ?? 1 };
    },
    leave(jobId) {
      places.delete(jobId);
      if (inside.delete(jobId) || waiting.remove(jobId)) advance();
      if (waiting.size() === 0 && inside.size === 0) served.clear();
    },
    waits: (jobId) => waiting.has(jobId),
  };
}

function isNews(place: number, told: number | undefined): boolean {
  if (told === undefined || place === told) return told === undefined;
  return Math.min(place, told) <= NEAR || Math.abs(place - told) >= told * TOLD_EVERY_SHARE;
}
