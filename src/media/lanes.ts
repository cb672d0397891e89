/** Who is next: two queues, first in first out, and the rule that shares the children between them. */
import type { Lane } from './task.ts';

type Waiting = { lane: Lane; tellPlace?: (position: number) => void };

export type Lanes<Work extends Waiting> = {
  push(work: Work): void;
  /** Takes out the work that may start now, given how much of each lane is running. */
  next(running: Record<Lane, number>): Work | undefined;
  /** Takes out work that nobody wants any more; false when it has left the queue already. */
  remove(work: Work): boolean;
  /** Tells each its place in its queue, 1 is next, where that has changed. */
  tellPlaces(): void;
  drain(): Work[];
};

/** `size` is the number of children; `slow` never gets the last one. */
export function createLanes<Work extends Waiting>(size: number): Lanes<Work> {
  const queues: Record<Lane, Work[]> = { quick: [], slow: [] };
  const told = new WeakMap<Work, number>();
  return {
    push: (work) => void queues[work.lane].push(work),
    next(running) {
      const slowMay = queues.slow.length > 0 && running.slow < size - 1;
      // Quick goes first, but a stream of quick work must not shut out the renders: they keep one child.
      const slowsTurn = running.slow === 0 && running.quick > 0;
      return slowMay && (queues.quick.length === 0 || slowsTurn) ? queues.slow.shift() : queues.quick.shift();
    },
    remove(work) {
      const at = queues[work.lane].indexOf(work);
      if (at >= 0) queues[work.lane].splice(at, 1);
      return at >= 0;
    },
    tellPlaces() {
      for (const queue of Object.values(queues)) {
        for (const [index, work] of queue.entries()) {
          if (told.get(work) !== index + 1) work.tellPlace?.(index + 1);
          told.set(work, index + 1);
        }
      }
    },
    drain: () => [...queues.quick.splice(0), ...queues.slow.splice(0)],
  };
}
