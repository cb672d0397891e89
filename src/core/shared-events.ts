/**
 * The events of jobs where several processes move them: what one publishes, the others read again and tell their own
 * listeners. Only which job it is and how often it was saved goes over the bus.
 */
import type { Bus } from './bus.ts';
import type { JobEvents, LocalJobEvents } from './events.ts';
import { type FollowParts, follow } from './follow.ts';
import { isOver, type Job } from './job/job.ts';
import type { JobStore } from './ports.ts';

const TOPIC = 'job';
const NOTE = /^(\d+) (.+)$/s;
/** Of so many jobs it is known how far they were told; beyond that, an old one may be told once more. */
const REMEMBERED = 20_000;

type Parts = Pick<FollowParts, 'onError' | 'againMs'> & { bus: Bus; store: Pick<JobStore, 'get' | 'open'> };

export type SharedJobEvents = JobEvents & { stop(): Promise<void> };

export function shareJobEvents(local: LocalJobEvents, { bus, store, ...parts }: Parts): SharedJobEvents {
  /** What was told here last of each job. */
  const known = new Map<string, { rev: number; isOver: boolean }>();

  function remember(job: Job): void {
    known.delete(job.id);
    known.set(job.id, { rev: job.rev ?? 0, isOver: isOver(job) });
    const oldest = known.keys().next().value;
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  }

  const isKnown = (id: string, rev: number): boolean => rev <= (known.get(id)?.rev ?? -1);

  function tell(job: Job | undefined): void {
    if (!job || isKnown(job.id, job.rev ?? 0)) return;
    remember(job);
    local.refresh(job);
  }

  function spread(job: Job): void {
    remember(job);
    bus.publish(TOPIC, `${job.rev ?? 0} ${job.id}`);
  }

  const stop = follow(bus, TOPIC, {
    ...parts,
    async read(payload) {
      const [, rev, id] = NOTE.exec(payload) ?? [];
      if (id !== undefined && local.isHeard(id) && !isKnown(id, Number(rev))) tell(await store.get(id));
    },
    /** Whatever may have been shown here, or should have been. */
    async readAll() {
      const shown = [...known].flatMap(([id, { isOver }]) => (isOver || !local.isHeard(id) ? [] : [id]));
      const errors: unknown[] = [];
      for (const id of new Set([...local.named(), ...shown]))
        await store.get(id).then(tell, (error: unknown) => errors.push(error));
      if (local.isHeard('*')) for await (const job of store.open()) tell(job);
      // One that can't be read has kept no other from being told.
      if (errors.length > 0) throw errors[0];
    },
  });

  return {
    subscribe: local.subscribe,
    onMove: local.onMove,
    publish(job) {
      spread(job);
      local.publish(job);
    },
    refresh(job) {
      spread(job);
      local.refresh(job);
    },
    stop,
  };
}
