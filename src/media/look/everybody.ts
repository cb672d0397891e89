/** Everybody in a picture: bodies by MoveNet, faces by BlazeFace, and which of them belong together. */
import {
  isPerson,
  isSamePerson,
  lookAt,
  lookCloser,
  personScore,
  squareAround,
} from '../../../puppet/detect.ts';
import type { PoseModel } from '../../../puppet/model.ts';
import { cutSquare, type Picture, type Square, wholeSquare } from '../../../puppet/picture.ts';
import { distance, isSeen, KEY_POINTS, middle, type Pose } from '../../../puppet/skeleton.ts';
import { eachOnce, FACE_LOOK_SIDE, type Face, type FaceModel } from '../faces.ts';

export type Models = { pose: PoseModel; face: FaceModel };

/** In the picture's pixels. */
export type Body = { pose: Pose; score: number; face?: Face };

export type Everybody = {
  /** The largest first. */
  bodies: Body[];
  /** Those whose body could not be made out. */
  loneFaces: Face[];
  /** How sure the surest face is, whoever's it is. */
  face: number;
};

/** A face this sure has a body, for which it is worth looking. */
export const SURE_FACE = 0.6;
/** A face without a body is somebody from here on: wheels, cups and leaves come to 0.7. */
const SURE_LONE_FACE = 0.75;
/** A body this sure is somebody's. One that is not, and has no face, is believed where there is nobody else. */
const SURE_BODY = 0.45;
/** A body that lies so much within a larger one is a part of it, such as its legs. */
const WITHIN = 0.4;
/** A body that is so much smaller than the largest one is a reflection, or somebody far off. */
const MUCH_SMALLER = 0.2;
/** How many closer looks are taken at faces without a body, and at parts of the picture. */
const MAX_FACE_LOOKS = 8;
/** Of a face's height, the square that its body fits in. */
const BODY_IN_FACES = 9;
/** Where a face is larger than that, nobody stands behind who would be worth a look. */
const CLOSE_FACE = 0.3;

/** `parts`: looks for those without a face to be seen, too, who are missed in the whole. */
export async function findEverybody(
  models: Models,
  picture: Picture,
  { parts }: { parts: boolean },
): Promise<Everybody> {
  const faces = await findFaces(models.face, picture, parts);
  const met: Pose[] = [];
  const meet = (pose: Pose): boolean => {
    if (!isPerson(pose) || met.some((other) => isSamePerson(pose, other))) return false;
    met.push(pose);
    return true;
  };
  const first = await lookAt(models.pose, picture, wholeSquare(picture));
  meet(await lookCloser(models.pose, picture, first));

  let looks = 0;
  for (const face of faces) {
    if (face.score < SURE_FACE || looks >= MAX_FACE_LOOKS) break;
    if (met.some((pose) => isFaceOf(face, pose))) continue;
    looks += 1;
    meet(await lookOnce(models.pose, picture, bodySquare(face)));
  }
  const isCloseUp = faces.some((face) => face.height > CLOSE_FACE * picture.height);
  if (parts && !isCloseUp)
    for (const square of partsOf(picture)) meet(await lookOnce(models.pose, picture, square, met));
  return together(met, faces);
}

/** A look at a square, and one more around whoever may be there, unless that is somebody who was met. */
async function lookOnce(
  model: PoseModel,
  picture: Picture,
  square: Square,
  met: readonly Pose[] = [],
): Promise<Pose> {
  const pose = await lookAt(model, picture, square);
  const around = squareAround(pose, picture);
  if (!around || personScore(pose) < 0.2 || met.some((other) => isSamePerson(pose, other))) return pose;
  const closer = await lookAt(model, picture, around);
  return personScore(closer) > personScore(pose) ? closer : pose;
}

/** The whole, and in a wide or tall picture its ends. */
async function findFaces(model: FaceModel, picture: Picture, parts: boolean): Promise<Face[]> {
  const found: Face[] = [];
  const squares = [wholeSquare(picture)];
  for (const square of squares) {
    const faces = await model.look(cutSquare(picture, square, FACE_LOOK_SIDE));
    for (const face of faces)
      found.push({
        score: face.score,
        left: square.left + face.left * square.side,
        top: square.top + face.top * square.side,
        width: face.width * square.side,
        height: face.height * square.side,
      });
    const isFirst = squares.length === 1;
    const largest = Math.max(0, ...found.map((one) => (one.score >= SURE_FACE ? one.height : 0)));
    if (isFirst && parts && largest < CLOSE_FACE * picture.height) squares.push(...upperParts(picture));
    if (!isFirst && squares.length === 1) break;
  }
  return eachOnce(found);
}

function upperParts({ width, height }: Picture): Square[] {
  const side = Math.min(width, height) * 0.65;
  const top = Math.min(height - side, height * 0.05);
  const count = Math.max(1, Math.ceil(width / side));
  return Array.from({ length: count }, (_, at) => ({
    left: count === 1 ? (width - side) / 2 : ((width - side) * at) / (count - 1),
    top,
    side,
  }));
}

/** Squares that overlap, side by side along the longer side. */
function partsOf({ width, height }: Picture): Square[] {
  const side = Math.min(width, height) * 0.8;
  const along = Math.max(width, height);
  const count = Math.min(4, Math.max(2, Math.ceil((along / side) * 1.3)));
  const across = (Math.min(width, height) - side) / 2;
  return Array.from({ length: count }, (_, at) => {
    const from = ((along - side) * at) / (count - 1);
    return width > height ? { left: from, top: across, side } : { left: across, top: from, side };
  });
}

/** Where the body of a face would be. */
function bodySquare({ left, top, width, height }: Face): Square {
  const side = height * BODY_IN_FACES;
  return { left: left + width / 2 - side / 2, top: top - height, side };
}

function isFaceOf(face: Face, pose: Pose): boolean {
  const [x, y] = [face.left + face.width / 2, face.top + face.height / 2];
  const head = isSeen(pose.nose) ? pose.nose : middle(pose.leftEar, pose.rightEar);
  return distance({ x, y }, head) < face.height * 0.8;
}

/** Drops what is a part of somebody else, and gives each face its body. */
function together(met: readonly Pose[], faces: readonly Face[]): Everybody {
  const sorted = met
    .map((pose) => ({ pose, area: pointArea(pose) }))
    .sort((a, b) => b.area.size - a.area.size);
  const kept: typeof sorted = [];
  for (const one of sorted) {
    const isPart = kept.some(({ area }) => shareWithin(one.area, area) >= WITHIN);
    const isTiny = one.area.size < MUCH_SMALLER * (kept[0]?.area.size ?? 0);
    if (!isPart && !isTiny) kept.push(one);
  }
  const free = new Set(faces);
  const bodies = kept.map(({ pose }): Body => {
    const face = faces.find((one) => free.has(one) && isFaceOf(one, pose));
    if (face) free.delete(face);
    return { pose, score: personScore(pose), ...(face ? { face } : {}) };
  });
  const sure = bodies.filter(({ score, face }) => score >= SURE_BODY || (face?.score ?? 0) >= SURE_FACE);
  const loneFaces = [...free].filter((face) => face.score >= SURE_LONE_FACE);
  return {
    bodies: sure.length + loneFaces.length > 0 ? sure : bodies.slice(0, 1),
    loneFaces,
    face: faces[0]?.score ?? 0,
  };
}

type Area = { left: number; top: number; right: number; bottom: number; size: number };

/** Around the points that were seen. */
function pointArea(pose: Pose): Area {
  const seen = KEY_POINTS.map((name) => pose[name]).filter(isSeen);
  const [xs, ys] = [seen.map((point) => point.x), seen.map((point) => point.y)];
  const [left, top, right, bottom] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return { left, top, right, bottom, size: Math.max(1, (right - left) * (bottom - top)) };
}

function shareWithin(a: Area, b: Area): number {
  const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return wide > 0 && high > 0 ? (wide * high) / a.size : 0;
}
