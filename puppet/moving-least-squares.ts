/**
 * Moving least squares with rigid transforms (Schaefer, McPhail and Warren, "Image deformation using moving least
 * squares", 2006): every vertex is turned and shifted as the control points near it are, without stretch or shear.
 *
 * The control points' places in the picture never change, so their weights are worked out once for each vertex;
 * a frame then costs two sums. Points are complex numbers here: multiplying turns and scales.
 */
import type { Point } from './skeleton.ts';

export type Deformer = {
  /** Where the vertices go when the control points move to `to` (x, y, x, y, ...). Written to `out` in the same form. */
  move(to: Float64Array, out: Float32Array): void;
};

/** `pull` scales each control point's weight for each vertex; 1 everywhere when left out. */
export function createDeformer(
  vertices: readonly Point[],
  controls: readonly Point[],
  pull: (vertex: Point, control: number) => number = () => 1,
): Deformer {
  const count = controls.length;
  const weights = new Float32Array(vertices.length * count);
  const turns = new Float32Array(vertices.length * count * 2);
  const offsets = new Float32Array(vertices.length * 2);
  for (const [index, vertex] of vertices.entries()) {
    let total = 0;
    let centreX = 0;
    let centreY = 0;
    const row = index * count;
    for (const [at, control] of controls.entries()) {
      const away = (control.x - vertex.x) ** 2 + (control.y - vertex.y) ** 2;
      // Squared distance to the power of 1.5: near points rule, and a limb does not feel the other one.
      const weight = pull(vertex, at) / (away + 1) ** 1.5;
      weights[row + at] = weight;
      total += weight;
      centreX += weight * control.x;
      centreY += weight * control.y;
    }
    centreX /= total;
    centreY /= total;
    offsets[index * 2] = vertex.x - centreX;
    offsets[index * 2 + 1] = vertex.y - centreY;
    for (const [at, control] of controls.entries()) {
      const weight = (weights[row + at] ?? 0) / total;
      weights[row + at] = weight;
      turns[(row + at) * 2] = weight * (control.x - centreX);
      turns[(row + at) * 2 + 1] = -weight * (control.y - centreY);
    }
  }
  return {
    move(to, out) {
      for (let index = 0; index < vertices.length; index += 1) {
        const row = index * count;
        let [qx, qy, re, im] = [0, 0, 0, 0];
        for (let at = 0; at < count; at += 1) {
          const x = to[at * 2] ?? 0;
          const y = to[at * 2 + 1] ?? 0;
          const weight = weights[row + at] ?? 0;
          const tx = turns[(row + at) * 2] ?? 0;
          const ty = turns[(row + at) * 2 + 1] ?? 0;
          qx += weight * x;
          qy += weight * y;
          re += tx * x - ty * y;
          im += tx * y + ty * x;
        }
        const size = Math.hypot(re, im);
        const cos = size > 1e-9 ? re / size : 1;
        const sin = size > 1e-9 ? im / size : 0;
        const ox = offsets[index * 2] ?? 0;
        const oy = offsets[index * 2 + 1] ?? 0;
        out[index * 2] = qx + cos * ox - sin * oy;
        out[index * 2 + 1] = qy + sin * ox + cos * oy;
      }
    },
  };
}
