/** A report of a video and what became of it: kept apart from the job, which may be busy, and longer than it. */
import type { Job, ReportReason, Requester } from '../job/job.ts';

/**
 * What is still to be done, in this order: first what needs neither a chat's leave nor the job. Each may be repeated, as
 * a crash may come between it and its being noted.
 */
const EFFECTS = [
  'links',
  'block',
  'tell',
  'messages',
  'mark',
  'late-messages',
  'lift',
  'bring-back',
  'widen',
  'forget',
] as const;
export type Effect = (typeof EFFECTS)[number];

/** None of these waits for another one that fails; all others need what comes before them to have been done. */
const ON_THEIR_OWN: readonly Effect[] = ['links', 'block', 'tell', 'messages', 'mark'];

/** The next one, where those that were `put off` are to be tried again later. */
export const nextOf = (todo: readonly Effect[], putOff: ReadonlySet<Effect>): Effect | undefined =>
  todo.find((effect) => !putOff.has(effect) && (putOff.size === 0 || ON_THEIR_OWN.includes(effect)));

/** What became of the bot's own messages with a video. `left`: neither deleted nor emptied, as nothing leads there any more. */
export type Retracted = { deleted: number; emptied: number; left: number };

export type Case = {
  jobId: string;
  code: string;
  /** Counts what was reported and decided: an effect that began before the last of these is had once more. */
  revision: number;
  /** Whoever asked for the video. */
  asker: Pick<Requester, 'platform' | 'spaceId' | 'memberId' | 'target'>;
  /** The gravest that was given. */
  reason: ReportReason;
  /** Since the first report, or the first one after a decision. */
  since: number;
  reports: number;
  state: 'open' | 'restored' | 'removed';
  hidden: boolean;
  /** Without an operator's word it stays hidden, and nobody is shown it. */
  locked: boolean;
  todo: Effect[];
  /** How many reminders were sent. */
  reminded: number;
  /** Who has been told of it as it stands. */
  told: string[];
  retracted: Retracted;
  decided?: { at: number; by: string; byOperator: boolean };
  banned?: true;
};

const GRAVITY: Record<ReportReason, number> = { other: 0, me: 1, intimate: 2, minor: 3 };

export const hides = (reason: ReportReason): boolean => reason !== 'other';
const graver = (a: ReportReason, b: ReportReason): ReportReason => (GRAVITY[b] > GRAVITY[a] ? b : a);

const HOUR_MS = 3_600_000;
/** So long after a report it should be decided (47 U.S.C. 223a asks platforms for as much); reminders come before. */
export const DECIDE_WITHIN_MS = 48 * HOUR_MS;
export const REMIND_AFTER_MS = [24 * HOUR_MS, 40 * HOUR_MS] as const;

const HIDING: readonly Effect[] = ['links', 'block', 'tell', 'messages', 'mark', 'late-messages'];

/** A report of a job that has no case yet. */
export function opened(job: Job, reason: ReportReason, now: number): Case {
  const { platform, spaceId, memberId, target } = job.requester;
  return {
    jobId: job.id,
    code: job.code,
    revision: 1,
    asker: { platform, spaceId, memberId, target },
    reason,
    since: now,
    reports: 1,
    state: 'open',
    hidden: hides(reason),
    locked: reason === 'minor',
    todo: [...(hides(reason) ? HIDING : (['tell'] as const))],
    reminded: 0,
    told: [],
    retracted: { deleted: 0, emptied: 0, left: 0 },
  };
}

/**
 * The case after one more report. What somebody has looked at and restored is not hidden again by the same reason, but
 * decided anew; a minor always is, unless the operator has said otherwise.
 */
export function reportedAgain(before: Case, reason: ReportReason, now: number): Case {
  const counted = { ...before, reports: before.reports + 1, revision: before.revision + 1 };
  if (before.state === 'removed') return counted;
  const wasSeen = before.state === 'restored';
  if (wasSeen && reason === 'minor' && before.decided?.byOperator) return counted;
  const after = wasSeen ? reason : graver(before.reason, reason);
  if (!wasSeen && after === before.reason) return counted;
  const locked = before.locked || reason === 'minor';
  const hidden = before.hidden || (wasSeen ? locked : hides(after));
  const anew = wasSeen ? { since: now, reminded: 0 } : {};
  const hidesAnew = hidden && (wasSeen || !before.hidden || locked !== before.locked);
  const todo = hidesAnew ? HIDING : (['tell'] as const);
  return {
    ...counted,
    ...anew,
    reason: after,
    state: 'open',
    hidden,
    locked,
    todo: inOrder([...(hidden ? withoutRestoring(before.todo) : before.todo), ...todo]),
    told: [],
  };
}

/** What is hidden again must not be shown by what an earlier decision left to be done. */
export const withoutRestoring = (todo: readonly Effect[]): Effect[] =>
  todo.filter((effect) => effect !== 'lift' && effect !== 'bring-back');

/** Without those that are there twice. */
export const inOrder = (effects: readonly Effect[]): Effect[] =>
  EFFECTS.filter((effect) => effects.includes(effect));

/** What the tests and the metrics count. */
export type ReportCounts = { reports: Record<ReportReason, number>; messages: Retracted };
