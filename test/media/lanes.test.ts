import { describe, expect, it } from 'vitest';
import { createLanes } from '../../src/media/lanes.ts';
import type { Lane } from '../../src/media/task.ts';

type Work = {
  name: string;
  lane: Lane;
  alone: boolean;
  budgetMs: number;
  places: number[];
  tellPlace(place: number): void;
};

function work(name: string, lane: Lane, { budgetMs = 60_000, alone = false } = {}): Work {
  const places: number[] = [];
  return { name, lane, alone, budgetMs, places, tellPlace: (place) => places.push(place) };
}

const SHORT = { budgetMs: 20_000 };

describe('the two lanes', () => {
  it('serve each lane in the order of asking', () => {
    const lanes = createLanes<Work>(4);
    for (const name of ['a', 'b', 'c']) lanes.push(work(name, 'quick'));
    expect([lanes.next([]), lanes.next([]), lanes.next([])].map((one) => one?.name)).toEqual(['a', 'b', 'c']);
    expect(lanes.next([])).toBeUndefined();
  });

  it('never give the last child to a render', () => {
    const lanes = createLanes<Work>(3);
    for (const name of ['r3', 'r4']) lanes.push(work(name, 'slow'));
    const running = [work('r1', 'slow'), work('r2', 'slow')];
    expect(lanes.next(running)).toBeUndefined();
    lanes.push(work('q', 'quick'));
    expect(lanes.next(running)?.name).toBe('q');
  });

  it('leave renders one child however much quick work there is', () => {
    const lanes = createLanes<Work>(2);
    for (const name of ['q1', 'q2', 'q3']) lanes.push(work(name, 'quick'));
    lanes.push(work('r', 'slow'));
    const first = lanes.next([]);
    expect(first?.name).toBe('q1');
    expect(lanes.next(first ? [first] : [])?.name).toBe('r');
  });

  it('allow one short task more than there are children, and only when all of these are long', () => {
    const lanes = createLanes<Work>(2);
    const long = [work('encode', 'quick'), work('render', 'slow')];
    lanes.push(work('another encode', 'quick'));
    const verdict = work('verdict', 'quick', SHORT);
    lanes.push(verdict);
    lanes.push(work('next verdict', 'quick', SHORT));
    expect(lanes.next(long)?.name).toBe('verdict');
    expect(lanes.next([...long, verdict])).toBeUndefined();
    expect(lanes.next([work('encode', 'quick'), verdict])).toBeUndefined();
  });

  it('begin nothing long beside what has to run alone, nor while that waits for the others to end', () => {
    const lanes = createLanes<Work>(4);
    const alone = work('alone', 'quick', { alone: true });
    const verdict = work('verdict', 'quick', SHORT);
    lanes.push(alone);
    lanes.push(work('encode', 'quick'));
    lanes.push(work('render', 'slow'));
    lanes.push(verdict);
    lanes.push(work('next verdict', 'quick', SHORT));
    const running = work('encoding', 'quick');
    expect(lanes.next([running])?.name).toBe('verdict');
    expect(lanes.next([running, verdict])).toBeUndefined();
    expect(lanes.next([verdict])).toBeUndefined();
    expect(lanes.next([])?.name).toBe('alone');
    expect(lanes.next([alone])?.name).toBe('next verdict');
    expect(lanes.next([alone])).toBeUndefined();
    expect(lanes.next([])?.name).toBe('encode');
  });

  it('begin nothing at all beside a verdict that has to be come to alone', () => {
    const lanes = createLanes<Work>(4);
    const alone = work('alone', 'quick', { ...SHORT, alone: true });
    lanes.push(work('verdict', 'quick', SHORT));
    expect(lanes.next([alone])).toBeUndefined();
    expect(lanes.next([])?.name).toBe('verdict');
  });

  it('tell a place once, and again when it has changed', () => {
    const lanes = createLanes<Work>(2);
    const [first, second] = [work('a', 'slow'), work('b', 'slow')];
    lanes.push(first);
    lanes.push(second);
    lanes.tellPlaces();
    lanes.tellPlaces();
    expect(lanes.remove(first)).toBe(true);
    expect(lanes.remove(first)).toBe(false);
    lanes.tellPlaces();
    expect(first.places).toEqual([1]);
    expect(second.places).toEqual([2, 1]);
  });
});
