/** What must be known of a job's messages after a restart. One record for each writer, so that none undoes another's. */
import type { Shelf } from '../../../core/ports.ts';
import type { Shown as ShownAnywhere } from '../../status.ts';
import type { Rung } from './limits.ts';
import type { Posted } from './sender.ts';

/** The message that tells how the job stands, and the event whose token may still edit it. */
export type Bound = { channelId: string; statusMessageId: string; eventId: string };
/** What that message says now. `comeForIt`: "Get your video" stands on it. */
export type Shown = ShownAnywhere & { comeForIt?: boolean };
/** A new message: begun before it is sent, done once its id is known. By what it is for. */
export type Posts = Record<
  string,
  { begun?: { rung: Rung; channelId: string; at: number }; done?: Posted & { rung: Rung; at: number } }
>;

export type Records = ReturnType<typeof createRecords>;

export function createRecords(shelf: Shelf) {
  const record = <T>(kind: string) => ({
    get: (jobId: string) => shelf.get<T>(`${kind}:${jobId}`),
    set: (jobId: string, value: T) => shelf.set(`${kind}:${jobId}`, value),
    delete: (jobId: string) => shelf.delete(`${kind}:${jobId}`),
  });
  const bound = record<Bound>('bound');
  const shown = record<Shown>('shown');
  const posts = record<Posts>('posts');
  return {
    bound,
    shown,
    posts,
    async forget(jobId: string): Promise<void> {
      for (const kind of [bound, shown, posts]) await kind.delete(jobId);
    },
  };
}
