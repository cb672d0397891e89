/** Stores offers, which wait for a confirmation, with the files that they need. */

import type { Context } from '../context.ts';
import { codeOf } from '../job/code.ts';
import type { NamedFile, StoredFile } from '../job/job.ts';
import type { KeyValueStore } from '../ports.ts';
import type { FileWork, NamesFile } from './file-use.ts';
import type { Offer } from './offer.ts';
import { keptUploads, type Upload, type Uploads } from './uploads.ts';

/** Of what was put together for a member: no offer, but kept and let go of in the same way. */
const OWN = 'own:';

/** What waits, and the files that it needs. It names them before the offer is saved and until after it is dropped. */
type Entry = { id: string; expiresAt: number; keys: string[]; own?: StoredFile };
const OPEN = 'open:';
const entriesOf = async (kv: KeyValueStore): Promise<Entry[]> => [
  ...(await kv.startingWith<Entry>(OPEN)).values(),
];
const keyOf = (code: string): string => `offer:${code.trim().toUpperCase()}`;

/** Whether an offer on this key-value store needs the file. */
export const namedByOffers =
  (kv: KeyValueStore): NamesFile =>
  async (key) =>
    (await entriesOf(kv)).some(({ keys }) => keys.includes(key));

export type OfferStore = ReturnType<typeof createOfferStore>;

export function createOfferStore(ctx: Context, kv: KeyValueStore) {
  /** One at a time for each offer. */
  const alone = <T>(code: string, work: () => Promise<T>): Promise<T> => ctx.locks.run(keyOf(code), work);

  async function save(offer: Offer): Promise<Offer> {
    const { id, expiresAt, image, clip } = offer;
    const entry: Entry = { id, expiresAt, keys: [image.key, clip.key] };
    await kv.set(OPEN + id, entry);
    await kv.set(keyOf(offer.code), offer);
    return offer;
  }

  async function dropEntry({ id, keys }: Pick<Entry, 'id' | 'keys'>): Promise<void> {
    await kv.delete(keyOf(codeOf(id)));
    await kv.delete(OPEN + id);
    await ctx.fileUse.release(keys);
  }

  const ownOf = async (memberId: string): Promise<Entry[]> => [
    ...(await kv.startingWith<Entry>(`${OPEN}${OWN}${memberId}:`)).values(),
  ];

  /** Answers whether any did. */
  async function dropWhere(goes: (entry: Entry) => Promise<boolean>): Promise<boolean> {
    let gone = false;
    for (const { id } of await entriesOf(kv)) {
      // A yes under way is waited for, and the entry read again after it.
      await alone(codeOf(id), async () => {
        const entry = await kv.get<Entry>(OPEN + id);
        if (!entry || !(await goes(entry))) return;
        await dropEntry(entry);
        gone = true;
      });
    }
    return gone;
  }

  return {
    alone,
    save,
    get: (code: string): Promise<Offer | undefined> => kv.get<Offer>(keyOf(code)),
    /** Keeps a file that was made for that member until then. */
    async keepFor(memberId: string, own: StoredFile, expiresAt: number): Promise<void> {
      const id = `${OWN}${memberId}:${own.key}`;
      const entry: Entry = { id, expiresAt, keys: [own.key], own };
      await kv.set(OPEN + id, entry);
    },
    /** The files that are kept so. */
    async keptFor(memberId: string): Promise<{ file: StoredFile; expiresAt: number }[]> {
      return (await ownOf(memberId)).flatMap(({ own, expiresAt }) => (own ? [{ file: own, expiresAt }] : []));
    },
    /** Lets go of them, and waits for no offer: what a report is about goes at once. */
    async dropKept(memberId: string): Promise<void> {
      for (const entry of await ownOf(memberId)) await dropEntry(entry);
    },
    drop: ({ id, image, clip }: Offer): Promise<void> => dropEntry({ id, keys: [image.key, clip.key] }),
    /** Lets go of what nobody said yes to in time. */
    sweep: (): Promise<boolean> => dropWhere(async ({ expiresAt }) => expiresAt <= ctx.clock.now()),
    /** Lets go of everything that waits for a yes of that member. */
    forget: (memberId: string): Promise<boolean> =>
      dropWhere(async ({ id }) => {
        if (id.startsWith(`${OWN}${memberId}:`)) return true;
        const offer = await kv.get<Offer>(keyOf(codeOf(id)));
        return offer?.requester.memberId === memberId;
      }),
  };
}

/** An upload of the front's becomes ours; a file that is ours already, such as another job's, stays where it lies. */
export async function keepUpload(
  work: FileWork,
  { path, name, kept, postedBy, croppedFrom, item }: Upload,
): Promise<NamedFile | undefined> {
  if (kept && !(await work.hold(kept))) return undefined;
  const file = kept ?? (await work.keep(path, 'application/octet-stream'));
  return {
    ...file,
    ...(name ? { name } : {}),
    ...(postedBy === undefined ? {} : { postedBy }),
    ...(croppedFrom ? { croppedFrom } : {}),
    ...(item === undefined ? {} : { item }),
  };
}

/** The files of an offer, to make its job of. */
export const uploadsOf = ({ files }: Pick<Context, 'files'>, { image, clip }: Offer): Promise<Uploads> =>
  keptUploads(files, { image, clip });
