/** What several processes share beside their records, or what stands for it in a process that is alone. */
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { createJobEvents, type JobEvents } from './core/events.ts';
import { createLocks, type Locks } from './core/locks.ts';
import { shareJobEvents } from './core/shared-events.ts';
import type { Sharing } from './core/sharing.ts';
import { type Secrets, secretsInFolder, secretsOn } from './secrets.ts';
import type { Store } from './store/index.ts';
import type { PostgresLimits } from './store/postgres-limits.ts';

export type Shared = {
  locks: Locks;
  events: JobEvents;
  secrets: Secrets;
  /** Where what people ask for is counted; in each process for itself, where there is none. */
  limiter?: PostgresLimits['limiter'] | undefined;
  /** Only where there may be other processes. */
  sharing?: Sharing | undefined;
  stop(): Promise<void>;
};

/** Throws StoreError where the database can't be reached. */
export async function openSharing(
  config: Pick<Config, 'STORE_URL' | 'DATA_DIR'>,
  store: Pick<Store, 'jobs' | 'keyv'>,
  log: Pick<Logger, 'error'>,
): Promise<Shared> {
  const onError = (err: unknown): void => log.error({ err }, 'a listener failed');
  const local = createJobEvents(onError);
  const url = config.STORE_URL;
  if (!url)
    return {
      locks: createLocks(),
      events: local,
      secrets: secretsInFolder(config.DATA_DIR),
      async stop() {},
    };

  // Loaded only here: whoever stays with SQLite need not have it in memory.
  const [{ openPostgresBus }, { openPostgresLocks }, { openPostgresLimits }] = await Promise.all([
    import('./store/postgres-bus.ts'),
    import('./store/postgres-locks.ts'),
    import('./store/postgres-limits.ts'),
  ]);
  await using stack = new AsyncDisposableStack();
  const limits = await openPostgresLimits(url);
  stack.defer(limits.close);
  const locks = await openPostgresLocks(url);
  stack.defer(locks.close);
  const bus = await openPostgresBus(url, onError);
  stack.defer(bus.close);
  const ending = new AbortController();
  const sharing = { bus, locks, onError, signal: ending.signal };
  const events = shareJobEvents(local, { ...sharing, store: store.jobs });
  stack.defer(events.stop);
  stack.defer(() => ending.abort());
  const opened = stack.move();
  return {
    locks,
    events,
    secrets: secretsOn(store.keyv('secrets'), locks, config.DATA_DIR),
    limiter: limits.limiter,
    sharing,
    stop: () => opened.disposeAsync(),
  };
}
