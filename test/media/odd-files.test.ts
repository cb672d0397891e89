/** What members send that is no pair of one person and one shot: it is answered, and nothing good is called hopeless. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/coach/finding.ts';
import { findingsOf } from '../../src/core/coach/findings.ts';
import { DEFAULT_MODEL } from '../../src/core/models/registry.ts';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';
import { findingText } from '../../src/words/coach.ts';
import { wordsFor } from '../../src/words/index.ts';
import { lateClip, personImage, slidesClip, splitClip } from '../people.ts';

const media = createMedia({ pool: createPool({ log: { warn: () => {} } }) });
const CHOICES = { orientation: 'auto', quality: 'standard', sound: true, trim: false } as const;
const BACKGROUND = '#8ec5e8';
let folder: string;
let person: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strut-odd-'));
  // Without the beach around the body.
  person = await sharp(await personImage())
    .resize(720, 1080)
    .extract({ left: 150, top: 120, width: 420, height: 880 })
    .png()
    .toBuffer();
});
afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true });
});

async function ofPicture(name: string, picture: Sharp): Promise<Finding[]> {
  const path = join(folder, `${name}.png`);
  await picture.png().toFile(path);
  const look = await media.lookAtPicture(path);
  if (!look) throw new Error('the look failed');
  return told(
    findingsOf({ picture: look }, { model: DEFAULT_MODEL, choices: CHOICES, orientation: 'video' }),
  );
}

async function ofClip(path: string): Promise<Finding[]> {
  const look = await media.lookAtClip(path);
  if (!look) throw new Error('the look failed');
  return told(findingsOf({ clip: look }, { model: DEFAULT_MODEL, choices: CHOICES, orientation: 'video' }));
}

/** Each of them can be said, without a gap in it. */
function told(findings: Finding[]): Finding[] {
  const words = wordsFor('en');
  for (const finding of findings) expect(findingText(words, finding)).toMatch(/^[A-Z][^{}…]+[.]$/);
  return findings;
}

const codes = (findings: readonly Finding[]): string[] => findings.map(({ code }) => code);
const hopeless = (findings: readonly Finding[]): string[] =>
  codes(findings.filter(({ level }) => level === 'will-fail'));

/** Figures of that height, side by side, as many rows as it takes. */
function crowd(
  width: number,
  height: number,
  figures: readonly { input: Buffer; left: number; top: number }[],
): Sharp {
  return sharp({ create: { width, height, channels: 3, background: BACKGROUND } }).composite([...figures]);
}

describe('a picture', () => {
  it('of forty people has several, of whom some can be taken alone, and is not hopeless', async () => {
    const small = await sharp(person).resize({ height: 300 }).toBuffer();
    const figures = Array.from({ length: 40 }, (_, at) => ({
      input: small,
      left: 10 + (at % 10) * 155,
      top: 10 + Math.floor(at / 10) * 310,
    }));
    const findings = await ofPicture('forty', crowd(1600, 1260, figures));
    expect(hopeless(findings)).toEqual([]);
    const several = findings.find(({ code }) => code === 'several-people-in-image');
    expect(several?.measured.people).toBeGreaterThan(3);
    expect(several?.mends.length).toBeGreaterThan(0);
  });

  it('of somebody and the mirror beside them is one of two people, and not hopeless', async () => {
    const mirrored = await sharp(person).flop().resize({ height: 860 }).toBuffer();
    const figures = [
      { input: person, left: 60, top: 60 },
      { input: mirrored, left: 620, top: 80 },
    ];
    const findings = await ofPicture('mirror', crowd(1100, 1000, figures));
    expect(hopeless(findings)).toEqual([]);
    expect(codes(findings)).toContain('several-people-in-image');
  });

  it('of a statue in grey stone is a person like any other, or one without a face, and not hopeless', async () => {
    const grey = sharp(person).greyscale().linear(0.6, 90);
    const findings = await ofPicture('statue', grey);
    expect(hopeless(findings)).toEqual([]);
    expect(codes(findings)).not.toContain('several-people-in-image');
  });

  it('of somebody with a face on the shirt shows one person', async () => {
    const face = await sharp(person)
      .extract({ left: 150, top: 0, width: 120, height: 150 })
      .resize({ width: 64 })
      .toBuffer();
    const shirt = sharp(person).composite([{ input: face, left: 178, top: 260 }]);
    const findings = await ofPicture('shirt', shirt);
    expect(hopeless(findings)).toEqual([]);
    expect(codes(findings)).not.toContain('several-people-in-image');
  });

  it('by a phone that was held upside down is told to be so, or to show nobody, and is not hopeless', async () => {
    const findings = await ofPicture('turned', sharp(await personImage()).rotate(180));
    expect(hopeless(findings)).toEqual([]);
    expect(codes(findings)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^(image-not-upright|no-person-in-image|no-face-in-image)$/),
      ]),
    );
  });

  it('between black bars can be had without them', async () => {
    const boxed = sharp(await personImage()).extend({ top: 200, bottom: 200, background: 'black' });
    const bars = (await ofPicture('boxed', boxed)).find(({ code }) => code === 'image-in-bars');
    expect(bars).toMatchObject({ level: 'hint', mends: [{ kind: 'crop' }] });
  });
});

describe('a clip', () => {
  it('that is a slide show is all cuts, which are truly there', async () => {
    const findings = await ofClip(await slidesClip());
    const cuts = findings.find(({ code }) => code === 'clip-cuts');
    expect(cuts?.measured.cuts).toBe(5);
    expect(hopeless(findings)).toEqual(['clip-cuts']);
    // No slide is long enough to be repeated either.
    expect(cuts?.mends).toEqual([]);
    expect(codes(findings)).toContain('clip-still');
  });

  it('in which somebody is only in the last second is told to be so, and is not hopeless', async () => {
    const findings = await ofClip(await lateClip());
    expect(hopeless(findings)).toEqual([]);
    expect(codes(findings)).toContain('clip-out-of-view');
  });

  it('with a split screen shows two people, and is not hopeless', async () => {
    const findings = await ofClip(await splitClip());
    expect(hopeless(findings)).toEqual([]);
    expect(codes(findings)).toContain('several-people-in-clip');
  });

  it('by a phone that was held upside down is told to be so, or to show nobody, and is not hopeless', async () => {
    const findings = await ofClip(await lateClip({ turned: true }));
    expect(hopeless(findings)).toEqual([]);
    expect(codes(findings)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^(clip-not-upright|no-person-in-clip|clip-out-of-view)$/),
      ]),
    );
  });

  it('between black bars is as good as any', async () => {
    expect(hopeless(await ofClip(await splitClip({ alone: true })))).toEqual([]);
  });
});
