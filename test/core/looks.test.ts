import { describe, expect, it } from 'vitest';
import type { PictureLook } from '../../src/core/coach/look.ts';
import { createLooks } from '../../src/core/coach/looks.ts';
import { memoryKeyValueStore } from '../fakes/shelf.ts';

const LOOK: PictureLook = {
  width: 800,
  height: 600,
  turned: 0,
  people: [],
  count: 0,
  face: 0,
  sharpness: 0.5,
  blurred: false,
  brightness: 0.5,
  dark: false,
};

function looksAt(answers: (PictureLook | undefined)[], kept = memoryKeyValueStore()) {
  const seen: string[] = [];
  const looks = createLooks(
    {
      lookAtPicture: async (path) => {
        seen.push(path);
        return answers.shift();
      },
      lookAtClip: async () => undefined,
    },
    kept,
  );
  return { looks, seen, kept };
}

describe('looks at files', () => {
  it('are taken once for the same bytes, wherever these lie', async () => {
    const { looks, seen } = looksAt([LOOK]);
    expect(await looks.picture({ path: 'a', sha256: 'same' })).toEqual(LOOK);
    expect(await looks.picture({ path: 'b', sha256: 'same' })).toEqual(LOOK);
    expect(seen).toEqual(['a']);
  });

  it('outlive the process', async () => {
    const first = looksAt([LOOK]);
    await first.looks.picture({ path: 'a', sha256: 'same' });
    const second = looksAt([], first.kept);
    expect(await second.looks.picture({ path: 'a', sha256: 'same' })).toEqual(LOOK);
    expect(second.seen).toEqual([]);
  });

  it('are shared by those who ask at the same time', async () => {
    const { looks, seen } = looksAt([LOOK]);
    const ask = () => looks.picture({ path: 'a', sha256: 'same' });
    expect(await Promise.all([ask(), ask()])).toEqual([LOOK, LOOK]);
    expect(seen).toEqual(['a']);
  });

  it('are taken again where the first one failed', async () => {
    const { looks, seen } = looksAt([undefined, LOOK]);
    expect(await looks.picture({ path: 'a', sha256: 'same' })).toBeUndefined();
    expect(await looks.picture({ path: 'a', sha256: 'same' })).toEqual(LOOK);
    expect(seen).toEqual(['a', 'a']);
  });

  it('are taken again where an earlier version of the bot has kept something else', async () => {
    const { looks, seen, kept } = looksAt([LOOK]);
    await kept.set('picture:same', { version: 0, look: LOOK });
    expect(await looks.picture({ path: 'a', sha256: 'same' })).toEqual(LOOK);
    expect(seen).toEqual(['a']);
  });

  it('of a picture are none of a clip with the same bytes', async () => {
    const { looks } = looksAt([LOOK]);
    await looks.picture({ path: 'a', sha256: 'same' });
    expect(await looks.clip({ path: 'a', sha256: 'same' })).toBeUndefined();
  });
});
