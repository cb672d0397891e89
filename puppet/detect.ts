/** Finding one person in a picture: a look at the whole, then closer looks at where the person stands. */
import type { PoseModel } from './model.ts';
import { cutSquare, type Picture, type Square, wholeSquare } from './picture.ts';
import {
  clamp,
  distance,
  isSeen,
  KEY_POINTS,
  type KeyPointName,
  middle,
  type Pose,
  poseOf,
  SEEN,
  SIDES,
} from './skeleton.ts';

/** A mean this high over the best points is a person; a cat or a cup gives 0.07 to 0.15. */
const PERSON_SCORE = 0.3;
const CORE: readonly KeyPointName[] = ['nose', 'leftShoulder', 'rightShoulder', 'leftHip', 'rightHip'];

/** How sure it is that this is a person: the mean of the nine best key points, so that half a body is enough. */
export function personScore(pose: Pose): number {
  const scores = KEY_POINTS.map((name) => pose[name].score).sort((a, b) => b - a);
  return scores.slice(0, 9).reduce((sum, score) => sum + score, 0) / 9;
}

/** Whether a person can be seen well enough to be animated: two shoulders, or a face with one. */
export function isPerson(pose: Pose): boolean {
  const core = CORE.filter((name) => isSeen(pose[name])).length;
  return core >= 2 && personScore(pose) >= PERSON_SCORE;
}

/** A square around what was seen, with room for hands and hair; undefined when too little was. */
export function squareAround(pose: Pose, picture: Picture): Square | undefined {
  const seen = KEY_POINTS.map((name) => pose[name]).filter(isSeen);
  if (seen.length < 4) return undefined;
  const { left, right, top, bottom } = boxOf(pose);
  const whole = Math.max(picture.width, picture.height);
  const side = clamp(Math.max(right - left, bottom - top) * 1.45, whole * 0.12, whole * 1.1);
  return { left: (left + right) / 2 - side / 2, top: (top + bottom) / 2 - side / 2, side };
}

/** Longest lengths, in torsos; a limb beyond them is somebody else's. */
const LONGEST: readonly (readonly [KeyPointName, KeyPointName, number])[] = SIDES.flatMap((side) => [
  [`${side}Shoulder`, `${side}Elbow`, 0.95] as const,
  [`${side}Elbow`, `${side}Wrist`, 0.9] as const,
  [`${side}Hip`, `${side}Knee`, 1.35] as const,
  [`${side}Knee`, `${side}Ankle`, 1.35] as const,
]);

/** The same pose, without hands and feet that can't be this person's. */
function withoutStrangers(pose: Pose): Pose {
  const size = Math.max(
    distance(pose.leftShoulder, pose.rightShoulder) * 1.3,
    [pose.leftHip, pose.rightHip, pose.leftShoulder, pose.rightShoulder].every(isSeen)
      ? distance(middle(pose.leftShoulder, pose.rightShoulder), middle(pose.leftHip, pose.rightHip))
      : 0,
    distance(pose.leftEar, pose.rightEar) * 1.8,
  );
  const wrong = new Set<KeyPointName>();
  for (const [from, to, most] of LONGEST)
    if (wrong.has(from) || distance(pose[from], pose[to]) > most * size) wrong.add(to);
  if (wrong.size === 0) return pose;
  return poseOf((name) => (wrong.has(name) ? { ...pose[name], score: pose[name].score * 0.2 } : pose[name]));
}

/** One look at one square; key points in the picture's pixels. */
export async function lookAt(model: PoseModel, picture: Picture, square: Square): Promise<Pose> {
  const found = await model.look(cutSquare(picture, square));
  const pose = poseOf((_name, index) => ({
    x: square.left + (found[index * 3 + 1] ?? 0) * square.side,
    y: square.top + (found[index * 3] ?? 0) * square.side,
    score: found[index * 3 + 2] ?? 0,
  }));
  return withoutStrangers(pose);
}

/**
 * The pose of the person in a still picture. Of several people it takes the one that is best seen, large and
 * in the middle. The answer may be no person at all: ask `isPerson`.
 */
export async function findPose(model: PoseModel, picture: Picture): Promise<Pose> {
  const [best] = await findPeople(model, picture);
  if (!best) throw new Error('a picture has at least one square to look at');
  return best;
}

/**
 * Everybody who was met, the most prominent first; the first one may be no person at all. `closely` looks into the
 * picture's parts as well, for those who stand between others.
 */
export async function findPeople(model: PoseModel, picture: Picture, closely = false): Promise<Pose[]> {
  const met: { pose: Pose; rank: number }[] = [];
  for (const start of [...startingSquares(picture), ...(closely ? partSquares(picture) : [])]) {
    const pose = await lookCloser(model, picture, await lookAt(model, picture, start));
    met.push({ pose, rank: prominence(pose, picture) });
  }
  met.sort((a, b) => b.rank - a.rank);
  const people: Pose[] = [];
  for (const { pose } of met) {
    const isNew = people.every((other) => !isSamePerson(pose, other));
    if (people.length === 0 || (isNew && isPerson(pose))) people.push(pose);
  }
  return people;
}

/** Whether two finds in one picture are of one body. */
export function isSamePerson(a: Pose, b: Pose): boolean {
  const reach = Math.max(
    distance(a.leftShoulder, a.rightShoulder),
    distance(b.leftShoulder, b.rightShoulder),
  );
  const [one, other] = [middle(a.leftShoulder, a.rightShoulder), middle(b.leftShoulder, b.rightShoulder)];
  return distance(one, other) < reach || distance(a.nose, b.nose) < reach * 0.6;
}

/** The next frame of a clip: first where the person stood a moment ago, then the whole when that fails. */
export async function followPose(
  model: PoseModel,
  picture: Picture,
  before: Pose | undefined,
): Promise<Pose> {
  const square = before && isPerson(before) ? squareAround(before, picture) : undefined;
  if (square) {
    const pose = await lookAt(model, picture, square);
    if (isPerson(pose)) return pose;
  }
  return lookCloser(model, picture, await lookAt(model, picture, wholeSquare(picture)));
}

/** One look around where somebody should be. The answer may be anybody who is there, or no person at all. */
export async function lookAround(model: PoseModel, picture: Picture, expected: Pose): Promise<Pose> {
  const square = squareAround(expected, picture);
  return square ? lookAt(model, picture, square) : expected;
}

/** The most prominent one beside those who are known; undefined when that is no person. */
export async function findAnother(
  model: PoseModel,
  picture: Picture,
  known: readonly Pose[],
): Promise<Pose | undefined> {
  const rest = without(picture, known);
  const pose = await lookCloser(model, rest, await lookAt(model, rest, wholeSquare(rest)));
  return isPerson(pose) && known.every((other) => !isSamePerson(pose, other)) ? pose : undefined;
}

/** A copy of the picture with grey where these people stand. */
export function without(picture: Picture, people: readonly Pose[]): Picture {
  const rgb = picture.rgb.slice();
  for (const pose of people) {
    const { left, right, top, bottom } = boxOf(pose);
    const [wider, taller] = [(right - left) * 0.12, (bottom - top) * 0.12];
    const from = Math.round(clamp(left - wider, 0, picture.width));
    const to = Math.round(clamp(right + wider, from, picture.width));
    for (let y = Math.max(0, Math.round(top - taller)); y < Math.min(picture.height, bottom + taller); y += 1)
      rgb.fill(128, (y * picture.width + from) * 3, (y * picture.width + to) * 3);
  }
  return { ...picture, rgb };
}

/** Around the key points that were seen; empty where none was. */
export function boxOf(pose: Pose): { left: number; right: number; top: number; bottom: number } {
  const seen = KEY_POINTS.map((name) => pose[name]).filter(isSeen);
  if (seen.length === 0) return { left: 0, right: 0, top: 0, bottom: 0 };
  const xs = seen.map((point) => point.x);
  const ys = seen.map((point) => point.y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** Looks again around what was seen, as long as that is better. */
export async function lookCloser(model: PoseModel, picture: Picture, first: Pose): Promise<Pose> {
  let pose = first;
  for (let round = 0; round < 2; round += 1) {
    const square = squareAround(pose, picture);
    if (!square) break;
    const closer = await lookAt(model, picture, square);
    if (personScore(closer) < personScore(pose) * 0.95) break;
    pose = closer;
  }
  return pose;
}

/** The whole, and for a wide or tall picture its parts: somebody small at one end is missed in the whole. */
function startingSquares(picture: Picture): Square[] {
  const { width, height } = picture;
  const side = Math.min(width, height);
  const across = Math.max(width, height) - side;
  const parts = across > side * 0.15 ? [0.5, 0, 1] : [];
  return [
    wholeSquare(picture),
    ...parts.map((at) => ({
      left: width > height ? across * at : 0,
      top: width > height ? 0 : across * at,
      side,
    })),
  ];
}

/** Left, middle and right of the upper and the lower half. */
function partSquares({ width, height }: Picture): Square[] {
  const side = Math.min(width, height) * 0.6;
  return [0, 0.5, 1].flatMap((across) =>
    [0, 1].map((down) => ({ left: (width - side) * across, top: (height - side) * down, side })),
  );
}

/** How much of the picture is this person's: sureness, size, and being in the middle. */
function prominence(pose: Pose, picture: Picture): number {
  const seen = KEY_POINTS.map((name) => pose[name]).filter((point) => point.score >= SEEN);
  if (seen.length < 2) return personScore(pose) * 0.1;
  const xs = seen.map((point) => point.x);
  const ys = seen.map((point) => point.y);
  const size = Math.max(
    (Math.max(...xs) - Math.min(...xs)) / picture.width,
    (Math.max(...ys) - Math.min(...ys)) / picture.height,
  );
  const away = Math.abs((Math.max(...xs) + Math.min(...xs)) / 2 / picture.width - 0.5);
  return personScore(pose) * (0.4 + Math.min(1, size)) * (1 - away * 0.8);
}
