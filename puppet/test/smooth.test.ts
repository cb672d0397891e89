import { describe, expect, it } from 'vitest';
import type { Pose } from '../skeleton.ts';
import { localFit, smoothTrack, withoutSpikes, withoutSwaps } from '../smooth.ts';
import { standing } from './bodies.ts';

const STEP = 66;
const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index * STEP);
const trackOf = (poses: Pose[]) => ({ poses, timesMs: times(poses.length), width: 600, height: 600 });

describe('smoothing', () => {
  it('keeps what does not move', () => {
    const poses = Array.from({ length: 20 }, () => standing());
    for (const pose of smoothTrack(trackOf(poses), [0, 100, 640, 1254])) {
      expect(pose.leftWrist.x).toBeCloseTo(375, 6);
      expect(pose.leftWrist.y).toBeCloseTo(300, 6);
    }
  });

  it('keeps a steady motion without delay', () => {
    const poses = times(30).map((time) => standing({ nose: { x: 100 + time * 0.1, y: 50 } }));
    const [pose] = smoothTrack(trackOf(poses), [990]);
    expect(pose?.nose.x).toBeCloseTo(199, 0);
  });

  it('takes most of the jitter away', () => {
    const poses = times(40).map((_time, index) =>
      standing({ nose: { x: 300 + (index % 2 === 0 ? 4 : -4), y: 110 } }),
    );
    const xs = smoothTrack(trackOf(poses), times(40).slice(5, 35)).map((pose) => pose.nose.x);
    expect(Math.max(...xs) - Math.min(...xs)).toBeLessThan(2);
  });

  it('fills a gap from both its ends, and says that nothing was seen there', () => {
    const poses = times(30).map((time, index) =>
      index > 12 && index < 18
        ? standing({ nose: { x: 9999, y: 0 } }, ['nose'])
        : standing({ nose: { x: 100 + time * 0.1, y: 50 } }),
    );
    const [pose] = smoothTrack(trackOf(poses), [15 * STEP]);
    expect(pose?.nose.x).toBeGreaterThan(100 + 15 * STEP * 0.1 - 12);
    expect(pose?.nose.x).toBeLessThan(100 + 15 * STEP * 0.1 + 12);
    expect(pose?.nose.score).toBeLessThan(0.2);
  });

  it('holds the last pose after the last look', () => {
    const poses = times(10).map((time) => standing({ nose: { x: time, y: 50 } }));
    const [pose] = smoothTrack(trackOf(poses), [5000]);
    expect(pose?.nose.x).toBeCloseTo(9 * STEP, -1);
  });

  it('fits a parabola exactly enough to keep the top of a wave', () => {
    const at = times(21);
    const values = at.map((time) => 100 - ((time - 660) / 100) ** 2);
    expect(
      localFit(
        at,
        values,
        at.map(() => 1),
        660,
        75,
      ),
    ).toBeCloseTo(100, 0);
  });

  it('puts legs back that change sides for a frame', () => {
    const swapped = standing({
      leftKnee: { x: 270, y: 405 },
      rightKnee: { x: 330, y: 405 },
      leftAnkle: { x: 268, y: 505 },
      rightAnkle: { x: 332, y: 505 },
    });
    const [, repaired] = withoutSwaps([standing(), swapped, standing()]);
    expect(repaired?.leftAnkle.x).toBe(332);
    expect(repaired?.rightKnee.x).toBe(270);
  });

  it('gives no say to a point that jumps out and back', () => {
    const jump = standing({ leftWrist: { x: 100, y: 20 } });
    const [, between] = withoutSpikes([standing(), jump, standing()], times(3));
    expect(between?.leftWrist.score).toBeLessThan(0.2);
    expect(between?.rightWrist.score).toBe(0.9);
  });
});
