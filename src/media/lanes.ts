/** Picks the next task: two queues, first in first out, and the rules that share the children between them. */
import type { Lane } from './task.ts';

type WaitingTask = { lane: Lane; alone: boolean; budgetMs: number; tellPlace: (position: number) => void };

/** What a verdict may take; a clip that has to be encoded anew may take six times as much. */
const SHORT_MS = 20_000;

export type Lanes<Work extends WaitingTask> = {
  /** `first`: it has waited before. */
  push(work: Work, first?: boolean): void;
  /** Takes out the work that may start now, given what is running. */
  next(running: readonly Work[]): Work | undefined;
  /** Takes out work that nobody wants any more; false when it has left the queue already. */
  remove(work: Work): boolean;
  /** Tells each its place in its queue, 1 is next, where that has changed. */
  tellPlaces(): void;
  drain(): Work[];
  isEmpty(): boolean;
};

/**
 * `size` is how many work at once, but for one short task more; `slow` never gets the last child. What has to run alone
 * goes before everything long, once what runs has ended; while it waits for that, or takes long itself, verdicts go on
 * one by one.
 */
export function createLanes<Work extends WaitingTask>(size: number): Lanes<Work> {
  const queues: Record<Lane | 'alone', Work[]> = { quick: [], slow: [], alone: [] };
  const queueOf = ({ lane, alone }: Work): Work[] => queues[alone ? 'alone' : lane];
  const isShort = (work: Work): boolean => work.lane === 'quick' && work.budgetMs <= SHORT_MS;
  const told = new WeakMap<Work, number>();

  /** When every child encodes or renders, one more is allowed, for one verdict at a time: members wait for it. */
  const nextShort = (running: readonly Work[]): Work | undefined => {
    if (running.length > size || running.some(isShort)) return undefined;
    const at = queues.quick.findIndex(isShort);
    return at < 0 ? undefined : queues.quick.splice(at, 1)[0];
  };

  return {
    push: (work, first = false) => void (first ? queueOf(work).unshift(work) : queueOf(work).push(work)),
    next(running) {
      if (queues.alone.length > 0 || running.some(({ alone }) => alone)) {
        return running.length === 0 ? queues.alone.shift() : nextShort(running);
      }
      if (running.length >= size) return nextShort(running);
      const slowRunning = running.filter((work) => work.lane === 'slow').length;
      const slowMay = queues.slow.length > 0 && slowRunning < size - 1;
      // Quick goes first, but a stream of quick work must not shut out the renders: they keep one child.
      const slowsTurn = slowRunning === 0 && running.length > 0;
      return slowMay && (queues.quick.length === 0 || slowsTurn) ? queues.slow.shift() : queues.quick.shift();
    },
    remove(work) {
      const queue = queueOf(work);
      const at = queue.indexOf(work);
      if (at >= 0) queue.splice(at, 1);
      return at >= 0;
    },
    tellPlaces() {
      for (const queue of Object.values(queues)) {
        for (const [index, work] of queue.entries()) {
          if (told.get(work) !== index + 1) work.tellPlace(index + 1);
          told.set(work, index + 1);
        }
      }
    },
    isEmpty: () => Object.values(queues).every((queue) => queue.length === 0),
    drain: () => Object.values(queues).flatMap((queue) => queue.splice(0)),
  };
}
