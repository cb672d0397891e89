/**
 * Pictures that may not be used, by their hashes alone: of one space while a report there waits or after its admins have
 * removed a video, everywhere where the operator has, or where a minor may be shown.
 * docs/decisions/0006-a-report-hides-at-once.md says where the threshold comes from.
 */
import type { Uploads } from '../intake/uploads.ts';
import { MachineBusy, type Media, type PictureHash } from '../media.ts';
import type { KeyValueStore, Log } from '../ports.ts';
import type { Refusal } from '../refusals.ts';
import { bitsIn } from '../trust/bits.ts';

/** Of 64 bits, so many may differ. */
export const SAME_PICTURE_BITS = 10;
export const EVERYWHERE = '*';

type Block = {
  jobId: string;
  /** A space, or `EVERYWHERE`. */
  scope: string;
  at: number;
  /** Of the picture as it was sent to be rendered, and of the video that came of it, where there is one. */
  sha256: string[];
  /** Of the picture and its middles, 16 hexadecimal digits each; none where nothing in it stands out. */
  pHashes: string[];
};

export type Blocks = {
  add(block: Block): Promise<void>;
  /** Lets all pictures of that job be used again. */
  lift(jobId: string): Promise<void>;
  /** From now on it holds everywhere. */
  widen(jobId: string): Promise<void>;
  /** Why what is to be rendered in that space may not be, if so. Looks at the picture only where something is blocked. */
  refusalFor(spaceId: string, files: Uploads): Promise<Refusal | undefined>;
  /** What is left of things in that space without those of which a picture is blocked, by what is known of these already. */
  without<T>(spaceId: string, things: readonly T[], picturesOf: (thing: T) => KnownPictures): Promise<T[]>;
  all(): Promise<Block[]>;
};

type KnownPictures = { sha256: readonly string[]; looks: readonly PictureHash[] };

const PREFIX = 'block:';
const HASHES_KEPT = 200;

export function createBlocks({
  kv,
  media,
  log,
}: {
  kv: KeyValueStore;
  media: Pick<Media, 'pictureHash'>;
  log: Log;
}): Blocks {
  const known = new Map<string, PictureHash | undefined>();
  const all = async (): Promise<Block[]> => [...(await kv.startingWith<Block>(PREFIX)).values()];

  async function hashOf({ path, sha256 }: Uploads['image']): Promise<PictureHash | undefined> {
    if (known.has(sha256)) return known.get(sha256);
    const hash = await media.pictureHash(path);
    known.set(sha256, hash);
    const oldest = known.keys().next().value;
    if (known.size > HASHES_KEPT && oldest !== undefined) known.delete(oldest);
    return hash;
  }

  return {
    all,
    async add(block) {
      const before = await kv.get<Block>(PREFIX + block.jobId);
      const scope = before?.scope === EVERYWHERE ? EVERYWHERE : block.scope;
      await kv.set(PREFIX + block.jobId, { ...block, scope });
    },
    async lift(jobId) {
      await kv.delete(PREFIX + jobId);
    },
    async widen(jobId) {
      const block = await kv.get<Block>(PREFIX + jobId);
      if (block) await kv.set(PREFIX + jobId, { ...block, scope: EVERYWHERE });
    },
    async without(spaceId, things, picturesOf) {
      const here = (await all()).filter(({ scope }) => scope === EVERYWHERE || scope === spaceId);
      if (here.length === 0) return [...things];
      return things.filter((thing) => {
        const pictures = picturesOf(thing);
        return !here.some((block) => covers(block, pictures));
      });
    },
    async refusalFor(spaceId, { image: picture, clip }) {
      const here = (await all()).filter(({ scope }) => scope === EVERYWHERE || scope === spaceId);
      if (here.length === 0) return undefined;
      const { croppedFrom } = picture;
      const given = [picture.sha256, clip.sha256, ...(croppedFrom ? [croppedFrom.sha256] : [])];
      const exact = here.some(({ sha256 }) => given.some((one) => sha256.includes(one)));
      if (!exact) {
        const seen = await hashOf(picture).catch(busy);
        if (seen === 'busy') return { code: 'busy' };
        // A part of a picture is looked up as what it is, and as what it is of.
        const looks = [seen, croppedFrom?.looks];
        const isBlocked = ({ pHashes }: Block) => looks.some((one) => one && isAlike(one, pHashes));
        if (!here.some(isBlocked)) return undefined;
      }
      log.info({ space: spaceId, exact }, 'a blocked picture was refused');
      return { code: 'picture-blocked' };
    },
  };
}

/** Whether one of these is a picture that is blocked. */
export const covers = (block: Pick<Block, 'sha256' | 'pHashes'>, { sha256, looks }: KnownPictures): boolean =>
  sha256.some((one) => block.sha256.includes(one)) || looks.some((one) => isAlike(one, block.pHashes));

/** Whether it is the picture of those hashes, or that one in a mirror. */
export const isAlike = (seen: PictureHash, hashes: readonly string[]): boolean =>
  nearestBits(seen, hashes) <= SAME_PICTURE_BITS;

export const nearestBits = ({ plain, mirrored }: PictureHash, hashes: readonly string[]): number =>
  Math.min(64, ...hashes.flatMap((hash) => [bitsApart(plain, hash), bitsApart(mirrored, hash)]));

/** What is kept of a picture that is to be known again. */
export const keptOf = ({ plain, middles }: PictureHash): string[] => [plain, ...middles];

/** What can't be looked at now is not used now. */
function busy(error: unknown): 'busy' {
  if (error instanceof MachineBusy) return 'busy';
  throw error;
}

/** How many bits of two hashes differ. */
function bitsApart(a: string, b: string): number {
  let bits = 0;
  for (let i = 0; i < 16; i += 8) bits += bitsIn(part(a, i) ^ part(b, i));
  return bits;
}

const part = (hash: string, from: number): number => Number.parseInt(hash.slice(from, from + 8), 16);
