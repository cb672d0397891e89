import { describe, expect, it } from 'vitest';
import { colourOdds, zonesOf } from '../colour-model.ts';
import { cutOut } from '../cut-out.ts';
import { bytesOf, canvasOf, drawPiece, wipe } from '../draw.ts';
import { figureOf } from '../figure.ts';
import { fillUnknown } from '../fill.ts';
import { takeApart } from '../layers.ts';
import type { Picture } from '../picture.ts';
import { boxMean, scaledPlane } from '../planes.ts';
import { createPuppet, createWhole } from '../puppet.ts';
import { edgesOf, randomWalk } from '../random-walk.ts';
import { repaint } from '../repaint.ts';
import { poseOf } from '../skeleton.ts';
import { isPlausible, setStage } from '../stage.ts';
import { standing } from './bodies.ts';

type Colour = [number, number, number];

function pictureOf(width: number, height: number, colourAt: (x: number, y: number) => Colour): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1)
    rgb.set(colourAt(at % width, Math.floor(at / width)), at * 3);
  return { width, height, rgb };
}
const colourAt = ({ rgb, width }: Picture, x: number, y: number): number[] => [
  ...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

/** Half the size, to be quick. */
const SIDE = 300;
const small = poseOf((name) => ({
  ...standing()[name],
  x: standing()[name].x / 2,
  y: standing()[name].y / 2,
}));

/** A red body on a beach: capsules around the bones of `standing`, sky above sand. */
const SKY: Colour = [120, 180, 230];
const SAND: Colour = [220, 200, 150];
const RED: Colour = [190, 40, 40];
const BONES = [
  [300, 100, 300, 110, 32],
  [300, 130, 300, 170, 14],
  [270, 180, 330, 180, 22],
  [300, 180, 300, 290, 38],
  [345, 172, 365, 240, 13],
  [365, 240, 378, 318, 11],
  [255, 172, 235, 240, 13],
  [235, 240, 222, 318, 11],
  [318, 300, 330, 405, 19],
  [330, 405, 332, 508, 14],
  [282, 300, 270, 405, 19],
  [270, 405, 268, 508, 14],
] as const;
const inBody = (x: number, y: number): boolean =>
  BONES.some(([ax, ay, bx, by, radius]) => {
    const [dx, dy] = [bx - ax, by - ay];
    const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    return Math.hypot(x - ax - along * dx, y - ay - along * dy) < radius;
  });
const beach = pictureOf(SIDE, SIDE, (x, y) => (inBody(x * 2, y * 2) ? RED : y < 210 ? SKY : SAND));
const figure = figureOf(small);
const matte = cutOut(beach, figure);

describe('filling', () => {
  const known = new Float32Array(64 * 64).fill(1);
  for (let y = 20; y < 40; y += 1) known.fill(0, y * 64 + 20, y * 64 + 44);
  const striped = pictureOf(64, 64, (x, y) => [x * 4, y < 32 ? 40 : 200, 90]);

  it('leaves known pixels alone', () => {
    const filled = fillUnknown(striped, known);
    for (let at = 0; at < known.length; at += 1)
      if (known[at] === 1)
        expect(filled.rgb.subarray(at * 3, at * 3 + 3)).toEqual(striped.rgb.subarray(at * 3, at * 3 + 3));
  });

  it('fills a hole in an even surface with its colour', () => {
    const even = pictureOf(64, 64, () => [10, 120, 240]);
    expect(colourAt(fillUnknown(even, known), 32, 30)).toEqual([10, 120, 240]);
  });

  it('goes on with a horizon behind the hole', () => {
    const scene = pictureOf(200, 120, (x, y) =>
      y < 60 ? [100, 160, 220 - (x % 3)] : [210, 190, 140 + (x % 3)],
    );
    const hole = new Uint8Array(200 * 120);
    for (let y = 30; y < 95; y += 1) hole.fill(1, y * 200 + 80, y * 200 + 120);
    const unknown = Float32Array.from(hole, (value) => 1 - value);
    const painted = repaint(fillUnknown(scene, unknown), hole);
    for (let x = 84; x < 116; x += 4) {
      expect(colourAt(painted, x, 50)[0]).toBeLessThan(130);
      expect(colourAt(painted, x, 70)[0]).toBeGreaterThan(180);
    }
    for (let at = 0; at < hole.length; at += 1)
      if (hole[at] === 0) expect(painted.rgb[at * 3]).toBe(scene.rgb[at * 3]);
  });
});

describe('splitting', () => {
  it('puts the border where the edge is, not half way between the seeds', () => {
    const grid = { width: 40, height: 10 };
    const halves = pictureOf(40, 10, (x) => (x < 28 ? [200, 200, 200] : [30, 30, 30]));
    const prior = new Float32Array(400);
    const trust = new Float32Array(400).fill(1e-4);
    for (let y = 0; y < 10; y += 1) {
      prior[y * 40] = 1;
      trust[y * 40] = 10;
      trust[y * 40 + 39] = 10;
    }
    const chance = randomWalk(grid, edgesOf(halves.rgb, grid), prior, trust, 400);
    expect(chance[5 * 40 + 26]).toBeGreaterThan(0.5);
    expect(chance[5 * 40 + 30]).toBeLessThan(0.5);
  });

  it('knows the foreground by its colours', () => {
    const halves = pictureOf(40, 40, (x) => (x < 20 ? RED : SKY));
    const inside = Float32Array.from({ length: 1600 }, (_, at) => (at % 40 < 20 ? 1 : 0));
    const odds = colourOdds(
      halves.rgb,
      inside,
      inside.map(() => 1),
      zonesOf(40, 40, 40),
    );
    expect(odds[0]).toBeGreaterThan(2);
    expect(odds[39]).toBeLessThan(-2);
  });

  it('cuts the body out, and nothing else', () => {
    let [wrong, body] = [0, 0];
    for (let y = 0; y < SIDE; y += 1) {
      for (let x = 0; x < SIDE; x += 1) {
        const value = matte[y * SIDE + x] ?? 0;
        if (inBody(x * 2, y * 2)) body += 1;
        if (value > 0.5 !== inBody(x * 2, y * 2)) wrong += 1;
      }
    }
    expect(wrong / body).toBeLessThan(0.06);
    expect(isPlausible(matte, beach, figure)).toBe(true);
  });

  it('does not believe a matte that is empty or holds everything', () => {
    expect(isPlausible(new Float32Array(SIDE * SIDE), beach, figure)).toBe(false);
    expect(isPlausible(new Float32Array(SIDE * SIDE).fill(1), beach, figure)).toBe(false);
  });
});

describe('the puppet', () => {
  const layers = takeApart(beach, matte, figure);
  const atRest = { joints: figure.joints, zoom: 1, about: figure.joints.pelvis };

  it('has a layer for each limb, and draws arms last', () => {
    expect(layers.map((layer) => layer.part)).toEqual(['leftLeg', 'rightLeg', 'body', 'leftArm', 'rightArm']);
  });

  it('at rest looks like the picture it was cut from', () => {
    const puppet = createPuppet(layers, figure, beach);
    const canvas = canvasOf(pictureOf(SIDE, SIDE, (_x, y) => (y < 210 ? SKY : SAND)));
    puppet.pose(atRest);
    for (const piece of puppet.pieces) drawPiece(canvas, piece);
    const bytes = bytesOf(canvas);
    let difference = 0;
    for (let at = 0; at < beach.rgb.length; at += 1)
      difference += Math.abs((beach.rgb[at] ?? 0) - (bytes[Math.floor(at / 3) * 4 + (at % 3)] ?? 0));
    expect(difference / beach.rgb.length).toBeLessThan(1.5);
  });

  it('moves only the arm that moves', () => {
    const puppet = createPuppet(layers, figure, beach);
    puppet.pose(atRest);
    const before = puppet.pieces.map((piece) => piece.moved.slice());
    const raised = {
      ...figure.joints,
      leftElbow: { x: 205, y: 75 },
      leftWrist: { x: 235, y: 60 },
      leftHand: { x: 250, y: 52 },
    };
    puppet.pose({ ...atRest, joints: raised });
    for (const [index, piece] of puppet.pieces.entries()) {
      const farthest = Math.max(
        ...piece.moved.map((value, at) => Math.abs(value - (before[index]?.[at] ?? 0))),
      );
      if (piece.layer.part === 'leftArm') expect(farthest).toBeGreaterThan(40);
      else expect(farthest).toBeLessThan(0.01);
    }
  });

  it('leaves a clean background where it was wiped away', () => {
    const { background, puppet } = setStage(beach, small);
    const canvas = { ...background, pixels: background.pixels.slice() };
    puppet.pose(atRest);
    for (const piece of puppet.pieces) drawPiece(canvas, piece);
    expect(canvas.pixels).not.toEqual(background.pixels);
    wipe(canvas, background);
    expect(canvas.pixels).toEqual(background.pixels);
    const [red = 0, , blue = 0] = bytesOf(background).subarray((120 * SIDE + 150) * 4);
    expect(blue).toBeGreaterThan(200);
    expect(red).toBeLessThan(140);
  });

  it('as a whole picture bends around the body and stays where it is at the edges', () => {
    const whole = createWhole(beach, figure);
    const [piece] = whole.pieces;
    if (!piece) throw new Error('nothing to move');
    /** How far the mesh's corner nearest to a place was moved. */
    const moveAt = (x: number, y: number): [number, number] => {
      let [best, nearest] = [0, Number.POSITIVE_INFINITY];
      for (let at = 0; at < piece.corners.length; at += 2) {
        const away = Math.hypot((piece.corners[at] ?? 0) - x, (piece.corners[at + 1] ?? 0) - y);
        if (away < nearest) [best, nearest] = [at, away];
      }
      return [
        (piece.moved[best] ?? 0) - (piece.corners[best] ?? 0),
        (piece.moved[best + 1] ?? 0) - (piece.corners[best + 1] ?? 0),
      ];
    };
    const higher = (name: 'leftWrist' | 'leftHand') => ({
      x: figure.joints[name].x,
      y: figure.joints[name].y - 30,
    });
    whole.pose({
      ...atRest,
      joints: { ...figure.joints, leftWrist: higher('leftWrist'), leftHand: higher('leftHand') },
    });
    expect(moveAt(188, 150)[1]).toBeLessThan(-15);
    for (const [x, y] of [
      [0, 0],
      [0, 150],
      [150, 0],
    ] as const) {
      expect(Math.abs(moveAt(x, y)[0])).toBeLessThan(2);
      expect(Math.abs(moveAt(x, y)[1])).toBeLessThan(2);
    }
  });
});

describe('planes', () => {
  it('keep their mean when they are blurred and resized', () => {
    const flat = new Float32Array(30 * 20).fill(0.4);
    for (const value of boxMean(flat, 30, 20, 4)) expect(value).toBeCloseTo(0.4, 5);
    for (const value of scaledPlane(flat, 30, 20, 70, 13)) expect(value).toBeCloseTo(0.4, 5);
  });
});
