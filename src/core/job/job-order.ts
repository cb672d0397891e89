/** Orders a list of jobs by how useful each is to the member, as only the first ones have room. */
import { isOver, type Job } from './job.ts';

const rankOf = (job: Job): number => {
  if (job.state === 'completed') return 0;
  if (!isOver(job)) return 1;
  return 'video' in job ? 2 : 3;
};

/** Videos that could not be handed over yet, jobs under way, videos that are kept, the rest; each as they come. */
export const foremost = (jobs: readonly Job[]): Job[] => jobs.toSorted((a, b) => rankOf(a) - rankOf(b));

/** Whether its video can be sent again. */
export const isKept = (job: Job): boolean => 'video' in job && !job.hidden;
