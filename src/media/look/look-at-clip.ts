/** The task `lookAtClip`: one pass over a clip that finds its cuts, follows its person, and watches the camera. */
import type { Frame } from 'node-av/lib';
import { type ClipLook, MAX_PEOPLE, type Person } from '../../core/coach/look.ts';
import { createCutWatch } from '../av/cuts.ts';
import { createFilter } from '../av/filter.ts';
import { createGreyScaler } from '../av/grey.ts';
import { decode } from '../av/look.ts';
import { openClip, type SoundOption } from '../av/open-clip.ts';
import { createCameraWatch, type Grey, isPlain } from '../camera.ts';
import { type ClipMeasurements, readClip } from '../check-clip.ts';
import type { TaskContext } from '../task.ts';
import { createCuts } from './cuts.ts';
import { createFollower, type Seen } from './follow.ts';
import { greyOf, withinBars } from './light.ts';
import { loadModels } from './models.ts';
import { bestOf, fadesOf, outOfViewOf, shotsOf } from './shots.ts';
import { soundOf } from './sound.ts';

/** Nobody sends more than half of it, and it has to be quick. */
const LOOK_AT_SECONDS = 60;
const LOOK_SIDE = 480;
const LOOK_EVERY_SECONDS = 0.8;
const MAX_LOOKS = 30;
/** Every so many looks, another one follows shortly after, to tell how fast limbs move. */
const GLANCE_EVERY = 5;
const GLANCE_AFTER_SECONDS = 0.1;
const GREY_EVERY_SECONDS = 0.4;
/** What grey values differ at least, on average, where anything moves at all. */
const STILL = 0.6;
/** About 20 s of 1080p at 30 frames a second. */
const LIGHT_PIXELS = 1_200_000_000;
const HEAVY_PIXELS = 4 * LIGHT_PIXELS;

type Args = { path: string } & SoundOption;

export async function lookAtClip(
  { path, withoutSound }: Args,
  { signal }: TaskContext,
): Promise<ClipLook | null> {
  const read = await readClip(path, { withoutSound });
  if (!read.ok) return null;
  const { container, scanned, geometry } = read.value;
  await using clip = await openClip(path, container, { withoutSound });
  if (!clip?.picture) return null;
  const seconds = scanned.durationMs / 1000;
  const lookedAt = Math.min(seconds, LOOK_AT_SECONDS);
  const follower = createFollower(await loadModels());
  const camera = createCameraWatch();
  using cutWatch = createCutWatch(clip.picture);
  using scaler = createGreyScaler();
  const longest = Math.max(geometry.shown.width, geometry.shown.height);
  const scale = Math.min(1, LOOK_SIDE / longest);
  const [width, height] = [geometry.shown.width, geometry.shown.height].map(
    (side) => 2 * Math.round((side * scale) / 2),
  );
  using shrink = createFilter(
    [geometry.turn, `scale=${width}:${height}:flags=area`, 'format=rgb24'].filter(Boolean).join(','),
    clip.picture,
  );

  const cuts = createCuts();
  const seen: Seen[] = [];
  const speeds: number[] = [];
  const greys: { atSeconds: number; grey: Grey; isNewShot: boolean }[] = [];
  const bars: ClipLook['inBars'][] = [];
  const everySeconds = Math.max(LOOK_EVERY_SECONDS, lookedAt / MAX_LOOKS);
  let [lookAt, greyAt, glanceAt] = [0, 0, Number.POSITIVE_INFINITY];
  let [isCutSinceLook, isCutSinceGrey] = [true, true];

  async function pictureOf(frame: Frame) {
    using copy = frame.clone();
    if (!copy) return undefined;
    for await (const small of shrink.push(copy))
      return { width: small.width, height: small.height, rgb: new Uint8Array(small.toBuffer()) };
    return undefined;
  }

  for await (const { frame, at } of decode(clip, clip.picture, {
    rough: true,
    ...skipFor(read.value, lookedAt),
  })) {
    signal.throwIfAborted();
    const atSeconds = Math.max(0, at - scanned.startSeconds);
    if (atSeconds > lookedAt) break;
    if (cuts.add(atSeconds, await cutWatch.score(frame))) [isCutSinceLook, isCutSinceGrey] = [true, true];
    if (atSeconds >= greyAt - 0.001 || isCutSinceGrey) {
      greyAt = atSeconds + GREY_EVERY_SECONDS;
      const grey = await scaler.grey(frame);
      if (grey) {
        camera.add(grey, { isNewShot: isCutSinceGrey && greys.length > 0 });
        greys.push({ atSeconds, grey, isNewShot: isCutSinceGrey });
      }
      isCutSinceGrey = false;
    }
    const isLook = atSeconds >= lookAt - 0.001 || (isCutSinceLook && seen.length < MAX_LOOKS);
    if (!isLook && atSeconds < glanceAt) continue;
    const picture = await pictureOf(frame);
    if (!picture) continue;
    if (!isLook) {
      const speed = await follower.glance(picture, atSeconds);
      if (speed !== undefined) speeds.push(speed);
      glanceAt = Number.POSITIVE_INFINITY;
      continue;
    }
    lookAt = atSeconds + everySeconds;
    const moment = await follower.look(picture, rounded(atSeconds), isCutSinceLook);
    if (seen.length % GLANCE_EVERY === 0) glanceAt = atSeconds + GLANCE_AFTER_SECONDS;
    if (moment.everybody) bars.push(withinBars(greyOf(picture)));
    seen.push(moment);
    isCutSinceLook = false;
  }
  if (seen.length === 0) return null;

  await using again = await openClip(path, container, { withoutSound });
  const plain = greys.map(({ atSeconds, grey }) => ({ atSeconds, isPlain: isPlain(grey) }));
  const fades = fadesOf(plain, lookedAt);
  const outOfView = outOfViewOf(seen, lookedAt);
  const shots = shotsOf(seen, cuts.all, lookedAt);
  const counts = seen.flatMap(({ everybody }) => everybody ?? []);
  const people = bestMoment(seen);
  const firstPose = seen.find(({ person }) => person)?.person;
  const inBars = bars.every((one) => one !== undefined) ? bars[0] : undefined;
  return {
    ...geometry.shown,
    turned: follower.turned(),
    ...(inBars ? { inBars } : {}),
    seconds: rounded(seconds),
    people: people.slice(0, MAX_PEOPLE),
    count: counts.length === 0 ? 0 : (shots.toSorted(byLength)[0]?.count ?? 0),
    second: secondOf(seen),
    face: rounded(follower.face()),
    moments: seen.map(({ atSeconds, person, everybody, motion }) => ({
      atSeconds,
      boxes: (everybody ?? (person ? [person] : [])).slice(0, MAX_PEOPLE).map(({ box }) => box),
      motion: rounded(motion ?? 0),
    })),
    cuts: cuts.all,
    fades,
    outOfView,
    shots,
    best: bestOf(shots, seen, { fades, outOfView }),
    ...(firstPose ? { firstPose } : {}),
    speed: rounded(speeds.toSorted((a, b) => a - b)[Math.floor((speeds.length - 1) * 0.95)] ?? 0),
    cameraMoves: camera.pans(),
    cameraRaces: camera.races(),
    still: isStill(greys),
    sound: again ? await soundOf(again) : 'none',
  };
}

/** Frames that nothing else needs are left out of a heavy clip, and all but keyframes of one that is heavier still. */
function skipFor({ geometry, scanned }: ClipMeasurements, seconds: number) {
  const pixels = geometry.coded.width * geometry.coded.height * scanned.fps * seconds;
  if (pixels > HEAVY_PIXELS) return { skip: 'nokey' } as const;
  return pixels > LIGHT_PIXELS ? ({ skip: 'noref' } as const) : {};
}

const byLength = (a: ClipLook['shots'][number], b: ClipLook['shots'][number]): number =>
  b.toSeconds - b.fromSeconds - (a.toSeconds - a.fromSeconds);

/** Those who were counted where the followed one is seen best. */
function bestMoment(seen: readonly Seen[]): Person[] {
  const counted = seen.flatMap(({ everybody, person }) =>
    everybody && person ? [{ everybody, person }] : [],
  );
  const worth = ({ score, share, face }: Person): number => score + share + face;
  return counted.sort((a, b) => worth(b.person) - worth(a.person))[0]?.everybody ?? [];
}

/** In the middle of all counts. */
function secondOf(seen: readonly Seen[]): number {
  const seconds = seen.flatMap(({ everybody, person }) => {
    if (!everybody || !person || person.share === 0) return [];
    return [Math.min(1, (everybody[1]?.share ?? 0) / person.share)];
  });
  return rounded(seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? 0);
}

function isStill(greys: readonly { grey: Grey; isNewShot: boolean }[]): boolean {
  let pairs = 0;
  for (const [at, { grey, isNewShot }] of greys.entries()) {
    const before = greys[at - 1]?.grey;
    if (!before || isNewShot) continue;
    pairs += 1;
    let sum = 0;
    for (let pixel = 0; pixel < grey.pixels.length; pixel += 1)
      sum += Math.abs((grey.pixels[pixel] ?? 0) - (before.pixels[pixel] ?? 0));
    if (sum / grey.pixels.length > STILL) return false;
  }
  return pairs > 0;
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
