/**
 * A price that waits for a yes: above what is started unasked, or because the member asked to choose first. The files
 * wait with it, so that a yes needs nothing more.
 */
import type { Caller } from './access.ts';
import type { Context } from './context.ts';
import type { FileWork, NamesFile } from './file-use.ts';
import type { Event, Intake, Upload, Uploads } from './intake.ts';
import { codeOf, type Job, type NamedFile, type Quote, type RenderRequest, type Requester } from './job.ts';
import type { Micros } from './money.ts';
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
  /** A job once more: started, or offered, by the same rule. */
  again(event: Event, job: Job, ask: boolean): Promise<Outcome<Taken>>;
  /** `already-decided` when there is a job of it, `offer-expired` when nothing waits any more. */
  find(call: Caller, code: string): Promise<Outcome<Offer>>;
  /** The same files with other wishes, at their price. The time to decide begins anew. */
  change(call: Caller, code: string, choices: Partial<Choices>): Promise<Outcome<Offer>>;
  /** The yes. A price that rose meanwhile is offered again; a second yes finds the job of the first. */
  confirm(call: Caller, code: string): Promise<Outcome<Taken>>;
  decline(call: Caller, code: string): Promise<Outcome<Offer>>;
  /** Lets go of what nobody said yes to in time. */
  sweep(): Promise<void>;
  /** Lets go of everything that waits for a yes of that member. */
  forget(memberId: string): Promise<void>;
};

/** What waits, and the files that it needs. It names them before the offer is saved and until after it is dropped. */
type Entry = { id: string; expiresAt: number; keys: string[] };
const INDEX = 'open';
const indexOf = async (shelf: Shelf): Promise<Entry[]> => (await shelf.get<Entry[]>(INDEX)) ?? [];
const keyOf = (code: string): string => `offer:${code.trim().toUpperCase()}`;

/** Whether an offer on this shelf needs the file. */
export const namedByOffers =
  (shelf: Shelf): NamesFile =>
  async (key) =>
    (await indexOf(shelf)).some(({ keys }) => keys.includes(key));

export function createOffers(ctx: Context, intake: Intake, shelf: Shelf): Offers {
  const alone = <T>(code: string, work: () => Promise<T>): Promise<T> => ctx.locks.run(keyOf(code), work);

  async function index(change: (open: Entry[]) => Entry[]): Promise<void> {
    await ctx.locks.run('offers', async () => {
      await shelf.set(INDEX, change(await indexOf(shelf)));
    });
  }

  async function save(offer: Offer): Promise<Offer> {
    const { id, expiresAt, image, clip } = offer;
    const entry = { id, expiresAt, keys: [image.key, clip.key] };
    await index((open) => [...open.filter((one) => one.id !== id), entry]);
    await shelf.set(keyOf(offer.code), offer);
    return offer;
  }

  async function drop({ id, keys }: Pick<Entry, 'id' | 'keys'>): Promise<void> {
    await shelf.delete(keyOf(codeOf(id)));
    await index((open) => open.filter((one) => one.id !== id));
    await ctx.fileUse.release(keys);
  }
  const dropOffer = ({ id, image, clip }: Offer) => drop({ id, keys: [image.key, clip.key] });

  /** An upload of the front's becomes ours; a file that is ours already, such as another job's, stays where it lies. */
  async function keep(work: FileWork, { path, name, kept }: Upload): Promise<NamedFile | undefined> {
    if (kept && !(await work.hold(kept))) return undefined;
    const file = kept ?? (await work.keep(path, 'application/octet-stream'));
    return name ? { ...file, name } : file;
  }

  async function jobWith(call: Caller, code: string): Promise<Job | undefined> {
    const jobs = await ctx.store.byCode(code.trim().toUpperCase());
    return jobs.find((job) => ctx.access.mayTouch(call, job));
  }

  async function find(call: Caller, code: string): Promise<Outcome<Offer>> {
    const offer = await shelf.get<Offer>(keyOf(code));
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
    const known = await shelf.get<Offer>(keyOf(code));
    // The same event again: what the member has chosen since stays chosen.
    if (known?.id === event.id && known.expiresAt > ctx.clock.now())
      return accept({ kind: 'offer', offer: known });
    // The page shows the price before its button can be pressed.
    if (event.requester.platform === 'web') return jobOf(intake.create(event, uploads, choices));
    const quoted = await intake.quote(event.requester.spaceId, uploads, choices);
    if (!quoted.ok) return quoted;
    const { plan, ...quote } = quoted.value;
    const unasked = { maxMicros: unaskedMicros(event) };
    if (!ask && quote.micros <= unasked.maxMicros) {
      const made = await jobOf(intake.create(event, uploads, choices, unasked));
      // It rose this very moment: a look at the new price makes an offer of it.
      return rose(made) ? takeAlone(event, uploads, choices, ask) : made;
    }
    await using work = ctx.fileUse.begin();
    const image = await keep(work, uploads.image);
    const clip = await keep(work, uploads.clip);
    if (!image || !clip) return refuse({ code: 'no-such-job' });
    const offer = await save({
      id: event.id,
      code,
      requester: event.requester,
      choices,
      request: plan.request,
      quote,
      image,
      clip,
      why: ask ? 'asked' : 'price',
      expiresAt: ctx.clock.now() + WAITS_MS,
    });
    return accept({ kind: 'offer', offer });
  }

  const unaskedMicros = ({ requester }: Event): Micros =>
    ctx.settings.of(requester.spaceId).confirmAboveMicros;

  const take: Offers['take'] = (event, ...rest) => alone(codeOf(event.id), () => takeAlone(event, ...rest));

  async function again(event: Event, job: Job, ask: boolean): Promise<Outcome<Taken>> {
    if (event.requester.platform === 'web') return jobOf(intake.again(event, job));
    if (!ask) {
      const made = await jobOf(intake.again(event, job, { maxMicros: unaskedMicros(event) }));
      if (!rose(made)) return made;
    }
    return take(event, intake.uploadsOf(job), intake.choicesOf(job), ask);
  }

  async function reprice(offer: Offer, choices: Choices, why: OfferReason): Promise<Outcome<Offer>> {
    const quoted = await intake.quote(offer.requester.spaceId, uploadsOf(ctx, offer), choices);
    if (!quoted.ok) return quoted;
    const { plan, ...quote } = quoted.value;
    const expiresAt = ctx.clock.now() + WAITS_MS;
    return accept(await save({ ...offer, choices, request: plan.request, quote, why, expiresAt }));
  }

  const change: Offers['change'] = (call, code, choices) =>
    alone(code, async () => {
      const offer = await find(call, code);
      return offer.ok ? reprice(offer.value, { ...offer.value.choices, ...choices }, offer.value.why) : offer;
    });

  const confirm: Offers['confirm'] = (call, code) =>
    alone(code, async () => {
      const found = await find(call, code);
      if (!found.ok) {
        const job = found.refusal.code === 'already-decided' ? await jobWith(call, code) : undefined;
        return job ? accept({ kind: 'job', job }) : found;
      }
      const shut = ctx.access.refusalAtDoor(call);
      if (shut) return refuse(shut);
      const offer = found.value;
      const cap = { maxMicros: offer.quote.micros };
      const made = await jobOf(intake.create(offer, uploadsOf(ctx, offer), offer.choices, cap));
      if (made.ok) await dropOffer(offer);
      if (!rose(made)) return made;
      const dearer = await reprice(offer, offer.choices, 'dearer');
      return dearer.ok ? accept({ kind: 'offer', offer: dearer.value }) : dearer;
    });

  const decline: Offers['decline'] = (call, code) =>
    alone(code, async () => {
      const offer = await find(call, code);
      if (offer.ok) await dropOffer(offer.value);
      return offer;
    });

  async function dropWhere(goes: (entry: Entry) => Promise<boolean>): Promise<void> {
    for (const { id } of await indexOf(shelf)) {
      // A yes under way is waited for, and the entry read again after it.
      await alone(codeOf(id), async () => {
        const entry = (await indexOf(shelf)).find((one) => one.id === id);
        if (entry && (await goes(entry))) await drop(entry);
      });
    }
  }

  return {
    take,
    again,
    find,
    change,
    confirm,
    decline,
    sweep: () => dropWhere(async ({ expiresAt }) => expiresAt <= ctx.clock.now()),
    forget: (memberId) =>
      dropWhere(async ({ id }) => {
        const offer = await shelf.get<Offer>(keyOf(codeOf(id)));
        return offer?.requester.memberId === memberId;
      }),
  };
}

function uploadsOf(ctx: Context, { image, clip }: Offer): Uploads {
  const upload = (file: NamedFile): Upload => ({
    path: ctx.files.pathOf(file),
    // Files are named by their hash.
    sha256: file.key.slice(0, 64),
    ...(file.name ? { name: file.name } : {}),
  });
  return { image: upload(image), clip: upload(clip) };
}

const rose = (made: Outcome<unknown>): boolean => !made.ok && made.refusal.code === 'price-rose';

async function jobOf(made: Promise<Outcome<Job>>): Promise<Outcome<Taken>> {
  const job = await made;
  return job.ok ? accept({ kind: 'job', job: job.value }) : job;
}
