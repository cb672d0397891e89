/**
 * How far apart the hashes of pictures are: of the same one after what people do to it, and of different ones. From
 * this comes the threshold of the block list. `node bench/picture-hash.ts <folder of pictures> [most]`
 */
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { PictureHash } from '../src/core/media.ts';
import { keptOf, nearestBits, SAME_PICTURE_BITS } from '../src/core/takedown/blocks.ts';
import { pictureHash } from '../src/media/picture-hash.ts';

type Size = { width: number; height: number };
/** What is cut off each side. */
const cropped =
  (share: number) =>
  (picture: Sharp, { width, height }: Size): Sharp => {
    const [x, y] = [Math.floor(width * share), Math.floor(height * share)];
    return picture.extract({ left: x, top: y, width: width - 2 * x, height: height - 2 * y });
  };
const ATTACKS: Record<string, (picture: Sharp, size: Size) => Sharp> = {
  'JPEG, quality 30': (picture) => picture.jpeg({ quality: 30 }),
  'a third of the size': (picture, { width }) => picture.resize({ width: Math.ceil(width / 3) }),
  brighter: (picture) => picture.modulate({ brightness: 1.2, saturation: 1.3 }),
  'black and white': (picture) => picture.greyscale(),
  mirrored: (picture) => picture.flop(),
  'cropped by 2 % a side': cropped(0.02),
  'cropped by 5 % a side': cropped(0.05),
  'cropped by 10 % a side': cropped(0.1),
  'a bar over the lowest 15 %': (picture, { width, height }) => {
    const barHeight = Math.floor(height * 0.15);
    const bar = { create: { width, height: barHeight, channels: 3 as const, background: 'black' } };
    return picture.composite([{ input: bar, left: 0, top: height - barHeight }]);
  },
};
const SIDE = 1024;

const [folder = '', most = '200'] = process.argv.slice(2);
const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(jpe?g|png|webp)$/i.test(path))
  .map((path) => join(folder, path));
const temp = await mkdtemp(join(tmpdir(), 'strut-hash-'));
const plain: { path: string; hash: PictureHash }[] = [];
const apart = new Map<string, number[]>();

async function hashOf(picture: Sharp) {
  const path = join(temp, 'one.png');
  await writeFile(path, await picture.png({ compressionLevel: 1 }).toBuffer());
  return pictureHash({ path });
}

for (const path of paths) {
  if (plain.length >= Number(most)) break;
  const size = { width: SIDE, height: SIDE };
  const made = await sharp(path)
    .autoOrient()
    .resize({ ...size, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .jpeg({ quality: 92 })
    .toBuffer({ resolveWithObject: true })
    .catch(() => undefined);
  if (!made || Math.min(made.info.width, made.info.height) < 300) continue;
  const before = await hashOf(sharp(made.data));
  // The same picture twice in the folder is no pair of different ones.
  if (!before || plain.some(({ hash }) => nearestBits(before, [hash.plain]) <= 2)) continue;
  plain.push({ path, hash: before });
  for (const [name, attack] of Object.entries(ATTACKS)) {
    const attacked = await attack(sharp(made.data), made.info).toBuffer();
    const after = await hashOf(sharp(attacked));
    apart.set(name, [...(apart.get(name) ?? []), after ? nearestBits(after, keptOf(before)) : 64]);
  }
}
await rm(temp, { recursive: true });

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
console.log(`${plain.length} pictures; the same within ${SAME_PICTURE_BITS} of 64 bits`);
console.log('| what was done | median | 95 % | worst | found |');
for (const [name, distances] of apart) {
  const sorted = distances.toSorted((a, b) => a - b);
  const found = distances.filter((bits) => bits <= SAME_PICTURE_BITS).length / distances.length;
  console.log(
    `| ${name} | ${at(sorted, 0.5)} | ${at(sorted, 0.95)} | ${sorted.at(-1)} | ${Math.round(found * 100)} % |`,
  );
}
const pairs = plain.flatMap((a, i) =>
  plain.slice(i + 1).map((b) => ({ bits: nearestBits(b.hash, keptOf(a.hash)), a: a.path, b: b.path })),
);
const sorted = pairs.toSorted((a, b) => a.bits - b.bits);
const bits = sorted.map((pair) => pair.bits);
console.log(
  `${pairs.length} pairs of different pictures: nearest ${bits[0]}, 0.01 % ${at(bits, 1e-4)}, 0.1 % ${at(bits, 1e-3)}, ` +
    `1 % ${at(bits, 0.01)}, median ${at(bits, 0.5)}; ${bits.filter((one) => one <= SAME_PICTURE_BITS).length} taken for the same`,
);
for (const pair of sorted.slice(0, 8)) console.log(pair.bits, pair.a, pair.b);
