/** Notifies listeners that a job has changed, once the change is on disk. */
import type { Job } from './job/job.ts';

type JobListener = (job: Job) => void;

export type JobEvents = {
  /** This process has moved the job. */
  publish(job: Job): void;
  /** This process has changed what is to be seen of the job, which has not moved. */
  refresh(job: Job): void;
  /**
   * Listens to one job, or to all, whichever process has changed them: for whoever shows them. The answer stops
   * listening.
   */
  subscribe(jobId: string | '*', listener: JobListener): () => void;
  /** Listens to what this process itself has moved: for what a move is to bring about once, however many processes run. */
  onMove(listener: JobListener): void;
};

export type LocalJobEvents = JobEvents & {
  /** Whether anybody here wants to know of the job. */
  isHeard(jobId: string): boolean;
  /** The jobs that somebody here listens to by name. */
  named(): string[];
};

/** Of one process. */
export function createJobEvents(onError: (error: unknown) => void): LocalJobEvents {
  const listeners = new Map<string, Set<JobListener>>();
  const movers: JobListener[] = [];

  const tell = (told: Iterable<JobListener>, job: Job): void => {
    for (const listener of told) {
      // A listener that throws must not stop the job, nor the other listeners.
      try {
        listener(job);
      } catch (error) {
        onError(error);
      }
    }
  };
  const refresh = (job: Job): void => {
    for (const key of [job.id, '*']) tell(listeners.get(key) ?? [], job);
  };
  return {
    publish(job) {
      tell(movers, job);
      refresh(job);
    },
    refresh,
    subscribe(jobId, listener) {
      const set = listeners.get(jobId) ?? new Set();
      listeners.set(jobId, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(jobId) === set) listeners.delete(jobId);
      };
    },
    onMove: (listener) => void movers.push(listener),
    isHeard: (jobId) => listeners.has('*') || listeners.has(jobId),
    named: () => [...listeners.keys()].filter((key) => key !== '*'),
  };
}
