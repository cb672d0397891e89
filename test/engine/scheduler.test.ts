import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createScheduler } from '../../src/engine/scheduler.ts';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const errors: unknown[] = [];
const make = (atOnce = 10) =>
  createScheduler({ clock: { now: Date.now }, atOnce, onError: (error) => errors.push(error) });

/** Steps that end when the test says so. */
function manualSteps() {
  const ends = new Map<string, () => void>();
  const started: string[] = [];
  return {
    started,
    step: (key: string) => {
      started.push(key);
      return new Promise<void>((resolve) => void ends.set(key, resolve));
    },
    async end(key: string) {
      ends.get(key)?.();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

describe('the scheduler', () => {
  it('runs keys when they are due, in the order of their due times', async () => {
    const ran: [string, number][] = [];
    const scheduler = make();
    scheduler.at('b', 200);
    scheduler.at('a', 100);
    scheduler.at('c', 300);
    scheduler.start(async (key) => void ran.push([key, Date.now()]));
    await vi.advanceTimersByTimeAsync(1000);
    expect(ran).toEqual([
      ['a', 100],
      ['b', 200],
      ['c', 300],
    ]);
    expect(await scheduler.size()).toBe(0);
  });

  it('knows one due time per key, the last one given', async () => {
    const ran: number[] = [];
    const scheduler = make();
    scheduler.start(async () => void ran.push(Date.now()));
    scheduler.at('a', 100);
    scheduler.at('a', 500);
    scheduler.at('a', 300);
    await vi.advanceTimersByTimeAsync(1000);
    expect(ran).toEqual([300]);
  });

  it('runs no more steps at once than it may, and the rest as places come free', async () => {
    const { started, step, end } = manualSteps();
    const scheduler = make(2);
    for (const key of ['a', 'b', 'c']) scheduler.at(key, 0);
    scheduler.start(step);
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('never runs a key twice at once: scheduled while it runs, it runs again afterwards', async () => {
    const { started, step, end } = manualSteps();
    const scheduler = make();
    scheduler.start(step);
    scheduler.at('a', 0);
    scheduler.at('a', 0);
    scheduler.at('b', 0);
    await vi.advanceTimersByTimeAsync(50);
    expect(started).toEqual(['a', 'b']);
    expect(await scheduler.size()).toBe(2);
    await end('a');
    expect(started).toEqual(['a', 'b', 'a']);
  });

  it('forgets a removed key', async () => {
    const ran: string[] = [];
    const scheduler = make();
    scheduler.start(async (key) => void ran.push(key));
    scheduler.at('a', 100);
    scheduler.remove('a');
    await vi.advanceTimersByTimeAsync(1000);
    expect(ran).toEqual([]);
  });

  it('tells of a step that throws and goes on with the others', async () => {
    const ran: string[] = [];
    const scheduler = make(1);
    scheduler.start(async (key) => {
      ran.push(key);
      if (key === 'a') throw new Error('boom');
    });
    scheduler.at('a', 0);
    scheduler.at('b', 1);
    await vi.advanceTimersByTimeAsync(10);
    expect(ran).toEqual(['a', 'b']);
    expect(errors).toHaveLength(1);
  });

  it('waits for the steps under way when it stops, and starts nothing more', async () => {
    const { started, step, end } = manualSteps();
    const scheduler = make();
    scheduler.start(step);
    scheduler.at('a', 0);
    let stopped = false;
    const stopping = scheduler.stop().then(() => {
      stopped = true;
    });
    scheduler.at('b', 0);
    await vi.advanceTimersByTimeAsync(100);
    expect(stopped).toBe(false);
    await end('a');
    await stopping;
    expect(started).toEqual(['a']);
  });

  it('keeps to the last due time through many thousand changes', async () => {
    const ran = new Map<string, number>();
    const scheduler = make(1000);
    scheduler.start(async (key) => void ran.set(key, Date.now()));
    for (let round = 0; round < 50; round += 1) {
      for (let key = 0; key < 40; key += 1)
        scheduler.at(`k${key}`, 10_000 + ((key * 7919 + round * 104_729) % 5000));
    }
    await vi.advanceTimersByTimeAsync(20_000);
    expect(ran.size).toBe(40);
    for (let key = 0; key < 40; key += 1)
      expect(ran.get(`k${key}`)).toBe(10_000 + ((key * 7919 + 49 * 104_729) % 5000));
  });

  it('goes on when the clock is set back an hour', async () => {
    const wall = { now: 10 * 3_600_000 };
    const ran: string[] = [];
    const scheduler = createScheduler({
      clock: { now: () => wall.now },
      atOnce: 10,
      onError: (error) => errors.push(error),
    });
    scheduler.start(async (key) => {
      ran.push(key);
      if (ran.length < 5) scheduler.at(key, wall.now + 1_000);
    });
    scheduler.at('a', wall.now + 1_000);
    wall.now -= 3_600_000;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(ran).toHaveLength(5);
  });
});
