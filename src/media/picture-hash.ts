/**
 * What a picture looks like, in 64 bits: small changes of size, quality and colour leave nearly all of them as they are.
 * The well-known pHash: a small grey picture, its slowest waves, and whether each is above the middle one.
 */
import sharp from 'sharp';
import type { PictureHash } from '../core/media.ts';
import { measureStill, readStill } from './stills.ts';

const SIDE = 32;
const WAVES = 8;
/** Decoded no larger than this: nothing finer is looked at. */
const DECODED_SIDE = 512;
/** In shades of grey: below it the waves are noise of the encoder, as in a picture of one colour, and would be like any other. */
const LEAST_CONTRAST = 2;

/** How much of each side the middles keep: what others cut off a picture is seldom more. */
const MIDDLES = [0.92, 0.85] as const;

/** Null for what can't be read, or where nothing stands out. */
export async function pictureHash({ path }: { path: string }): Promise<PictureHash | null> {
  const measured = await measureStill(path);
  if (!measured.ok) return null;
  const decoded = await readStill(path, measured.value.format, DECODED_SIDE, (picture) =>
    picture
      .clone()
      .resize(DECODED_SIDE, DECODED_SIDE, { fit: 'fill' })
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  if (!decoded.ok) return null;
  const { data, info } = decoded.value;
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const wavesOf = async (share: number): Promise<number[]> => {
    const side = Math.round(DECODED_SIDE * share);
    const from = Math.floor((DECODED_SIDE - side) / 2);
    const small = await sharp(data, { raw })
      .extract({ left: from, top: from, width: side, height: side })
      .resize(SIDE, SIDE, { fit: 'fill' })
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { channels } = small.info;
    return waves(Float64Array.from({ length: SIDE * SIDE }, (_, i) => small.data[i * channels] ?? 0));
  };
  const whole = await wavesOf(1);
  if (Math.max(...whole.slice(1).map(Math.abs)) < LEAST_CONTRAST) return null;
  // Seen in a mirror, every second wave across runs the other way.
  const mirrored = whole.map((value, i) => (i % 2 === 1 ? -value : value));
  const middles: string[] = [];
  for (const share of MIDDLES) middles.push(bitsOf(await wavesOf(share)));
  return { plain: bitsOf(whole), mirrored: bitsOf(mirrored), middles };
}

/** COSINES[u][x]: the u-th wave at x. */
const COSINES = Array.from({ length: WAVES }, (_, u) =>
  Float64Array.from({ length: SIDE }, (_, x) => Math.cos(((2 * x + 1) * u * Math.PI) / (2 * SIDE))),
);

const waves = (grey: Float64Array): number[] =>
  Array.from({ length: WAVES * WAVES }, (_, i) => wave(grey, i % WAVES, Math.floor(i / WAVES)));

function bitsOf(values: readonly number[]): string {
  // The first is how bright all of it is, and says nothing of what is in it.
  const sorted = values.slice(1).toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const bits = values.map((value, i) => (i > 0 && value > middle ? '1' : '0')).join('');
  return (bits.match(/.{4}/g) ?? []).map((four) => Number.parseInt(four, 2).toString(16)).join('');
}

function wave(grey: Float64Array, u: number, v: number): number {
  let sum = 0;
  for (let y = 0; y < SIDE; y += 1)
    for (let x = 0; x < SIDE; x += 1)
      sum += (grey[y * SIDE + x] ?? 0) * (COSINES[u]?.[x] ?? 0) * (COSINES[v]?.[y] ?? 0);
  return (sum * 2) / (SIDE * SIDE);
}
