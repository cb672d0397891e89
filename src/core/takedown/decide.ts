/** What admins and the operator decide about reported videos. Asked at each press: rights change, and so do cases. */
import type { Context } from '../context.ts';
import { isOperatorsOwn } from '../job/job.ts';
import type { Caller } from '../limits/access.ts';
import { accept, type Outcome, type Refusal, refuse } from '../refusals.ts';
import { type Case, type Effect, withoutRestoring } from './case.ts';

export const DECISIONS = ['restore', 'remove', 'ban'] as const;
export type Decision = (typeof DECISIONS)[number];

export type Decisions = {
  /** The cases that wait for this caller, the oldest first. */
  waiting(caller: Caller): Promise<Outcome<Case[]>>;
  /** One that this caller may decide about. */
  find(caller: Caller, code: string): Promise<Outcome<Case>>;
  decide(caller: Caller, code: string, decision: Decision): Promise<Outcome<Case>>;
};

const AUDITED = { restore: 'restored', remove: 'removed', ban: 'asker-blocked' } as const;

export function createDecisions(ctx: Context, work: (jobId: string) => Promise<void>): Decisions {
  const isOperator = ({ requester }: Caller): boolean => ctx.access.isOperator(requester);
  const isAdmin = ({ requester, standing }: Caller, { asker }: Case): boolean =>
    standing.moderator && asker.spaceId === requester.spaceId;

  function refusalFor(caller: Caller): Refusal | undefined {
    if (caller.standing.moderator || isOperator(caller)) return undefined;
    return { code: 'not-allowed', why: 'admins-only' };
  }

  async function find(caller: Caller, code: string): Promise<Outcome<Case>> {
    const shut = refusalFor(caller);
    if (shut) return refuse(shut);
    const named = code.trim().toUpperCase();
    const found = (await ctx.cases.all()).find(
      (one) => one.code === named && (isOperator(caller) || isAdmin(caller, one)),
    );
    return found ? accept(found) : refuse({ code: 'no-such-job' });
  }

  /** Why this caller may not decide so. */
  function whyNot(caller: Caller, one: Case, decision: Decision): Refusal | undefined {
    const { requester } = caller;
    const onPage = isOperatorsOwn(requester.platform);
    // Where a minor may be shown, it is whoever has signed in on the bot's own page, and nobody else.
    if (one.locked && !onPage) return { code: 'not-allowed', why: 'locked' };
    const own = one.asker.memberId === requester.memberId;
    // Nobody clears themselves; that their own video goes is up to them.
    if (own && !onPage && decision !== 'remove') return { code: 'not-allowed', why: 'own-video' };
    if (decision === 'ban')
      return isOperatorsOwn(one.asker.platform) || one.asker.memberId === one.asker.spaceId
        ? { code: 'not-allowed' }
        : undefined;
    // What the operator has decided holds, whatever admins think.
    if (one.decided?.byOperator && !isOperator(caller)) return { code: 'already-decided' };
    const isSo = one.state === (decision === 'restore' ? 'restored' : 'removed');
    return isSo ? { code: 'already-decided' } : undefined;
  }

  async function decide(caller: Caller, code: string, decision: Decision): Promise<Outcome<Case>> {
    const found = await find(caller, code);
    if (!found.ok) return found;
    const { asker } = found.value;
    const { memberId: by } = caller.requester;
    let refusal = whyNot(caller, found.value, decision);
    if (refusal) return refuse(refusal);
    // First, as the case must not say so of somebody who still may ask.
    if (decision === 'ban') {
      const banned = await ctx.settings.change(asker.spaceId, by, 'block', { member: asker.memberId });
      if (!banned.ok) return banned;
    }
    const after = await ctx.cases.change(found.value.jobId, (one) => {
      refusal = one ? whyNot(caller, one, decision) : { code: 'no-such-job' };
      return one && !refusal ? decided(one, caller, decision) : undefined;
    });
    if (refusal || !after) return refuse(refusal ?? { code: 'no-such-job' });
    await ctx.audit.append({
      kind: AUDITED[decision],
      atMs: ctx.clock.now(),
      spaceId: asker.spaceId,
      by,
      about: after.asker.memberId,
      jobCode: after.code,
    });
    ctx.log.info({ job: after.code, decision }, 'a report was decided');
    await work(after.jobId);
    return accept((await ctx.cases.get(after.jobId)) ?? after);
  }

  /** The blocking of the asker leaves the question about the video open. */
  function decided(one: Case, caller: Caller, decision: Decision): Case {
    if (decision === 'ban') return { ...one, banned: true };
    const byOperator = isOperator(caller);
    const mark = {
      revision: one.revision + 1,
      decided: { at: ctx.clock.now(), by: caller.requester.memberId, byOperator },
    };
    const before = one.todo.filter((effect) => effect !== 'tell');
    if (decision === 'restore') {
      const todo: Effect[] = one.hidden ? ['mark', 'lift', 'bring-back'] : ['lift'];
      const wasRemoved = one.state === 'removed';
      return {
        ...one,
        ...mark,
        state: 'restored',
        hidden: wasRemoved && one.hidden,
        locked: false,
        // What was still to be hidden need not be any more; a job that is to go goes.
        todo: wasRemoved ? [...before, 'lift'] : todo,
      };
    }
    const hiding: Effect[] = ['links', 'block', 'messages', 'mark', 'late-messages'];
    const widening: Effect[] = byOperator ? ['widen'] : [];
    return {
      ...one,
      ...mark,
      state: 'removed',
      hidden: true,
      locked: false,
      todo: [...withoutRestoring(before), ...hiding, ...widening, 'forget'],
    };
  }

  return {
    find,
    decide,
    async waiting(caller) {
      const shut = refusalFor(caller);
      if (shut) return refuse(shut);
      const theirs = (await ctx.cases.all()).filter(
        (one) => one.state === 'open' && (isOperator(caller) || isAdmin(caller, one)),
      );
      return accept(theirs.toSorted((a, b) => a.since - b.since));
    },
  };
}
