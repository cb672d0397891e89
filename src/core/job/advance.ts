/** Moves a job from one state to the next. */
import { type Attempt, type Job, type JobBase, type JobIn, type JobState, MOVES } from './job.ts';

/** The fields that a state adds to those every job has. */
export type StateFields<S extends JobState> =
  Omit<JobIn<S>, Exclude<keyof JobBase, 'deadlineAt'> | 'state'> extends infer F
    ? Omit<F, 'deadlineAt'> & { attempts?: Attempt[] }
    : never;

/**
 * The only way a job changes. Fields of the old state go, those of the new one must all be given.
 * Throws IllegalMove, a bug of ours, when the table has no such move.
 */
export function advance<S extends JobState>(
  job: Job,
  state: S,
  fields: StateFields<S>,
  now: number,
): JobIn<S> {
  if (!(MOVES[job.state] as readonly JobState[]).includes(state))
    throw new IllegalMove(job.id, job.state, state);
  const { id, code, requester, request, inputs, quote, attempts, createdAt, deadlineAt, hidden, rev } = job;
  const { cast, findings, unfetched } = job;
  const base = {
    id,
    code,
    requester,
    request,
    inputs,
    quote,
    attempts,
    createdAt,
    deadlineAt,
    updatedAt: now,
    ...(hidden ? { hidden } : {}),
    ...(cast ? { cast } : {}),
    ...(findings ? { findings } : {}),
    ...(unfetched ? { unfetched } : {}),
    ...(rev === undefined ? {} : { rev }),
  };
  // The compiler can't see that base plus the state's own fields is the state; StateFields<S> is what makes it so.
  return { ...base, state, ...fields } as unknown as JobIn<S>;
}

/** Only a bug of ours moves a job in a way the table forbids; a retry does not help. */
class IllegalMove extends Error {
  override name = 'IllegalMove';
  constructor(jobId: string, from: JobState, to: JobState) {
    super(`job ${jobId} cannot go from ${from} to ${to}`);
  }
}
