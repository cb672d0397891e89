import { describe, expect, it } from 'vitest';
import { figureOf } from '../figure.ts';
import type { PlacedFigure } from '../footing.ts';
import { retarget } from '../retarget.ts';
import { distance, type KeyPointName, type Pose } from '../skeleton.ts';
import { shifted, standing } from './bodies.ts';

const options = { frameMs: 100, width: 600, height: 600, orientation: 'video' } as const;
const BONES: [KeyPointName, KeyPointName][] = [
  ['leftShoulder', 'leftElbow'],
  ['rightElbow', 'rightWrist'],
  ['leftHip', 'leftKnee'],
  ['rightKnee', 'rightAnkle'],
];

/** The last frame of a clip that holds one pose, past the blending in. */
function last(character: Pose, clip: Pose[], overrides = {}): PlacedFigure {
  const placed = retarget(figureOf(character), clip, { ...options, ...overrides }).at(-1);
  if (!placed) throw new Error('no frames');
  return placed;
}
const held = (pose: Pose): Pose[] => Array.from({ length: 12 }, () => pose);
const raised = standing({ leftElbow: { x: 375, y: 105 }, leftWrist: { x: 385, y: 45 } });

describe('retargeting', () => {
  it('begins with the character as it stands in its picture', () => {
    const character = standing();
    const [first] = retarget(figureOf(character), held(raised), options);
    for (const name of ['leftWrist', 'rightWrist', 'nose', 'leftAnkle'] as const)
      expect(distance(first?.joints[name] ?? { x: 0, y: 0 }, character[name])).toBeLessThan(0.01);
  });

  it('changes nothing when the clip stands as the character does', () => {
    const character = standing();
    const { joints } = last(character, held(standing()));
    for (const name of ['leftWrist', 'rightWrist', 'nose', 'leftAnkle', 'rightKnee'] as const)
      expect(distance(joints[name], character[name])).toBeLessThan(3);
  });

  it('gives the limbs the directions of the clip', () => {
    const { joints } = last(standing(), held(raised));
    expect(joints.leftWrist.y).toBeLessThan(joints.leftShoulder.y - 90);
    expect(joints.rightWrist.y).toBeGreaterThan(joints.rightShoulder.y + 90);
  });

  it("keeps the character's own bone lengths, however large the person in the clip is", () => {
    const character = standing();
    const big = (pose: Pose): Pose =>
      Object.fromEntries(
        Object.entries(pose).map(([name, at]) => [name, { ...at, x: at.x * 2.5, y: at.y * 2.5 }]),
      ) as Pose;
    const { joints } = last(character, held(big(raised)));
    for (const [from, to] of BONES) {
      const own = distance(character[from], character[to]);
      expect(distance(joints[from], joints[to])).toBeGreaterThan(own * 0.9);
      expect(distance(joints[from], joints[to])).toBeLessThan(own * 1.1);
    }
  });

  it('shortens a foreshortened bone, but not to nothing', () => {
    const character = standing();
    // Most of the clip shows the arm at full length, its end points it at the camera.
    const pointing = standing({ leftElbow: { x: 347, y: 185 }, leftWrist: { x: 349, y: 195 } });
    const { joints } = last(character, [...held(standing()), pointing]);
    const share =
      distance(joints.leftShoulder, joints.leftElbow) / distance(character.leftShoulder, character.leftElbow);
    expect(share).toBeLessThan(0.8);
    expect(share).toBeGreaterThan(0.3);
  });

  it('keeps the feet on the ground when the clip squats', () => {
    const squat = standing({
      leftHip: { x: 325, y: 400 },
      rightHip: { x: 275, y: 400 },
      leftKnee: { x: 385, y: 420 },
      rightKnee: { x: 215, y: 420 },
      leftShoulder: { x: 345, y: 270 },
      rightShoulder: { x: 255, y: 270 },
    });
    const character = standing();
    const { joints } = last(character, [...held(standing()), ...held(squat)]);
    expect(joints.leftAnkle.y).toBeCloseTo(505, -1);
    expect(joints.pelvis.y).toBeGreaterThan(360);
  });

  it('moves the whole by the way the clip goes, in body heights', () => {
    const walk = Array.from({ length: 12 }, (_, index) => shifted(standing(), index * 10, 0));
    const small = Object.fromEntries(
      Object.entries(standing()).map(([name, at]) => [name, { ...at, x: at.x / 2, y: at.y / 2 }]),
    ) as Pose;
    expect(last(standing(), walk).joints.pelvis.x - 300).toBeCloseTo(110, -1);
    expect(last(small, walk).joints.pelvis.x - 150).toBeCloseTo(55, -1);
  });

  it('works with a bust: head and shoulders sway, and nothing rises out of the cut edge', () => {
    const below: KeyPointName[] = ['leftHip', 'rightHip', 'leftKnee', 'rightKnee', 'leftAnkle', 'rightAnkle'];
    const bust = standing({}, [...below, 'leftElbow', 'rightElbow', 'leftWrist', 'rightWrist']);
    const figure = figureOf(bust);
    expect(figure.legs).toEqual({ left: 0, right: 0 });
    expect(figure.arms).toEqual({ left: 0, right: 0 });
    const jump = [...held(standing()), ...held(shifted(standing(), 0, -200))];
    const { joints } = last(bust, jump);
    expect(joints.pelvis.y).toBeGreaterThan(figure.joints.pelvis.y - 600 * 0.04);
    for (const place of Object.values(joints)) expect(Number.isFinite(place.x + place.y)).toBe(true);
  });

  it('leaves the legs alone where the clip shows none', () => {
    const unseen: KeyPointName[] = ['leftKnee', 'rightKnee', 'leftAnkle', 'rightAnkle'];
    const character = standing();
    const { joints } = last(character, held(standing({ leftWrist: { x: 420, y: 180 } }, unseen)));
    const shin = (at: { leftKnee: { x: number; y: number }; leftAnkle: { x: number; y: number } }) =>
      Math.atan2(at.leftAnkle.y - at.leftKnee.y, at.leftAnkle.x - at.leftKnee.x);
    expect(shin(joints)).toBeCloseTo(shin(character), 1);
  });

  it('turns left and right about when the clip shows its person from behind', () => {
    const behind = Object.fromEntries(
      Object.entries(raised).map(([name, at]) => [name, { ...at, x: 600 - at.x }]),
    ) as Pose;
    // The raised arm is on the viewer's left now, so the character's arm on that side goes up.
    const { joints } = last(standing(), held(behind));
    expect(joints.rightWrist.y).toBeLessThan(joints.rightShoulder.y - 60);
    expect(joints.leftWrist.y).toBeGreaterThan(joints.leftShoulder.y);
  });

  it('makes a character that stands up too tall for its picture smaller', () => {
    const crouching = figureOf(
      standing({
        leftHip: { x: 325, y: 260 },
        rightHip: { x: 275, y: 260 },
        leftKnee: { x: 425, y: 270 },
        rightKnee: { x: 175, y: 270 },
        leftAnkle: { x: 425, y: 370 },
        rightAnkle: { x: 175, y: 370 },
      }),
    );
    const placed = retarget(crouching, held(standing()), { ...options, height: 380 }).at(-1);
    expect(placed?.zoom).toBeLessThan(0.95);
  });
});
