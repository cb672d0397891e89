/** Draws the pictures of the clips of samples.ts. */
import type { SampleClip } from './sample-kinds.ts';

const BITS = 8;

/** Gives each picture as planar YUV 4:2:0. */
export function painter(
  width: number,
  height: number,
  options: SampleClip,
): (number: number, of: number) => Buffer {
  const chroma = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const ground = texture(width * 2, height * 2, 1);
  // Another place has another light, too.
  const otherGround = Buffer.from(
    texture(width * 2, height * 2, 2).map((level) => Math.min(235, level + 40)),
  );
  const one = (number: number, of: number): Buffer => {
    const picture = Buffer.alloc(width * height + 2 * chroma.width * chroma.height, 128);
    if (number < (options.blackFrames ?? 0)) return picture.fill(16, 0, width * height);
    const from = options.camera === 'cut' && number >= of / 2 ? otherGround : ground;
    const slide = options.camera === 'pan' ? Math.round((number / of) * width) : 0;
    const grow = options.camera === 'zoom' ? 1 + number / of : 1;
    for (let y = 0; y < height; y += 1) {
      const row = Math.floor(y / grow) * width * 2;
      if (grow === 1)
        ground === from && slide === 0
          ? from.copy(picture, y * width, row, row + width)
          : from.copy(picture, y * width, row + slide, row + slide + width);
      else for (let x = 0; x < width; x += 1) picture[y * width + x] = from[row + Math.floor(x / grow)] ?? 0;
    }
    // The box that moves: up and down in the middle third, as somebody dancing does.
    const side = Math.round(Math.min(width, height) / 4);
    const top = Math.round((height - side) * (0.5 + 0.35 * Math.sin((number / of) * 12)));
    for (let y = top; y < top + side; y += 1)
      picture.fill(
        235,
        y * width + Math.round((width - side) / 2),
        y * width + Math.round((width + side) / 2),
      );
    stamp(picture, width, height, number);
    return picture;
  };
  if (options.interlaced)
    return (number, of) => weave(one(2 * number, 2 * of), one(2 * number + 1, 2 * of), width);
  if (options.seeThrough) return (number, of) => Buffer.concat([one(number, of), middleThird(width, height)]);
  return one;
}

/** The even lines of the one picture and the odd ones of the other; the colours are the same everywhere. */
function weave(even: Buffer, odd: Buffer, width: number): Buffer {
  const woven = Buffer.from(even);
  for (let at = width; at + width <= even.length; at += 2 * width) odd.copy(woven, at, at, at + width);
  return woven;
}

/** How much of each point is there: all of it in the middle, nothing left and right of it. */
function middleThird(width: number, height: number): Buffer {
  const alpha = Buffer.alloc(width * height);
  for (let y = 0; y < height; y += 1)
    alpha.fill(255, y * width + Math.round(width / 3), y * width + Math.round((width * 2) / 3));
  return alpha;
}

/** A row of eight blocks at the bottom, white for one and black for nought: the picture's number. */
function stamp(picture: Buffer, width: number, height: number, number: number): void {
  const block = Math.floor(width / BITS);
  for (let y = Math.floor(height * 0.92); y < height; y += 1) {
    for (let bit = 0; bit < BITS; bit += 1)
      picture.fill((number >> bit) & 1 ? 235 : 16, y * width + bit * block, y * width + (bit + 1) * block);
  }
}

/** Reads the number that `sampleClip` wrote into a picture back from its grey values, whatever its size. */
export function frameNumber(grey: Uint8Array, width: number, height: number): number {
  const y = Math.floor(height * 0.96);
  let number = 0;
  for (let bit = 0; bit < BITS; bit += 1) {
    if ((grey[y * width + Math.floor(((bit + 0.5) * width) / BITS)] ?? 0) > 128) number |= 1 << bit;
  }
  return number;
}

/** Soft random blotches, the same for the same seed. */
function texture(width: number, height: number, seed: number): Buffer {
  const cell = 16;
  let state = seed * 2_654_435_761;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const columns = Math.ceil(width / cell) + 1;
  const knots = Float32Array.from(
    { length: columns * (Math.ceil(height / cell) + 1) },
    () => 40 + 140 * random(),
  );
  const pixels = Buffer.alloc(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = Math.floor(y / cell) * columns + Math.floor(x / cell);
      const [right, down] = [(x % cell) / cell, (y % cell) / cell];
      const upper = (knots[at] ?? 0) * (1 - right) + (knots[at + 1] ?? 0) * right;
      const lower = (knots[at + columns] ?? 0) * (1 - right) + (knots[at + columns + 1] ?? 0) * right;
      pixels[y * width + x] = upper * (1 - down) + lower * down;
    }
  }
  return pixels;
}
