/** Tells where one shot ends and the next begins, by FFmpeg's scene detection. */
import type { Frame, Stream } from 'node-av/lib';
import { createFilter } from './filter.ts';

/** Hard cuts came to 13 and more, single shots with people to 3.4 at most, jump cuts within one scene to 5.3. */
const CUT_SCORE = 10;

export type CutWatch = Disposable & {
  /** How much of the picture is another than in the frame before, 0 to 100. Takes every frame that there is. */
  score(frame: Frame): Promise<number>;
  /** Whether a new shot begins with it. */
  isCut(frame: Frame): Promise<boolean>;
};

export function createCutWatch(stream: Stream): CutWatch {
  // To compare whole frames takes less work than to make them smaller, and comes to the same.
  const filter = createFilter('scdet=t=0', stream);
  async function score(frame: Frame): Promise<number> {
    let most = 0;
    // The filter takes what it is given away: whoever has the frame still needs it.
    using copy = frame.clone();
    if (!copy) return 0;
    for await (const seen of filter.push(copy))
      most = Math.max(most, Number(seen.getMetadata()?.get('lavfi.scd.score') ?? 0));
    return most;
  }
  return {
    score,
    isCut: async (frame) => (await score(frame)) >= CUT_SCORE,
    [Symbol.dispose]: () => filter[Symbol.dispose](),
  };
}
