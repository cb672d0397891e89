/** A member is over a limit and asks the admins: one yes lets what they asked for past that one limit, for a day. */

import type { Notice } from '../chat-port.ts';
import type { Context } from '../context.ts';
import { tellAdmins } from '../delivery/notices.ts';
import type { Job } from '../job/job.ts';
import { wasMade } from '../job/made.ts';
import { type AskedOffer, type CastOffer, priceOf } from '../library/cast-offer.ts';
import type { Caller } from '../limits/access.ts';
import type { Micros } from '../price/money.ts';
import { accept, type Outcome, type OverQuota, type PastLimit, refuse } from '../refusals.ts';
import type { Intake } from './intake.ts';
import { type Offer, offered, overOf, pastOf } from './offer.ts';
import { type OfferStore, uploadsOf } from './offer-store.ts';

const WAITS_MS = 24 * 3_600_000;

export type Approvals = {
  /**
   * The member asks. `told`: in the log channel, or where the member asked, for want of one. Where nobody could be
   * told, asking again tries again.
   */
  ask(
    call: Caller,
    code: string,
  ): Promise<Outcome<{ told: NonNullable<Offer['told']> | 'nobody'; offer: AskedOffer }>>;
  /** Whether this member decides on what is asked for in that space. */
  mayDecide(call: Caller, spaceId: string): boolean;
  /**
   * The yes of an admin to the price that they saw, `agreedMicros`: the job starts, or all of a cast. One that is higher by now
   * is asked for anew; so is a yes that names no price, as buttons of earlier versions have it.
   */
  approve(call: Caller, code: string, agreedMicros: Micros | undefined): Promise<Outcome<Approval>>;
  /** The no of an admin; the member is told. */
  refuse(call: Caller, code: string): Promise<Outcome<AskedOffer>>;
};

/** What comes of an admin's yes: the jobs, or what waits, at the price that it has by now. */
type Approval = { kind: 'jobs'; jobs: Job[] } | { kind: 'dearer'; offer: AskedOffer };

/** Where something waits that admins may be asked for. */
export type Askable<O extends AskedOffer> = {
  alone<T>(code: string, work: () => Promise<T>): Promise<T>;
  get(code: string): Promise<O | undefined>;
  save(offer: O): Promise<O>;
  drop(offer: O): Promise<void>;
  /** Whether there are jobs of it: the limit had room after all, or a crash came before it was dropped. */
  isMade(offer: O): Promise<boolean>;
  /**
   * Starts it past these limits, at no more than that price; where it is dearer by now, what it would be is answered. What a
   * crash has left of it is found again.
   */
  openPast(
    offer: O,
    call: Caller,
    terms: { lifted: readonly PastLimit[]; atMostMicros: Micros },
  ): Promise<Outcome<{ kind: 'jobs'; jobs: Job[] } | { kind: 'dearer'; offer: O }>>;
};

/** `casts`: what waits there for a yes to several jobs at once. */
export function createApprovals(
  ctx: Context,
  intake: Intake,
  kv: OfferStore,
  casts: Askable<CastOffer>,
): Approvals {
  const offers: Askable<Offer> = {
    ...kv,
    isMade: ({ id }) => wasMade(ctx, id),
    async openPast(offer, _call, { lifted, atMostMicros }) {
      const job = await intake.existing(offer);
      if (job) return accept({ kind: 'jobs', jobs: [job] });
      const { requester, choices } = offer;
      const prepared = await intake.prepare(requester.spaceId, await uploadsOf(ctx, offer), choices);
      if (!prepared.ok) return prepared;
      if (prepared.value.quote.micros > atMostMicros)
        return accept({ kind: 'dearer', offer: { ...offer, ...offered(prepared.value) } });
      const made = await intake.open(offer, prepared.value, lifted);
      return made.ok ? accept({ kind: 'jobs', jobs: [made.value] }) : made;
    },
  };
  const [single, several] = [approvalsFor(ctx, offers), approvalsFor(ctx, casts)];
  const of = async (code: string): Promise<Approvals> => ((await casts.get(code)) ? several : single);
  return {
    mayDecide: single.mayDecide,
    ask: async (call, code) => (await of(code)).ask(call, code),
    approve: async (call, code, agreedMicros) => (await of(code)).approve(call, code, agreedMicros),
    refuse: async (call, code) => (await of(code)).refuse(call, code),
  };
}

function approvalsFor<O extends AskedOffer>(ctx: Context, kv: Askable<O>): Approvals {
  const mayDecide = ({ requester, standing }: Caller, spaceId: string): boolean =>
    (requester.spaceId === spaceId && standing.moderator) || ctx.access.isOperator(requester);

  /** An offer that waits for an admin, if this is one of its space. */
  async function findFor(call: Caller, code: string): Promise<Outcome<O & { over: OverQuota }>> {
    const offer = await kv.get(code);
    if (!offer?.over || offer.askedAt === undefined) return refuse({ code: 'already-decided' });
    const { over } = offer;
    if (!mayDecide(call, offer.requester.spaceId)) return refuse({ code: 'not-allowed' });
    if (offer.expiresAt <= ctx.clock.now()) return refuse({ code: 'offer-expired' });
    return accept({ ...offer, over });
  }

  async function tell(offer: O): Promise<NonNullable<Offer['told']> | 'nobody'> {
    const notice = { kind: 'asked' as const, offer };
    if (await tellAdmins(ctx, offer.requester, notice)) return 'log-channel';
    return (await tellThere(offer, notice)) ? 'here' : 'nobody';
  }

  /** Where the member asked for the job. */
  async function tellThere({ requester }: O, notice: Notice): Promise<boolean> {
    const { platform, spaceId, target } = requester;
    try {
      return (await ctx.chats.get(platform)?.post?.({ target }, spaceId, notice)) ?? false;
    } catch (err) {
      ctx.log.warn({ err, notice: notice.kind }, 'a member could not be told');
      return false;
    }
  }

  return {
    mayDecide,
    ask: (call, code) =>
      kv.alone(code, async () => {
        const offer = await kv.get(code);
        if (!offer?.over) return refuse({ code: 'offer-expired' });
        if (offer.requester.memberId !== call.requester.memberId) return refuse({ code: 'not-allowed' });
        const now = ctx.clock.now();
        if (offer.expiresAt <= now) return refuse({ code: 'offer-expired' });
        const asked =
          offer.askedAt === undefined
            ? await kv.save({ ...offer, askedAt: now, expiresAt: now + WAITS_MS })
            : offer;
        // A second press tells nobody twice.
        const told = asked.told ?? (await tell(asked));
        if (told === 'nobody' || told === asked.told) return accept({ told, offer: asked });
        return accept({ told, offer: await kv.save({ ...asked, told }) });
      }),

    approve: (call, code, agreedMicros) =>
      kv.alone(code, async () => {
        const found = await findFor(call, code);
        if (!found.ok) return found;
        const offer = found.value;
        // What holds for the member now, at the word of whoever lets them past: blocks, and where jobs may be started.
        const shut = ctx.access.refusalFor({ requester: offer.requester, standing: call.standing });
        if (shut) return refuse(shut);
        const lifted = [...(offer.lifted ?? []), pastOf(offer.over)];
        const atMostMicros = Math.min(priceOf(offer), agreedMicros ?? -1);
        const made = await kv.openPast(offer, call, { lifted, atMostMicros });
        if (made.ok && made.value.kind === 'dearer')
          return accept({ kind: 'dearer', offer: await kv.save(made.value.offer) });
        if (made.ok) {
          await kv.drop(offer);
          ctx.log.info({ job: offer.code, by: call.requester.memberId }, 'a job was let past a limit');
          return made;
        }
        // Another limit has no room either: that one takes another yes.
        const over = overOf(made);
        if (over) await kv.save({ ...offer, over, lifted });
        return made;
      }),

    refuse: (call, code) =>
      kv.alone(code, async () => {
        const found = await findFor(call, code);
        if (!found.ok) return found;
        const offer = found.value;
        // A no can't take back what is made, and must not be told as if it had.
        if (await kv.isMade(offer)) return refuse({ code: 'already-decided' });
        await kv.drop(offer);
        await tellThere(offer, { kind: 'declined', offer });
        return accept<AskedOffer>(offer);
      }),
  };
}
