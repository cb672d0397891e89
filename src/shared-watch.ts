/** What the operator is told of several processes as a whole: on the page, in `/readyz` and, once, in the log. */
import { differing, type Marks } from './alike.ts';
import type { ComponentState, Health } from './core/health.ts';
import type { KeyValueStore, Log, QueueFacts } from './core/ports.ts';
import type { SeenProcess } from './core/processes.ts';

/** More than clocks that are set by the network differ by; signed calls and shown times begin to be wrong. */
const CLOCKS_APART_MS = 10_000;
/** Steps are taken within a second of their time. Later than that, there are too few workers, or none. */
const LATE_MS = 60_000;
const QUEUES_EVERY_MS = 30_000;
const DAY_MS = 24 * 3_600_000;

export function clockState(aheadMs: number): ComponentState {
  if (Math.abs(aheadMs) <= CLOCKS_APART_MS) return { state: 'ok' };
  const apart = `${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
  return { state: 'degraded', reason: `the clock of this machine is ${apart} the database's: set it` };
}

export function queueState(queues: readonly QueueFacts[]): ComponentState {
  const late = queues.filter(({ oldestDueMs = 0 }) => oldestDueMs > LATE_MS);
  if (late.length === 0) return { state: 'ok' };
  const each = late.map(({ lane, oldestDueMs = 0 }) => `${lane} for ${Math.round(oldestDueMs / 1000)} s`);
  return { state: 'degraded', reason: `a step that is due waits: ${each.join(', ')}` };
}

/** The answer ends it. */
export function watchQueues(
  queues: () => Promise<QueueFacts[]>,
  health: Pick<Health, 'set'>,
  everyMs = QUEUES_EVERY_MS,
): () => void {
  const look = (): void =>
    void queues().then(
      (facts) => health.set('queues', queueState(facts)),
      // That the database is away is told already.
      () => {},
    );
  look();
  const timer = setInterval(look, everyMs).unref();
  return () => clearInterval(timer);
}

/** Tells which settings of other processes are not those of this one. `kv`: where each leaves the marks of its own. */
export function watchSettings(
  own: { id: string; marks: Marks },
  kv: KeyValueStore,
  { health, log }: { health: Pick<Health, 'set'>; log: Pick<Log, 'warn'> },
): { look(alive: readonly SeenProcess[]): Promise<void>; end(): Promise<void> } {
  let seen = '';

  async function look(alive: readonly SeenProcess[]): Promise<void> {
    const now = alive.map(({ id }) => id).join();
    if (now === seen) return;
    seen = now;
    try {
      await kv.set(own.id, own.marks, DAY_MS);
      const all = await kv.startingWith<Marks>('');
      const told = alive.flatMap(({ id, host }) => {
        const names = differing(own.marks, all.get(id) ?? own.marks);
        return names.length > 0 ? [`${names.join(', ')} at ${id.slice(0, 8)} on ${host}`] : [];
      });
      const reason = `not as in this process: ${told.join('; ')}. All must have the same`;
      health.set('settings', told.length > 0 ? { state: 'degraded', reason } : { state: 'ok' });
      // One that has just come may not have said so yet.
      if (alive.some(({ id }) => !all.has(id))) seen = '';
    } catch (err) {
      seen = '';
      log.warn({ err }, 'whether all processes have the same settings is not known');
    }
  }
  return { look, end: async () => void (await kv.delete(own.id).catch(() => {})) };
}
