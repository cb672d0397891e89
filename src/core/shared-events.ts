/**
 * The events of jobs where several processes move them: what one publishes, the others read again and tell their own
 * listeners. Only which job it is and how often it was saved goes over the bus.
 */
import type { Bus } from './bus.ts';
import type { JobEvents, LocalJobEvents } from './events.ts';
import { isOver, type Job } from './job/job.ts';
import type { JobStore } from './ports.ts';

const TOPIC = 'job';
const NOTE = /^(\d+) (\d+) (.+)$/s;
/** Of so many jobs it is known how far they were told; beyond that, an old one may be told once more. */
const REMEMBERED = 20_000;
const AGAIN_MS = 5_000;
/** A record that can't be read must not keep all others waiting for ever. */
const TRIES = 5;

/** `place`: in the line, where 0 is none. It changes without a save, so it is told along. */
type Known = { rev: number; place: number; isOver: boolean };
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
  /** To be read and told, one after the other: so nobody hears of an older state after a newer one. */
  const wanted = new Map<string, { place: number; tries: number }>();
  let hasGap = false;
  let reading: Promise<void> | undefined;
  let wake = (): void => {};
  let isStopped = false;

  function remember(job: Job): void {
    const rev = Math.max(job.rev ?? 0, known.get(job.id)?.rev ?? 0);
    known.delete(job.id);
    known.set(job.id, { rev, place: placeOf(job), isOver: isOver(job) });
    const oldest = known.keys().next().value;
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  }

  function isKnown(id: string, rev: number, place: number): boolean {
    const before = known.get(id);
    if (!before || rev > before.rev) return false;
    // Whoever tells of a place may not have read the record for a while.
    return place === before.place || (place === 0 && rev < before.rev);
  }

  function tell(found: Job, place: number): void {
    const job: Job = found.state === 'created' && place > 0 ? { ...found, place } : found;
    if (isStopped || isKnown(job.id, job.rev ?? 0, placeOf(job))) return;
    remember(job);
    local.refresh(job);
  }

  async function readWanted(): Promise<void> {
    for (const [id, { place, tries }] of wanted) {
      wanted.delete(id);
      try {
        const job = await store.get(id);
        if (job) tell(job, place);
      } catch (error) {
        if (tries < TRIES && !wanted.has(id)) wanted.set(id, { place, tries: tries + 1 });
        throw error;
      }
      if (isStopped) return;
    }
  }

  /** Everything that may have been shown here, or should have been. */
  async function closeGap(): Promise<void> {
    const shown = [...known].flatMap(([id, { isOver }]) => (isOver || !local.isHeard(id) ? [] : [id]));
    for (const id of [...local.named(), ...shown])
      if (!wanted.has(id)) wanted.set(id, { place: known.get(id)?.place ?? 0, tries: 1 });
    if (!local.isHeard('*')) return;
    for await (const job of store.open()) {
      tell(job, known.get(job.id)?.place ?? 0);
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
      bus.publish(TOPIC, `${job.rev ?? 0} ${placeOf(job)} ${job.id}`);
    } catch (error) {
      onError(error);
    }
  }

  const unsubscribe = [
    bus.subscribe(TOPIC, (payload, origin) => {
      const [, rev, place, id] = NOTE.exec(payload) ?? [];
      if (origin === 'here' || id === undefined || !local.isHeard(id)) return;
      if (isKnown(id, Number(rev), Number(place))) return;
      wanted.set(id, { place: Number(place), tries: 1 });
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

const placeOf = (job: Job): number => (job.state === 'created' ? (job.place ?? 0) : 0);
