/**
 * The character's body as it stands in the picture: every joint has a place, and what was not seen is filled in from
 * the usual proportions and marked as unknown, so that nothing is made of it but the rest has something to hang on.
 */
import {
  clamp,
  distance,
  isSeen,
  KEY_POINTS,
  type KeyPointName,
  middle,
  minus,
  type Point,
  type Pose,
  plus,
  SIDES,
  type Side,
  times,
} from './skeleton.ts';

/** Key points, and places between and beyond them that move with the body. */
export type Joint =
  | KeyPointName
  | 'pelvis'
  | 'chest'
  | 'skull'
  | 'crown'
  | 'chin'
  | `${Side}Hand`
  | `${Side}Toe`;
export type Joints = Record<Joint, Point>;

export type Figure = {
  joints: Joints;
  known: ReadonlySet<KeyPointName>;
  /** Pixels from the middle of the shoulders to the middle of the hips: the measure of everything else. */
  torso: number;
  /** Half the head's width, in pixels. */
  headRadius: number;
  /** How much of each limb is there: 2 whole, 1 down to the elbow or knee, 0 not at all. */
  arms: Record<Side, 0 | 1 | 2>;
  legs: Record<Side, 0 | 1 | 2>;
};

/** Usual lengths, in torsos. */
export const USUAL = { upperArm: 0.6, forearm: 0.5, thigh: 0.82, shin: 0.8, hand: 0.26, foot: 0.28 } as const;

/** Throws nothing: a pose with two sure points or none still gives some figure. Ask `isPerson` first. */
export function figureOf(pose: Pose): Figure {
  const known = new Set(KEY_POINTS.filter((name) => isSeen(pose[name])));
  const at = (name: KeyPointName): Point | undefined => (known.has(name) ? pose[name] : undefined);
  const { head, radius } = headOf(pose, known);

  let leftShoulder = at('leftShoulder');
  let rightShoulder = at('rightShoulder');
  if (!leftShoulder && !rightShoulder) {
    leftShoulder = plus(head, { x: radius * 2.2, y: radius * 2.6 });
    rightShoulder = plus(head, { x: -radius * 2.2, y: radius * 2.6 });
  }
  // One shoulder: the other stands as far on the head's other side.
  leftShoulder ??= mirrored(rightShoulder ?? head, head.x);
  rightShoulder ??= mirrored(leftShoulder, head.x);
  const chest = middle(leftShoulder, rightShoulder);
  const width = Math.max(distance(leftShoulder, rightShoulder), radius * 1.6);

  const up = unit(minus(head, chest));
  const [leftSeen, rightSeen] = [at('leftHip'), at('rightHip')];
  const guessed = minus(chest, times({ x: up.x * 0.3, y: up.y }, width * 1.35));
  const side = minus(leftShoulder, chest);
  const pelvis =
    leftSeen && rightSeen
      ? middle(leftSeen, rightSeen)
      : leftSeen
        ? minus(leftSeen, times(side, 0.6))
        : rightSeen
          ? plus(rightSeen, times(side, 0.6))
          : guessed;
  const leftHip = leftSeen ?? plus(pelvis, times(side, 0.6));
  const rightHip = rightSeen ?? minus(pelvis, times(side, 0.6));
  const torso = Math.max(distance(chest, pelvis), width * 0.9);

  const limbs = Object.fromEntries(SIDES.flatMap((one) => limbPoints(one))) as Partial<Joints>;
  const skull = head;
  const face = (name: KeyPointName, dx: number, dy: number): Point =>
    at(name) ?? plus(head, { x: dx * radius, y: dy * radius });
  const headUp = headAxis(pose, known) ?? up;
  return {
    joints: {
      nose: face('nose', 0, 0.25),
      leftEye: face('leftEye', 0.4, -0.1),
      rightEye: face('rightEye', -0.4, -0.1),
      leftEar: face('leftEar', 0.95, 0),
      rightEar: face('rightEar', -0.95, 0),
      leftShoulder,
      rightShoulder,
      leftHip,
      rightHip,
      pelvis,
      chest,
      skull,
      crown: plus(head, times(headUp, radius * 1.55)),
      chin: minus(head, times(headUp, radius * 1.25)),
      ...limbs,
    } as Joints,
    known,
    torso,
    headRadius: radius,
    arms: { left: reach('left', 'Elbow', 'Wrist'), right: reach('right', 'Elbow', 'Wrist') },
    legs: { left: legReach('left'), right: legReach('right') },
  };

  function reach(one: Side, mid: 'Elbow' | 'Knee', end: 'Wrist' | 'Ankle'): 0 | 1 | 2 {
    if (!known.has(`${one}${mid}` as KeyPointName)) return 0;
    return known.has(`${one}${end}` as KeyPointName) ? 2 : 1;
  }

  function legReach(one: Side): 0 | 1 | 2 {
    // A robe or the picture's edge makes the model guess knees next to the hips.
    const isLeg = known.has(`${one}Hip`) && distance(pose[`${one}Hip`], pose[`${one}Knee`]) > torso * 0.4;
    return isLeg ? reach(one, 'Knee', 'Ankle') : 0;
  }

  function limbPoints(one: Side): [Joint, Point][] {
    const down = { x: 0, y: 1 };
    const [shoulder, hip] = one === 'left' ? [leftShoulder, leftHip] : [rightShoulder, rightHip];
    if (!shoulder || !hip) return [];
    const elbow = at(`${one}Elbow`) ?? plus(shoulder, times(down, torso * USUAL.upperArm));
    const wrist =
      at(`${one}Wrist`) ?? plus(elbow, times(unit(minus(elbow, shoulder)), torso * USUAL.forearm));
    const knee = at(`${one}Knee`) ?? plus(hip, times(down, torso * USUAL.thigh));
    const ankle = at(`${one}Ankle`) ?? plus(knee, times(unit(minus(knee, hip)), torso * USUAL.shin));
    const hand = plus(wrist, times(unit(minus(wrist, elbow)), torso * USUAL.hand));
    return [
      [`${one}Elbow`, elbow],
      [`${one}Wrist`, wrist],
      [`${one}Knee`, knee],
      [`${one}Ankle`, ankle],
      [`${one}Hand`, hand],
      [`${one}Toe`, toeOf(one, knee, ankle)],
    ];
  }

  /** MoveNet sees no toes: they point outwards and down, more so the more the shin leans that way. */
  function toeOf(one: Side, knee: Point, ankle: Point): Point {
    const outwards = Math.sign(side.x || 1) * (one === 'left' ? 1 : -1);
    const lean = clamp((ankle.x - knee.x) / (torso * 0.4), -1, 1);
    return plus(
      ankle,
      times({ x: clamp(outwards * 0.45 + lean * 0.5, -0.9, 0.9), y: 0.55 }, torso * USUAL.foot),
    );
  }
}

function headOf(pose: Pose, known: ReadonlySet<KeyPointName>): { head: Point; radius: number } {
  const span = (a: KeyPointName, b: KeyPointName): number =>
    known.has(a) && known.has(b) ? distance(pose[a], pose[b]) : 0;
  const face = (['nose', 'leftEye', 'rightEye', 'leftEar', 'rightEar'] as const).filter((name) =>
    known.has(name),
  );
  const shoulders = span('leftShoulder', 'rightShoulder');
  const radius =
    Math.max(
      span('leftEar', 'rightEar') * 0.56,
      span('leftEye', 'rightEye') * 1.15,
      Math.max(span('nose', 'leftEar'), span('nose', 'rightEar')) * 0.62,
      shoulders * 0.2,
    ) || 20;
  if (face.length === 0) {
    const chest = middle(pose.leftShoulder, pose.rightShoulder);
    return { head: { x: chest.x, y: chest.y - radius * 2.4 }, radius };
  }
  const ears = known.has('leftEar') && known.has('rightEar');
  const sum = face.reduce<Point>((total, name) => plus(total, pose[name]), { x: 0, y: 0 });
  return { head: ears ? middle(pose.leftEar, pose.rightEar) : times(sum, 1 / face.length), radius };
}

/** Up, as the head sees it: across the line of eyes or ears. */
function headAxis(pose: Pose, known: ReadonlySet<KeyPointName>): Point | undefined {
  for (const [a, b] of [
    ['leftEar', 'rightEar'],
    ['leftEye', 'rightEye'],
  ] as const) {
    if (!known.has(a) || !known.has(b)) continue;
    const line = minus(pose[a], pose[b]);
    const across = unit({ x: line.y, y: -line.x });
    return across.y < 0 ? across : times(across, -1);
  }
  return undefined;
}

const unit = (a: Point): Point => {
  const length = Math.hypot(a.x, a.y);
  return length > 1e-9 ? { x: a.x / length, y: a.y / length } : { x: 0, y: 1 };
};

const mirrored = (point: Point, x: number): Point => ({ x: 2 * x - point.x, y: point.y });
