/**
 * The admission queue in the database: what it says survives a restart, and however many processes let jobs in, no more
 * are inside than may be. Every change is a transaction of one name, so that one is made at a time.
 */
import { isOperatorsOwn, type Job } from '../core/job/job.ts';
import type {
  Admission,
  AdmissionLimits,
  AdmissionQueue,
  AdmissionQueueParts,
} from '../core/limits/admission-queue.ts';
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
  async function advance(
    tx: Statements,
    { overall, turn }: Pick<Room, 'overall' | 'turn'>,
  ): Promise<string[]> {
    const admitted: string[] = [];
    while (overall + admitted.length < limits.overall) {
      const next = await nextOf(tx, limits);
      if (!next) break;
      admitted.push(next.id);
      await letIn(tx, next, now(), turn + admitted.length);
    }
    return admitted;
  }

  /** Answers whom that let in. */
  async function take(tx: Statements, job: Job): Promise<string[]> {
    const known = await standingOf(tx, job.id);
    if (known && known.at !== null) return [];
    const one = waiterOf(job);
    const room = await roomFor(tx, one);
    const turn = room.turn + 1;
    const mayOvertake = job.state !== 'created';
    if (!known && (mayOvertake || (room.waiting === 0 && fits(room, limits, one.own)))) {
      await add(tx, one, { at: now(), turn });
      return [];
    }
    if (mayOvertake) {
      await letIn(tx, one, now(), turn);
      return [];
    }
    if (!known) await add(tx, one);
    return advance(tx, room);
  }

  async function standing(id: string): Promise<Admission> {
    const known = await standingOf(sql, id);
    if (known && known.at !== null) return { admitted: true, at: known.at };
    const place = await placeOf(sql, id);
    // Let in between the two looks, by another process: it is being woken.
    return { admitted: false, place: place ?? 1 };
  }

  return {
    async enter(job) {
      const known = await standingOf(sql, job.id);
      if (known && known.at !== null) return { admitted: true, at: known.at };
      const { own, ...who } = waiterOf(job);
      // Nobody has left: who waits still does, unless the rules let in more than they did.
      const waits = known && job.state === 'created' && !fits(await roomFor(sql, who), limits, own);
      if (!waits) {
        const admitted = await sql.transaction('admissions', (tx) => take(tx, job));
        for (const id of admitted) if (id !== job.id) await onAdmit(id);
      }
      return standing(job.id);
    },
    async leave(jobId) {
      // Asked of many who are not in it, or not any more.
      if (!(await standingOf(sql, jobId))) return;
      const admitted = await sql.transaction('admissions', async (tx) => {
        const gone = await remove(tx, jobId);
        const others = gone?.wasInside ? await advance(tx, await roomFor(tx, NOBODY)) : [];
        await forgetIdle(tx);
        return others;
      });
      for (const id of admitted) await onAdmit(id);
    },
    async waits(jobId) {
      const known = await standingOf(sql, jobId);
      return known !== undefined && known.at === null;
    },
    ids: (which) => idsOf(sql, which),
  };
}

const NOBODY = { spaceId: '', memberId: '' };

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
