/**
 * Whether the picture moves as a whole. Only the margin is looked at: a person dances in the middle, and what a
 * camera does to the picture it does to the margin too. A person who crosses one side moves less than half of it.
 */

/** A small grey picture, row by row. */
export type Grey = { width: number; height: number; pixels: Uint8Array };

/** The long side of the pictures that `createCameraWatch` wants. */
export const GREY_SIDE = 160;

const BLOCK = 16;
/** How far a block is looked for; what moved further counts as changed. */
const REACH = 10;
/** Under this spread of grey values a block is a plain wall, and nothing can be told from it. */
const MIN_SPREAD = 6;
/** A shift of one is a hand that trembles, or rounding. */
const MIN_SHIFT = 2;
/** Of the margin's blocks that can tell anything. */
const MOVED_SHARE = 0.6;
/** Before a plain wall only the arms that reach into the margin tell anything, and they do move. */
const MOVED_OF_ALL = 0.45;
const MIN_TELLING_BLOCKS = 6;
/** Of the pictures, how many have lost sight of the one before where the camera races; and fewer prove nothing. */
const RACED_SHARE = 0.4;
const MIN_RACED = 4;
/** How many pictures back a slow pan shows. */
const LONG_STEP = 4;

export type CameraWatch = {
  /** Takes the next picture, some tenths of a second after the last one. All must have one size. */
  add(picture: Grey, since?: { isNewShot: boolean }): void;
  moves(): boolean;
  /** The same within its shots: a cut is no move. */
  pans(): boolean;
  /** In most of its pictures, little is left of the one before. */
  races(): boolean;
};

export function createCameraWatch(): CameraWatch {
  const last: Grey[] = [];
  let moved = 0;
  let cut = false;
  let raced = 0;
  let seen = 0;
  return {
    add(picture, { isNewShot } = { isNewShot: false }) {
      // Coming up from black is no move.
      if (isPlain(picture)) return;
      if (isNewShot && last.length > 0) {
        cut = true;
        last.length = 0;
      }
      const [previous] = last.slice(-1);
      const [earlier] = last.length >= LONG_STEP ? last : [];
      const move = previous && marginMove(previous, picture);
      if (move?.moves) moved += 1;
      else if (earlier && marginMove(earlier, picture).moves) moved += 1;
      if (move) seen += 1;
      if (move?.isLost) raced += 1;
      last.push(picture);
      if (last.length > LONG_STEP) last.shift();
    },
    // Once may be a knock or a change of light.
    moves: () => cut || moved >= 2,
    pans: () => moved >= 2,
    races: () => raced >= MIN_RACED && raced >= RACED_SHARE * seen,
  };
}

/** Whether the margin moves, and further than can be followed. */
function marginMove(from: Grey, to: Grey): { moves: boolean; isLost: boolean } {
  const blocks = marginBlocks(to);
  const gain = contrast(to) / contrast(from);
  let telling = 0;
  let moved = 0;
  let lost = 0;
  for (const [x, y] of blocks) {
    if (spread(to, x, y) < MIN_SPREAD) continue;
    telling += 1;
    const shift = shiftOf(from, to, x, y, gain);
    if (shift >= MIN_SHIFT) moved += 1;
    if (shift > REACH) lost += 1;
  }
  const isMost = (count: number): boolean =>
    telling >= MIN_TELLING_BLOCKS && count >= MOVED_SHARE * telling && count >= MOVED_OF_ALL * blocks.length;
  return { moves: isMost(moved), isLost: isMost(lost) };
}

/**
 * Upper left corners of the blocks along the top and both sides, as far in as a block is looked for. At the bottom
 * are feet and their shadows.
 */
function marginBlocks({ width, height }: Grey): [number, number][] {
  const corners: [number, number][] = [];
  const [right, bottom] = [width - BLOCK - REACH, height - BLOCK - REACH];
  for (let x = REACH; x <= right; x += BLOCK) corners.push([x, REACH]);
  for (let y = REACH + BLOCK; y <= bottom; y += BLOCK) corners.push([REACH, y], [right, y]);
  return corners;
}

/** How far the block has come, at best match; more than any reach when it is found nowhere. */
function shiftOf(from: Grey, to: Grey, x: number, y: number, gain: number): number {
  const still = difference(from, to, x, y, 0, 0, gain);
  const noise = BLOCK * BLOCK * 3;
  if (still <= noise) return 0;
  let best = still;
  let shift = 0;
  for (let dy = -REACH; dy <= REACH; dy += 1) {
    for (let dx = -REACH; dx <= REACH; dx += 1) {
      const found = difference(from, to, x, y, dx, dy, gain, best);
      if (found < best) [best, shift] = [found, Math.max(Math.abs(dx), Math.abs(dy))];
    }
  }
  // A match that is hardly better than staying says nothing; one that is bad everywhere is new ground.
  if (best > 4 * noise && best > still * 0.5) return still > 6 * noise ? REACH + 1 : 0;
  return best < still * 0.6 ? shift : 0;
}

/** Sum of differences between a block and the one it may have come from, apart from a change of light. */
function difference(
  from: Grey,
  to: Grey,
  x: number,
  y: number,
  dx: number,
  dy: number,
  gain: number,
  giveUpAt = Infinity,
): number {
  const offset = mean(to, x, y) - gain * mean(from, x + dx, y + dy);
  let sum = 0;
  for (let row = 0; row < BLOCK; row += 1) {
    const a = (y + row) * to.width + x;
    const b = (y + dy + row) * from.width + x + dx;
    for (let column = 0; column < BLOCK; column += 1) {
      sum += Math.abs((to.pixels[a + column] ?? 0) - gain * (from.pixels[b + column] ?? 0) - offset);
    }
    if (sum >= giveUpAt) return sum;
  }
  return sum;
}

function mean(picture: Grey, x: number, y: number): number {
  let sum = 0;
  for (let row = y; row < y + BLOCK; row += 1) {
    for (let at = row * picture.width + x; at < row * picture.width + x + BLOCK; at += 1)
      sum += picture.pixels[at] ?? 0;
  }
  return sum / (BLOCK * BLOCK);
}

function spread(picture: Grey, x: number, y: number): number {
  const level = mean(picture, x, y);
  let sum = 0;
  for (let row = y; row < y + BLOCK; row += 1) {
    for (let at = row * picture.width + x; at < row * picture.width + x + BLOCK; at += 1) {
      sum += Math.abs((picture.pixels[at] ?? 0) - level);
    }
  }
  return sum / (BLOCK * BLOCK);
}

/** Whether a picture shows next to nothing, such as the black before a fade. */
export const isPlain = (picture: Grey): boolean => contrast(picture) < MIN_SPREAD;

/** How far grey values lie from their mean, on average. */
function contrast({ pixels }: Grey): number {
  const level = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  return pixels.reduce((sum, value) => sum + Math.abs(value - level), 0) / pixels.length;
}
