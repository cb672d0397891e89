/** What processes tell each other of media tasks: ids only, and everybody looks. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '../core/bus.ts';

/** Something waits for whoever has a core to spare. */
export const OFFERED = 'media-offered';
/** There is news of the task of that id. */
const CHANGED = 'media-task';
const PROGRESS = 'media-progress';
/** What was not told is seen so soon. */
const LOOK_EVERY_MS = 3_000;

export const tellTask = (bus: Bus, id: string): void => bus.publish(CHANGED, id);
/** Of the tasks of other processes. The answer ends it. */
export const onTaskChanged = (bus: Bus, listener: (id: string) => void): (() => void) =>
  bus.subscribe(CHANGED, (id, origin) => origin === 'elsewhere' && listener(id));

export const tellProgress = (bus: Bus, id: string, share: number): void =>
  bus.publish(PROGRESS, `${id} ${share.toFixed(2)}`);
/** The answer ends it. */
export const onProgress = (bus: Bus, id: string, listener: (share: number) => void): (() => void) =>
  bus.subscribe(PROGRESS, (payload) => {
    const share = payload.startsWith(`${id} `) ? Number(payload.slice(id.length)) : Number.NaN;
    if (share >= 0) listener(Math.min(1, share));
  });

/** `next` ends once there may be news since it ended last, or the signal fires. */
export function followTask(bus: Bus, id: string, signal: AbortSignal) {
  let heard = Promise.withResolvers<void>();
  const hear = (): void => heard.resolve();
  const ends = [bus.subscribe(CHANGED, (one) => one === id && hear()), bus.onGap(hear)];
  return {
    async next(): Promise<void> {
      const waiting = new AbortController();
      const signals = AbortSignal.any([signal, waiting.signal]);
      await Promise.race([
        heard.promise,
        sleep(LOOK_EVERY_MS, undefined, { signal: signals }).catch(() => {}),
      ]);
      waiting.abort();
      heard = Promise.withResolvers<void>();
    },
    [Symbol.dispose]: () => ends.forEach((end) => void end()),
  };
}
