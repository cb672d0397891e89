/**
 * A price that waits for a yes: above what is started unasked, or because the member asked to choose first. The files
 * wait with it, so that a yes needs nothing more.
 */

import { isWorthAsking } from '../coach/finding.ts';
import type { Context } from '../context.ts';
import { codeOf } from '../job/code.ts';
import { type Event, isOperatorsOwn, type Job } from '../job/job.ts';
import { wasMade } from '../job/made.ts';
import type { Caller } from '../limits/access.ts';
import { choosableIn, fitting, withUsualSpeed } from '../models/chosen.ts';
import type { Micros } from '../price/money.ts';
import type { Choices } from '../price/quote.ts';
import { accept, type Outcome, type OverQuota, refuse } from '../refusals.ts';
import { createConsents, type GivenConsent } from '../trust/consent.ts';
import { refusalByOwner } from '../trust/opt-outs.ts';
import type { Intake, PreparedJob } from './intake.ts';
import {
  type IntakeResult,
  jobOf,
  type Misfit,
  misfitOf,
  type Offer,
  type OfferReason,
  offered,
  overLimit,
  overOf,
  takenOf,
  wasAsked,
} from './offer.ts';
import { createQuestion } from './offer-question.ts';
import { keepUpload, type OfferStore, uploadsOf } from './offer-store.ts';
import { samePress } from './same-press.ts';
import type { Uploads } from './uploads.ts';

const WAITS_MS = 10 * 60_000;

/** What a member asked for, and how its price is found. `ask`: they want to choose before anything starts. */
type OfferRequest = {
  uploads: Uploads;
  choices: Choices;
  ask: boolean;
  prepare(choices: Choices): Promise<Outcome<PreparedJob>>;
  /** What it cost before: nobody has seen a higher price. */
  beforeMicros?: Micros;
  /** What a yes would be about, where that is not what was prepared. */
  prepareOffer?(): Promise<Outcome<PreparedJob>>;
};

/** `consent`: what was said of the picture with the request itself. */
type AskedEvent = Event & { consent?: GivenConsent; atMostMicros?: Micros };

export type Offers = {
  /** Starts the job, or offers it where the price needs a yes or `ask` says that the member wants to choose. */
  take(event: AskedEvent, uploads: Uploads, choices: Choices, ask: boolean): Promise<Outcome<IntakeResult>>;
  /** A job once more: started, or offered, by the same rule. */
  again(event: AskedEvent, job: Job, ask: boolean): Promise<Outcome<IntakeResult>>;
  /** `already-decided` when there is a job of it, `offer-expired` when nothing waits any more. */
  find(call: Caller, code: string): Promise<Outcome<Offer>>;
  /** The same files with other wishes, at their price, unless the admins were asked. The time to decide begins anew. */
  change(call: Caller, code: string, choices: Partial<Choices>): Promise<Outcome<Offer>>;
  /**
   * The yes to the price that was shown, `agreedMicros`; a button of an earlier version says none. A price that is higher by
   * now is offered again, and so is what must still be answered (`given`); a second yes finds the job of the first.
   */
  confirm(
    call: Caller,
    code: string,
    agreedMicros: Micros | undefined,
    given?: GivenConsent,
  ): Promise<Outcome<IntakeResult>>;
  decline(call: Caller, code: string): Promise<Outcome<Offer>>;
  /** Lets go of what nobody said yes to in time. False for nothing. */
  sweep(): Promise<boolean>;
  /** Lets go of everything that waits for a yes of that member. False for nothing. */
  forget(memberId: string): Promise<boolean>;
};

export function createOffers(ctx: Context, intake: Intake, kv: OfferStore): Offers {
  const consents = createConsents(ctx);
  const { answered, askAnew } = createQuestion(consents, kv);

  async function jobWith(call: Caller, code: string): Promise<Job | undefined> {
    const jobs = await ctx.store.byCode(code.trim().toUpperCase());
    return jobs.find((job) => ctx.access.mayTouch(call, job));
  }

  async function find(call: Caller, code: string): Promise<Outcome<Offer>> {
    const offer = await kv.get(code);
    if (!offer) return refuse({ code: (await jobWith(call, code)) ? 'already-decided' : 'offer-expired' });
    if (offer.requester.memberId !== call.requester.memberId) return refuse({ code: 'not-allowed' });
    // A crash between the job and the end of its offer.
    if (await wasMade(ctx, offer.id)) return refuse({ code: 'already-decided' });
    if (offer.expiresAt <= ctx.clock.now()) return refuse({ code: 'offer-expired' });
    return accept(offer);
  }

  /** What was asked for becomes a job, or an offer where it takes a yes. The page shows the price before its button. */
  async function decide(event: AskedEvent, asked: OfferRequest): Promise<Outcome<IntakeResult>> {
    const job = await intake.existing(event);
    if (job) return accept({ kind: 'job', job });
    const known = await kv.get(codeOf(event.id));
    // The same event again: what the member has chosen since stays chosen.
    if (known?.id === event.id && known.expiresAt > ctx.clock.now()) return accept(takenOf(known));
    const { requester, consent } = event;
    const { image } = asked.uploads;
    const shut = (await intake.closed()) ?? (await refusalByOwner(ctx.optOuts, requester, asked.uploads));
    if (shut) return refuse(shut);
    const canWait = !isOperatorsOwn(requester.platform);
    const prepared = await asked.prepare(asked.choices);
    if (!prepared.ok) {
      const misfit = canWait ? misfitOf(prepared.refusal, asked.choices) : undefined;
      return misfit ? offerMended(event, asked, misfit) : prepared;
    }
    const { findings } = prepared.value;
    const { micros, provider } = prepared.value.quote;
    if (micros > (event.atMostMicros ?? Infinity)) return refuse({ code: 'price-rose', micros });
    const isDear = micros > ctx.settings.of(requester.spaceId).confirmAboveMicros;
    const asks = consent ? undefined : await consents.reasonToAsk(requester, image);
    const doubt = asks ? 'consent' : findings.some(isWorthAsking) ? 'findings' : undefined;
    const isDearer = micros > (asked.beforeMicros ?? Infinity);
    const why = asked.ask ? 'asked' : isDearer ? 'dearer' : isDear ? 'price' : doubt;
    if (canWait && why) return wait(event, asked, prepared.value, { why });
    if (asks) return refuse({ code: 'consent-needed', why: asks, provider });
    if (consent) await consents.give(event, image, consent, provider);
    const made = await intake.open(event, prepared.value);
    const over = overOf(made);
    return canWait && over ? wait(event, asked, prepared.value, { why: 'over-limit', over }) : jobOf(made);
  }

  /** As the clip can be used, at its price, for a yes: in a chat the files would have to be brought once more. */
  async function offerMended(
    event: Event,
    asked: OfferRequest,
    { mend, seconds }: Misfit,
  ): Promise<Outcome<IntakeResult>> {
    const choices = { ...asked.choices, ...mend };
    const mended = await asked.prepare(choices);
    if (!mended.ok) return mended;
    return wait(event, { ...asked, choices }, mended.value, { why: 'misfit', misfitSeconds: seconds });
  }

  async function wait(
    event: Event,
    { uploads, choices, prepareOffer }: OfferRequest,
    prepared: PreparedJob,
    why: Pick<Offer, 'why' | 'over' | 'misfitSeconds'>,
  ): Promise<Outcome<IntakeResult>> {
    const meant = prepareOffer ? await prepareOffer() : accept(prepared);
    if (!meant.ok) return meant;
    await using work = ctx.fileUse.begin();
    const image = await keepUpload(work, uploads.image);
    const clip = await keepUpload(work, uploads.clip);
    if (!image || !clip) return refuse({ code: 'file-gone' });
    const asks = await consents.reasonToAsk(event.requester, image);
    const offer = await kv.save({
      id: event.id,
      code: codeOf(event.id),
      requester: event.requester,
      choices,
      ...offered(meant.value),
      image,
      clip,
      ...why,
      ...(asks ? { asks } : {}),
      choosable: choosableIn(ctx, event.requester.spaceId, meant.value.plan.request),
      expiresAt: ctx.clock.now() + WAITS_MS,
    });
    return accept(takenOf(offer));
  }

  const take: Offers['take'] = (event, uploads, wishes, ask) =>
    kv.alone(codeOf(event.id), () => {
      const choices = withUsualSpeed(ctx, event.requester, wishes);
      const prepare = (wishes: Choices) => intake.prepare(event.requester.spaceId, uploads, wishes);
      return decide(event, { uploads, choices, ask, prepare });
    });

  const again: Offers['again'] = (event, job, ask) =>
    // One press at a time of the same button by the same member: the second one finds what the first one made.
    ctx.locks.run(`again ${job.id} ${event.requester.memberId}`, async () => {
      const same = ask ? undefined : await samePress(ctx, event, job);
      if (same) return accept({ kind: 'job', job: same });
      const { spaceId } = event.requester;
      const [uploads, choices] = [await intake.uploadsOf(job), intake.choicesOf(job)];
      const prepare = () => intake.prepareAgain(spaceId, job);
      // Its files were made ready once and may be a frame longer by that: a yes finds the price that was shown.
      const prepareOffer = () => intake.prepare(spaceId, uploads, choices);
      return kv.alone(codeOf(event.id), () =>
        decide(event, { uploads, choices, ask, beforeMicros: job.quote.micros, prepare, prepareOffer }),
      );
    });

  function offerAnew(
    { over: _, ...offer }: Offer,
    choices: Choices,
    prepared: PreparedJob,
    why: OfferReason,
  ): Promise<Offer> {
    const expiresAt = ctx.clock.now() + WAITS_MS;
    const choosable = choosableIn(ctx, offer.requester.spaceId, prepared.plan.request);
    return kv.save({ ...offer, ...offered(prepared), choices, why, expiresAt, choosable });
  }

  const change: Offers['change'] = (call, code, choices) =>
    kv.alone(code, async () => {
      const found = await find(call, code);
      if (!found.ok) return found;
      const offer = found.value;
      if (wasAsked(offer)) return refuse({ code: 'already-decided' });
      const chosen = fitting(ctx, offer.requester.spaceId, { ...offer.choices, ...choices }, choices);
      const prepared = await intake.prepare(offer.requester.spaceId, await uploadsOf(ctx, offer), chosen);
      // That it is dearer was said: what it costs from here on is by the member's own choice.
      const why = offer.why === 'dearer' ? 'asked' : offer.why;
      return prepared.ok ? accept(await offerAnew(offer, chosen, prepared.value, why)) : prepared;
    });

  const confirm: Offers['confirm'] = (call, code, agreedMicros, given) =>
    kv.alone(code, async () => {
      const found = await find(call, code);
      if (!found.ok) {
        const job = found.refusal.code === 'already-decided' ? await jobWith(call, code) : undefined;
        return job ? accept({ kind: 'job', job }) : found;
      }
      const shut = ctx.access.refusalOfYes(call, found.value.requester);
      if (shut) return refuse(shut);
      const offer = await answered(found.value, given);
      if (!offer) return accept({ kind: 'offer', offer: await askAnew(found.value) });
      const { requester, choices } = offer;
      const prepared = await intake.prepare(requester.spaceId, await uploadsOf(ctx, offer), choices);
      if (!prepared.ok) return prepared;
      const { micros } = prepared.value.quote;
      // A second tap of a double tap has not seen what the first one was answered with.
      if (micros > Math.min(offer.quote.micros, agreedMicros ?? 0)) {
        if (wasAsked(offer)) return refuse({ code: 'price-rose', micros });
        const why = agreedMicros === undefined && micros <= offer.quote.micros ? offer.why : 'dearer';
        return accept({ kind: 'offer', offer: await offerAnew(offer, choices, prepared.value, why) });
      }
      const made = await intake.open(offer, prepared.value, offer.lifted);
      if (made.ok) await kv.drop(offer);
      const over = overOf(made);
      return over ? accept(takenOf(await kv.save(askable(offer, over)))) : jobOf(made);
    });

  const askable = (offer: Offer, over: OverQuota): Offer => ({
    ...overLimit(offer, over, ctx.clock.now() + WAITS_MS),
    why: 'over-limit',
  });

  const decline: Offers['decline'] = (call, code) =>
    kv.alone(code, async () => {
      const offer = await find(call, code);
      if (offer.ok) await kv.drop(offer.value);
      return offer;
    });

  return { take, again, find, change, confirm, decline, sweep: kv.sweep, forget: kv.forget };
}
