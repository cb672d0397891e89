/** Notifies listeners that a job has changed, once the change is on disk. */
import type { Job } from './job/job.ts';

type JobListener = (job: Job) => void;
export type JobEvents = {
  publish(job: Job): void;
  /** Listens to one job, or to all. The answer stops listening. */
  subscribe(jobId: string | '*', listener: JobListener): () => void;
};

export function createJobEvents(onError: (error: unknown) => void): JobEvents {
  const listeners = new Map<string, Set<JobListener>>();
  return {
    publish(job) {
      for (const key of [job.id, '*']) {
        for (const listener of listeners.get(key) ?? []) {
          // A listener that throws must not stop the job, nor the other listeners.
          try {
            listener(job);
          } catch (error) {
            onError(error);
          }
        }
      }
    },
    subscribe(jobId, listener) {
      const set = listeners.get(jobId) ?? new Set();
      listeners.set(jobId, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(jobId) === set) listeners.delete(jobId);
      };
    },
  };
}
