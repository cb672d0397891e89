/** A pool without child processes: tasks run here, so many at once, first in first out. */
import type { PoolOf } from '../../src/media/pool.ts';
import type { RunOptions, TaskTable } from '../../src/media/task.ts';
import { PoolStopped } from '../../src/media/task-errors.ts';

type Waiting = { begin(): void; stop(): void; options: RunOptions };

export function fakePool<Table extends TaskTable>(table: Table, size: number) {
  const line: Waiting[] = [];
  const running = new Set<object>();
  const began: string[] = [];
  let isStopped = false;

  function pump(): void {
    while (running.size < size) {
      const next = line.shift();
      if (!next) break;
      next.options.onQueue?.(0);
      next.begin();
    }
    for (const [index, { options }] of line.entries()) options.onQueue?.(index + 1);
  }

  const run = (name: string, args: never, options: RunOptions = {}): Promise<never> => {
    if (isStopped) return Promise.reject(new PoolStopped(name));
    const { promise, resolve, reject } = Promise.withResolvers<never>();
    const ending = new AbortController();
    const waiting: Waiting = {
      options,
      stop: () => reject(new PoolStopped(name)),
      begin() {
        running.add(waiting);
        began.push(name);
        const context = { progress: options.onProgress ?? (() => {}), signal: ending.signal };
        const work = Promise.resolve(table[name]?.run(args, context));
        void work.then(resolve as (value: unknown) => void, reject).finally(() => {
          running.delete(waiting);
          pump();
        });
      },
    };
    options.signal?.addEventListener('abort', () => {
      const at = line.indexOf(waiting);
      if (at >= 0) line.splice(at, 1);
      ending.abort();
      reject(options.signal?.reason);
    });
    if (options.first) line.unshift(waiting);
    else line.push(waiting);
    pump();
    return promise;
  };

  const pool: PoolOf<Table> = {
    run: run as PoolOf<Table>['run'],
    room: () => (line.length > 0 ? 0 : size - running.size),
    async stop() {
      isStopped = true;
      for (const { stop } of line.splice(0)) stop();
    },
  };
  /** `began`: the names of the tasks that have begun here, in their order. */
  return { pool, began };
}
