import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMedia, type MarkParts } from '../../src/media/index.ts';
import { readSigned } from '../../src/media/mark/c2pa.ts';
import { readExtras, xmpOf } from '../../src/media/mark/xmp.ts';
import { createPool } from '../../src/media/pool.ts';
import { secretsInFolder } from '../../src/secrets.ts';
import { openSigning } from '../../src/signing.ts';
import { needs } from '../needs.ts';
import { sampleClip } from '../samples.ts';
import { readFrames, readTags } from './read-video.ts';

const FACTS = { code: 'K7QX2M', provider: 'fal', at: Date.UTC(2026, 11, 2) };
const YEAR_MS = 365 * 24 * 3_600_000;
const SAMPLES = process.env.STRUT_SAMPLES;
const folder = await mkdtemp(join(tmpdir(), 'strut-marks-'));
const signing = await openSigning(secretsInFolder(folder), {}, Date.now());
const credit = (provider: string) => ({ model: 'Kling 2.6', provider: `${provider}.ai` });
const pool = createPool({ log: { warn: () => {} } });
const media = createMedia({ pool, marks: { ...signing, credit } });
const withSigner = (signer: MarkParts['signer']) =>
  createMedia({ pool, marks: { signer, roots: [], credit } });

let video = '';
beforeAll(async () => {
  video = await sampleClip({ width: 360, height: 640, seconds: 1, sound: true, faststart: false });
});
afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true, force: true });
});

let made = 0;
const out = (): string => {
  made += 1;
  return join(folder, `${made}.mp4`);
};
const signedBy = (path: string) => readSigned(path, signing.roots);

describe('a video that is handed out', () => {
  it('says what made it in tags, in XMP and in a signed manifest, and still plays as it did', async () => {
    const path = out();
    const shape = await media.probeVideo(video);
    expect(await media.mark(video, path, { facts: FACTS, plate: false })).toEqual(shape);
    expect((await readTags(path)).comment).toBe('AI-generated: Kling 2.6 via fal.ai, K7QX2M');
    const { xmp, isSigned } = await readExtras(path);
    expect(xmp).toContain('digitalsourcetype/compositeWithTrainedAlgorithmicMedia"');
    expect(xmp).toContain('Iptc4xmpExt:AISystemUsed="Kling 2.6 via fal.ai"');
    expect(isSigned).toBe(true);
    expect(await signedBy(path)).toEqual({ state: 'ours', title: 'K7QX2M' });
    expect(await media.probeVideo(path)).toEqual(shape);
  });

  it('is another’s to whoever does not know our root, and changed once a byte of it is', async () => {
    const path = out();
    await media.mark(video, path, { facts: FACTS, plate: false });
    expect((await readSigned(path, []))?.state).toBe('others');
    const bytes = await readFile(path);
    const at = bytes.length - 5_000;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect((await signedBy(path))?.state).toBe('changed');
  });

  it('is not ours because somebody else has a certificate of the same issuer as the operator', async () => {
    const issuer = await mkdtemp(join(folder, 'issuer-'));
    // Renewed two years before its end: both hold today.
    const { signer: theirs } = await openSigning(secretsInFolder(issuer), {}, Date.now() - 3.5 * YEAR_MS);
    const { signer: mine } = await openSigning(secretsInFolder(issuer), {}, Date.now());
    const [leaf = '', root = ''] = mine?.chain ?? [];
    expect(theirs?.chain.at(-1)).toBe(root);
    const states = [mine, theirs].map(async (signer) => {
      const path = out();
      await withSigner(signer).mark(video, path, { facts: FACTS, plate: false });
      return (await readSigned(path, signing.roots, { leaf, root }))?.state;
    });
    expect(await Promise.all(states)).toEqual(['ours', 'others']);
  });

  it('keeps what was in the file before: tags by any name, XMP, other boxes, and a manifest as its parent', async () => {
    const [first, second, third] = [out(), out(), out()];
    await media.mark(video, first, { facts: FACTS, plate: false });
    // As a provider might: a manifest of its own, XMP of its own, and a box that nobody knows.
    const theirs = Buffer.concat([
      await readFile(first),
      uuidBox('0123456789abcdef0123456789abcdef', 'theirs'),
    ]);
    await writeFile(second, theirs);
    expect(
      await media.mark(second, third, { facts: { ...FACTS, code: 'ABC234' }, plate: false }),
    ).toBeDefined();
    expect(await signedBy(third)).toEqual({ state: 'ours', title: 'ABC234' });
    const bytes = (await readFile(third)).toString('latin1');
    expect(bytes).toContain('c2pa.opened');
    expect(bytes).toContain('parentOf');
    const { xmp, boxes } = await readExtras(third);
    expect(xmp).toContain('K7QX2M');
    expect(xmp).toContain('ABC234');
    expect(boxes.map((box) => box.toString('latin1', 24))).toEqual(['theirs']);
    expect((await readTags(third)).comment).toMatch(/K7QX2M \/ AI-generated: .*ABC234$/);
  });

  it('keeps a tag of a name that only its maker knows', async () => {
    const [tagged, path] = [await sampleClip({ seconds: 1, location: true }), out()];
    const before = await readTags(tagged);
    await media.mark(tagged, path, { facts: FACTS, plate: false });
    expect(Object.keys(before).length).toBeGreaterThan(0);
    expect(await readTags(path)).toMatchObject(before);
  });

  it.each([
    ['there is no key', undefined, /no key/],
    ['the key is none', { key: 'nonsense', chain: [] }, /./],
  ])('carries the XMP mark alone where %s, and says why', async (_, signer, why) => {
    const path = out();
    const marked = await withSigner(signer).mark(video, path, { facts: FACTS, plate: false });
    expect(marked?.unsigned).toMatch(why);
    const { xmp, isSigned } = await readExtras(path);
    expect(xmp).toContain('compositeWithTrainedAlgorithmicMedia');
    expect(isSigned).toBe(false);
    expect(await media.probeVideo(path)).toEqual(await media.probeVideo(video));
  });

  it('can’t be marked where it is none', async () => {
    const whole = await readFile(video);
    for (const bytes of [whole.subarray(0, 2_000), Buffer.alloc(0), Buffer.from('a picture')]) {
      const path = out();
      await writeFile(path, bytes);
      expect(await media.mark(path, out(), { facts: FACTS, plate: false })).toBeUndefined();
    }
  });

  it('leaves nothing lying beside it', async () => {
    const path = out();
    await media.mark(video, path, { facts: FACTS, plate: false });
    await expect(stat(`${path}.unsigned`)).rejects.toThrow('ENOENT');
  });
});

describe('the plate', () => {
  it('stands in the upper right corner from the first picture to the last, light on dark, on any ground', async () => {
    const path = out();
    expect(await media.mark(video, path, { facts: FACTS, plate: true })).toMatchObject({
      width: 360,
      height: 640,
    });
    const frames = await readFrames(path);
    expect(frames.length).toBeGreaterThan(10);
    for (const { grey, width } of frames) {
      const corner = Array.from({ length: 26 }, (_, y) =>
        grey.subarray((y + 12) * width + 304, (y + 12) * width + 346),
      ).flatMap((row) => [...row]);
      const [inked, dark] = [corner.filter((tone) => tone > 190), corner.filter((tone) => tone < 130)];
      expect(inked.length / corner.length).toBeGreaterThan(0.1);
      expect(dark.length / corner.length).toBeGreaterThan(0.4);
    }
    expect((await signedBy(path))?.state).toBe('ours');
  });
});

describe('XMP that was there before', () => {
  it('is only added to, and once', () => {
    const facts = { code: 'K7QX2M', model: 'A & B', provider: 'x', at: 0 };
    const theirs = '<x:xmpmeta><rdf:RDF><rdf:Description a="theirs"/></rdf:RDF></x:xmpmeta>';
    const ours = xmpOf(facts, theirs);
    expect(ours).toContain('a="theirs"');
    expect(ours).toContain('A &amp; B via x');
    expect(xmpOf(facts, ours)).toBe(ours);
  });
});

describe('whether somebody real could be meant', () => {
  it('is no question of a drawn face, nor of a picture without one', async () => {
    const drawn = join(folder, 'drawn.jpg');
    await sharp(Buffer.from(DRAWN_FACE)).jpeg().toFile(drawn);
    expect(await media.showsRealPerson(drawn)).toBe(false);
    const plain = join(folder, 'plain.jpg');
    await sharp({ create: { width: 400, height: 500, channels: 3, background: 'teal' } })
      .jpeg()
      .toFile(plain);
    expect(await media.showsRealPerson(plain)).toBe(false);
  });

  it('is left open where nobody can look', async () => {
    expect(await media.showsRealPerson(join(folder, 'nothing.jpg'))).toBeUndefined();
  });

  it('is seen in photographs', needs(SAMPLES !== undefined, 'set STRUT_SAMPLES'), async () => {
    for (const name of ['person-full-body.jpg', 'person-portrait.jpg', 'three-people.jpg'])
      expect(await media.showsRealPerson(join(SAMPLES ?? '', name)), name).toBe(true);
  });
});

function uuidBox(uuid: string, body: string): Buffer {
  const box = Buffer.concat([
    Buffer.alloc(4),
    Buffer.from('uuid'),
    Buffer.from(uuid, 'hex'),
    Buffer.from(body),
  ]);
  box.writeUInt32BE(box.length);
  return box;
}

const DRAWN_FACE = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="1000">
  <rect width="800" height="1000" fill="#ffccee"/><ellipse cx="400" cy="420" rx="240" ry="300" fill="#6633aa"/>
  <ellipse cx="400" cy="460" rx="180" ry="230" fill="#fbe0d0"/>
  <g fill="#fff"><ellipse cx="325" cy="430" rx="60" ry="38"/><ellipse cx="475" cy="430" rx="60" ry="38"/></g>
  <g fill="#321"><circle cx="325" cy="432" r="28"/><circle cx="475" cy="432" r="28"/></g>
  <path d="M280 375 q45 -25 90 0 M430 375 q45 -25 90 0" stroke="#321" stroke-width="12" fill="none"/>
  <path d="M400 450 l-22 80 q22 16 44 0" stroke="#a76" stroke-width="7" fill="none"/>
  <path d="M330 590 q70 50 140 0 q-70 -20 -140 0" fill="#b44"/></svg>`;
