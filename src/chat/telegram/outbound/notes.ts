/** What we must still know of a job's messages after a restart. */
import type { KeyValueStore } from '../../../core/ports.ts';
import { jobNotes } from '../../notes.ts';

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
  const records = {
    /** The message that tells how the job stands. */
    status: jobNotes<StatusRef>(kv, 'status', KEPT_MS),
    /** The member was told of a bad end in a message of its own. */
    told: jobNotes<true>(kv, 'told', KEPT_MS),
    /** The question that the member was told of, by when it ends. */
    asked: jobNotes<number>(kv, 'asked', KEPT_MS),
    /** By form and place. */
    sends: jobNotes<Record<string, SendNote>>(kv, 'sends', KEPT_MS),
    /** By the hash of the video's bytes. */
    files: jobNotes<Record<string, SentFile>>(kv, 'files', KEPT_MS),
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
