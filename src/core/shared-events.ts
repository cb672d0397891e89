/**
 * The events of jobs where several processes move them: what one publishes, the others read again and tell their own
 * listeners. Only which job it is and how often it was saved goes over the bus.
 */
import type { Bus } from './bus.ts';
import type { JobEvents, LocalJobEvents } from './events.ts';
import { isOver, type Job } from './job/job.ts';
import type { JobStore } from './ports.ts';

const TOPIC = 'job';
const NOTE = /^(\d+) (.+)$/s;
/** Of so many jobs it is known how far they were told; beyond that, an old one may be told once more. */
const REMEMBERED = 20_000;
const AGAIN_MS = 5_000;
/** A record that can't be read must not keep all others waiting for ever. */
const TRIES = 5;

type Known = { rev: number; isOver: boolean };
type Parts = {
  bus: Bus;
  store: Pick<JobStore, 'get' | 'open'>;
  onError: (error: unknown) => void;
  againMs?: number;
};

export type SharedJobEvents = JobEvents & { stop(): Promise<void> };

export function shareJobEvents(
  local: LocalJobEvents,
  { bus, store, onError, againMs = AGAIN_MS }: Parts,
): SharedJobEvents {
  const known = new Map<string, Known>();
  /** To be read and told, one after the other, so that nobody hears of an older state after a newer one; tried so often. */
  const wanted = new Map<string, number>();
  let hasGap = false;
  let reading: Promise<void> | undefined;
  let wake = (): void => {};
  let isStopped = false;

  function remember(job: Job): void {
    known.delete(job.id);
    known.set(job.id, { rev: job.rev ?? 0, isOver: isOver(job) });
    const oldest = known.keys().next().value;
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  }

  const isKnown = (id: string, rev: number): boolean => rev <= (known.get(id)?.rev ?? -1);

  function tell(job: Job): void {
    if (isStopped || isKnown(job.id, job.rev ?? 0)) return;
    remember(job);
    local.refresh(job);
  }

  async function readWanted(): Promise<void> {
    for (const [id, tries] of wanted) {
      wanted.delete(id);
      try {
        const job = await store.get(id);
        if (job) tell(job);
      } catch (error) {
        if (tries < TRIES && !wanted.has(id)) wanted.set(id, tries + 1);
        throw error;
      }
      if (isStopped) return;
    }
  }

  /** Everything that may have been shown here, or should have been. */
  async function closeGap(): Promise<void> {
    const shown = [...known].flatMap(([id, { isOver }]) => (isOver || !local.isHeard(id) ? [] : [id]));
    for (const id of [...local.named(), ...shown]) if (!wanted.has(id)) wanted.set(id, 1);
    if (!local.isHeard('*')) return;
    for await (const job of store.open()) {
      tell(job);
      await readWanted();
      if (isStopped) return;
    }
  }

  async function read(): Promise<void> {
    while (!isStopped && (hasGap || wanted.size > 0)) {
      const isClosing = hasGap;
      try {
        hasGap = false;
        if (isClosing) await closeGap();
        await readWanted();
      } catch (error) {
        hasGap ||= isClosing;
        if (isStopped) return;
        onError(error);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, againMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
    reading = undefined;
  }

  function spread(job: Job): void {
    remember(job);
    try {
      bus.publish(TOPIC, `${job.rev ?? 0} ${job.id}`);
    } catch (error) {
      onError(error);
    }
  }

  const unsubscribe = [
    bus.subscribe(TOPIC, (payload, origin) => {
      const [, rev, id] = NOTE.exec(payload) ?? [];
      if (origin === 'here' || id === undefined || !local.isHeard(id) || isKnown(id, Number(rev))) return;
      wanted.set(id, 1);
      reading ??= read();
    }),
    bus.onGap(() => {
      hasGap = true;
      reading ??= read();
    }),
  ];

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
    async stop() {
      isStopped = true;
      for (const stop of unsubscribe) stop();
      wake();
      await reading;
    },
  };
}
