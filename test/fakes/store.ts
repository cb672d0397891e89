/** The store ports in memory, held to the same contracts as the real ones (test/contracts). */
import { isOver, type Job } from '../../src/core/job.ts';
import type { HoldRequest, JobStore, Ledger, LedgerKey, LedgerTotals } from '../../src/core/ports.ts';
import { UnknownHold } from '../../src/core/unknown-hold.ts';

/** Keeps copies, as a disk would: what a caller changes afterwards is not saved by accident. */
export function memoryJobStore(): JobStore {
  const records = new Map<string, string>();
  const read = (id: string): Job | undefined => {
    const record = records.get(id);
    return record === undefined ? undefined : JSON.parse(record);
  };
  return {
    get: async (id) => read(id),
    save: async (job) => {
      records.set(job.id, JSON.stringify(job));
    },
    async *open() {
      for (const id of [...records.keys()].sort()) {
        const job = read(id);
        if (job && !isOver(job)) yield job;
      }
    },
    recent: async (spaceId, limit) =>
      [...records.keys()]
        .flatMap((id) => read(id) ?? [])
        .filter((job) => job.requester.spaceId === spaceId)
        .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
        .slice(0, limit),
  };
}

type Line = { counters: readonly LedgerKey[]; heldMicros: number; state: 'held' | 'over' };

/** The book in memory. Nothing is awaited between a check and its change, so each call is one step. */
export function memoryLedger(): Ledger {
  const lines = new Map<string, Line>();
  const counters = new Map<string, LedgerTotals>();
  const nameOf = ({ scope, window }: LedgerKey) => JSON.stringify([scope, window]);
  const totalsOf = (key: LedgerKey): LedgerTotals =>
    counters.get(nameOf(key)) ?? { heldMicros: 0, settledMicros: 0, heldJobs: 0, settledJobs: 0 };
  const move = (key: LedgerKey, by: LedgerTotals) => {
    const old = totalsOf(key);
    counters.set(nameOf(key), {
      heldMicros: old.heldMicros + by.heldMicros,
      settledMicros: old.settledMicros + by.settledMicros,
      heldJobs: old.heldJobs + by.heldJobs,
      settledJobs: old.settledJobs + by.settledJobs,
    });
  };

  return {
    async reserve(hold) {
      checkHold(hold);
      if (lines.has(hold.jobId)) return { ok: true };
      for (const limit of hold.limits) {
        const used = totalsOf(limit);
        const left: { leftMicros?: number; leftJobs?: number } = {};
        if (limit.maxMicros !== undefined)
          left.leftMicros = limit.maxMicros - used.heldMicros - used.settledMicros;
        if (limit.maxJobs !== undefined) left.leftJobs = limit.maxJobs - used.heldJobs - used.settledJobs;
        if ((left.leftMicros ?? hold.micros) < hold.micros || (left.leftJobs ?? 1) < 1) {
          if (left.leftMicros !== undefined) left.leftMicros = Math.max(0, left.leftMicros);
          if (left.leftJobs !== undefined) left.leftJobs = Math.max(0, left.leftJobs);
          return { ok: false, limit, ...left };
        }
      }
      const keys = [...new Map(hold.counters.map((key) => [nameOf(key), key])).values()];
      for (const key of keys)
        move(key, { heldMicros: hold.micros, settledMicros: 0, heldJobs: 1, settledJobs: 0 });
      lines.set(hold.jobId, { counters: keys, heldMicros: hold.micros, state: 'held' });
      return { ok: true };
    },

    async settle(jobId, bill) {
      checkMicros(bill.micros);
      if (!bill.counts && bill.micros !== 0) throw new RangeError('a bill that does not count must be zero');
      const line = lines.get(jobId);
      if (!line) throw new UnknownHold(jobId);
      if (line.state === 'over') return;
      const counted = bill.counts ? 1 : 0;
      for (const key of line.counters) {
        move(key, {
          heldMicros: -line.heldMicros,
          settledMicros: bill.micros,
          heldJobs: -1,
          settledJobs: counted,
        });
      }
      lines.set(jobId, { ...line, state: 'over' });
    },

    totals: async (key) => ({ ...totalsOf(key) }),
  };
}

function checkMicros(micros: number): void {
  if (!Number.isSafeInteger(micros) || micros < 0) throw new RangeError(`not an amount of micros: ${micros}`);
}

function checkHold({ micros, counters, limits }: HoldRequest): void {
  checkMicros(micros);
  for (const { scope, window, maxMicros, maxJobs } of limits) {
    if (maxMicros !== undefined) checkMicros(maxMicros);
    if (maxJobs !== undefined) checkMicros(maxJobs);
    if (!counters.some((key) => key.scope === scope && key.window === window)) {
      throw new RangeError(`the limit on ${scope} in ${window} has no counter in this hold`);
    }
  }
}
