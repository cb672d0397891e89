/**
 * Who may render now, and who comes next. So many at once for each member, each space and the whole bot; whoever must
 * wait stands in a line that is fair between spaces, then between members: the one served longest ago comes first. The
 * page is the operator's own: only the limit over everything holds there.
 */
import type { Job } from '../job/job.ts';

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
