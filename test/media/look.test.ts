import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClipLook, PictureLook } from '../../src/core/coach/look.ts';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';
import { cupImage, personClip, personImage, portraitImage } from '../people.ts';
import { sampleClip, sampleImage } from '../samples.ts';
import { readFrames } from './read-video.ts';

const media = createMedia({ pool: createPool({ log: { warn: () => {} } }) });
let folder: string;
let person: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strut-look-'));
  person = await personImage();
});
afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true });
});

const made = async (name: string, picture: Sharp): Promise<string> => {
  const path = join(folder, name);
  await picture.png().toFile(path);
  return path;
};

async function lookAtPicture(path: string): Promise<PictureLook> {
  const look = await media.lookAtPicture(path);
  if (!look) throw new Error('the look failed');
  return look;
}
async function lookAtClip(path: string): Promise<ClipLook> {
  const look = await media.lookAtClip(path);
  if (!look) throw new Error('the look failed');
  return look;
}

describe('a look at a picture', () => {
  it('tells of one person, from head to foot and upright', async () => {
    const look = await lookAtPicture(person);
    expect(look).toMatchObject({
      width: 480,
      height: 720,
      count: 1,
      turned: 0,
      blurred: false,
      dark: false,
    });
    expect(look.people).toMatchObject([
      { framing: 'whole', upright: true, headInView: true, handsInView: true },
    ]);
  });

  it('tells that a portrait ends above the hips', async () => {
    const { people } = await lookAtPicture(await portraitImage());
    expect(['face', 'bust', 'upper']).toContain(people[0]?.framing);
  });

  it('counts two who stand beside each other, the larger one first', async () => {
    const large = await sharp(person).resize({ height: 1000 }).toBuffer();
    const small = await sharp(person).resize({ height: 700 }).toBuffer();
    const ground = sharp({ create: { width: 1400, height: 1000, channels: 3, background: '#8ec5e8' } });
    const both = ground.composite([
      { input: small, left: 20, top: 300 },
      { input: large, left: 700, top: 0 },
    ]);
    const { count, people } = await lookAtPicture(await made('two.png', both));
    expect(count).toBe(2);
    expect(people[0]?.box.left).toBeGreaterThan(0.5);
    expect(people[1]?.box.left).toBeLessThan(0.5);
  });

  it('finds nobody on a table with a cup', async () => {
    expect(await lookAtPicture(await cupImage())).toMatchObject({ count: 0, people: [], turned: 0 });
  });

  it('tells what is blurred, and what is dark', async () => {
    expect(await lookAtPicture(await made('soft.png', sharp(person).blur(9)))).toMatchObject({
      blurred: true,
    });
    const night = sharp(person).linear(0.08, 0);
    expect(await lookAtPicture(await made('night.png', night))).toMatchObject({ dark: true });
  });

  it('finds the picture between black bars', async () => {
    const bars = { top: 160, bottom: 160, background: 'black' };
    const { inBars } = await lookAtPicture(await made('bars.png', sharp(person).extend(bars)));
    expect(inBars?.top).toBeCloseTo(160 / 1040, 2);
    expect(inBars?.height).toBeCloseTo(720 / 1040, 2);
  });

  it('comes to nothing where the bytes are no picture', async () => {
    expect(await media.lookAtPicture(join(folder, 'nothing'))).toBeUndefined();
  });
});

describe('a look at a clip', () => {
  it('follows its person, who moves and stays in view, in one shot', async () => {
    const look = await lookAtClip(await personClip());
    expect(look).toMatchObject({
      count: 1,
      cuts: [],
      fades: [],
      outOfView: [],
      still: false,
      sound: 'heard',
    });
    expect(look.shots).toMatchObject([{ framing: 'whole', upright: true, seen: 1 }]);
    expect(look.shots[0]?.motion).toBeGreaterThan(0);
    expect(look.best).toEqual([{ fromSeconds: 0, toSeconds: 4 }]);
    expect(look.firstPose?.framing).toBe('whole');
  });

  it('tells at what time it is cut', async () => {
    const { cuts, shots } = await lookAtClip(await sampleClip({ camera: 'cut' }));
    expect(cuts).toHaveLength(1);
    expect(cuts[0]?.atSeconds).toBeCloseTo(1.5, 1);
    expect(shots.map(({ fromSeconds }) => fromSeconds)).toEqual([0, cuts[0]?.atSeconds]);
  });

  it.each(['pan', 'zoom'] as const)('takes a %s for no cut', async (camera) => {
    expect(await lookAtClip(await sampleClip({ camera }))).toMatchObject({ cuts: [], cameraMoves: true });
  });

  it('finds nobody where nobody is, and no part that could be sent', async () => {
    const look = await lookAtClip(await sampleClip({}));
    expect(look).toMatchObject({ count: 0, people: [], best: [], sound: 'none', still: false });
    expect(look.outOfView).toHaveLength(1);
    expect(look).not.toHaveProperty('firstPose');
  });

  it('tells of the black that it comes up from', async () => {
    const { fades } = await lookAtClip(await sampleClip({ seconds: 6, blackFrames: 12 }));
    expect(fades).toHaveLength(1);
    expect(fades[0]?.fromSeconds).toBe(0);
  });

  it('comes to nothing where the bytes are no clip', async () => {
    expect(await media.lookAtClip(person)).toBeUndefined();
  });
});

describe('a contact sheet', () => {
  it('shows the picture with its people, and the clip below it', async () => {
    const clipPath = await personClip();
    const toPath = join(folder, 'sheet.jpg');
    const sheet = {
      picture: { path: person, look: await lookAtPicture(person) },
      clip: { path: clipPath, look: await lookAtClip(clipPath), stretch: { fromSeconds: 1, toSeconds: 3 } },
    };
    expect(await media.contactSheet(sheet, toPath)).toBe(true);
    const { width, height, format } = await sharp(toPath).metadata();
    expect(format).toBe('jpeg');
    expect(width).toBeGreaterThan(900);
    expect(height).toBeGreaterThan(700);
    const alone = join(folder, 'alone.jpg');
    expect(await media.contactSheet({ picture: sheet.picture }, alone)).toBe(true);
    expect((await sharp(alone).metadata()).height).toBeLessThan(height);
  });

  it('is none where there is nothing to show', async () => {
    expect(await media.contactSheet({}, join(folder, 'none.jpg'))).toBe(false);
  });
});

describe('a part', () => {
  it('of a picture is all that is made ready', async () => {
    const path = await sampleImage({ width: 800, height: 600 });
    const toPath = join(folder, 'part.jpg');
    const crop = { left: 0.5, top: 0.25, width: 0.5, height: 0.75 };
    expect(await media.normaliseImage(path, toPath, { crop })).toMatchObject({
      value: { width: 400, height: 450 },
    });
  });

  it('of a turned picture is counted as it is shown', async () => {
    const path = await sampleImage({ width: 800, height: 600, exifOrientation: 6 });
    const crop = { left: 0, top: 0, width: 1, height: 0.5 };
    expect(await media.normaliseImage(path, join(folder, 'turned.jpg'), { crop })).toMatchObject({
      value: { width: 600, height: 400 },
    });
  });

  it('of a picture is refused where it is too small for the model', async () => {
    const path = await sampleImage({ width: 800, height: 600 });
    const crop = { left: 0, top: 0, width: 0.2, height: 1 };
    expect(await media.normaliseImage(path, join(folder, 'small.jpg'), { crop })).toMatchObject({
      refusal: { code: 'image-too-small', width: 160, height: 600 },
    });
  });

  it('of a clip begins with the picture that is shown then, and is as long as was asked', async () => {
    const path = await sampleClip({ seconds: 4, fps: 15, sound: true });
    const toPath = join(folder, 'part.mp4');
    const outcome = await media.normaliseClip(path, toPath, { fromSeconds: 1, maxSeconds: 2 });
    expect(outcome).toMatchObject({ value: { durationMs: 2000, hasSound: true } });
    const numbers = (await readFrames(toPath)).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, at) => at + 15));
  });

  it('of a clip reaches to its end where no length is asked', async () => {
    const path = await sampleClip({ seconds: 4, fps: 15 });
    const outcome = await media.normaliseClip(path, join(folder, 'rest.mp4'), { fromSeconds: 3 });
    expect(outcome).toMatchObject({ value: { durationMs: 1000 } });
  });
});
