/** The character ready to be moved: each layer on a mesh, hung on control points along its bones. */
import type { Part } from './body-shape.ts';
import type { Figure, Joint, Joints } from './figure.ts';
import type { Layer } from './layers.ts';
import { createDeformer, type Deformer } from './moving-least-squares.ts';
import type { Placed } from './retarget.ts';
import { minus, type Point, plus, SIDES, type Side, times } from './skeleton.ts';

/** Mesh cells of this many pixels a side. */
export const CELL = 10;

/** A piece of the puppet; `cells` are the indices of each cell's four corners (top left, top right, bottom left, bottom right). */
export type Piece = {
  layer: Layer;
  /** Corners in the layer's own pixels, x and y in turn. */
  corners: Float32Array;
  cells: Uint32Array;
  /** Corners in the video's frame, written by `pose`. */
  moved: Float32Array;
};
export type Puppet = { pieces: Piece[]; pose(placed: Placed): void };

/** A control point: on the way from one joint to another, and so many pixels to the side of it. */
type Control = { from: Joint; to: Joint; along: number; aside: number };

export function createPuppet(
  layers: readonly Layer[],
  figure: Figure,
  picture: { width: number; height: number },
): Puppet {
  const strings = layers.map((layer) => {
    const controls = controlsOf(layer.part, figure);
    const places = controls.map((control) => placeOf(control, figure.joints));
    const mesh = meshOf(layer, picture, figure);
    const vertices: Point[] = [];
    for (let at = 0; at < mesh.corners.length; at += 2)
      vertices.push({ x: (mesh.corners[at] ?? 0) + layer.left, y: (mesh.corners[at + 1] ?? 0) + layer.top });
    const deformer: Deformer = createDeformer(vertices, places);
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

function placeOf(control: Control, joints: Joints): Point {
  const from = joints[control.from];
  const bone = minus(joints[control.to], from);
  const length = Math.hypot(bone.x, bone.y) || 1;
  const on = plus(from, times(bone, control.along));
  return { x: on.x - (bone.y / length) * control.aside, y: on.y + (bone.x / length) * control.aside };
}

function along(
  from: Joint,
  to: Joint,
  shares: readonly number[],
  asides: readonly number[] = [0],
): Control[] {
  return shares.flatMap((share) => asides.map((aside) => ({ from, to, along: share, aside })));
}

function controlsOf(part: Part, figure: Figure): Control[] {
  for (const side of SIDES) {
    if (part === `${side}Arm`) return armControls(side, figure);
    if (part === `${side}Leg`) return legControls(side, figure);
  }
  const { headRadius, torso } = figure;
  const wide = headRadius * 0.75;
  return [
    ...along('pelvis', 'chest', [0, 0.2, 0.4, 0.6, 0.8, 1], [-torso * 0.16, 0, torso * 0.16]),
    ...along('chest', 'leftShoulder', [0.5, 1]),
    ...along('chest', 'rightShoulder', [0.5, 1]),
    ...along('pelvis', 'leftHip', [1]),
    ...along('pelvis', 'rightHip', [1]),
    // The trunk's own outline below the waist follows the hips.
    ...along('leftHip', 'leftShoulder', [0, 0.25]),
    ...along('rightHip', 'rightShoulder', [0, 0.25]),
    // A head is stiff: two columns of points keep it so, and the face gets its own.
    ...along('chin', 'crown', [0, 0.25, 0.5, 0.75, 1, 1.25], [-wide, 0, wide]),
    ...(['nose', 'leftEye', 'rightEye'] as const).flatMap((name) => along(name, 'skull', [0])),
  ];
}

function armControls(side: Side, figure: Figure): Control[] {
  const upper = along(`${side}Shoulder`, `${side}Elbow`, [-0.12, 0, 0.2, 0.4, 0.6, 0.8, 0.95]);
  if (figure.arms[side] === 1)
    return [...upper, ...along(`${side}Shoulder`, `${side}Elbow`, [1.2, 1.5, 1.9])];
  return [
    ...upper,
    ...along(`${side}Elbow`, `${side}Wrist`, [0.05, 0.25, 0.5, 0.75, 1]),
    ...along(`${side}Wrist`, `${side}Hand`, [0.5, 1]),
  ];
}

function legControls(side: Side, figure: Figure): Control[] {
  const thigh = along(`${side}Hip`, `${side}Knee`, [-0.08, 0.08, 0.3, 0.5, 0.7, 0.85, 0.96]);
  if (figure.legs[side] === 1) return [...thigh, ...along(`${side}Hip`, `${side}Knee`, [1.2, 1.6])];
  return [
    ...thigh,
    ...along(`${side}Knee`, `${side}Ankle`, [0.04, 0.15, 0.4, 0.6, 0.8, 0.98]),
    ...along(`${side}Ankle`, `${side}Toe`, [0.5, 1]),
  ];
}

/** Cells wherever the layer shows something, ordered from the trunk outwards: a folded limb's end lies on top. */
function meshOf(
  layer: Layer,
  picture: { width: number; height: number },
  figure: Figure,
): { corners: Float32Array; cells: Uint32Array } {
  // Where the picture's lower edge cuts the trunk off, its mesh goes on below and the last row is repeated there. Not so
  // for a hand: it would grow a stick.
  const isCut = layer.part === 'body' && layer.top + layer.height >= picture.height - 1;
  const below = isCut ? Math.ceil((picture.height * 0.15) / CELL) : 0;
  const columns = Math.ceil(layer.width / CELL);
  const rows = Math.ceil(layer.height / CELL) + below;
  const corners: number[] = [];
  const indices = new Map<number, number>();
  const corner = (column: number, row: number): number => {
    const key = row * (columns + 1) + column;
    const known = indices.get(key);
    if (known !== undefined) return known;
    const index = corners.length / 2;
    corners.push(column * CELL, row * CELL);
    indices.set(key, index);
    return index;
  };
  const cells: { depth: number; four: [number, number, number, number] }[] = [];
  const start = layer.part === 'body' ? undefined : chainOf(layer.part, figure);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const [x, y] = [column * CELL, row * CELL];
      if (!showsSomething(layer, x, y)) continue;
      const four = [
        corner(column, row),
        corner(column + 1, row),
        corner(column, row + 1),
        corner(column + 1, row + 1),
      ];
      cells.push({
        depth: start ? start({ x: x + layer.left, y: y + layer.top }) : 0,
        four: four as [number, number, number, number],
      });
    }
  }
  cells.sort((a, b) => a.depth - b.depth);
  return { corners: Float32Array.from(corners), cells: Uint32Array.from(cells.flatMap((cell) => cell.four)) };
}

/** How far down its limb a place lies, 0 at the trunk to 2 at the hand or foot. */
function chainOf(part: Part, { joints }: Figure): (point: Point) => number {
  const side: Side = part.startsWith('left') ? 'left' : 'right';
  const [a, b, c] = part.endsWith('Arm')
    ? [joints[`${side}Shoulder`], joints[`${side}Elbow`], joints[`${side}Wrist`]]
    : [joints[`${side}Hip`], joints[`${side}Knee`], joints[`${side}Ankle`]];
  return (point) => {
    const [upper, lower] = [onBone(a, b, point), onBone(b, c, point)];
    return upper.away < lower.away ? upper.along : 1 + lower.along;
  };
}

function onBone(a: Point, b: Point, point: Point): { along: number; away: number } {
  const bone = minus(b, a);
  const from = minus(point, a);
  const length2 = bone.x ** 2 + bone.y ** 2 || 1;
  const along = Math.min(1, Math.max(0, (from.x * bone.x + from.y * bone.y) / length2));
  return { along, away: Math.hypot(from.x - bone.x * along, from.y - bone.y * along) };
}

function showsSomething(layer: Layer, left: number, top: number): boolean {
  for (let y = top - 1; y <= top + CELL; y += 1) {
    const row = Math.min(layer.height - 1, Math.max(0, y)) * layer.width;
    for (let x = left - 1; x <= left + CELL; x += 1) {
      const at = row + Math.min(layer.width - 1, Math.max(0, x));
      if ((layer.rgba[at * 4 + 3] ?? 0) > 4) return true;
    }
  }
  return false;
}
