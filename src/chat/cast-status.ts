/** How the jobs of one motion with several characters stand, in one message. */
import { cancellable } from '../core/job/cancel.ts';
import { isOver, type Job } from '../core/job/job.ts';
import type { JobStore } from '../core/ports.ts';
import { SEPARATOR } from '../words/facts.ts';
import type { Words } from '../words/index.ts';
import type { Page } from './page.ts';

/** The jobs that were asked for with it, in their order; empty for one that was asked for alone. */
export async function castOf(jobs: Pick<JobStore, 'get'>, { cast = [] }: Job): Promise<Job[]> {
  const all = await Promise.all(cast.map((id) => jobs.get(id)));
  return all.flatMap((job) => job ?? []);
}

/** How each of them stands, in one message. `titleOf`: how a job stands, in a few words. */
export function castStatus(
  words: Words,
  jobs: readonly Job[],
  titleOf: (job: Job) => string,
): Page & { title: string } {
  const { t } = words;
  const done = jobs.filter(({ state }) => state === 'delivered').length;
  const failed = jobs.some(({ state }) => state === 'failed');
  const open = jobs.filter((job) => !isOver(job));
  return {
    title: t('cast.done', { done, all: jobs.length }),
    tone: open.length > 0 ? 'working' : failed ? 'failed' : 'done',
    lines: jobs.map((job) => ({
      text: [job.inputs.image.name ?? job.code, titleOf(job)].join(SEPARATOR),
      item: true as const,
    })),
    rows: [
      open
        .filter((job) => cancellable(job) && !('cancelAskedAt' in job && job.cancelAskedAt !== undefined))
        .map((job) => ({
          verb: 'cancel',
          code: job.code,
          label: [t('button.cancel'), job.inputs.image.name ?? job.code].join(SEPARATOR),
          tone: 'danger' as const,
        })),
    ],
  };
}
