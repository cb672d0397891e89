/** From a picture and the pose in it to a puppet in front of an empty background. */

import { capsulesOf, shapeField } from './body-shape.ts';
import { cutOut } from './cut-out.ts';
import { type Canvas, canvasOf } from './draw.ts';
import { type Figure, figureOf } from './figure.ts';
import { fillUnknown } from './fill.ts';
import { takeApart } from './layers.ts';
import type { Picture } from './picture.ts';
import { boxMean, readerOf } from './planes.ts';
import { createPuppet, createWhole, type Puppet } from './puppet.ts';
import { repaint } from './repaint.ts';
import type { Pose } from './skeleton.ts';

export type Stage = { figure: Figure; background: Canvas; puppet: Puppet };

/** `others` are the poses of further people in the picture: they stay as they are. */
export function setStage(picture: Picture, pose: Pose, others: readonly Pose[] = []): Stage {
  const figure = figureOf(pose);
  const strangers = others.map(figureOf);
  const matte = cutOut(picture, figure, strangers);
  const isCut = isPlausible(matte, picture, figure);
  const puppet = isCut
    ? createPuppet(takeApart(picture, matte, figure), figure, picture)
    : createWhole(picture, figure);
  const background = canvasOf(isCut ? behind(picture, matte, strangers) : picture);
  return { figure, background, puppet };
}

/**
 * Whether a matte can be a body's: about as large as the figure's capsules, and not the whole picture. Where it is
 * not, the whole picture is bent instead, held at its edges.
 */
export function isPlausible(matte: Float32Array, { width, height }: Picture, figure: Figure): boolean {
  const scale = Math.min(1, 200 / Math.max(width, height));
  const depth = shapeField(capsulesOf(figure), Math.round(width * scale), Math.round(height * scale), scale);
  const body = depth.reduce((sum, value) => sum + (value < 1 ? 1 : 0), 0) / depth.length;
  const found = matte.reduce((sum, value) => sum + value, 0) / matte.length;
  return found > body * 0.45 && found < Math.min(0.85, body * 3.5 + 0.05);
}

/** The background with nobody in it. The hole is a little larger than the matte, so that no rim is left. */
function behind(picture: Picture, matte: Float32Array, strangers: readonly Figure[]): Picture {
  const radius = Math.max(2, Math.round(Math.max(picture.width, picture.height) / 90));
  const near = boxMean(matte, picture.width, picture.height, radius);
  const scale = Math.min(1, 200 / Math.max(picture.width, picture.height));
  const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  const people = shapeField(strangers.flatMap(capsulesOf), width, height, scale);
  const avoid = readerOf(people, width, height, picture.width, picture.height);
  const isSomebodyElse = (x: number, y: number, reach: number): boolean => avoid(x, y) < reach;
  const hole = new Uint8Array(near.length);
  for (let at = 0; at < hole.length; at += 1) {
    const [x, y] = [at % picture.width, Math.floor(at / picture.width)];
    // The hole's rim must not eat the face of whoever stands beside.
    const isRim = (matte[at] ?? 0) < 0.3;
    hole[at] = (near[at] ?? 0) > 0.004 && !(isRim && isSomebodyElse(x, y, 1.2)) ? 1 : 0;
    near[at] = 1 - (hole[at] ?? 0);
  }
  // Nor is anybody to be painted twice.
  return repaint(fillUnknown(picture, near), hole, (x, y) => isSomebodyElse(x, y, 1.3));
}
