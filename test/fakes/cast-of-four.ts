/** A motion and four characters in a member's library, as they lie on disk. */
import { writeFile } from 'node:fs/promises';
import type { LibraryStore } from '../../src/core/library/store.ts';
import type { LimitRule } from '../../src/core/limits/limit-rules.ts';
import type { Files } from '../../src/core/ports.ts';
import { aCharacter, aMotion } from './items.ts';

export const FOUR = ['Ann', 'Bob', 'Cy', 'Dee'];
/** Too few for all of them. */
export const THREE_A_DAY: LimitRule[] = [{ who: { kind: 'space' }, period: 'day', unit: 'jobs', max: 3 }];

const ROOM = { shelf: 200, owner: 200 };

export async function keepFour(
  { library, files }: { library: LibraryStore; files: Files },
  where: { spaceId: string; ownerId: string },
): Promise<void> {
  const keep = async (text: string, mime: string) => {
    await using temp = await files.temp('bin');
    await writeFile(temp.path, text);
    return await files.keep(temp.path, mime);
  };
  await library.add(aMotion({ ...where, file: await keep('Shuffle', 'video/mp4') }), ROOM);
  for (const name of FOUR) {
    const file = await keep(name, 'image/jpeg');
    await library.add(aCharacter({ ...where, id: `c${name.toLowerCase()}`, name, file }), ROOM);
  }
}
