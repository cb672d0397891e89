/** Looks at the pictures and clips of `people.ts` that a bot has on record: it need not look again. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createLooks } from '../../src/core/coach/looks.ts';
import { looksOn } from '../../src/store/index.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { clipLook, pictureLook } from './looks.ts';

type Files = { image: string; clip: string; seconds?: number };

/**
 * As if a bot that runs, or is yet to run, on that folder had looked at both before, and seen one good person in each. The
 * first look loads two models: of what it takes to make one video, that is half.
 */
export async function alreadySeen(dataDir: string, { image, clip, seconds = 4 }: Files): Promise<void> {
  const db = openDatabase(dataDir);
  try {
    const media = {
      lookAtPicture: async () => pictureLook({ width: 480, height: 720 }),
      lookAtClip: async () => clipLook({ width: 360, height: 640, seconds }),
    };
    const looks = createLooks(media, looksOn(db));
    await looks.picture({ path: image, sha256: await hashOf(image) });
    await looks.clip({ path: clip, sha256: await hashOf(clip) });
  } finally {
    db.close();
  }
}

const hashOf = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
