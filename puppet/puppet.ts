/** The character ready to be moved: each layer on a mesh, hung on control points along its bones. */

import { controlsOf, placeOf } from './controls.ts';
import { canvasOf } from './draw.ts';
import type { Figure } from './figure.ts';
import type { PlacedFigure } from './footing.ts';
import type { Layer } from './layers.ts';
import type { Piece } from './mesh.ts';
import { meshOf } from './mesh.ts';
import { createDeformer } from './moving-least-squares.ts';
import type { Picture } from './picture.ts';
import { type Point, plus, times } from './skeleton.ts';

export type Puppet = { pieces: Piece[]; pose(placed: PlacedFigure): void };

export function createPuppet(
  layers: readonly Layer[],
  figure: Figure,
  picture: { width: number; height: number },
): Puppet {
  const strings = layers.map((layer) => {
    const controls = controlsOf(layer.part, figure, picture);
    const places = controls.map((control) => placeOf(control, figure.joints));
    const mesh = meshOf(layer, picture, figure);
    const vertices: Point[] = [];
    for (let at = 0; at < mesh.corners.length; at += 2)
      vertices.push({ x: (mesh.corners[at] ?? 0) + layer.left, y: (mesh.corners[at + 1] ?? 0) + layer.top });
    const deformer = createDeformer(vertices, places);
    const piece: Piece = { layer, ...mesh, moved: new Float32Array(mesh.corners.length) };
    return { piece, controls, deformer, to: new Float64Array(controls.length * 2) };
  });
  return {
    pieces: strings.map(({ piece }) => piece),
    pose({ joints, zoom, about }) {
      for (const { piece, controls, deformer, to } of strings) {
        // Rigid pieces keep their size, so the zoom comes after the move, about a point that it leaves in place.
        const shift = times(about, 1 / zoom - 1);
        for (const [at, control] of controls.entries()) {
          const place = plus(placeOf(control, joints), shift);
          to[at * 2] = place.x;
          to[at * 2 + 1] = place.y;
        }
        deformer.move(to, piece.moved);
        if (zoom === 1) continue;
        for (let at = 0; at < piece.moved.length; at += 1) piece.moved[at] = (piece.moved[at] ?? 0) * zoom;
      }
    },
  };
}

/** For a character that can't be cut out: the whole picture as one piece, nailed down around its edge. */
export function createWhole(picture: Picture, figure: Figure): Puppet {
  const { width, height } = picture;
  const { pixels } = canvasOf(picture);
  const puppet = createPuppet([{ part: 'whole', left: 0, top: 0, width, height, pixels }], figure, picture);
  // The picture fills its frame, so it is not made smaller.
  return { ...puppet, pose: (placed) => puppet.pose({ ...placed, zoom: 1 }) };
}
