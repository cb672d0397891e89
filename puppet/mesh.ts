/** The mesh that carries a layer: squares wherever it shows something. */
import type { Figure } from './figure.ts';
import type { Layer } from './layers.ts';
import { minus, type Point, type Side } from './skeleton.ts';

/** Squares of this many pixels a side. */
const CELL = 16;

export type Mesh = {
  /** Corners in the layer's own pixels, x and y in turn. */
  corners: Float32Array;
  /** The indices of each square's four corners: top left, top right, bottom left, bottom right. */
  cells: Uint32Array;
};

/** Cells wherever the layer shows something, ordered from the trunk outwards: a folded limb's end lies on top. */
export function meshOf(layer: Layer, picture: { width: number; height: number }, figure: Figure): Mesh {
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
  const start = layer.part === 'body' || layer.part === 'whole' ? undefined : chainOf(layer.part, figure);
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
function chainOf(part: string, { joints }: Figure): (point: Point) => number {
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
      if ((layer.pixels[at] ?? 0) >>> 24 > 4) return true;
    }
  }
  return false;
}

/** A piece of the puppet: a layer on its mesh, and where the mesh's corners are now, in the video's frame. */
export type Piece = Mesh & { layer: Layer; moved: Float32Array };
