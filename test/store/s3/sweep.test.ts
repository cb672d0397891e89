import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createFileUse } from '../../../src/core/intake/file-use.ts';
import { sweepOrphans } from '../../../src/core/upkeep/orphans.ts';
import { placeOf } from '../../../src/store/file-keys.ts';
import { s3World } from './world.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };

describe('the sweep of a bucket', () => {
  it('removes what has lain there for a day by no name, and nothing else', async () => {
    const { sim, processOn } = await s3World();
    const { files, objects } = processOn();
    const named = new Set<string>();
    const fileUse = createFileUse({ files, records: [async (key) => named.has(key)], log });
    async function lie(content: string, days: number): Promise<string> {
      await using temp = await files.temp('bin');
      writeFileSync(temp.path, content);
      const { key } = await files.keep(temp.path, 'image/png');
      const object = sim.objects.get(`of strut/${placeOf(key)}`);
      if (object) object.changedAt = Date.now() - days * 24 * 3_600_000;
      return key;
    }
    await objects.putText('home', 'x');
    const old = await lie('named', 2);
    named.add(old);
    await lie('left by a crash', 2);
    const young = await lie('in the making', 0.9);
    const clock = { now: Date.now };
    expect(await sweepOrphans({ files, fileUse, clock, log }, true)).toBe(1);
    const left = [...sim.objects.keys()].sort();
    expect(left).toEqual(['home', placeOf(old), placeOf(young)].map((name) => `of strut/${name}`).sort());
  });
});
