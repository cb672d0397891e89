/** What a chat notes of a job, to know it after a restart: one kind of note under `<kind>:<job id>`, so that it goes with the job. */
import type { KeyValueStore } from '../core/ports.ts';

export type JobNotes<T> = {
  get(jobId: string): Promise<T | undefined>;
  set(jobId: string, value: T): Promise<void>;
  delete(jobId: string): Promise<void>;
};

/** `keptMs`: for ever where it is missing. */
export function jobNotes<T>(kv: KeyValueStore, kind: string, keptMs?: number): JobNotes<T> {
  const keyOf = (jobId: string): string => `${kind}:${jobId}`;
  return {
    get: (jobId) => kv.get<T>(keyOf(jobId)),
    set: async (jobId, value) => void (await kv.set(keyOf(jobId), value, keptMs)),
    delete: async (jobId) => void (await kv.delete(keyOf(jobId))),
  };
}
