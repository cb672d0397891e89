/** Buses of several processes in memory, whose wire can be cut; what is told meanwhile is a gap for the others. */
import { type Bus, createBus } from '../../src/core/bus.ts';

export function memoryBuses(count: number): { buses: Bus[]; cut(): void; mend(): void } {
  let isCut = false;
  const locals = Array.from({ length: count }, () =>
    createBus((error) => {
      throw error;
    }),
  );
  const buses = locals.map((mine) => ({
    subscribe: mine.subscribe,
    onGap: mine.onGap,
    miss: mine.miss,
    publish(topic: string, payload: string) {
      mine.publish(topic, payload);
      if (isCut) return;
      for (const other of locals) if (other !== mine) queueMicrotask(() => other.hear(topic, payload));
    },
  }));
  return {
    buses,
    cut() {
      isCut = true;
    },
    mend() {
      isCut = false;
      for (const one of locals) one.miss();
    },
  };
}
