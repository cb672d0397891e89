/**
 * Paints a hole with pieces of the rest of the picture, so that a horizon, a door frame or the grain of a wall goes on
 * behind where somebody stood. For each small square that touches the hole it finds the most alike square outside
 * (PatchMatch, Barnes 2009), and lets all of them vote on each missing pixel, from a coarse picture to a fine one
 * (Wexler 2007). The places found on the finest of these are then copied from the picture at its full size.
 */
import type { Picture } from './picture.ts';
import { scaledRgb } from './planes.ts';

const SIDES = [80, 160, 320];
/** Squares of 7 by 7 pixels. */
const REACH = 3;
const ROUNDS = [7, 5, 3];
/** What it costs, in squared colour, to copy from as far above or below as the picture is high: ground looks like ground. */
const PER_HEIGHT = 160_000;

type Canvas = {
  width: number;
  height: number;
  rgb: Float32Array;
  /** 1 where the picture is missing. */
  hole: Uint8Array;
  /** 1 where a square lies whole in what is known. */
  sources: Uint8Array;
  /** For each square that touches the hole, where its like is; -1 elsewhere. */
  match: Int32Array;
  cost: Float32Array;
};

/**
 * `draft` is the picture with the hole filled in somehow; `hole` is 1 where that is to be improved. Nothing is copied
 * from where `isBarred` says so.
 */
export function repaint(
  draft: Picture,
  hole: Uint8Array,
  isBarred: (x: number, y: number) => boolean = () => false,
): Picture {
  const random = createRandom();
  let before: Canvas | undefined;
  for (const [level, side] of SIDES.entries()) {
    const scale = Math.min(1, side / Math.max(draft.width, draft.height));
    const canvas = openCanvas(draft, hole, scale, isBarred);
    if (!begin(canvas, before, random)) return draft;
    for (let round = 0; round < (ROUNDS[level] ?? 3); round += 1) {
      improve(canvas, round % 2 === 0, random);
      vote(canvas);
    }
    before = canvas;
  }
  return before ? copied(draft, hole, before) : draft;
}

/** The same numbers on each run: a draft rendered again after a restart looks the same. */
function createRandom(): () => number {
  let state = 0x2545f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

function openCanvas(
  draft: Picture,
  fullHole: Uint8Array,
  scale: number,
  isBarred: (x: number, y: number) => boolean,
): Canvas {
  const [width, height] = [Math.round(draft.width * scale), Math.round(draft.height * scale)];
  const rgb = Float32Array.from(scaledRgb(draft, width, height));
  const hole = new Uint8Array(width * height);
  for (let y = 0; y < draft.height; y += 1) {
    const row = Math.min(height - 1, Math.floor((y * height) / draft.height)) * width;
    for (let x = 0; x < draft.width; x += 1)
      if (fullHole[y * draft.width + x])
        hole[row + Math.min(width - 1, Math.floor((x * width) / draft.width))] = 1;
  }
  const sources = new Uint8Array(width * height);
  const match = new Int32Array(width * height).fill(-1);
  for (let y = REACH; y < height - REACH; y += 1) {
    for (let x = REACH; x < width - REACH; x += 1) {
      let touched = 0;
      for (let dy = -REACH; dy <= REACH && touched === 0; dy += 1)
        for (let dx = -REACH; dx <= REACH; dx += 1) touched |= hole[(y + dy) * width + x + dx] ?? 0;
      if (touched !== 0) match[y * width + x] = 0;
      else if (!isBarred(x / scale, y / scale)) sources[y * width + x] = 1;
    }
  }
  return { width, height, rgb, hole, sources, match, cost: new Float32Array(width * height) };
}

/** First guesses: what the coarser picture found, or anything. False when there is too little to copy from. */
function begin(canvas: Canvas, before: Canvas | undefined, random: () => number): boolean {
  const { width, height, sources, match, cost } = canvas;
  const all: number[] = [];
  for (let at = 0; at < sources.length; at += 1) if (sources[at]) all.push(at);
  if (all.length < 60) return false;
  for (let at = 0; at < match.length; at += 1) {
    if (match[at] === -1) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    let guess = all[Math.floor(random() * all.length)] ?? 0;
    if (before) {
      const [bx, by] = [Math.floor((x * before.width) / width), Math.floor((y * before.height) / height)];
      const old = before.match[by * before.width + bx] ?? -1;
      if (old >= 0) {
        const toX = x + Math.round((((old % before.width) - bx) * width) / before.width);
        const toY = y + Math.round(((Math.floor(old / before.width) - by) * height) / before.height);
        if (isSource(canvas, toX, toY)) guess = toY * width + toX;
      }
    }
    match[at] = guess;
    cost[at] = Number.POSITIVE_INFINITY;
  }
  if (before) {
    // The coarser picture's squares, before the first look: the pyramid's fill would pull everything to grey.
    for (let at = 0; at < match.length; at += 1) if ((match[at] ?? -1) >= 0) cost[at] = 0;
    vote(canvas);
  }
  return true;
}

function isSource({ width, height, sources }: Canvas, x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < width && y < height && sources[y * width + x] === 1;
}

/** One sweep of PatchMatch: tries the neighbours' matches, then places at random ever nearer. */
function improve(canvas: Canvas, forwards: boolean, random: () => number): void {
  const { width, height, match, cost } = canvas;
  const step = forwards ? 1 : -1;
  for (let at = 0; at < match.length; at += 1)
    if ((match[at] ?? -1) >= 0) cost[at] = costOf(canvas, at, match[at] ?? 0, Number.POSITIVE_INFINITY);
  for (let n = 0; n < match.length; n += 1) {
    const at = forwards ? n : match.length - 1 - n;
    let best = match[at] ?? -1;
    if (best < 0) continue;
    let lowest = cost[at] ?? 0;
    const attempt = (x: number, y: number): void => {
      if (!isSource(canvas, x, y)) return;
      const to = y * width + x;
      if (to === best) return;
      const now = costOf(canvas, at, to, lowest);
      if (now >= lowest) return;
      lowest = now;
      best = to;
    };
    for (const back of [step, step * width]) {
      const neighbour = match[at - back] ?? -1;
      if (neighbour < 0) continue;
      const to = neighbour + back;
      attempt(to % width, Math.floor(to / width));
    }
    for (let radius = Math.max(width, height); radius >= 1; radius *= 0.45)
      attempt(
        Math.round((best % width) + (random() * 2 - 1) * radius),
        Math.round(Math.floor(best / width) + (random() * 2 - 1) * radius * 0.6),
      );
    match[at] = best;
    cost[at] = lowest;
  }
}

/** How unlike two squares are; stops counting once above `limit`. */
function costOf({ rgb, width, height }: Canvas, a: number, b: number, limit: number): number {
  let sum = (PER_HEIGHT / height) * Math.abs(Math.floor(a / width) - Math.floor(b / width));
  for (let dy = -REACH; dy <= REACH; dy += 1) {
    let from = (a + dy * width - REACH) * 3;
    let to = (b + dy * width - REACH) * 3;
    for (const end = from + (2 * REACH + 1) * 3; from < end; from += 1, to += 1) {
      const difference = (rgb[from] as number) - (rgb[to] as number);
      sum += difference * difference;
    }
    if (sum > limit) return sum;
  }
  return sum;
}

/** Each missing pixel becomes what the squares over it say, the sure ones loudest. */
function vote(canvas: Canvas): void {
  const { width, height, rgb, hole, match, cost } = canvas;
  const next = rgb.slice();
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      if (!hole[at]) continue;
      let [red, green, blue, total] = [0, 0, 0, 0];
      for (let dy = -REACH; dy <= REACH; dy += 1) {
        for (let dx = -REACH; dx <= REACH; dx += 1) {
          if (x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height) continue;
          const square = at + dy * width + dx;
          const to = match[square] ?? -1;
          if (to < 0) continue;
          const weight = 1 / (600 + (cost[square] ?? 0)) ** 1.5;
          const from = (to - dy * width - dx) * 3;
          red += weight * (rgb[from] ?? 0);
          green += weight * (rgb[from + 1] ?? 0);
          blue += weight * (rgb[from + 2] ?? 0);
          total += weight;
        }
      }
      if (total === 0) continue;
      next[at * 3] = red / total;
      next[at * 3 + 1] = green / total;
      next[at * 3 + 2] = blue / total;
    }
  }
  rgb.set(next);
}

/** At full size: each missing pixel is taken from where the squares around it were found, the nearest counting most. */
function copied(draft: Picture, hole: Uint8Array, small: Canvas): Picture {
  const { width, height } = draft;
  const rgb = draft.rgb.slice();
  const [perX, perY] = [width / small.width, height / small.height];
  for (let y = 0; y < height; y += 1) {
    const fy = Math.min(small.height - 1, Math.max(0, (y + 0.5) / perY - 0.5));
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      if (!hole[at]) continue;
      const fx = Math.min(small.width - 1, Math.max(0, (x + 0.5) / perX - 0.5));
      let [red, green, blue, total] = [0, 0, 0, 0];
      for (let corner = 0; corner < 4; corner += 1) {
        const sx = Math.min(small.width - 1, Math.floor(fx) + (corner & 1));
        const sy = Math.min(small.height - 1, Math.floor(fy) + (corner >> 1));
        const to = small.match[sy * small.width + sx] ?? -1;
        if (to < 0) continue;
        const fromX = Math.round(x + ((to % small.width) - sx) * perX);
        const fromY = Math.round(y + (Math.floor(to / small.width) - sy) * perY);
        if (fromX < 0 || fromY < 0 || fromX >= width || fromY >= height) continue;
        const weight = (1 - Math.abs(fx - sx)) * (1 - Math.abs(fy - sy)) + 1e-4;
        const from = (fromY * width + fromX) * 3;
        red += weight * (draft.rgb[from] ?? 0);
        green += weight * (draft.rgb[from + 1] ?? 0);
        blue += weight * (draft.rgb[from + 2] ?? 0);
        total += weight;
      }
      // Squares do not reach the picture's very border: there the coarse picture must do.
      const coarse = (Math.round(fy) * small.width + Math.round(fx)) * 3;
      rgb[at * 3] = total > 0 ? red / total : (small.rgb[coarse] ?? 0);
      rgb[at * 3 + 1] = total > 0 ? green / total : (small.rgb[coarse + 1] ?? 0);
      rgb[at * 3 + 2] = total > 0 ? blue / total : (small.rgb[coarse + 2] ?? 0);
    }
  }
  return { width, height, rgb };
}
