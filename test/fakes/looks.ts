/** Made-up looks at pictures and clips: one good person who stands in the middle, but for what a test says. */
import type { ClipLook, Person, PictureLook, Shot } from '../../src/core/coach/look.ts';

const STANDING = { left: 0.3, top: 0.1, width: 0.4, height: 0.85 };

export const person = (over: Partial<Person> = {}): Person => {
  const box = over.box ?? STANDING;
  return {
    box,
    head: { left: box.left + box.width / 3, top: box.top, width: box.width / 3, height: box.height / 7 },
    framing: 'whole',
    headInView: true,
    handsInView: true,
    upright: true,
    facing: 'front',
    share: box.width * box.height,
    score: 0.9,
    face: 0.9,
    points: Array.from({ length: 17 }, () => [0.5, 0.5, 0.9] as [number, number, number]),
    ...over,
  };
};

/** So many people of one size, side by side. */
export const inARow = (count: number, over: Partial<Person> = {}): Person[] =>
  Array.from({ length: count }, (_, at) =>
    person({ box: { left: at / count + 0.01, top: 0.2, width: 0.9 / count, height: 0.7 }, ...over }),
  );

export function pictureLook(over: Partial<PictureLook> = {}): PictureLook {
  const people = over.people ?? [person()];
  return {
    width: 1200,
    height: 1600,
    turned: 0,
    people,
    count: people.length,
    face: 0.9,
    sharpness: 50,
    blurred: false,
    brightness: 0.5,
    dark: false,
    ...over,
  };
}

export const shot = (fromSeconds: number, toSeconds: number, over: Partial<Shot> = {}): Shot => ({
  fromSeconds,
  toSeconds,
  count: 1,
  seen: 1,
  framing: 'whole',
  upright: true,
  share: 0.3,
  motion: 1,
  ...over,
});

/** One shot of so many seconds, or those that are said. */
export function clipLook(over: Partial<ClipLook> = {}): ClipLook {
  const seconds = over.seconds ?? 8;
  const people = over.people ?? [person()];
  return {
    width: 720,
    height: 1280,
    turned: 0,
    seconds,
    people,
    count: people.length,
    second: 0,
    face: 0.9,
    moments: [],
    cuts: [],
    fades: [],
    outOfView: [],
    shots: [shot(0, seconds)],
    best: [],
    ...(people[0] ? { firstPose: people[0] } : {}),
    speed: 3,
    cameraMoves: false,
    cameraRaces: false,
    still: false,
    sound: 'heard',
    ...over,
  };
}

/** Two shots, with a cut between them that nobody can miss. */
export const cutAt = (
  at: number,
  seconds: number,
  score = 35,
): Pick<ClipLook, 'seconds' | 'cuts' | 'shots'> => ({
  seconds,
  cuts: [{ atSeconds: at, score, beside: 8 }],
  shots: [shot(0, at), shot(at, seconds)],
});
