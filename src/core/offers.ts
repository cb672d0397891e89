/**
 * A price that waits for a yes: above what is started unasked, or because the member asked to choose first. The files
 * wait with it, so that a yes needs nothing more.
 */
import type { Caller } from './access.ts';
import type { Context } from './context.ts';
import type { Event, Intake, Uploads } from './intake.ts';
import { codeOf, type Job, type Quote } from './job.ts';
import type { Micros } from './money.ts';
import {
  keepUpload,
  type Offer,
  type OfferReason,
  type OfferShelf,
  pastOf,
  unasked,
  uploadsOf,
} from './offer-shelf.ts';
import type { Choices, Plan } from './quote.ts';
import { accept, type Outcome, type OverQuota, refuse } from './refusals.ts';

const WAITS_MS = 10 * 60_000;

/** `over`: a limit has no room; the files wait a while, in case the member asks the admins for a yes. */
export type Taken =
  | { kind: 'job'; job: Job }
  | { kind: 'offer'; offer: Offer }
  | { kind: 'over'; offer: Offer; refusal: OverQuota };

export type Offers = {
  /** Starts the job, or offers it where the price needs a yes or `ask` says that the member wants to choose. */
  take(event: Event, uploads: Uploads, choices: Choices, ask: boolean): Promise<Outcome<Taken>>;
  /** A job once more: started, or offered, by the same rule. */
  again(event: Event, job: Job, ask: boolean): Promise<Outcome<Taken>>;
  /** `already-decided` when there is a job of it, `offer-expired` when nothing waits any more. */
  find(call: Caller, code: string): Promise<Outcome<Offer>>;
  /** The same files with other wishes, at their price, unless the admins were asked. The time to decide begins anew. */
  change(call: Caller, code: string, choices: Partial<Choices>): Promise<Outcome<Offer>>;
  /** The yes. A price that rose meanwhile is offered again; a second yes finds the job of the first. */
  confirm(call: Caller, code: string): Promise<Outcome<Taken>>;
  decline(call: Caller, code: string): Promise<Outcome<Offer>>;
  /** Lets go of what nobody said yes to in time. False for nothing. */
  sweep(): Promise<boolean>;
  /** Lets go of everything that waits for a yes of that member. False for nothing. */
  forget(memberId: string): Promise<boolean>;
};

export function createOffers(ctx: Context, intake: Intake, shelf: OfferShelf): Offers {
  async function jobWith(call: Caller, code: string): Promise<Job | undefined> {
    const jobs = await ctx.store.byCode(code.trim().toUpperCase());
    return jobs.find((job) => ctx.access.mayTouch(call, job));
  }

  async function find(call: Caller, code: string): Promise<Outcome<Offer>> {
    const offer = await shelf.get(code);
    if (!offer) return refuse({ code: (await jobWith(call, code)) ? 'already-decided' : 'offer-expired' });
    if (offer.requester.memberId !== call.requester.memberId) return refuse({ code: 'not-allowed' });
    // A crash between the job and the end of its offer.
    if (await intake.existing(offer)) return refuse({ code: 'already-decided' });
    if (offer.expiresAt <= ctx.clock.now()) return refuse({ code: 'offer-expired' });
    return accept(offer);
  }

  async function takeAlone(
    event: Event,
    uploads: Uploads,
    choices: Choices,
    ask: boolean,
  ): Promise<Outcome<Taken>> {
    const job = await intake.existing(event);
    if (job) return accept({ kind: 'job', job });
    const code = codeOf(event.id);
    const known = await shelf.get(code);
    // The same event again: what the member has chosen since stays chosen.
    if (known?.id === event.id && known.expiresAt > ctx.clock.now()) return accept(takenOf(known));
    // The page shows the price before its button can be pressed.
    if (event.requester.platform === 'web') return jobOf(intake.create(event, uploads, choices));
    // An offer keeps both files.
    if (!(await ctx.files.hasRoom())) return refuse({ code: 'disk-full' });
    const quoted = await intake.quote(event.requester.spaceId, uploads, choices);
    if (!quoted.ok) return quoted;
    const { plan, ...quote } = quoted.value;
    const unasked = { maxMicros: unaskedMicros(event) };
    const why = ask ? 'asked' : quote.micros > unasked.maxMicros ? 'price' : undefined;
    if (why) return wait(event, uploads, choices, { plan, quote, why });
    const made = await jobOf(intake.create(event, uploads, choices, unasked));
    // It rose this very moment: a look at the new price makes an offer of it.
    if (rose(made)) return takeAlone(event, uploads, choices, ask);
    const over = overOf(made);
    return over ? wait(event, uploads, choices, { plan, quote, why: 'over-limit', over }) : made;
  }

  async function wait(
    event: Event,
    uploads: Uploads,
    choices: Choices,
    { plan, quote, why, over }: { plan: Plan; quote: Quote; why: OfferReason; over?: OverQuota },
  ): Promise<Outcome<Taken>> {
    await using work = ctx.fileUse.begin();
    const image = await keepUpload(work, uploads.image);
    const clip = await keepUpload(work, uploads.clip);
    if (!image || !clip) return refuse({ code: 'no-such-job' });
    const offer = await shelf.save({
      id: event.id,
      code: codeOf(event.id),
      requester: event.requester,
      choices,
      request: plan.request,
      quote,
      image,
      clip,
      why,
      ...(over ? { over } : {}),
      expiresAt: ctx.clock.now() + WAITS_MS,
    });
    return accept(takenOf(offer));
  }

  const unaskedMicros = ({ requester }: Event): Micros =>
    ctx.settings.of(requester.spaceId).confirmAboveMicros;

  const take: Offers['take'] = (event, ...rest) =>
    shelf.alone(codeOf(event.id), () => takeAlone(event, ...rest));

  async function again(event: Event, job: Job, ask: boolean): Promise<Outcome<Taken>> {
    if (event.requester.platform === 'web') return jobOf(intake.again(event, job));
    if (!ask) {
      const made = await jobOf(intake.again(event, job, { maxMicros: unaskedMicros(event) }));
      if (!rose(made) && !overOf(made)) return made;
    }
    return take(event, intake.uploadsOf(job), intake.choicesOf(job), ask);
  }

  async function reprice(offer: Offer, choices: Choices, why: OfferReason): Promise<Outcome<Offer>> {
    const quoted = await intake.quote(offer.requester.spaceId, uploadsOf(ctx, offer), choices);
    if (!quoted.ok) return quoted;
    const { plan, ...quote } = quoted.value;
    const expiresAt = ctx.clock.now() + WAITS_MS;
    const { over: _, ...rest } = offer;
    return accept(await shelf.save({ ...rest, choices, request: plan.request, quote, why, expiresAt }));
  }

  /** What the admins were asked for holds for the limit that they were told of. */
  function overLimit(offer: Offer, over: OverQuota): Offer {
    const isSame = offer.over && JSON.stringify(pastOf(offer.over)) === JSON.stringify(pastOf(over));
    const kept = isSame ? offer : { ...unasked(offer), expiresAt: ctx.clock.now() + WAITS_MS };
    return { ...kept, why: 'over-limit', over };
  }

  const change: Offers['change'] = (call, code, choices) =>
    shelf.alone(code, async () => {
      const found = await find(call, code);
      if (!found.ok) return found;
      const offer = found.value;
      // What the admins were asked for must stay what they say yes to.
      if (offer.askedAt !== undefined) return refuse({ code: 'already-decided' });
      return reprice(offer, { ...offer.choices, ...choices }, offer.why);
    });

  const confirm: Offers['confirm'] = (call, code) =>
    shelf.alone(code, async () => {
      const found = await find(call, code);
      if (!found.ok) {
        const job = found.refusal.code === 'already-decided' ? await jobWith(call, code) : undefined;
        return job ? accept({ kind: 'job', job }) : found;
      }
      const shut = ctx.access.refusalAtDoor(call);
      if (shut) return refuse(shut);
      const offer = found.value;
      const terms = { maxMicros: offer.quote.micros, past: offer.lifted ?? [] };
      const made = await jobOf(intake.create(offer, uploadsOf(ctx, offer), offer.choices, terms));
      if (made.ok) await shelf.drop(offer);
      const over = overOf(made);
      if (over) return accept(takenOf(await shelf.save(overLimit(offer, over))));
      if (!rose(made) || offer.askedAt !== undefined) return made;
      const dearer = await reprice(offer, offer.choices, 'dearer');
      return dearer.ok ? accept({ kind: 'offer', offer: dearer.value }) : dearer;
    });

  const decline: Offers['decline'] = (call, code) =>
    shelf.alone(code, async () => {
      const offer = await find(call, code);
      if (offer.ok) await shelf.drop(offer.value);
      return offer;
    });

  return {
    take,
    again,
    find,
    change,
    confirm,
    decline,
    sweep: shelf.sweep,
    forget: shelf.forget,
  };
}

const takenOf = (offer: Offer): Taken =>
  offer.over ? { kind: 'over', offer, refusal: offer.over } : { kind: 'offer', offer };

/** The refusal that an admin may lift: of a limit of the space, not of the operator's budget. */
export function overOf(made: Outcome<unknown>): OverQuota | undefined {
  if (made.ok || made.refusal.code !== 'over-quota' || made.refusal.scope === 'operator') return undefined;
  return made.refusal;
}

const rose = (made: Outcome<unknown>): boolean => !made.ok && made.refusal.code === 'price-rose';

async function jobOf(made: Promise<Outcome<Job>>): Promise<Outcome<Taken>> {
  const job = await made;
  return job.ok ? accept({ kind: 'job', job: job.value }) : job;
}
