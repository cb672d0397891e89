import { describe, expect, it, onTestFinished } from 'vitest';
import { createStore } from '../../src/store/index.ts';
import { freshFolder } from '../fakes/folder.ts';

function up(folder = freshFolder()) {
  const store = createStore(folder, () => {});
  onTestFinished(() => store.close());
  return { ...store, folder };
}

describe('the fingerprints on disk', () => {
  it('come back as they were, also after a restart, a few hundred at a time', async () => {
    const { fingerprints, close, folder } = up();
    const codes = Array.from({ length: 450 }, (_, index) => `C${String(index).padStart(5, '0')}`);
    for (const [index, code] of codes.entries())
      await fingerprints.keepFrames(code, 1, Uint32Array.of(index, 0xffffffff, 3));
    await fingerprints.keepFile('C00007', 1, 'a'.repeat(64));
    await close();
    const again = up(folder).fingerprints;
    const found: [string, number[]][] = [];
    for await (const { code, frames } of again.all()) found.push([code, [...frames]]);
    expect(found).toEqual(codes.map((code, index) => [code, [index, 0xffffffff, 3]]));
    expect(await again.ofFile('a'.repeat(64))).toBe('C00007');
    expect(await again.ofFile('b'.repeat(64))).toBeUndefined();
  });

  it('are replaced by the same job’s newer ones, and go once their time is over', async () => {
    const { fingerprints } = up();
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
