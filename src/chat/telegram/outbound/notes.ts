/** What we must still know of a job's messages after a restart. */
import type { KeyValueStore } from '../../../core/ports.ts';

/** Long after anybody asks for the video again; then it is uploaded once more. */
const KEPT_MS = 90 * 24 * 3_600_000;

export type MessageRef = { chatId: number; messageId: number };
/** The message that tells how a job stands; `note`: what it says beside that for as long as it lives. */
export type StatusRef = MessageRef & { note?: string };

/** What became of one form of the video at one place. */
export type SendNote = {
  /** Sends that were begun and of which nobody knows whether they arrived. */
  unknown: number;
  sent?: MessageRef & { rung: string; at: number };
  /** The same once more, asked for by whoever has it. */
  earlier?: MessageRef[];
};

/** Telegram's own name of a file that it has from us, and as what it took it. */
export type SentFile = { fileId: string; as: 'video' | 'animation' };

export type Notes = ReturnType<typeof createNotes>;

export function createNotes(kv: KeyValueStore) {
  const record = <T>(name: string) => ({
    get: (jobId: string) => kv.get<T>(`${name}:${jobId}`),
    set: (jobId: string, value: T) => kv.set(`${name}:${jobId}`, value, KEPT_MS),
    delete: (jobId: string) => kv.delete(`${name}:${jobId}`),
  });
  const records = {
    /** The message that tells how the job stands. */
    status: record<StatusRef>('status'),
    /** The member was told of a bad end in a message of its own. */
    told: record<true>('told'),
    /** By form and place. */
    sends: record<Record<string, SendNote>>('sends'),
    /** By the hash of the video's bytes. */
    files: record<Record<string, SentFile>>('files'),
  };
  return {
    ...records,
    /** The id under which a group goes on since it became a supergroup. */
    movedTo: (chatId: number) => kv.get<number>(`moved:${chatId}`),
    noteMove: (from: number, to: number) => kv.set(`moved:${from}`, to),
    async forget(jobId: string): Promise<void> {
      await Promise.all(Object.values(records).map((one) => one.delete(jobId)));
    },
  };
}
