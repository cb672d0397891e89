/** What the processes on one PostgreSQL have to know of each other. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { marksOf } from './alike.ts';
import { takeUp, version } from './at-start.ts';
import { CHATS } from './chat/catalog.ts';
import { frontOf } from './chat/front.ts';
import type { SharedChats } from './chats.ts';
import type { Config } from './config.ts';
import type { Bus } from './core/bus.ts';
import type { Core } from './core/command.ts';
import type { JobEvents } from './core/events.ts';
import type { Health } from './core/health.ts';
import type { Holds } from './core/holds.ts';
import { isOver, rendererOf } from './core/job/job.ts';
import { DRAFTS, type Lane, type Provider, type Scheduler, WORKERS } from './core/ports.ts';
import { followProcesses, GONE_MS, type Processes, type SeenProcess } from './core/processes.ts';
import { clockState, watchQueues, watchSettings } from './shared-watch.ts';
import type { Store } from './store/index.ts';

const RECEIVED = 'received';

export type SharedWork = {
  /** The name of this process. */
  id: string;
  holds: Holds;
  processes: Processes;
  chats: SharedChats;
  /** Whose steps this process takes from the start; those of a chat come with it. */
  lanes: readonly Lane[];
  stop(): Promise<void>;
};

/** Undefined where there is one process. Throws StoreError where the database can't be reached. */
export async function openSharedWork(
  { STORE_URL, ROLES, ...config }: Config,
  { processes: table, keyv }: Pick<Store, 'processes' | 'keyv'>,
  { bus, health, log, key }: { bus: Bus; health: Health; log: Logger; key: string },
): Promise<SharedWork | undefined> {
  if (STORE_URL === undefined || !table) return undefined;
  // Loaded only here: whoever stays with SQLite need not have it in memory.
  const { openPostgresHolds } = await import('./store/postgres-holds.ts');
  await using stack = new AsyncDisposableStack();
  const holds = await openPostgresHolds(STORE_URL, {
    onError: (err, name) => log.error({ err, name }, 'what this process has could not be begun, or ended'),
  });
  stack.defer(holds.stop);
  const facts = {
    id: randomUUID(),
    host: hostname(),
    roles: [...ROLES],
    version: await version(),
    startedAt: Date.now(),
  };
  const chats = CHATS.filter(({ key }) => config[key] !== undefined);
  const noticeChats = watchChats(chats, health);
  const own = { id: facts.id, marks: marksOf(config, key) };
  const settings = watchSettings(own, keyv('process-settings'), { health, log });
  stack.defer(settings.end);
  const processes = followProcesses({
    table,
    facts: () => ({ ...facts, holds: holds.held() }),
    onBeat(alive, aheadMs) {
      noticeChats(alive);
      health.set('clock', clockState(aheadMs));
      void settings.look(alive);
    },
    onGone: bus.miss,
    log,
  });
  stack.defer(processes.stop);
  const opened = stack.move();
  return {
    id: facts.id,
    holds,
    processes,
    lanes: ROLES.has(WORKERS) ? [WORKERS] : [],
    chats: {
      holds,
      fronts: (role) => processes.alive().filter(({ roles }) => roles.includes(role)).length,
      processes: () => processes.alive().length,
      received: (platform) => bus.publish(RECEIVED, platform),
      onReceived(platform, listener) {
        const ends = [
          bus.subscribe(RECEIVED, (payload) => payload === platform && listener()),
          bus.onGap(listener),
        ];
        return () => ends.forEach((end) => void end());
      },
    },
    stop: () => opened.disposeAsync(),
  };
}

type Drafts = Pick<Required<Provider>, 'release'> & { drop(): Promise<void> };
type WorkParts = {
  drafts: Drafts;
  events: Pick<JobEvents, 'subscribe'>;
  scheduler: Pick<Scheduler, 'queues'>;
  health: Health;
  log: Logger;
};

/** What is open goes on, in this process as far as it is to. The answer ends that. */
export async function goOn(
  shared: Pick<SharedWork, 'holds' | 'lanes'> | undefined,
  core: Core,
  { scheduler, health, log, ...parts }: WorkParts,
): Promise<() => Promise<void>> {
  await takeUp(core, shared?.lanes, log);
  if (!shared) return async () => {};
  const endDrafts = serveDrafts(shared, core.jobs, parts);
  const endWatch = scheduler.queues ? watchQueues(scheduler.queues, health) : () => {};
  return async () => {
    endWatch();
    await endDrafts();
  };
}

export const rendersDrafts = (shared: Pick<SharedWork, 'holds'> | undefined): boolean =>
  shared?.holds.holds(DRAFTS) ?? true;

/** Of several processes, one renders the drafts: it looks at those that are under way, since their files are there. */
function serveDrafts(
  { holds, lanes }: Pick<SharedWork, 'holds' | 'lanes'>,
  jobs: Core['jobs'],
  { drafts, events }: Pick<WorkParts, 'drafts' | 'events'>,
): () => Promise<void> {
  if (!lanes.includes(WORKERS)) return async () => {};
  // It may have been cancelled by another process, which does not know of its render.
  const unsubscribe = events.subscribe('*', (job) => {
    if (isOver(job) && rendererOf(job) === 'local') void drafts.release(job.id, job.inputs).catch(() => {});
  });
  const end = holds.onHeld(DRAFTS, {
    gained: () => jobs.serve([DRAFTS]),
    async lost() {
      await jobs.leave([DRAFTS]);
      await drafts.drop();
    },
  });
  return async () => {
    unsubscribe();
    await end();
  };
}

/** What the server has to know of it. */
export const sharedParts = (
  { ROLES }: Pick<Config, 'ROLES'>,
  shared: SharedWork | undefined,
  { queues }: Scheduler,
) => ({ hasPage: ROLES.has('page'), processes: shared?.processes, queues });

/** Says so where a chat is on and no process has it. */
function watchChats(
  chats: readonly { platform: string; name: string }[],
  health: Health,
): (alive: readonly SeenProcess[]) => void {
  const seenAt = new Map<string, number>();
  return (alive) => {
    for (const { platform, name } of chats) {
      const now = performance.now();
      const front = frontOf(platform);
      const isHeld = alive.some(({ holds }) => holds.includes(front));
      // At a start, and from one process to the next, it takes its time.
      if (isHeld || !seenAt.has(platform)) seenAt.set(platform, now);
      const isMissed = now - (seenAt.get(platform) ?? now) > GONE_MS;
      const reason = `no process has ${name}: start one with ${platform} among its ROLES`;
      health.set(`${platform} front`, isMissed ? { state: 'degraded', reason } : { state: 'ok' });
    }
  };
}
