/** Named points in the life of a job. The process dies at one of them when its parent has said so. */
import { writeSync } from 'node:fs';
import { setOff } from './clock.ts';
import { measureMemory } from './memory.ts';
import { hide } from './names.ts';

/**
 * From the parent: die when the point is passed for the n-th time, or when the n-th of any is passed but for those; stand
 * still when it is passed, until somebody has us go on; fail there, as a disk or a network does; know a name no more; have
 * a clock that is off; or say how much memory is needed.
 */
export type Order =
  | { dieAt: string; nth: number }
  | { dieBut: string; nth: number }
  | { stopAt: string }
  | { failAt: string; times: number }
  | { record: boolean }
  | { hide: string; gone: boolean }
  | { clockOffMs: number }
  | { measure: 'memory' };

/** What is said in the log then, before the point. */
const STANDS_STILL = 'stands still at ';

const waiter = new Int32Array(new SharedArrayBuffer(4));
let fuse: { fits(point: string): boolean; left: number } | undefined;
let stopAt: string | undefined;
const failures = new Map<string, number>();
let recording = false;

function obey(order: Order): void {
  if ('dieAt' in order) fuse = { fits: (point) => point === order.dieAt, left: order.nth };
  else if ('dieBut' in order) fuse = { fits: (point) => !point.match(order.dieBut), left: order.nth };
  else if ('stopAt' in order) stopAt = order.stopAt;
  else if ('failAt' in order) failures.set(order.failAt, order.times);
  else if ('hide' in order) hide(order.hide, order.gone);
  else if ('clockOffMs' in order) setOff(order.clockOffMs);
  else if ('measure' in order) void measureMemory().then((memory) => process.send?.({ memory }));
  else {
    recording = order.record;
    // All that was passed until now has been said before this.
    process.send?.({ recording });
  }
}

process.on('message', obey);
// A message would come too late for what happens while the bot starts.
const { FAULTS_ORDER } = process.env;
if (FAULTS_ORDER) obey(JSON.parse(FAULTS_ORDER));

/** Throws where a failure was ordered; does not come back where death was. */
export function pass(point: string): void {
  if (recording) process.send?.({ passed: point });
  if (stopAt === point) {
    stopAt = undefined;
    // A message might still lie in this process when that stands still.
    writeSync(process.stderr.fd, `${STANDS_STILL}${point}\n`);
    process.kill(process.pid, 'SIGSTOP');
  }
  if (fuse?.fits(point)) {
    fuse.left -= 1;
    if (fuse.left === 0) {
      process.kill(process.pid, 'SIGKILL');
      // Not one more instruction, should the signal take its time.
      Atomics.wait(waiter, 0, 0);
    }
  }
  const left = failures.get(point) ?? 0;
  if (left > 0) {
    failures.set(point, left - 1);
    throw new Error(`ordered to fail at ${point}`);
  }
}

type Method = (...args: never[]) => Promise<unknown>;
/** The names of a port's asynchronous methods. */
type Methods<T> = { [K in keyof T]-?: NonNullable<T[K]> extends Method ? K : never }[keyof T] & string;

/** The same port with a point before and one after each of the methods. `detail` tells one call from another. */
export function hooked<T extends object>(
  port: T,
  name: string,
  methods: readonly Methods<T>[],
  detail: (method: string, args: readonly unknown[]) => string = () => '',
): T {
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      const method = methods.find((one) => one === key);
      if (typeof value !== 'function' || method === undefined) return value;
      return async (...args: unknown[]) => {
        const point = `${name}.${method}${detail(method, args)}`;
        pass(`${point}, before`);
        const answer: unknown = await Reflect.apply(value, target, args);
        pass(`${point}, after`);
        return answer;
      };
    },
  });
}
