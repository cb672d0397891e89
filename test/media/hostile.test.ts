import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REFUSAL_STATUS } from '../../src/core/refusals.ts';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';
import { type SampleClip, sampleClip, sampleHeic, sampleImage } from '../samples.ts';

const warnings: object[] = [];
const media = createMedia({ pool: createPool({ log: { warn: (facts) => warnings.push(facts) } }) });
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strut-hostile-'));
});
afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true });
});

/** What happens to files on bad disks and in bad hands. Places are shares of the length. */
type Harm =
  | { kind: 'flip'; flips: { place: number; byte: number }[] }
  /** Headers are short: a flip anywhere would seldom meet one. */
  | { kind: 'flip-head'; flips: { place: number; byte: number }[] }
  | { kind: 'cut'; place: number }
  | { kind: 'drop' | 'repeat'; place: number; length: number };

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const flips = fc.array(fc.record({ place, byte: fc.nat(255) }), { minLength: 1, maxLength: 16 });
const harms: fc.Arbitrary<Harm> = fc.oneof(
  fc.record({ kind: fc.constantFrom('flip', 'flip-head'), flips }),
  fc.record({ kind: fc.constant('cut'), place }),
  fc.record({ kind: fc.constantFrom('drop', 'repeat'), place, length: fc.nat(2000) }),
);

function harmed(bytes: Buffer, harm: Harm): Buffer {
  const at = (share: number, length = bytes.length): number => Math.floor(share * length);
  const copy = Buffer.from(bytes);
  switch (harm.kind) {
    case 'flip':
    case 'flip-head': {
      const length = harm.kind === 'flip' ? bytes.length : Math.min(1500, bytes.length);
      for (const flip of harm.flips) copy[at(flip.place, length)] = flip.byte;
      return copy;
    }
    case 'cut':
      return copy.subarray(0, at(harm.place));
    case 'drop':
      return Buffer.concat([copy.subarray(0, at(harm.place)), copy.subarray(at(harm.place) + harm.length)]);
    case 'repeat': {
      const part = copy.subarray(at(harm.place), at(harm.place) + harm.length);
      return Buffer.concat([copy.subarray(0, at(harm.place)), part, copy.subarray(at(harm.place))]);
    }
  }
}

/** The same cases on every run: what was found once stays found. */
const RUNS = { seed: 20_261_121, numRuns: 20 };

const isVerdict = (outcome: { ok: boolean; refusal?: { code: string } }): boolean =>
  outcome.ok || (outcome.refusal !== undefined && outcome.refusal.code in REFUSAL_STATUS);

describe('bytes that nobody can trust', () => {
  const clips: [string, SampleClip][] = [
    ['MP4', { sound: true, faststart: true }],
    ['MOV', { container: 'mov', rotation: 90 }],
    ['WebM', { container: 'webm', codec: 'vp8', sound: true }],
    ['MKV', { container: 'mkv', codec: 'hevc' }],
    ['AVI', { container: 'avi', sound: true }],
    ['GIF', { container: 'gif', fps: 10 }],
    ['animated WebP', { container: 'webp', fps: 10 }],
    ['animated PNG', { container: 'apng', fps: 10 }],
  ];

  it.each(clips)('get a verdict, whatever happened to the clip (%s)', async (name, options) => {
    const bytes = await readFile(await sampleClip({ seconds: 1, ...options }));
    const path = join(folder, `${name}.bin`);
    await fc.assert(
      fc.asyncProperty(harms, async (harm) => {
        await writeFile(path, harmed(bytes, harm));
        expect(await media.checkClip(path)).toSatisfy(isVerdict);
        expect(await media.normaliseClip(path, `${path}.mp4`, { maxSeconds: 10 })).toSatisfy(isVerdict);
        // A picture or the word that there is none, but no other trouble.
        await media.poster(path, `${path}.jpg`).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'BrokenVideo' });
        });
      }),
      RUNS,
    );
  });

  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'heic'] as const)(
    'get a verdict, whatever happened to the picture (%s)',
    async (format) => {
      const bytes = await readFile(
        format === 'heic' ? await sampleHeic({ tile: 128 }) : await sampleImage({ format }),
      );
      const path = join(folder, `picture.${format}`);
      await fc.assert(
        fc.asyncProperty(harms, async (harm) => {
          await writeFile(path, harmed(bytes, harm));
          expect(await media.checkImage(path)).toSatisfy(isVerdict);
          expect(await media.normaliseImage(path, `${path}.jpg`)).toSatisfy(isVerdict);
        }),
        RUNS,
      );
    },
  );

  it('kill no child', () => {
    expect(warnings).toEqual([]);
  });
});
