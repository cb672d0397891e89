/**
 * Where providers' storages have copies of our files, and until when: a later job with the same file takes the same
 * address, in place of another upload. docs/decisions/0023-a-clip-is-put-up-once.md says why only clips.
 */
import { z } from 'zod';
import { createLocks } from '../locks.ts';
import type { Clock, KeyValueStore, Log } from '../ports.ts';
import type { StoredFile } from './job.ts';

/** A storage under one account of the operator's, by a name without a secret; and how long it keeps what is put there. */
type CopyPlace = { name: string; keptMs: number };

export type ProviderCopies = {
  /**
   * The address of a copy there that outlives any job which begins now, or of the one that `put` makes. Throws what `put`
   * throws; trouble with the records only costs an upload.
   */
  addressAt(place: CopyPlace, file: Pick<StoredFile, 'key'>, put: () => Promise<string>): Promise<string>;
  /**
   * Whether that address of the file is such a copy's, also of one that was given up since. Trouble with the records only costs
   * another try.
   */
  isCopy(key: string, url: string): Promise<boolean>;
  /** It could not be fetched: no later job takes that copy. */
  giveUp(key: string): Promise<void>;
  /** No later job takes a copy of that file, and nothing of it is noted any more. */
  forget(key: string): Promise<void>;
};

const note = z.object({ url: z.url({ protocol: /^https?$/ }), until: z.number() });
/** In its place: taken by nobody, but whoever was sent it is still known to have had a copy. */
const givenUp = z.object({ gone: note.shape.url });
const addressIn = (one: unknown): string | undefined =>
  note.safeParse(one).data?.url ?? givenUp.safeParse(one).data?.gone;

/** `neededMs`: the longest that a job may take from its upload until its provider fetches the file. */
export function createProviderCopies({
  kv,
  clock,
  neededMs,
  log,
}: {
  kv: KeyValueStore;
  clock: Clock;
  neededMs: number;
  log: Log;
}): ProviderCopies {
  const locks = createLocks();
  const notesOf = (key: string) => `${key}:`;

  async function found(at: string): Promise<string | undefined> {
    try {
      const { data } = note.safeParse(await kv.get(at));
      return data && data.until - neededMs >= clock.now() ? data.url : undefined;
    } catch (err) {
      log.warn({ err }, 'whether a provider has a copy could not be read, so the file is uploaded');
      return undefined;
    }
  }

  return {
    addressAt: ({ name, keptMs }, { key }, put) => {
      const at = `${notesOf(key)}${name}`;
      // Those of a cast come at once: the first uploads for all.
      return locks.run(at, async () => {
        const known = await found(at);
        if (known !== undefined) return known;
        // It counts from before the upload, as over there it may.
        const until = clock.now() + keptMs;
        const url = await put();
        // For longer than it is taken: the last job that took it may still have to be told that there was one.
        if (keptMs > neededMs)
          await kv
            .set(at, { url, until }, keptMs)
            .catch((err: unknown) => log.warn({ err }, 'the copy at a provider could not be noted'));
        return url;
      });
    },
    async isCopy(key, url) {
      try {
        const notes = [...(await kv.startingWith(notesOf(key))).values()];
        return notes.some((one) => addressIn(one) === url);
      } catch (err) {
        log.warn({ err }, 'whether a provider was sent a copy could not be read');
        return false;
      }
    },
    async giveUp(key) {
      for (const [at, one] of await kv.startingWith(notesOf(key)))
        await kv.set(at, { gone: addressIn(one) }, neededMs);
    },
    async forget(key) {
      for (const at of (await kv.startingWith(notesOf(key))).keys()) await kv.delete(at);
    },
  };
}
