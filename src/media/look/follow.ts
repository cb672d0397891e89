/** Follows one person through a clip, and counts everybody now and then. */
import { followPose, isPerson, isSamePerson, lookAt } from '../../../puppet/detect.ts';
import { type Picture, wholeSquare } from '../../../puppet/picture.ts';
import { distance, isSeen, KEY_POINTS, middle, type Pose } from '../../../puppet/skeleton.ts';
import type { Person } from '../../core/coach/look.ts';
import { type Everybody, findEverybody, type Models } from './everybody.ts';
import { peopleOf } from './people.ts';
import { describePerson } from './person.ts';
import { findTurn, looksRight } from './turned.ts';

/** So long after a count, people are counted anew. */
const COUNT_EVERY_SECONDS = 8;
/** The same after the first count: who sits down, or comes in, may be missed in one picture. */
const COUNT_AGAIN_SECONDS = 2;
/** The same where nobody was found: a glance at the whole tells when somebody comes. */
const SEARCH_EVERY_SECONDS = 2;
/** A search in all corners takes long: where the first ones found nobody, the whole is enough. */
const MAX_SEARCHES = 2;
/** However many cuts there are: each count takes as long as four looks. */
const MAX_COUNTS = 8;
/** How often a clip in which nobody stands is turned, to see whether it was filmed so. */
const MAX_TURNS = 2;

export type Seen = {
  atSeconds: number;
  /** The followed person; undefined where nobody is. */
  person?: Person;
  /** Everybody, where they were counted just then: the followed one first. */
  everybody?: Person[];
  /** Trunks a second that limbs have moved since the look before; undefined where there is none to compare with. */
  motion?: number;
};

export type Follower = {
  /** `isNewShot`: whoever was followed may be gone. */
  look(picture: Picture, atSeconds: number, isNewShot: boolean): Promise<Seen>;
  /** How fast limbs move, by a second look shortly after the last one. */
  glance(picture: Picture, atSeconds: number): Promise<number | undefined>;
  turned(): 0 | 90 | 180 | 270;
  /** The surest face. */
  face(): number;
};

export function createFollower(models: Models): Follower {
  let last: { pose: Pose; atSeconds: number } | undefined;
  let countedAt = Number.NEGATIVE_INFINITY;
  let counts = 0;
  let searches = 0;
  let wasAlone = false;
  let turns = 0;
  let turned: 0 | 90 | 180 | 270 = 0;
  let surest = 0;

  async function count(picture: Picture, atSeconds: number): Promise<Everybody> {
    countedAt = atSeconds;
    counts += 1;
    // The first one is thorough, as those who stand beside the followed one tend to stay; and one more where it met nobody
    // else, though there is room beside them.
    const isFirst = searches === 0;
    const hasRoom = picture.width >= picture.height;
    const isThorough = isFirst || (wasAlone && hasRoom && searches < MAX_SEARCHES);
    if (isThorough) searches += 1;
    let everybody = await findEverybody(models, picture, { parts: isThorough });
    wasAlone = everybody.bodies.length === 1;
    if (everybody.bodies.length === 0 && !isThorough && searches < MAX_SEARCHES) {
      searches += 1;
      everybody = await findEverybody(models, picture, { parts: true });
    }
    if (turns < MAX_TURNS && !looksRight(everybody)) {
      turns += 1;
      const turn = await findTurn(models, picture, everybody);
      if (turn !== 0) turned = turn;
    }
    surest = Math.max(surest, everybody.face);
    return everybody;
  }

  const untilNextCount = (): number => (counts === 1 ? COUNT_AGAIN_SECONDS : COUNT_EVERY_SECONDS);

  const isAnybodyIn = async (picture: Picture): Promise<boolean> =>
    isPerson(await lookAt(models.pose, picture, wholeSquare(picture)));

  return {
    async look(picture, atSeconds, isNewShot) {
      const before = isNewShot ? undefined : last;
      const since = atSeconds - countedAt;
      const isDue = isNewShot || since >= (before ? untilNextCount() : SEARCH_EVERY_SECONDS);
      if (counts < MAX_COUNTS && (isDue || (!before && (await isAnybodyIn(picture))))) {
        const everybody = await count(picture, atSeconds);
        const bodies = everybody.bodies.map((body) => ({ body, person: describePerson(body, picture) }));
        bodies.sort((a, b) => b.person.share - a.person.share);
        const same = before && bodies.find(({ body }) => isSamePerson(body.pose, before.pose));
        const taken = same ?? bodies[0];
        const motion = taken && before && motionBetween(before, { pose: taken.body.pose, atSeconds });
        last = taken && { pose: taken.body.pose, atSeconds };
        const others = peopleOf(everybody, picture).filter(
          (one) => JSON.stringify(one.box) !== JSON.stringify(taken?.person.box),
        );
        return {
          atSeconds,
          ...(taken ? { person: taken.person } : {}),
          everybody: [...(taken ? [taken.person] : []), ...others],
          ...(motion === undefined ? {} : { motion }),
        };
      }
      const pose = before && (await followPose(models.pose, picture, before.pose));
      if (!pose || !isPerson(pose)) {
        last = undefined;
        return { atSeconds };
      }
      const motion = before && motionBetween(before, { pose, atSeconds });
      last = { pose, atSeconds };
      const person = describePerson({ pose, score: 0.5 }, picture);
      return { atSeconds, person, ...(motion === undefined ? {} : { motion }) };
    },
    async glance(picture, atSeconds) {
      if (!last) return undefined;
      const pose = await followPose(models.pose, picture, last.pose);
      if (!isPerson(pose)) return undefined;
      const speed = limbSpeed(last, { pose, atSeconds });
      last = { pose, atSeconds };
      return speed;
    },
    turned: () => turned,
    face: () => surest,
  };
}

type Posed = { pose: Pose; atSeconds: number };

/** What limbs and head have moved on average, in trunks a second. Undefined for another person, or too little of one. */
function motionBetween(a: Posed, b: Posed): number | undefined {
  const speeds = speedsBetween(a, b);
  return speeds.length < 4 ? undefined : mean(speeds);
}

/** The three fastest, as one arm alone may be what is too fast. */
function limbSpeed(a: Posed, b: Posed): number | undefined {
  const speeds = speedsBetween(a, b).sort((one, other) => other - one);
  return speeds.length < 4 ? undefined : mean(speeds.slice(0, 3));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function speedsBetween(a: Posed, b: Posed): number[] {
  const seconds = b.atSeconds - a.atSeconds;
  const trunk = Math.max(
    distance(middle(a.pose.leftShoulder, a.pose.rightShoulder), middle(a.pose.leftHip, a.pose.rightHip)),
    distance(a.pose.leftShoulder, a.pose.rightShoulder),
  );
  const names = KEY_POINTS.filter((name) => isSeen(a.pose[name]) && isSeen(b.pose[name]));
  if (seconds <= 0 || trunk <= 0) return [];
  return names.map((name) => distance(a.pose[name], b.pose[name]) / trunk / seconds);
}
