import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { isAlike, keptOf } from '../../src/core/takedown/blocks.ts';
import { pictureHash } from '../../src/media/picture-hash.ts';
import { freshFolder } from '../fakes/folder.ts';
import { cupImage, personImage } from '../people.ts';

async function hashAfter(path: string, name: string, change: (picture: Sharp) => Sharp) {
  const to = join(freshFolder(), `${name}.jpg`);
  await change(sharp(path)).jpeg({ quality: 60 }).toFile(to);
  const hash = await pictureHash({ path: to });
  if (!hash) throw new Error('nothing stands out');
  return hash;
}

describe('the hash of a picture', () => {
  it.each<[string, (picture: Sharp) => Sharp]>([
    ['encoded anew', (picture) => picture],
    ['made small', (picture) => picture.resize({ width: 240 })],
    ['mirrored', (picture) => picture.flop()],
    ['made brighter', (picture) => picture.modulate({ brightness: 1.15 })],
    ['black and white', (picture) => picture.greyscale()],
    ['cropped all around', (picture) => picture.extract({ left: 24, top: 36, width: 432, height: 648 })],
  ])('knows one again that was %s', async (name, change) => {
    const path = await personImage();
    const kept = await pictureHash({ path });
    if (!kept) throw new Error('nothing stands out');
    expect(isAlike(await hashAfter(path, name.replaceAll(' ', '-'), change), keptOf(kept))).toBe(true);
  });

  it('does not take another picture for it', async () => {
    const [person, cup] = [
      await pictureHash({ path: await personImage() }),
      await pictureHash({ path: await cupImage() }),
    ];
    if (!person || !cup) throw new Error('nothing stands out');
    expect(isAlike(cup, keptOf(person))).toBe(false);
  });

  it('is none where nothing stands out, nor of bytes that are no picture', async () => {
    const grey = join(freshFolder(), 'grey.png');
    await sharp({ create: { width: 400, height: 400, channels: 3, background: '#777777' } }).toFile(grey);
    expect(await pictureHash({ path: grey })).toBeNull();
    expect(await pictureHash({ path: import.meta.filename })).toBeNull();
  });
});
