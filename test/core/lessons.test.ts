import { describe, expect, it, onTestFinished } from 'vitest';
import { openLessons } from '../../src/core/lessons.ts';
import { createLocks } from '../../src/core/locks.ts';
import { memoryBuses } from '../fakes/buses.ts';
import { memoryKeyValueStore } from '../fakes/shelf.ts';

const throws = (error: unknown): never => {
  throw error;
};

async function twoProcesses() {
  const wires = memoryBuses(2);
  const kv = memoryKeyValueStore();
  const locks = createLocks();
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const open = (bus = wires.buses[0]) => {
    if (!bus) throw new Error('a process too many');
    return openLessons<number>(kv, 'times', 3, { bus, locks, onError: throws, signal: ending.signal });
  };
  return { ...wires, kv, here: await open(), there: await open(wires.buses[1]) };
}

describe('what several processes learn', () => {
  it('is known to all of them, each lesson once, in the order in which they were learnt', async () => {
    const { here, there } = await twoProcesses();
    await here.add('fal', 1);
    await there.add('fal', 2);
    await here.add('runpod', 7);
    await expect.poll(() => there.of('runpod')).toEqual([7]);
    expect([here.of('fal'), there.of('fal')]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('is not lost where both learn at once, or have not heard of each other', async () => {
    const { here, there, cut, kv } = await twoProcesses();
    cut();
    await Promise.all([here.add('fal', 1), there.add('fal', 2), here.add('kling', 3), there.add('kling', 4)]);
    const kept = Object(await kv.get('times'));
    expect([kept.fal.toSorted(), kept.kling.toSorted()]).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('is read again after a gap, and only the newest of each is kept', async () => {
    const { here, there, cut, mend } = await twoProcesses();
    cut();
    for (const lesson of [1, 2, 3, 4]) await here.add('fal', lesson);
    mend();
    await expect.poll(() => there.of('fal')).toEqual([2, 3, 4]);
  });
});
