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
  /** Takes back what is offered. Nothing is from then on. */
  takeBack(): Promise<void>;
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
  if (!queues || !shared || !bus || !store.filesAreShared)
    return { pool, take: () => async () => {}, takeBack: async () => {} };
  const { files } = store;
  const { id: self, processes } = shared;
  const both = { queue: queues.tasks, bus, fileUse, files, log };
  /** Of our version: another may not know all that a task is told, and do it without. */
  const others = () => {
    const alive = processes.alive();
    const own = alive.find(({ id }) => id === self);
    return alive.filter(({ id, version }) => id !== self && version === own?.version);
  };
  const offering = offloading(TASKS, pool, {
    ...both,
    self,
    hasTakers: () => others().some(({ roles }) => roles.includes(WORKERS)),
    keyOf: (path) => (isKey(basename(path)) ? basename(path) : undefined),
  });
  return {
    pool: offering,
    takeBack: offering.takeBack,
    take() {
      if (!shared.lanes.includes(WORKERS)) return async () => {};
      return takeTasks(TASKS, pool, {
        ...both,
        own: { signer: parts.signer },
        isThere: (process) => others().some(({ id }) => id === process),
      });
    },
  };
}
