/** Who made a video that was verified: for those who answer for the place where it was made, and for nobody else. */
import type { Context } from '../context.ts';
import type { Caller } from '../limits/access.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';

/** Answers with the member's id. Once the job is forgotten, nobody knows. */
export type MadeBy = (caller: Caller, code: string) => Promise<Outcome<string>>;

export const createMadeBy =
  ({ access, store }: Pick<Context, 'access' | 'store'>): MadeBy =>
  async ({ requester, standing }, code) => {
    const operator = access.isOperator(requester);
    if (!operator && !standing.moderator) return refuse({ code: 'not-allowed', why: 'admins-only' });
    const jobs = await store.byCode(code);
    // What is made in another space, or in private, is none of this one's business.
    const job = jobs.find((one) => operator || one.requester.spaceId === requester.spaceId);
    return job ? accept(job.requester.memberId) : refuse({ code: 'no-such-job' });
  };
