/** A pair that the model would spoil: three people in the picture, and a cut after five of the clip's nine seconds. */
import { writeFile } from 'node:fs/promises';
import { clipLook, cutAt, inARow, pictureLook } from './looks.ts';
import type { Remote } from './remote.ts';
import type { WorldOptions } from './world.ts';

/** The start of a JPEG: as much of one as simulators look at. */
const SHEET = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');

/** Rendered for seven cents a second. */
export function withDoubts(remote: Remote): Required<Pick<WorldOptions, 'remotes' | 'clip' | 'media'>> {
  remote.provider.quote = async ({ clipSeconds }) => ({ micros: clipSeconds * 70_000, notes: [] });
  return {
    remotes: [remote],
    clip: { durationMs: 9000 },
    media: {
      lookAtPicture: async () => pictureLook({ people: inARow(3) }),
      lookAtClip: async () => clipLook(cutAt(5, 9)),
      async contactSheet(_sheet, toPath) {
        await writeFile(toPath, SHEET);
        return true;
      },
    },
  };
}
