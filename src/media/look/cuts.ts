/** The cuts of a clip, from how much each frame differs from the one before. */
import type { ClipLook } from '../../core/coach/look.ts';

/** Of one shot, no frame that was measured came to more than 8.5. */
const CUT_SCORE = 10;
/** A flash makes two, and no shot is shorter. */
const MIN_SHOT_SECONDS = 0.25;
/** Frames so near to a cut tell whether it stands out. */
const BESIDE_SECONDS = 0.5;

type Cuts = {
  /** Takes every frame, in order. Whether a new shot begins with it. */
  add(atSeconds: number, score: number): boolean;
  all: ClipLook['cuts'];
};

export function createCuts(): Cuts {
  const all: ClipLook['cuts'] = [];
  let near: { atSeconds: number; score: number }[] = [];
  return {
    add(atSeconds, score) {
      const last = all.at(-1);
      if (last && atSeconds - last.atSeconds <= BESIDE_SECONDS)
        last.beside = rounded(Math.max(last.beside, score));
      near = near.filter((one) => atSeconds - one.atSeconds <= BESIDE_SECONDS);
      const beside = Math.max(0, ...near.map((one) => one.score));
      near.push({ atSeconds, score });
      const isCut = score >= CUT_SCORE && (!last || atSeconds - last.atSeconds >= MIN_SHOT_SECONDS);
      if (isCut) all.push({ atSeconds: rounded(atSeconds), score: rounded(score), beside: rounded(beside) });
      return isCut;
    },
    all,
  };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
