/** Stores commands that wait for their form to be submitted, with the choices and files given so far. */
import { z } from 'zod';
import type { KeyValueStore } from '../../../core/ports.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../../core/refusals.ts';
import { type RecordedFiles, recordedFilesSchema } from './record.ts';
import type { FormMemory } from './waiting.ts';

/** As long as its files stay. */
const KEPT_MS = 24 * 3_600_000;

const formSchema = z.union([
  z.object({ options: z.record(z.string(), z.string()), files: recordedFilesSchema }),
  /** What was given with it can't be used. */
  z.object({
    refusal: z.custom<Refusal>((value) => typeof value === 'object' && value !== null && 'code' in value),
  }),
]);
type OpenForm = { options: Record<string, string>; files: RecordedFiles };

export type OpenForms = {
  /** Says that what belongs to the form is on its way: whoever asks for it meanwhile waits. */
  expect(eventId: string, work: Promise<unknown>): void;
  put(eventId: string, form: OpenForm | { refusal: Refusal }): Promise<void>;
  /** Undefined where nothing is known of it any more. */
  get(eventId: string): Promise<Outcome<OpenForm> | undefined>;
  /** The form was sent, and what belongs to it is held elsewhere. */
  drop(eventId: string): Promise<void>;
  /** Lets go of every form of that member that waits, with what was given with it. */
  forget(userId: string): Promise<void>;
};

export function createOpenForms({ kv, waiting }: { kv: KeyValueStore; waiting: FormMemory }): OpenForms {
  const expected = new Map<string, Promise<unknown>>();
  const keyOf = (eventId: string): string => `form:${eventId}`;
  return {
    expect(eventId, work) {
      const settled = work.catch(() => undefined).finally(() => expected.delete(eventId));
      expected.set(eventId, settled);
    },
    async put(eventId, form) {
      await kv.set(keyOf(eventId), form, KEPT_MS);
    },
    async get(eventId) {
      await expected.get(eventId);
      const read = formSchema.safeParse(await kv.get(keyOf(eventId)));
      if (!read.success) return undefined;
      return 'refusal' in read.data ? refuse(read.data.refusal) : accept(read.data);
    },
    async drop(eventId) {
      await kv.delete(keyOf(eventId));
      await waiting.release(keyOf(eventId));
    },
    async forget(userId) {
      for (const key of await waiting.forget(userId)) await kv.delete(key);
    },
  };
}
