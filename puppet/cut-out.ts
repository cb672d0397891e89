/**
 * The character cut out of its picture: where its skeleton says it is, in colours that it has and the background
 * has not, up to the nearest edges. After GrabCut (Rother 2004), with a random walk in place of the minimum cut.
 */
import { capsulesOf, shapeField } from './body-shape.ts';
import { colourOdds, zonesOf } from './colour-model.ts';
import type { Figure } from './figure.ts';
import { guidedFilter } from './guided-filter.ts';
import type { Picture } from './picture.ts';
import { scaledRgb } from './planes.ts';
import { edgesOf, randomWalk } from './random-walk.ts';

/** Long side of the small picture that is split; the edge is refined at full size afterwards. */
const SMALL_SIDE = 384;
/** Depths, in radii of the body's capsules: surely inside, surely outside. */
const SURE_INSIDE = 0.4;
const SURE_OUTSIDE = 2.7;

/** The matte: 0 background to 1 character, one value a pixel. `others` are people who stay in the background. */
export function cutOut(picture: Picture, figure: Figure, others: readonly Figure[] = []): Float32Array {
  const scale = Math.min(1, SMALL_SIDE / Math.max(picture.width, picture.height));
  const width = Math.round(picture.width * scale);
  const height = Math.round(picture.height * scale);
  const rgb = scaledRgb(picture, width, height);
  const depth = shapeField(capsulesOf(figure), width, height, scale);
  const strangers = shapeField(others.flatMap(capsulesOf), width, height, scale);
  // Where somebody else is nearer it is theirs, as if it were far from every bone of the character's.
  for (let at = 0; at < depth.length; at += 1) {
    const theirs = strangers[at] ?? 9;
    if (theirs < 1.2 && theirs < (depth[at] ?? 9)) depth[at] = 4;
  }
  const edges = edgesOf(rgb, { width, height });

  const zones = zonesOf(width, height, figure.torso * scale * 0.6);
  let matte: Float32Array = depth.map((value) => (value < 1.15 ? 1 : 0));
  const trust = new Float32Array(width * height);
  const prior = new Float32Array(width * height);
  for (let round = 0; round < 4; round += 1) {
    // Until the colours have settled, what is far from every bone counts as background whatever was thought of it.
    const likely = round < 2 ? matte.map((value, at) => ((depth[at] ?? 9) < 1.3 ? value : 0)) : matte;
    const odds = colourOdds(rgb, likely, witnesses(depth, likely, round < 2 ? 0.35 : 0.6), zones);
    for (let at = 0; at < prior.length; at += 1) {
      const d = depth[at] ?? 9;
      // The model's joints are a little off at times: a bone that lies on the background's own colour is no seed.
      const isSeed = d < SURE_INSIDE && (odds[at] ?? 0) > -1.5;
      if (isSeed || d > SURE_OUTSIDE) {
        prior[at] = isSeed ? 1 : 0;
        trust[at] = 5;
        continue;
      }
      const shape = 3.8 * (1.18 - d);
      const colour = Math.max(-5, Math.min(5, 1.15 * (odds[at] ?? 0)));
      const chance = 1 / (1 + Math.exp(-(shape + colour)));
      prior[at] = chance;
      trust[at] = 0.01 + 1.2 * Math.abs(chance - 0.5) ** 2;
    }
    matte = randomWalk({ width, height }, edges, prior, trust).map((value) => (value > 0.5 ? 1 : 0));
    matte = largestPart(matte, depth, width, height);
  }
  const refined = guidedFilter(picture, { plane: matte, width, height });
  return refined.map((value) => Math.min(1, Math.max(0, (value - 0.12) / 0.76)));
}

/**
 * How much each pixel counts when the colours are learnt. The character's come from its inside, or whatever leaks in
 * at the edge would soon be taken for its own; the background's mostly from nearby, where it meets the character.
 */
function witnesses(depth: Float32Array, matte: Float32Array, inside: number): Float32Array {
  return depth.map((value, at) => {
    if ((matte[at] ?? 0) > 0) return value < inside ? 1 : 0.02;
    return value < 1.5 ? 0.2 : value < 5 ? 1 : 0.3;
  });
}

/** Only what hangs together with the body's sure inside, and without holes of a few pixels. */
function largestPart(matte: Float32Array, depth: Float32Array, width: number, height: number): Float32Array {
  const out = new Float32Array(matte.length);
  const stack: number[] = [];
  for (let at = 0; at < matte.length; at += 1)
    if ((depth[at] ?? 9) < SURE_INSIDE && (matte[at] ?? 0) > 0) stack.push(at);
  flood(stack, out, width, height, (at) => (matte[at] ?? 0) > 0);
  // Background that can't be reached from the picture's border is a hole: small ones are filled.
  const open = new Float32Array(matte.length);
  const border: number[] = [];
  for (let x = 0; x < width; x += 1) border.push(x, (height - 1) * width + x);
  for (let y = 0; y < height; y += 1) border.push(y * width, y * width + width - 1);
  flood(border, open, width, height, (at) => (out[at] ?? 0) === 0);
  const seen = new Float32Array(matte.length);
  for (let at = 0; at < out.length; at += 1) {
    if ((out[at] ?? 0) > 0 || (open[at] ?? 0) > 0 || (seen[at] ?? 0) > 0) continue;
    const hole = flood([at], seen, width, height, (one) => (out[one] ?? 0) === 0);
    if (hole.length < width * height * 0.0015) for (const one of hole) out[one] = 1;
  }
  return out;
}

/** Marks everything that can be reached in `marks`, and answers what was. */
function flood(
  starts: number[],
  marks: Float32Array,
  width: number,
  height: number,
  isOpen: (at: number) => boolean,
): number[] {
  const reached: number[] = [];
  const stack = starts.slice();
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if ((marks[at] ?? 0) > 0 || !isOpen(at)) continue;
    marks[at] = 1;
    reached.push(at);
    const x = at % width;
    if (x > 0) stack.push(at - 1);
    if (x < width - 1) stack.push(at + 1);
    if (at >= width) stack.push(at - width);
    if (at < width * (height - 1)) stack.push(at + width);
  }
  return reached;
}
