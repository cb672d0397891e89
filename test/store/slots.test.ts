import { describe, expect, it } from 'vitest';
import { inSlots } from '../../src/store/slots.ts';
import { memoryKeyValueStore } from '../fakes/shelf.ts';

describe('records in slots', () => {
  it('are found by their key, and by no other that has the same slot', async () => {
    const kept = inSlots(memoryKeyValueStore(), 1);
    await kept.set('picture:a', { people: 1 });
    expect(await kept.get('picture:a')).toEqual({ people: 1 });
    expect(await kept.get('picture:b')).toBeUndefined();
  });

  it('never take more room than their slots, of which the latest stays', async () => {
    const kv = memoryKeyValueStore();
    const kept = inSlots(kv, 4);
    for (let file = 0; file < 100; file += 1) await kept.set(`clip:${file}`, { file });
    expect((await kv.startingWith('')).size).toBeLessThanOrEqual(4);
    expect(await kept.get('clip:99')).toEqual({ file: 99 });
  });

  it('do not tell which files they are of', async () => {
    const kv = memoryKeyValueStore();
    await inSlots(kv, 4).set('clip:0123456789abcdef', { seconds: 3 });
    expect(JSON.stringify([...(await kv.startingWith(''))])).not.toContain('0123456789abcdef');
  });
});
