/** Work on pictures and clips among several processes: what would have to wait for a core here is offered to all of them. */
import { basename } from 'node:path';
import type { Logger } from 'pino';
import type { Bus } from './core/bus.ts';
import type { FileUse } from './core/intake/file-use.ts';
import { WORKERS } from './core/ports.ts';
import { offloading } from './media/offload.ts';
import type { Pool } from './media/pool.ts';
import { takeTasks } from './media/take-tasks.ts';
import { TASKS } from './media/tasks.ts';
import type { SharedWork } from './shared-work.ts';
import type { Queues } from './steps.ts';
import { isKey } from './store/file-keys.ts';
import type { Store } from './store/index.ts';

export type SharedMedia = {
  /** What has to wait in it is offered to others. */
  pool: Pool;
  /** Takes what others offer, where this process works on jobs. The answer ends that. */
  take(): () => Promise<void>;
};

/** Alone, or where the others can't have its files, a process does all by itself. */
export function shareMedia(
  pool: Pool,
  store: Pick<Store, 'files' | 'filesAreShared'>,
  parts: {
    fileUse: FileUse;
    /** What the marks of this process are signed with. */
    signer: unknown;
    queues: Queues | undefined;
    shared: Pick<SharedWork, 'id' | 'processes' | 'lanes'> | undefined;
    bus: Bus | undefined;
    log: Logger;
  },
): SharedMedia {
  const { queues, shared, bus, fileUse, log } = parts;
  if (!queues || !shared || !bus || !store.filesAreShared) return { pool, take: () => async () => {} };
  const { files } = store;
  const { id: self, processes } = shared;
  const both = { queue: queues.tasks, bus, fileUse, files, log };
  return {
    pool: offloading(TASKS, pool, {
      ...both,
      self,
      hasTakers: () => processes.alive().some(({ id, roles }) => id !== self && roles.includes(WORKERS)),
      keyOf: (path) => (isKey(basename(path)) ? basename(path) : undefined),
    }),
    take() {
      if (!shared.lanes.includes(WORKERS)) return async () => {};
      return takeTasks(TASKS, pool, {
        ...both,
        own: { signer: parts.signer },
        isThere: (process) => processes.alive().some(({ id }) => id === process),
      });
    },
  };
}
