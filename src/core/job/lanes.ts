/** In which queue a job's next step waits. */
import {
  type Clock,
  DRAFTS,
  type Lane,
  type Log,
  type Scheduler,
  type StepPlace,
  WORKERS,
} from '../ports.ts';
import { isOperatorsOwn, type Job } from './job.ts';

/** Renders on the machine itself: where that is, its drafts lie. */
const LOCAL = 'local';

/**
 * A video is handed over by the process that has its chat, and a draft looked at by the one that renders it; everything else
 * any process can do.
 */
export function laneOf(job: Job): Lane {
  const { platform } = job.requester;
  if (job.state === 'completed') return isOperatorsOwn(platform) ? WORKERS : platform;
  const isUnderWay = job.state === 'queued' || job.state === 'running';
  return isUnderWay && job.provider === LOCAL ? DRAFTS : WORKERS;
}

/** No space takes all the room by itself. */
export const placeOf = (job: Job): StepPlace => ({ lane: laneOf(job), group: job.requester.spaceId });

type Waker = { scheduler: Pick<Scheduler, 'at'>; clock: Clock; log: Pick<Log, 'warn'> };

/** Has the step of a job taken at once. Its record is on disk, so that it goes on by itself where this fails. */
export const nudge = (ctx: Waker, job: Job): Promise<void> => wake(ctx, job.id, placeOf(job));

/** The same for one of which nothing but its id is known. */
export const wake = (ctx: Waker, id: string, place?: StepPlace): Promise<void> =>
  ctx.scheduler
    .at(id, ctx.clock.now(), place)
    .catch((err: unknown) => ctx.log.warn({ err, id }, 'a step starts later than it could'));

/** The draft of a job stands differently now, in the process that looks at it. */
export const wakeDraft = (ctx: Waker, id: string): Promise<void> => wake(ctx, id, { lane: DRAFTS });
