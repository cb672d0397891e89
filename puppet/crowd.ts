/**
 * Several people in a clip, each followed for themselves: a look around the place where one is expected shows whoever is in
 * front there, and only somebody who knows the others too can tell who that is.
 */
import { type Appearance, appearanceOf, grown, trunkOf, unlikeness } from './appearance.ts';
import {
  boxOf,
  findAnother,
  findPeople,
  followPose,
  isPerson,
  isSamePerson,
  lookAround,
  without,
} from './detect.ts';
import { shouldersOf } from './measure.ts';
import type { PoseModel } from './model.ts';
import type { Picture } from './picture.ts';
import { distance, minus, type Point, type Pose, plus, poseOf, times } from './skeleton.ts';

/** One person: a pose for each frame since they were first met, a guess with low scores where they are hidden. */
export type Follower = {
  /** The number of the frame in which they were met. */
  from: number;
  poses: Pose[];
  /** As last seen. */
  shape: Pose;
  /** As last seen while nobody was hidden behind or before them: where that was, and which way they went. */
  sure: { at: Point; speed: Point; timeMs: number; trunk: number };
  appearance: Appearance;
  /** Frames since they were last seen. */
  hidden: number;
};

/** More are not followed: each costs a look a frame. */
const MOST = 3;
/** Whoever is smaller than this, by the largest one's trunk, can't hide that one, nor be taken for them. */
const RIVAL = 0.4;
/** How often somebody new is looked for. */
const NEWCOMERS_EVERY_MS = 2000;
/** How long somebody who is hidden goes on as before; by then they may have turned. */
const MOMENTUM_MS = 1200;
/** Beyond this it is somebody else: while others are near, and while nobody is. */
const STRANGER = { inCompany: 1.5, alone: 4 };
/**
 * For so many frames somebody who is hidden keeps their pose; what they do after that, nobody knows. Its scores are enough
 * for the puppet to hold it, and too low for a person that was seen.
 */
const HELD = { frames: 15, score: 0.28 };
const UNSEEN_SCORE = 0.1;
/** Looks at the whole for somebody hidden, once in so many frames. */
const SEARCH_EVERY = 4;
/** Where nobody was seen for so many frames, the picture has changed: whoever is there now takes the part of the largest. */
const ALL_GONE = 4;

export type Crowd = {
  followers: readonly Follower[];
  /** The next frame. */
  see(picture: Picture, timeMs: number): Promise<void>;
};

/** Nobody yet. */
export function createCrowd(model: PoseModel): Crowd {
  const followers: Follower[] = [];
  let frame = 0;
  let lookedMs = 0;

  const meet = (picture: Picture, pose: Pose, timeMs: number): void => {
    const sure = { at: shouldersOf(pose), speed: { x: 0, y: 0 }, timeMs, trunk: trunkOf(pose) };
    const appearance = appearanceOf(picture, pose);
    followers.push({ from: frame, poses: [pose], shape: pose, sure, appearance, hidden: 0 });
  };

  /** Those of a size that matters, who are not followed yet. */
  async function lookForNewcomers(picture: Picture, timeMs: number, here: Pose[]): Promise<void> {
    while (followers.length < MOST) {
      const pose = await findAnother(model, picture, here);
      const largest = Math.max(...followers.map(({ sure }) => sure.trunk));
      if (!pose || trunkOf(pose) < RIVAL * largest) return;
      here.push(pose);
      meet(picture, pose, timeMs);
    }
  }

  async function begin(picture: Picture, timeMs: number): Promise<void> {
    const [best, ...others] = await findPeople(model, picture);
    if (!best) throw new Error('a picture has at least one square to look at');
    const largest = Math.max(...[best, ...others].map(trunkOf));
    for (const pose of [best, ...others].slice(0, MOST))
      if (pose === best || trunkOf(pose) >= RIVAL * largest) meet(picture, pose, timeMs);
    if (isPerson(best)) await lookForNewcomers(picture, timeMs, [best, ...others]);
  }

  async function follow(picture: Picture, timeMs: number): Promise<void> {
    const expected = new Map(followers.map((one) => [one, expectedPose(one, timeMs)]));
    const finds: Pose[] = [];
    for (const pose of expected.values()) {
      const find = await lookAround(model, picture, pose);
      if (isPerson(find) && finds.every((other) => !isSamePerson(find, other))) finds.push(find);
    }
    const seen = assign(picture, timeMs, finds);
    for (const [one, pose] of expected) {
      if (seen.has(one)) continue;
      const find = await search(one, pose, without(picture, [...seen.values()]), timeMs);
      if (find) seen.set(one, find);
    }
    if (followers.every(({ hidden }) => hidden >= ALL_GONE) && seen.size === 0) {
      const [find] = await findPeople(model, picture);
      const [lead] = followers.toSorted((a, b) => b.sure.trunk - a.sure.trunk);
      if (find && lead && isPerson(find)) {
        seen.set(lead, find);
        lead.appearance = appearanceOf(picture, find);
      }
    }
    for (const one of followers) note(one, seen, expected, picture, timeMs);
  }

  const limitFor = (one: Follower, timeMs: number): number =>
    followers.some((other) => other !== one && isNear(expectedPose(one, timeMs), expectedPose(other, timeMs)))
      ? STRANGER.inCompany
      : STRANGER.alone;

  /** Whose each find is, the surest first. */
  function assign(picture: Picture, timeMs: number, finds: readonly Pose[]): Map<Follower, Pose> {
    const pairs = followers
      .flatMap((one) => finds.map((find) => ({ one, find, cost: costOf(one, find, picture, timeMs) })))
      .filter(({ one, cost }) => cost < limitFor(one, timeMs))
      .sort((a, b) => a.cost - b.cost);
    const seen = new Map<Follower, Pose>();
    const taken = new Set<Pose>();
    for (const { one, find } of pairs) {
      if (seen.has(one) || taken.has(find)) continue;
      seen.set(one, find);
      taken.add(find);
    }
    return seen;
  }

  /** Looks for somebody who was not where they were expected, in what the others leave. */
  async function search(one: Follower, pose: Pose, rest: Picture, timeMs: number): Promise<Pose | undefined> {
    const near = await lookAround(model, rest, pose);
    if (isPerson(near) && costOf(one, near, rest, timeMs) < limitFor(one, timeMs)) return near;
    if (one.hidden % SEARCH_EVERY !== SEARCH_EVERY - 1) return undefined;
    const far = await findAnother(model, rest, []);
    return far && costOf(one, far, rest, timeMs) < limitFor(one, timeMs) ? far : undefined;
  }

  return {
    followers,
    async see(picture, timeMs) {
      const [only, ...others] = followers;
      if (!only) await begin(picture, timeMs);
      else if (others.length === 0) {
        // Nobody to take them for: the whole is looked at whenever they are lost.
        const before = only.poses.at(-1);
        const pose = await followPose(model, picture, before);
        note(only, new Map([[only, pose]]), new Map(), picture, timeMs);
      } else await follow(picture, timeMs);
      if (timeMs - lookedMs >= NEWCOMERS_EVERY_MS) {
        lookedMs = timeMs;
        const here = followers.flatMap(({ poses }) => poses.slice(-1));
        if (here.some(isPerson)) await lookForNewcomers(picture, timeMs, here);
      }
      frame += 1;
    },
  };
}

/** Where they would be by now, in the pose of before. */
function expectedPose({ shape, sure }: Follower, timeMs: number): Pose {
  const by = minus(placeAt(sure, timeMs), shouldersOf(shape));
  return poseOf((name) => ({ ...shape[name], ...plus(shape[name], by) }));
}

/** On at the same speed, but ever slower: who is hidden for long may as well have stopped. Nobody goes on into the air. */
function placeAt({ at, speed, timeMs }: Follower['sure'], nowMs: number): Point {
  return plus(at, times(speed, MOMENTUM_MS * (1 - Math.exp((timeMs - nowMs) / MOMENTUM_MS))));
}

/** How unlike the one who is followed a find is, by its place, its colours and its size; about 0.3 for the same person. */
function costOf({ sure, appearance }: Follower, find: Pose, picture: Picture, timeMs: number): number {
  const away = distance(shouldersOf(find), placeAt(sure, timeMs)) / sure.trunk;
  const since = (timeMs - sure.timeMs) / 1000;
  const colours = unlikeness(appearance, appearanceOf(picture, find)) ?? 0.1;
  const grownBy = Math.abs(Math.log(trunkOf(find) / sure.trunk));
  return away / (1 + since) + colours * 5 + grownBy * 2;
}

function note(
  one: Follower,
  seen: ReadonlyMap<Follower, Pose>,
  expected: ReadonlyMap<Follower, Pose>,
  picture: Picture,
  timeMs: number,
): void {
  const pose = seen.get(one);
  if (!pose) {
    one.hidden += 1;
    const guess = expected.get(one) ?? one.shape;
    const most = one.hidden > HELD.frames ? UNSEEN_SCORE : HELD.score;
    one.poses.push(poseOf((name) => ({ ...guess[name], score: Math.min(guess[name].score, most) })));
    return;
  }
  one.poses.push(pose);
  one.hidden = 0;
  if (!isPerson(pose)) return;
  one.shape = pose;
  const isApart = [...expected].every(
    ([other, guess]) => other === one || seen.has(other) || !isNear(pose, guess),
  );
  if (!isApart) return;
  const at = shouldersOf(pose);
  const gapMs = timeMs - one.sure.timeMs;
  const speed = gapMs > 0 ? { x: (at.x - one.sure.at.x) / gapMs, y: 0 } : one.sure.speed;
  // Over about a third of a second: a step sways.
  const share = Math.min(1, gapMs / 300);
  const mean = plus(times(one.sure.speed, 1 - share), times(speed, share));
  one.sure = { at, speed: mean, timeMs, trunk: one.sure.trunk * 0.9 + trunkOf(pose) * 0.1 };
  one.appearance = grown(one.appearance, appearanceOf(picture, pose));
}

/** Whether two bodies touch in the picture, so that a look may take one for the other. */
function isNear(a: Pose, b: Pose): boolean {
  const [one, other] = [boxOf(a), boxOf(b)];
  const room = 0.15 * Math.max(one.right - one.left, other.right - other.left);
  return one.left - room < other.right && other.left - room < one.right;
}
