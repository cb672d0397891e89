/** Looks at files, each once: what was seen is kept by the hash of the bytes. */
import { z } from 'zod';
import type { Media } from '../media.ts';
import type { KeyValueStore } from '../ports.ts';
import { type ClipLook, clipLookSchema, LOOK_VERSION, type PictureLook, pictureLookSchema } from './look.ts';

/** After that a file that nobody has used is looked at anew. */
const KEPT_MS = 30 * 24 * 3_600_000;
/** One that is used again is kept for as long from then on; not written anew each time. */
const RENEWED_AFTER_MS = KEPT_MS / 2;

type Seen = { path: string; sha256: string };

/** Undefined where the look itself failed, which is no fault of the file's: another time it may not. */
export type Looks = {
  picture(file: Seen): Promise<PictureLook | undefined>;
  clip(file: Seen): Promise<ClipLook | undefined>;
};

export function createLooks(
  media: Pick<Media, 'lookAtPicture' | 'lookAtClip'>,
  kept: Pick<KeyValueStore, 'get' | 'set'>,
  now: () => number = Date.now,
): Looks {
  return {
    picture: once('picture', pictureLookSchema, (path) => media.lookAtPicture(path)),
    clip: once('clip', clipLookSchema, (path) => media.lookAtClip(path)),
  };

  function once<Look>(
    kind: string,
    shape: z.ZodType<Look>,
    lookAt: (path: string) => Promise<Look | undefined>,
  ): (file: Seen) => Promise<Look | undefined> {
    const record = z.object({
      version: z.literal(LOOK_VERSION),
      look: shape,
      // Missing on those of an earlier version.
      at: z.number().default(0),
    });
    /** Whoever asks for the same file meanwhile waits for the same look. */
    const underWay = new Map<string, Promise<Look | undefined>>();

    async function lookOnce(path: string, key: string): Promise<Look | undefined> {
      const known = record.safeParse(await kept.get(key));
      const fresh = known.success ? known.data.look : await lookAt(path);
      const isYoung = known.success && now() - known.data.at < RENEWED_AFTER_MS;
      if (fresh && !isYoung) await kept.set(key, { version: LOOK_VERSION, look: fresh, at: now() }, KEPT_MS);
      return fresh;
    }

    return ({ path, sha256 }) => {
      const running = underWay.get(sha256);
      if (running) return running;
      const look = lookOnce(path, `${kind}:${sha256}`).finally(() => underWay.delete(sha256));
      underWay.set(sha256, look);
      return look;
    };
  }
}
