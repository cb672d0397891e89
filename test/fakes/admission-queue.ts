import { isOperatorsOwn } from '../../src/core/job/job.ts';
import type { AdmissionQueue, AdmissionQueueParts } from '../../src/core/limits/admission-queue.ts';

type Entry = { id: string; space: string; member: string; since: number; own: boolean; at?: number };

/** What would be on disk. */
export const emptyQueue = () => ({ entries: new Map<string, Entry>(), served: new Map<string, number>() });

/** The admission queue in memory: slow where many wait, and plain. */
export function memoryAdmissionQueue(
  { limits, now, onAdmit }: AdmissionQueueParts,
  { entries, served }: ReturnType<typeof emptyQueue> = emptyQueue(),
): AdmissionQueue {
  const all = (): Entry[] => [...entries.values()];
  const inside = (): Entry[] => all().filter(({ at }) => at !== undefined);
  const waiting = (): Entry[] => all().filter(({ at }) => at === undefined);
  const turnOf = (key: string, from = served): number => from.get(key) ?? 0;

  function fits({ space, member, own }: Entry): boolean {
    const those = inside();
    if (those.length >= limits.overall) return false;
    const ofSpace = those.filter((one) => one.space === space).length;
    const ofMember = those.filter((one) => one.member === member).length;
    return own || (ofSpace < limits.perSpace && ofMember < limits.perMember);
  }

  function serve(one: Entry, to = served): void {
    const turn = [...to.values()].reduce((last, one) => Math.max(last, one), 0) + 1;
    to.set(one.space, turn).set(one.member, turn);
  }

  function letIn(one: Entry): void {
    entries.set(one.id, { ...one, at: now() });
    serve(one);
  }

  /** Of `those`, among all who wait: whose space, and then whose self, was served longest ago; then who waits longest. */
  function firstOf(those: readonly Entry[], among: readonly Entry[], by = served): Entry | undefined {
    const longest = new Map<string, number>();
    for (const { space, member, since } of among)
      for (const key of [space, member]) longest.set(key, Math.min(longest.get(key) ?? since, since));
    const sinceOf = (key: string): number => longest.get(key) ?? 0;
    const order = (a: Entry, b: Entry): number =>
      turnOf(a.space, by) - turnOf(b.space, by) ||
      sinceOf(a.space) - sinceOf(b.space) ||
      turnOf(a.member, by) - turnOf(b.member, by) ||
      sinceOf(a.member) - sinceOf(b.member) ||
      a.since - b.since;
    return those.reduce<Entry | undefined>((a, b) => (a && order(a, b) <= 0 ? a : b), undefined);
  }

  function advance(): string[] {
    const admitted: string[] = [];
    for (;;) {
      const next = firstOf(waiting().filter(fits), waiting());
      if (!next) return admitted;
      letIn(next);
      admitted.push(next.id);
    }
  }

  /** By letting everybody in, one after the other, in a copy. */
  function placeOf(id: string): number {
    const by = new Map(served);
    let left = waiting();
    for (let place = 1; ; place += 1) {
      const next = firstOf(left, left, by);
      if (!next || next.id === id) return place;
      serve(next, by);
      left = left.filter((one) => one !== next);
    }
  }

  return {
    async enter(job) {
      const { platform, spaceId: space, memberId } = job.requester;
      const known = entries.get(job.id);
      const entry: Entry = known ?? {
        ...{ id: job.id, space, member: `${space} ${memberId}`, since: job.createdAt },
        own: isOperatorsOwn(platform),
      };
      let others: string[] = [];
      if (entry.at === undefined) {
        if (job.state !== 'created') letIn(entry);
        else {
          entries.set(entry.id, entry);
          others = advance();
        }
      }
      for (const id of others) if (id !== job.id) await onAdmit(id);
      const at = entries.get(job.id)?.at;
      return at === undefined ? { admitted: false, place: placeOf(job.id) } : { admitted: true, at };
    },
    async leave(jobId) {
      const admitted = entries.delete(jobId) ? advance() : [];
      if (entries.size === 0) served.clear();
      for (const id of admitted) await onAdmit(id);
    },
    waits: async (jobId) => waiting().some(({ id }) => id === jobId),
    ids: async (which) => (which === 'inside' ? inside() : all()).map(({ id }) => id),
  };
}
