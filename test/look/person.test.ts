import { describe, expect, it } from 'vitest';
import { type KeyPointName, type Pose, poseOf } from '../../puppet/skeleton.ts';
import type { Face } from '../../src/media/faces.ts';
import { describeFace, describePerson } from '../../src/media/look/person.ts';

const PICTURE = { width: 400, height: 1000 };
/** Somebody who stands upright and looks at us, head to foot, in a picture of 400 by 1000. */
const STANDING: Record<KeyPointName, [x: number, y: number]> = {
  nose: [200, 120],
  leftEye: [212, 108],
  rightEye: [188, 108],
  leftEar: [225, 115],
  rightEar: [175, 115],
  leftShoulder: [265, 210],
  rightShoulder: [135, 210],
  leftElbow: [290, 340],
  rightElbow: [110, 340],
  leftWrist: [300, 450],
  rightWrist: [100, 450],
  leftHip: [240, 470],
  rightHip: [160, 470],
  leftKnee: [240, 680],
  rightKnee: [160, 680],
  leftAnkle: [240, 880],
  rightAnkle: [160, 880],
};
const FACE: Face = { score: 0.9, left: 170, top: 85, width: 60, height: 65 };

const pose = (
  change: (name: KeyPointName, at: [number, number]) => [number, number, number?] = (_, at) => at,
): Pose =>
  poseOf((name) => {
    const [x, y, score = 0.8] = change(name, STANDING[name]);
    return { x, y, score };
  });
const seen = (body: Pose, face: Face | 'no face' = FACE, picture = PICTURE) =>
  describePerson({ pose: body, score: 0.8, ...(face === 'no face' ? {} : { face }) }, picture);

describe('how much of a body is in the picture', () => {
  it.each([
    ['whole', 1000],
    ['knees', 800],
    ['hips', 600],
    ['upper', 440],
    ['bust', 300],
    ['face', 205],
  ] as const)('is "%s" where the picture ends at %i', (framing, height) => {
    expect(seen(pose(), FACE, { width: 400, height }).framing).toBe(framing);
  });

  it('is whole where a skirt hides the knees', () => {
    const skirt = pose((name, [x, y]) => [x, y, name.endsWith('Knee') ? 0.1 : 0.8]);
    expect(seen(skirt).framing).toBe('whole');
  });

  it('does not believe hips that lie on the lower edge', () => {
    const portrait = pose((name, [x, y]) => (name.endsWith('Hip') ? [x, 438, 0.4] : [x, y]));
    expect(seen(portrait, FACE, { width: 400, height: 440 }).framing).toBe('upper');
  });
});

describe('a person', () => {
  it('stands, looks at us, and has head and hands in view', () => {
    expect(seen(pose())).toMatchObject({
      upright: true,
      facing: 'front',
      headInView: true,
      handsInView: true,
    });
  });

  it('shows the back where left and right have changed sides, and no face is seen', () => {
    const back = pose((_, [x, y]) => [400 - x, y]);
    expect(seen(back, 'no face').facing).toBe('back');
  });

  it('is seen from the side where the shoulders lie one behind the other', () => {
    const side = pose((_, [x, y]) => [200 + (x - 200) * 0.2, y]);
    expect(seen(side).facing).toBe('side');
  });

  it('is not upright on their head, nor lying', () => {
    expect(seen(pose((_, [x, y]) => [x, 1000 - y])).upright).toBe(false);
    expect(
      seen(
        pose((_, [x, y]) => [y, x]),
        'no face',
        { width: 1000, height: 400 },
      ).upright,
    ).toBe(false);
  });

  it('has a hand cut off where the wrist lies beyond the edge', () => {
    expect(seen(pose((name, [x, y]) => (name === 'leftWrist' ? [405, y] : [x, y]))).handsInView).toBe(false);
  });

  it('has the head cut off where the face goes beyond the upper edge, or no head is seen', () => {
    expect(seen(pose(), { ...FACE, top: -20 }).headInView).toBe(false);
    const headless = pose((name, [x, y]) => [x, y, /nose|Eye|Ear/.test(name) ? 0.05 : 0.8]);
    expect(seen(headless, 'no face').headInView).toBe(false);
  });

  it('has a box around all of it, with hair and shoes, and within the picture', () => {
    const { box, share } = seen(pose());
    expect(box.top).toBeLessThan(0.06);
    expect(box.top + box.height).toBeGreaterThan(0.9);
    expect(box.left).toBeLessThan(0.25);
    expect(share).toBeCloseTo(box.width * box.height, 2);
    const cut = seen(pose(), FACE, { width: 400, height: 600 }).box;
    expect(cut.top + cut.height).toBe(1);
  });

  it('of whom there is only a face is that face, with some hair', () => {
    const { framing, box, face, score } = describeFace(FACE, PICTURE);
    expect({ framing, face, score }).toEqual({ framing: 'face', face: 0.9, score: 0 });
    expect(box.top * PICTURE.height).toBeLessThan(FACE.top);
  });
});
