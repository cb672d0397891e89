/** What the process still needs once all is gone that nobody needs. */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** `neededMb`: what the program holds on to; `takenMb`: what the machine has given it, much of which lies idle. */
export type Memory = { neededMb: number; takenMb: number };

const MB = 2 ** 20;

export async function measureMemory(): Promise<Memory> {
  // How much lies there uncollected is the collector's own choice.
  setFlagsFromString('--expose-gc');
  for (let times = 0; times < 3; times += 1) {
    runInNewContext('gc()');
    // What hangs on the first to go is let go of after it.
    await setImmediate();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { neededMb: (heapUsed + external) / MB, takenMb: rss / MB };
}
