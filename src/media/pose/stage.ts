/** From a picture and the pose in it to a puppet in front of an empty background. */

import { cutOut } from './cut-out.ts';
import type { Canvas } from './draw.ts';
import { type Figure, figureOf } from './figure.ts';
import { fillUnknown } from './fill.ts';
import { takeApart } from './layers.ts';
import type { Picture } from './picture.ts';
import { boxMean } from './planes.ts';
import { createPuppet, type Puppet } from './puppet.ts';
import { repaint } from './repaint.ts';
import type { Pose } from './skeleton.ts';

export type Stage = { figure: Figure; background: Picture; puppet: Puppet; canvas: Canvas };

export function setStage(picture: Picture, pose: Pose): Stage {
  const figure = figureOf(pose);
  const matte = cutOut(picture, figure);
  const puppet = createPuppet(takeApart(picture, matte, figure), figure, picture);
  const background = behind(picture, matte);
  const canvas = {
    width: picture.width,
    height: picture.height,
    rgb: background.rgb.slice(),
    dirtyFrom: 0,
    dirtyTo: 0,
  };
  return { figure, background, puppet, canvas };
}

/** The background with nobody in it. The hole is a little larger than the matte, so that no rim is left. */
function behind(picture: Picture, matte: Float32Array): Picture {
  const radius = Math.max(2, Math.round(Math.max(picture.width, picture.height) / 90));
  const near = boxMean(matte, picture.width, picture.height, radius);
  const hole = Uint8Array.from(near, (value) => (value > 0.004 ? 1 : 0));
  return repaint(
    fillUnknown(
      picture,
      Float32Array.from(hole, (value) => 1 - value),
    ),
    hole,
  );
}
