/** A pair that the model would spoil: three people in the picture, and a cut after five of the clip's nine seconds. */
import { copyFile } from 'node:fs/promises';
import { sampleImage } from '../samples.ts';
import { clipLook, cutAt, inARow, pictureLook } from './looks.ts';
import type { Remote } from './remote.ts';
import type { WorldOptions } from './world.ts';

/** A second costs so many cents. */
export function chargeBySecond({ provider }: Remote, cents: number): void {
  provider.quote = async ({ clipSeconds }) => ({ micros: clipSeconds * cents * 10_000, notes: [] });
}

/** Rendered for seven cents a second. */
export function withDoubts(remote: Remote): Required<Pick<WorldOptions, 'remotes' | 'clip' | 'media'>> {
  chargeBySecond(remote, 7);
  return {
    remotes: [remote],
    clip: { durationMs: 9000 },
    media: {
      lookAtPicture: async () => pictureLook({ people: inARow(3) }),
      lookAtClip: async () => clipLook(cutAt(5, 9)),
      async contactSheet(_sheet, toPath) {
        await copyFile(await sampleImage(), toPath);
        return true;
      },
    },
  };
}
