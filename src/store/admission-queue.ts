/**
 * The admission queue in the database: what it says survives a restart, and however many processes let jobs in, no more
 * are inside than may be. Every change is a transaction of one name, so that one is made at a time.
 */
import { isOperatorsOwn, type Job } from '../core/job/job.ts';
import type { AdmissionLimits, AdmissionQueue, AdmissionQueueParts } from '../core/limits/admission-queue.ts';
import {
  add,
  forgetIdle,
  idsOf,
  letIn,
  nextOf,
  placeOf,
  type Room,
  remove,
  roomFor,
  standingOf,
} from './admission-rows.ts';
import type { Sql, Statements } from './sql.ts';

/** Everything throws StoreError when the database fails. */
export function createAdmissionQueue(
  sql: Sql,
  { limits, now, onAdmit }: AdmissionQueueParts,
): AdmissionQueue {
  /** Lets in whoever can be, and answers who that was. */
  async function advance(tx: Statements, { overall, turn }: Room, at: number): Promise<string[]> {
    const admitted: string[] = [];
    while (overall + admitted.length < limits.overall) {
      const next = await nextOf(tx, limits);
      if (!next) break;
      admitted.push(next.id);
      await letIn(tx, next, at, turn + admitted.length);
    }
    return admitted;
  }

  /** Answers since when the job is inside, if it is, and whom else that let in. */
  async function take(tx: Statements, job: Job): Promise<{ at?: number; others: string[] }> {
    const one = waiterOf(job);
    const room = await roomFor(tx, one);
    if (room.at !== null) return { at: room.at, others: [] };
    const [at, turn] = [now(), room.turn + 1];
    // A provider has it already: it is inside, whatever the rules say.
    const isInside = job.state !== 'created';
    if (isInside || (!room.known && room.waiting === 0 && fits(room, limits, one.own))) {
      await (room.known ? letIn(tx, one, at, turn) : add(tx, one, { at, turn }));
      return { at, others: [] };
    }
    if (!room.known) await add(tx, one);
    const others = await advance(tx, room, at);
    return others.includes(job.id) ? { at, others: others.filter((id) => id !== job.id) } : { others };
  }

  /** By a look that holds nobody up. Who waits still does, unless the rules let in more than they did. */
  async function stillWaits(job: Job): Promise<boolean> {
    if (job.state !== 'created' || job.place === undefined) return false;
    const one = waiterOf(job);
    const room = await roomFor(sql, one);
    return room.known && room.at === null && !fits(room, limits, one.own);
  }

  return {
    async enter(job) {
      if (!(await stillWaits(job))) {
        const { at, others } = await sql.transaction('admissions', (tx) => take(tx, job), SOON);
        for (const id of others) await onAdmit(id);
        if (at !== undefined) return { admitted: true, at };
      }
      // No place: it was let in since, by another process, and is being woken.
      return { admitted: false, place: (await placeOf(sql, job.id)) ?? 1 };
    },
    async leave(jobId) {
      // Asked of many who are not in it, or not any more.
      if (!(await standingOf(sql, jobId))) return;
      const admitted = await sql.transaction(
        'admissions',
        async (tx) => {
          const gone = await remove(tx, jobId);
          const next = gone?.wasInside ? await advance(tx, await roomFor(tx, NOBODY), now()) : [];
          await forgetIdle(tx);
          return next;
        },
        SOON,
      );
      for (const id of admitted) await onAdmit(id);
    },
    async waits(jobId) {
      const known = await standingOf(sql, jobId);
      return known !== undefined && known.at === null;
    },
    ids: (which) => idsOf(sql, which),
  };
}

/** Whoever was let in has its job saved, and synced, before anything is sent; what is lost with the power is not needed. */
const SOON = { synced: false };
const NOBODY = { id: '', spaceId: '', memberId: '' };

const waiterOf = ({ id, requester: { platform, spaceId, memberId }, createdAt }: Job) => ({
  id,
  spaceId,
  memberId,
  since: createdAt,
  own: isOperatorsOwn(platform),
});

/** The page is the operator's: only the limit over everything holds there. */
function fits(
  { overall, inSpace, ofMember }: Room,
  { perMember, perSpace, overall: all }: AdmissionLimits,
  own: boolean,
): boolean {
  return overall < all && (own || (inSpace < perSpace && ofMember < perMember));
}
