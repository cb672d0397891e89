/** The store ports in memory, held to the same contracts as the real ones (test/contracts). */

import { handleOf } from '../../src/core/job/handle.ts';
import { isOver, type Job } from '../../src/core/job/job.ts';
import { StaleJob } from '../../src/core/job/stale-job.ts';
import type { ItemKind } from '../../src/core/library/item.ts';
import { type ItemNumbers, middleOf, numbersOf } from '../../src/core/library/numbers.ts';
import { checkBill, checkHold, roomUnder, usedUnder, without } from '../../src/core/limits/hold.ts';
import type {
  HoldOutcome,
  HoldRequest,
  Ledger,
  LedgerKey,
  LedgerLine,
  LedgerTotals,
} from '../../src/core/limits/ledger.ts';
import { UnknownHold } from '../../src/core/limits/ledger.ts';
import type { JobStore } from '../../src/core/ports.ts';
import type { FailureCode } from '../../src/core/refusals.ts';

/** Keeps copies, as a disk would: what a caller changes afterwards is not saved by accident. */
export function memoryJobStore(): JobStore {
  const records = new Map<string, { text: string; rev: number }>();
  const read = (id: string): Job | undefined => {
    const record = records.get(id);
    return record && { ...JSON.parse(record.text), rev: record.rev };
  };
  const all = (): Job[] => [...records.keys()].flatMap((id) => read(id) ?? []);
  const newestOf = (jobs: Job[], limit: number): Job[] =>
    jobs.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)).slice(0, limit);
  return {
    get: async (id) => read(id),
    save: async (job) => {
      const { rev = 0, ...rest } = job;
      if ((records.get(job.id)?.rev ?? 0) !== rev) throw new StaleJob(job.id);
      records.set(job.id, { text: JSON.stringify(rest), rev: rev + 1 });
      return { ...job, rev: rev + 1 };
    },
    async *open(wanted = async (ids) => ids) {
      for (const id of await wanted([...records.keys()].sort())) {
        const job = read(id);
        if (job && !isOver(job)) yield job;
      }
    },
    recent: async (spaceId, limit) =>
      newestOf(
        all().filter((job) => job.requester.spaceId === spaceId),
        limit,
      ),
    ofMember: async (memberId, limit) =>
      newestOf(
        all().filter((job) => job.requester.memberId === memberId),
        limit,
      ),
    byCode: async (code) =>
      all()
        .filter((job) => job.code === code)
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    spaces: async () => [...new Set(all().map((job) => job.requester.spaceId))].sort(),
    async *oldest(spaceId, before) {
      const found = all().filter((job) => job.requester.spaceId === spaceId && job.createdAt < before);
      yield* newestOf(found, found.length).reverse();
    },
    unreadableOf: async () => [],
    remove: async (id) => {
      records.delete(id);
    },
    uses: async (key) =>
      all().some((job) => {
        const made =
          'video' in job
            ? [job.video, ...(job.marked ? [job.marked.video] : []), ...(job.smaller ? [job.smaller] : [])]
            : [];
        return [job.inputs.image, job.inputs.clip, ...made].some((file) => file.key === key);
      }),
    holds: async (wanted) => {
      const handle = Object.entries(handleOf(wanted));
      const has = (job: Job) =>
        'operation' in job && handle.every(([name, value]) => job.operation?.[name] === value);
      return handle.length > 0 && all().some(has);
    },
  };
}

type Line = {
  counters: readonly LedgerKey[];
  line: LedgerLine;
  items?: HoldRequest['items'];
  failure?: FailureCode | undefined;
};

/** The ledger in memory. Nothing is awaited between a check and its change, so each call is one step. */
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

  const free = (key: LedgerKey, heldMicros: number): void =>
    move(key, { heldMicros: -heldMicros, settledMicros: 0, heldJobs: -1, settledJobs: 0 });
  const inOrder = (): LedgerLine[] =>
    [...lines.values()]
      .map(({ line }) => ({ ...line }))
      .sort((a, b) => a.heldAt - b.heldAt || (a.jobId < b.jobId ? -1 : 1));

  function reserveOne(hold: HoldRequest): HoldOutcome {
    if (lines.has(hold.jobId)) return { ok: true };
    for (const limit of hold.limits) {
      const short = roomUnder(limit, usedUnder(limit, totalsOf), hold.micros);
      if (short) return short;
    }
    const keys = [...new Map(hold.counters.map((key) => [nameOf(key), key])).values()];
    for (const key of keys)
      move(key, { heldMicros: hold.micros, settledMicros: 0, heldJobs: 1, settledJobs: 0 });
    const { jobId, spaceId, memberId, provider, seconds, at, micros } = hold;
    lines.set(jobId, {
      counters: keys,
      line: { jobId, spaceId, memberId, provider, seconds, heldAt: at, heldMicros: micros, state: 'held' },
      ...(hold.items ? { items: hold.items } : {}),
    });
    return { ok: true };
  }

  function release(jobId: string): void {
    const known = lines.get(jobId);
    if (known?.line.state !== 'held') return;
    for (const key of known.counters) free(key, known.line.heldMicros);
    lines.delete(jobId);
  }

  function reserveAll(holds: readonly HoldRequest[]): HoldOutcome {
    for (const hold of holds) checkHold(hold);
    const fresh = holds.filter(({ jobId }) => !lines.has(jobId));
    for (const hold of holds) {
      const outcome = reserveOne(hold);
      if (outcome.ok) continue;
      for (const { jobId } of fresh) release(jobId);
      return outcome;
    }
    return { ok: true };
  }

  /** Lines of jobs that were made with an item. */
  const madeWith = (kind: ItemKind, id: string): Line[] =>
    [...lines.values()].filter(({ items }) => items?.[kind] === id);

  return {
    reserve: async (hold) => reserveAll([hold]),
    reserveAll: async (holds) => reserveAll(holds),

    async itemNumbers(kind, ids) {
      const numbers = new Map<string, ItemNumbers>();
      for (const id of ids) {
        const groups = madeWith(kind, id).map(({ line, failure }) => ({
          state: line.state,
          ...(failure ? { failure } : {}),
          count: 1,
          billMicros: line.state === 'settled' ? line.billMicros : 0,
        }));
        if (groups.length > 0) numbers.set(id, numbersOf(groups));
      }
      return numbers;
    },
    itemUsualMs: async (kind, id) =>
      middleOf(
        madeWith(kind, id)
          .toSorted((a, b) => b.line.heldAt - a.line.heldAt || (a.line.jobId < b.line.jobId ? 1 : -1))
          .flatMap(({ line, failure }) =>
            line.state === 'settled' && !failure ? [line.endedAt - line.heldAt] : [],
          )
          .slice(0, 50),
      ),

    async rehold(hold) {
      checkHold(hold);
      const known = lines.get(hold.jobId);
      if (known?.line.state !== 'held') throw new UnknownHold(hold.jobId);
      const { line, counters: before } = known;
      for (const limit of hold.limits) {
        const own = before.some((key) => nameOf(key) === nameOf(limit));
        const all = usedUnder(limit, totalsOf);
        const used = own ? without(all, line.heldMicros) : all;
        const short = roomUnder(limit, used, hold.micros);
        if (short) return short;
      }
      for (const key of before) free(key, line.heldMicros);
      const keys = [...new Map(hold.counters.map((key) => [nameOf(key), key])).values()];
      for (const key of keys)
        move(key, { heldMicros: hold.micros, settledMicros: 0, heldJobs: 1, settledJobs: 0 });
      const { provider, at, micros, seconds } = hold;
      lines.set(hold.jobId, {
        ...known,
        counters: keys,
        line: { ...line, provider, seconds, heldAt: at, heldMicros: micros },
      });
      return { ok: true };
    },

    async settle(jobId, bill) {
      checkBill(bill);
      const known = lines.get(jobId);
      if (!known) throw new UnknownHold(jobId);
      const { line } = known;
      if (line.state === 'settled' || line.state === 'freed') return;
      const counted = bill.counts ? 1 : 0;
      for (const key of known.counters) {
        move(key, {
          heldMicros: -line.heldMicros,
          settledMicros: bill.micros,
          heldJobs: -1,
          settledJobs: counted,
        });
      }
      const ended = { ...line, provider: bill.provider, endedAt: bill.at };
      lines.set(jobId, {
        ...known,
        failure: bill.failure,
        line: bill.counts
          ? { ...ended, state: 'settled', billMicros: bill.micros }
          : { ...ended, state: 'freed' },
      });
    },

    totals: async (key) => ({ ...totalsOf(key) }),

    async suspend(jobId, scope, failure) {
      const known = lines.get(jobId);
      if (!known) throw new UnknownHold(jobId);
      if (known.line.state !== 'held') return;
      for (const key of known.counters) if (key.scope !== scope) free(key, known.line.heldMicros);
      const counters = known.counters.filter((key) => key.scope === scope);
      lines.set(jobId, { ...known, counters, failure, line: { ...known.line, state: 'suspended' } });
    },

    release: async (jobId) => release(jobId),

    held: async (before = Number.POSITIVE_INFINITY) =>
      [...lines]
        .flatMap(([jobId, { line }]) => (line.state === 'held' && line.heldAt < before ? [jobId] : []))
        .sort(),

    ended: async (jobIds) => jobIds.filter((id) => (lines.get(id)?.line.state ?? 'held') !== 'held'),

    async *lines({ spaceId, memberId, from, to }) {
      yield inOrder().filter(
        (line) =>
          line.heldAt >= from &&
          line.heldAt < to &&
          (spaceId === undefined || line.spaceId === spaceId) &&
          (memberId === undefined || line.memberId === memberId),
      );
    },

    suspended: async () => inOrder().filter(({ state }) => state === 'suspended'),
  };
}
