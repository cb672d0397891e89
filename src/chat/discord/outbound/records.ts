/** What must be known of a job's messages after a restart. One record for each writer, so that none undoes another's. */
import type { KeyValueStore } from '../../../core/ports.ts';
import type { Shown as ShownAnywhere } from '../../status.ts';
import type { PostingPlace } from './limits.ts';
import type { PostedMessage } from './sender.ts';

/** The message that tells how the job stands, and the event whose token may still edit it. */
export type StatusBinding = { channelId: string; statusMessageId: string; eventId: string };
/** What that message says now. `comeForIt`: "Get your video" stands on it. */
export type StatusRecord = ShownAnywhere & { comeForIt?: boolean };
/** A new message: begun before it is sent, done once its id is known. By what it is for. */
export type Posts = Record<
  string,
  {
    begun?: { rung: PostingPlace; channelId: string; at: number };
    /** `alone`: one member sees it, and nobody else. */
    done?: PostedMessage & { rung: PostingPlace; at: number; alone?: true };
  }
>;

export type Records = ReturnType<typeof createRecords>;

export function createRecords(kv: KeyValueStore) {
  const record = <T>(kind: string) => ({
    get: (jobId: string) => kv.get<T>(`${kind}:${jobId}`),
    set: (jobId: string, value: T) => kv.set(`${kind}:${jobId}`, value),
    delete: (jobId: string) => kv.delete(`${kind}:${jobId}`),
  });
  const bound = record<StatusBinding>('bound');
  const shown = record<StatusRecord>('shown');
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
