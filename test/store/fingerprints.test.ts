import { afterAll, describe, expect, it } from 'vitest';
import { createFingerprints } from '../../src/store/fingerprints.ts';
import { postgresOfFile } from '../postgres/open.ts';
import { bothDatabases } from './open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

for (const { name, need, database } of bothDatabases(postgres))
  describe(`the fingerprints in ${name}`, need, () => {
    it('come back as they were, a few hundred at a time', async () => {
      const db = await database();
      const fingerprints = createFingerprints(db);
      const codes = Array.from({ length: 450 }, (_, index) => `C${String(index).padStart(5, '0')}`);
      for (const [index, code] of codes.entries())
        await fingerprints.keepFrames(code, 1, Uint32Array.of(index, 0xffffffff, 3));
      await fingerprints.keepFile('C00007', 1, 'a'.repeat(64));
      const again = createFingerprints(db);
      const found: [string, number[]][] = [];
      for await (const { code, frames } of again.all()) found.push([code, [...frames]]);
      expect(found).toEqual(codes.map((code, index) => [code, [index, 0xffffffff, 3]]));
      expect(await again.ofFile('a'.repeat(64))).toBe('C00007');
      expect(await again.ofFile('b'.repeat(64))).toBeUndefined();
    });

    it('are replaced by the same job’s newer ones, and go once their time is over', async () => {
      const fingerprints = createFingerprints(await database());
      await fingerprints.keepFrames('K7QX2M', 1, Uint32Array.of(1));
      await fingerprints.keepFrames('K7QX2M', 5, Uint32Array.of(2));
      await fingerprints.keepFrames('ABC234', 2, Uint32Array.of(3));
      await fingerprints.keepFile('ABC234', 2, 'a'.repeat(64));
      await fingerprints.dropBefore(5);
      const left: string[] = [];
      for await (const { code } of fingerprints.all()) left.push(code);
      expect(left).toEqual(['K7QX2M']);
      expect(await fingerprints.ofFile('a'.repeat(64))).toBeUndefined();
    });
  });
