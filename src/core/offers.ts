/**
 * A price that waits for a yes: above what is started unasked, or because the member asked to choose first. The files
 * wait with it, so that a yes needs nothing more.
 */
import type { Caller } from './access.ts';
import type { Context } from './context.ts';
import type { Event, Intake, Upload, Uploads } from './intake.ts';
import { codeOf, type Job, type NamedFile, type Quote, type RenderRequest, type Requester } from './job.ts';
import type { Shelf } from './ports.ts';
import type { Choices } from './quote.ts';
import { accept, type Outcome, refuse } from './refusals.ts';

const WAITS_MS = 10 * 60_000;

/** Why it was not started at once: it is dear, the member wanted to see it first, or the price rose since the yes. */
export type OfferReason = 'price' | 'asked' | 'dearer';

export type Offer = {
  /** The event's id, which the job will have. */
  id: string;
  code: string;
  requester: Requester;
  choices: Choices;
  request: RenderRequest;
  quote: Quote;
  image: NamedFile;
  clip: NamedFile;
  why: OfferReason;
  expiresAt: number;
};

export type Taken = { kind: 'job'; job: Job } | { kind: 'offer'; offer: Offer };

export type Offers = {
  /** Starts the job, or offers it where the price needs a yes or `ask` says that the member wants to choose. */
  take(event: Event, uploads: Uploads, choices: Choices, ask: boolean): Promise<Outcome<Taken>>;
  find(call: Caller, code: string): Promise<Outcome<Offer>>;
  /** The same files with other wishes, at their price. The time to decide begins anew. */
  change(call: Caller, code: string, choices: Partial<Choices>): Promise<Outcome<Offer>>;
  /** The yes. A price that rose meanwhile is offered again; a second yes finds the job of the first. */
  confirm(call: Caller, code: string): Promise<Outcome<Taken>>;
  decline(call: Caller, code: string): Promise<Outcome<Offer>>;
  /** Lets go of what nobody said yes to in time. */
  sweep(): Promise<void>;
};

type Index = { id: string; expiresAt: number }[];

export function createOffers(ctx: Context, intake: Intake, shelf: Shelf): Offers {
  const INDEX = 'open';
  const keyOf = (code: string): string => `offer:${code.trim().toUpperCase()}`;

  async function index(change: (open: Index) => Index): Promise<void> {
    await ctx.locks.run('offers', async () => {
      await shelf.set(INDEX, change((await shelf.get<Index>(INDEX)) ?? []));
    });
  }

  async function save(offer: Offer): Promise<Offer> {
    await shelf.set(keyOf(offer.code), offer);
    const { id, expiresAt } = offer;
    await index((open) => [...open.filter((one) => one.id !== id), { id, expiresAt }]);
    return offer;
  }

  async function drop(offer: Offer): Promise<void> {
    await shelf.delete(keyOf(offer.code));
    await index((open) => open.filter((one) => one.id !== offer.id));
    for (const { key } of [offer.image, offer.clip]) {
      if (!(await ctx.store.uses(key))) await ctx.files.remove(key);
    }
  }

  const upload = (file: NamedFile): Upload => ({
    path: ctx.files.pathOf(file),
    // Files are named by their hash.
    sha256: file.key.slice(0, 64),
    ...(file.name ? { name: file.name } : {}),
  });
  const uploadsOf = ({ image, clip }: Offer): Uploads => ({ image: upload(image), clip: upload(clip) });

  async function keep({ path, name }: Upload): Promise<NamedFile> {
    const file = await ctx.files.keep(path, 'application/octet-stream');
    return name ? { ...file, name } : file;
  }

  async function find(call: Caller, code: string): Promise<Outcome<Offer>> {
    const offer = await shelf.get<Offer>(keyOf(code));
    if (!offer) return refuse({ code: 'no-such-job' });
    if (offer.requester.memberId !== call.requester.memberId) return refuse({ code: 'not-allowed' });
    if (offer.expiresAt <= ctx.clock.now()) return refuse({ code: 'offer-expired' });
    return accept(offer);
  }

  async function take(
    event: Event,
    uploads: Uploads,
    choices: Choices,
    ask: boolean,
  ): Promise<Outcome<Taken>> {
    const job = await intake.existing(event);
    if (job) return accept({ kind: 'job', job });
    const quoted = await intake.quote(uploads, choices);
    if (!quoted.ok) return quoted;
    const { plan, ...quote } = quoted.value;
    const dear = quote.micros > ctx.rules.confirmAboveMicros;
    // The page shows the price before its button can be pressed.
    if (event.requester.platform === 'web' || (!ask && !dear))
      return jobOf(intake.create(event, uploads, choices));
    const offer = await save({
      id: event.id,
      code: codeOf(event.id),
      requester: event.requester,
      choices,
      request: plan.request,
      quote,
      image: await keep(uploads.image),
      clip: await keep(uploads.clip),
      why: ask ? 'asked' : 'price',
      expiresAt: ctx.clock.now() + WAITS_MS,
    });
    return accept({ kind: 'offer', offer });
  }

  async function reprice(offer: Offer, choices: Choices, why: OfferReason): Promise<Outcome<Offer>> {
    const quoted = await intake.quote(uploadsOf(offer), choices);
    if (!quoted.ok) return quoted;
    const { plan, ...quote } = quoted.value;
    const expiresAt = ctx.clock.now() + WAITS_MS;
    return accept(await save({ ...offer, choices, request: plan.request, quote, why, expiresAt }));
  }

  async function change(call: Caller, code: string, choices: Partial<Choices>): Promise<Outcome<Offer>> {
    return ctx.locks.run(keyOf(code), async () => {
      const offer = await find(call, code);
      return offer.ok ? reprice(offer.value, { ...offer.value.choices, ...choices }, offer.value.why) : offer;
    });
  }

  async function confirm(call: Caller, code: string): Promise<Outcome<Taken>> {
    return ctx.locks.run(keyOf(code), async () => {
      const found = await find(call, code);
      if (!found.ok) {
        // A second press: the first one's job answers.
        const [job] = (await ctx.store.byCode(code)).filter((one) => ctx.access.mayTouch(call, one));
        return job ? accept({ kind: 'job', job }) : found;
      }
      const offer = found.value;
      const quoted = await intake.quote(uploadsOf(offer), offer.choices);
      if (!quoted.ok) return quoted;
      if (quoted.value.micros > offer.quote.micros) {
        const dearer = await reprice(offer, offer.choices, 'dearer');
        return dearer.ok ? accept({ kind: 'offer', offer: dearer.value }) : dearer;
      }
      const made = await jobOf(
        intake.create(offer, uploadsOf(offer), offer.choices, { maxMicros: offer.quote.micros }),
      );
      if (made.ok) await drop(offer);
      return made;
    });
  }

  async function decline(call: Caller, code: string): Promise<Outcome<Offer>> {
    return ctx.locks.run(keyOf(code), async () => {
      const offer = await find(call, code);
      if (offer.ok) await drop(offer.value);
      return offer;
    });
  }

  async function sweep(): Promise<void> {
    const now = ctx.clock.now();
    for (const { id, expiresAt } of (await shelf.get<Index>(INDEX)) ?? []) {
      if (expiresAt > now) continue;
      const offer = await shelf.get<Offer>(keyOf(codeOf(id)));
      if (offer) await drop(offer);
      else await index((open) => open.filter((one) => one.id !== id));
    }
  }

  return { take, find, change, confirm, decline, sweep };
}

async function jobOf(made: Promise<Outcome<Job>>): Promise<Outcome<Taken>> {
  const job = await made;
  return job.ok ? accept({ kind: 'job', job: job.value }) : job;
}
