/** Describes one body: how much of it is in the picture, where it looks, and whether it stands. */
import {
  distance,
  isSeen,
  KEY_POINTS,
  type KeyPoint,
  middle,
  type Pose,
  SIDES,
} from '../../../puppet/skeleton.ts';
import type { Box, Facing, Framing, Person } from '../../core/coach/look.ts';
import type { Size } from '../av/geometry.ts';
import type { Face } from '../faces.ts';
import { type Body, SURE_FACE } from './everybody.ts';

/** A joint is believed from here on, and only within the picture: beyond the edge it is imagined. */
const BELIEVED = 0.3;
const SURE = 0.5;
const LOWEST = 0.975;
/** Degrees by which a trunk that stands may lean. */
const MAX_LEAN = 55;
/** Of the trunk's length, how wide shoulders are apart at least when they are seen from the front or the back. */
const BROAD = 0.3;
const DIGITS = 1000;

export function describePerson(body: Body, picture: Size): Person {
  const { pose, face } = body;
  const framing = framingOf(pose, face, picture);
  const head = headOf(pose, face);
  const box = boxOf(pose, head, framing, picture);
  return {
    box,
    ...(head ? { head: inShares(head, picture) } : {}),
    framing,
    headInView: isHeadInView(pose, face, picture),
    handsInView: areHandsInView(pose, picture),
    upright: isUpright(pose),
    facing: facingOf(pose, face),
    share: rounded(box.width * box.height),
    score: rounded(Math.min(1, body.score)),
    face: rounded(face?.score ?? 0),
    points: KEY_POINTS.map((name) => {
      const { x, y, score } = pose[name];
      return [rounded(x / picture.width), rounded(y / picture.height), rounded(score)];
    }),
  };
}

/** Somebody of whom there is no more than a face. */
export function describeFace(face: Face, picture: Size): Person {
  const head = headAround(face);
  const box = inShares(head, picture);
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  return {
    box,
    head: box,
    framing: 'face',
    headInView: true,
    handsInView: true,
    upright: true,
    facing: 'unclear',
    share: rounded(box.width * box.height),
    score: 0,
    face: rounded(face.score),
    points: KEY_POINTS.map(() => [rounded(x), rounded(y), 0]),
  };
}

/**
 * Each joint counts with the one above it alone: below the edge of a portrait the rest is imagined. Feet that are seen
 * well need no knees, which skirts and tables hide.
 */
function framingOf(pose: Pose, face: Face | undefined, picture: Size): Framing {
  const has = (name: 'Shoulder' | 'Elbow' | 'Hip' | 'Knee' | 'Ankle', least = BELIEVED): boolean =>
    SIDES.some((side) => isBelieved(pose[`${side}${name}`], picture, least));
  const hips = middle(pose.leftHip, pose.rightHip);
  const hasLegs = SIDES.some(
    (side) =>
      isBelieved(pose[`${side}Knee`], picture) &&
      (pose[`${side}Knee`].y > hips.y || pose[`${side}Knee`].score >= SURE),
  );
  if (has('Hip')) {
    if (has('Ankle', SURE) || (hasLegs && has('Ankle'))) return 'whole';
    return hasLegs ? 'knees' : 'hips';
  }
  const isSeenAtAll = isSeen(pose.leftShoulder) || isSeen(pose.rightShoulder);
  if (has('Elbow') && isSeenAtAll) return 'upper';
  const below = picture.height - middle(pose.leftShoulder, pose.rightShoulder).y;
  const headHeight = face ? face.height : distance(pose.leftEar, pose.rightEar);
  return isSeenAtAll && below > 0.25 * headHeight ? 'bust' : 'face';
}

/** What lies within a hair of the lower edge is imagined, too. */
const isBelieved = ({ x, y, score }: KeyPoint, { width, height }: Size, least = BELIEVED): boolean =>
  score >= least && x >= 0 && y >= 0 && x <= width && y <= height * LOWEST;

function isHeadInView(pose: Pose, face: Face | undefined, picture: Size): boolean {
  // A face that the edge cuts through has its middle within the picture, and its brow beyond it.
  if (face && face.score >= SURE_FACE) return face.top > -0.02 * face.height && face.left > -0.3 * face.width;
  const seen = (['nose', 'leftEye', 'rightEye', 'leftEar', 'rightEar'] as const).filter((name) =>
    isBelieved(pose[name], picture),
  );
  return seen.length >= 2 && pose.nose.y > 0.01 * picture.height;
}

/** A hand is cut off where its arm is seen and its wrist lies beyond the edge, or on it. */
function areHandsInView(pose: Pose, picture: Size): boolean {
  const [edgeX, edgeY] = [picture.width * 0.005, picture.height * 0.005];
  return SIDES.every((side) => {
    if (!isBelieved(pose[`${side}Elbow`], picture)) return true;
    const { x, y } = pose[`${side}Wrist`];
    return x > edgeX && y > edgeY && x < picture.width - edgeX && y < picture.height - edgeY;
  });
}

export function isUpright(pose: Pose): boolean {
  const shoulders = middle(pose.leftShoulder, pose.rightShoulder);
  const hips = middle(pose.leftHip, pose.rightHip);
  const hasHips = isSeen(pose.leftHip) || isSeen(pose.rightHip);
  if (!hasHips) return pose.nose.y < shoulders.y;
  const lean = (Math.atan2(Math.abs(hips.x - shoulders.x), hips.y - shoulders.y) * 180) / Math.PI;
  return lean <= MAX_LEAN && pose.nose.y < hips.y;
}

/** Left and right are the person's own: from behind they change sides. */
function facingOf(pose: Pose, face: Face | undefined): Facing {
  const hasFace = (face?.score ?? 0) >= SURE_FACE;
  const shoulders = middle(pose.leftShoulder, pose.rightShoulder);
  const hasTrunk = [pose.leftShoulder, pose.rightShoulder, pose.leftHip, pose.rightHip].every(isSeen);
  if (!hasTrunk) return hasFace ? facingOfHead(pose) : 'unclear';
  const trunk = Math.max(1, distance(shoulders, middle(pose.leftHip, pose.rightHip)));
  const breadth = (pose.leftShoulder.x - pose.rightShoulder.x) / trunk;
  if (breadth > BROAD) return 'front';
  if (breadth < -BROAD) return hasFace ? 'unclear' : 'back';
  return 'side';
}

/** From the front the nose stands between the ears. */
function facingOfHead({ nose, leftEar, rightEar }: Pose): Facing {
  const across = leftEar.x - rightEar.x;
  const at = across === 0 ? 0 : (nose.x - rightEar.x) / across;
  return across > 0 && at > 0.1 && at < 0.9 ? 'front' : 'side';
}

type Rect = { left: number; top: number; width: number; height: number };

/** The model's box goes from the brows to the chin. */
const headAround = ({ left, top, width, height }: Face): Rect => ({
  left: left - 0.25 * width,
  top: top - 0.55 * height,
  width: width * 1.5,
  height: height * 1.7,
});

function headOf(pose: Pose, face: Face | undefined): Rect | undefined {
  if (face && face.score >= SURE_FACE) return headAround(face);
  const seen = (['nose', 'leftEye', 'rightEye', 'leftEar', 'rightEar'] as const)
    .map((name) => pose[name])
    .filter(isSeen);
  if (seen.length < 2) return undefined;
  const size = Math.max(
    distance(pose.leftEar, pose.rightEar) * 1.4,
    distance(pose.leftShoulder, pose.rightShoulder) * 0.6,
  );
  const [x, y] = [mean(seen.map((point) => point.x)), mean(seen.map((point) => point.y))];
  return { left: x - size / 2, top: y - size * 0.65, width: size, height: size * 1.2 };
}

/** Around all that was seen, with room for what has no joint: hair, hands, feet; to the edge where the body goes on. */
function boxOf(pose: Pose, head: Rect | undefined, framing: Framing, picture: Size): Box {
  const seen = KEY_POINTS.map((name) => pose[name]).filter(
    (point) => isBelieved(point, picture) || isSeen(point),
  );
  const trunk = Math.max(
    distance(pose.leftShoulder, pose.rightShoulder) * 1.2,
    isSeen(pose.leftHip) ? distance(pose.leftShoulder, pose.leftHip) : 0,
  );
  const room = trunk * 0.18;
  const xs = seen.flatMap(({ x }) => [x - room, x + room]);
  const ys = seen.flatMap(({ y }) => [y - room, y + room]);
  if (head) xs.push(head.left, head.left + head.width);
  if (head) ys.push(head.top, head.top + head.height);
  const [left, top, right, bottom] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const goesOn = framing !== 'whole' && picture.height - bottom < trunk;
  return inShares(
    { left, top, width: right - left, height: (goesOn ? picture.height : bottom) - top },
    picture,
  );
}

function inShares({ left, top, width, height }: Rect, picture: Size): Box {
  const share = (value: number, of: number): number => rounded(Math.min(1, Math.max(0, value / of)));
  const [from, upper] = [share(left, picture.width), share(top, picture.height)];
  return {
    left: from,
    top: upper,
    width: rounded(share(left + width, picture.width) - from),
    height: rounded(share(top + height, picture.height) - upper),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const rounded = (value: number): number => Math.round(value * DIGITS) / DIGITS;
