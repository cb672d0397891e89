/** From two files and some wishes to a quote, and from there to a job that is on disk. */
import type { Context } from './context.ts';
import type { FileWork } from './file-use.ts';
import {
  type Inputs,
  isOver,
  type Job,
  type Quality,
  type Quote,
  type QuoteWarning,
  type Requester,
  type StoredFile,
} from './job.ts';
import { marketOf } from './market.ts';
import type { ClipFacts, ImageFacts } from './media.ts';
import type { Micros } from './money.ts';
import { openJob } from './open-job.ts';
import { bestQuote, type Choices, type Plan, plan } from './quote.ts';
import { accept, type Outcome, type OverQuota, type Refusal, refuse } from './refusals.ts';
import { billedSeconds } from './seconds.ts';
import { keptUpload } from './uploads.ts';

/** A file that a member gave us, whole on our disk, with the name that it had there. `kept`: it is one of ours. */
export type Upload = { path: string; sha256: string; name?: string; kept?: StoredFile };
export type Uploads = { image: Upload; clip: Upload };

type Verdict = { image: Outcome<ImageFacts>; clip: Outcome<ClipFacts>; warnings: QuoteWarning[] };

export type Intake = {
  /** Looks at the files and says the price. Makes no job and changes nothing. */
  quote(spaceId: string, uploads: Uploads, choices: Choices): Promise<Outcome<Quote & { plan: Plan }>>;
  /** Makes the job of this event. The same event again gives the same job, whatever has become of it. */
  create(event: Event, uploads: Uploads, choices: Choices, terms?: Terms): Promise<Outcome<Job>>;
  /** The same files and wishes once more, at today's price. Asked twice within a moment, it is one job. */
  again(event: Event, job: Job, terms?: Terms): Promise<Outcome<Job>>;
  /** A finished look back: the files and the wishes of a job, to make another one of. */
  uploadsOf(job: Job): Uploads;
  choicesOf(job: Job): Choices;
  /** What this member has already under way, or had, by this event. */
  existing(event: Pick<Event, 'id'>): Promise<Job | undefined>;
};

/** `maxMicros`: what the member said yes to; a price above it is refused. `past`: the limits that an admin lifted once. */
type Terms = { maxMicros?: Micros; past?: readonly PastLimit[] };
/** One limit of a space, for one job. */
export type PastLimit = Pick<OverQuota, 'scope' | 'period'> & { unit: 'usd' | 'jobs' };

/** One thing that happened in a chat, and who did it. */
export type Event = { id: string; requester: Requester };

/** A press that shakes, or a chat that is slow to show that the first one worked. */
const SAME_PRESS_MS = 10_000;

/** Verdicts are remembered by the files' hashes: a quote is often followed by its job, and asked again at each change. */
const VERDICTS_KEPT = 100;

export function createIntake(ctx: Context): Intake {
  const verdicts = new Map<string, Promise<Verdict>>();

  function look(uploads: Uploads): Promise<Verdict> {
    const key = `${uploads.image.sha256}/${uploads.clip.sha256}`;
    const known = verdicts.get(key);
    if (known) return known;
    const fresh = judge(ctx, uploads);
    verdicts.set(key, fresh);
    // "Broken" may only mean that this machine was too busy to read the file in time.
    fresh.then(
      ({ image, clip }) => (isBroken(image) || isBroken(clip)) && verdicts.delete(key),
      () => verdicts.delete(key),
    );
    const oldest = verdicts.keys().next().value;
    if (verdicts.size > VERDICTS_KEPT && oldest !== undefined) verdicts.delete(oldest);
    return fresh;
  }

  async function quote(
    spaceId: string,
    uploads: Uploads,
    choices: Choices,
  ): Promise<Outcome<Quote & { plan: Plan }>> {
    const tooGood = refusalOfQuality(spaceId, choices.quality);
    if (tooGood) return refuse(tooGood);
    const { image, clip, warnings } = await look(uploads);
    if (!image.ok) return image;
    if (!clip.ok) return clip;
    const planned = plan(choices, clip.value, choices.quality ?? ctx.rules.defaultQuality);
    if (!planned.ok) return planned;
    const quoted = await bestQuote(marketOf(ctx, spaceId), planned.value, warnings);
    return quoted.ok ? accept({ ...quoted.value, plan: planned.value }) : quoted;
  }

  function refusalOfQuality(spaceId: string, quality: Quality | undefined): Refusal | undefined {
    if (quality !== 'pro' || ctx.settings.of(spaceId).quality === 'pro') return undefined;
    return { code: 'bad-option', option: 'quality', allowed: ['draft', 'standard'] };
  }

  async function create(event: Event, uploads: Uploads, choices: Choices, terms: Terms = {}) {
    return ctx.locks.run(event.id, async () => {
      const existing = await ctx.store.get(event.id);
      if (existing) return accept(existing);
      if (ctx.stopping()) return refuse({ code: 'stopping' });
      if (!(await ctx.files.hasRoom())) return refuse({ code: 'disk-full' });
      const quoted = await quote(event.requester.spaceId, uploads, choices);
      if (!quoted.ok) return quoted;
      const { plan: planned, ...price } = quoted.value;
      if (price.micros > (terms.maxMicros ?? price.micros))
        return refuse({ code: 'price-rose', micros: price.micros });
      await using work = ctx.fileUse.begin();
      for (const { kept } of [uploads.image, uploads.clip])
        if (kept && !(await work.hold(kept))) return refuse({ code: 'no-such-job' });
      const inputs = await normalise(ctx, work, uploads, planned).catch(async (error: unknown) => {
        if (await ctx.files.hasRoom()) throw error;
        return refuse({ code: 'disk-full' });
      });
      // Half a file looks broken, whatever it was that kept the other half from being written.
      if (!inputs.ok)
        return isBroken(inputs) && !(await ctx.files.hasRoom()) ? refuse({ code: 'disk-full' }) : inputs;
      // Cutting and re-encoding may change the length by a frame: the price never counts more than was quoted.
      const clipSeconds = Math.min(planned.request.clipSeconds, billedSeconds(inputs.value.clip.durationMs));
      const request = { ...planned.request, clipSeconds };
      // Awaited here: until the job is saved, its files are needed by nothing but this work.
      return await openJob(ctx, event, { request, inputs: inputs.value, quote: price }, terms.past);
    });
  }

  async function again(event: Event, job: Job, terms: Terms = {}) {
    // One press at a time of the same button by the same member: the second one finds what the first one made.
    const press = `again ${job.id} ${event.requester.memberId}`;
    return ctx.locks.run(press, () =>
      ctx.locks.run(event.id, async () => {
        const existing = (await ctx.store.get(event.id)) ?? (await samePress(event, job));
        if (existing) return accept(existing);
        if (ctx.stopping()) return refuse({ code: 'stopping' });
        if (!(await ctx.files.hasRoom())) return refuse({ code: 'disk-full' });
        const tooGood = refusalOfQuality(event.requester.spaceId, job.request.quality);
        if (tooGood) return refuse(tooGood);
        const notes = job.quote.notes.filter(
          (note) => note === 'orientation-from-camera' || note === 'trimmed',
        );
        const quoted = await bestQuote(
          marketOf(ctx, event.requester.spaceId),
          { request: job.request, notes },
          job.quote.warnings,
        );
        if (!quoted.ok) return quoted;
        const { micros } = quoted.value;
        if (micros > (terms.maxMicros ?? micros)) return refuse({ code: 'price-rose', micros });
        await using work = ctx.fileUse.begin();
        for (const file of [job.inputs.image, job.inputs.clip])
          if (!(await work.hold(file))) return refuse({ code: 'no-such-job' });
        const what = { request: job.request, inputs: job.inputs, quote: quoted.value };
        return await openJob(ctx, event, what, terms.past);
      }),
    );
  }

  async function samePress({ requester }: Event, { id, inputs, request }: Job): Promise<Job | undefined> {
    // The page and scripts name each press themselves.
    if (requester.platform === 'web') return undefined;
    const since = ctx.clock.now() - SAME_PRESS_MS;
    const same = (job: Job): boolean =>
      job.createdAt > since &&
      job.id !== id &&
      !isOver(job) &&
      job.inputs.image.key === inputs.image.key &&
      job.inputs.clip.key === inputs.clip.key &&
      JSON.stringify(job.request) === JSON.stringify(request);
    return (await ctx.store.ofMember(requester.memberId, 3)).find(same);
  }

  return {
    quote,
    create,
    again,
    uploadsOf: ({ inputs }) => ({
      image: keptUpload(ctx.files, inputs.image),
      clip: keptUpload(ctx.files, inputs.clip),
    }),
    choicesOf,
    existing: ({ id }) => ctx.store.get(id),
  };
}

/** Whatever was decided for the old files may not fit the new ones: what was chosen by itself is chosen anew. */
function choicesOf({ request, quote }: Job): Choices {
  const { quality, orientation, sound, prompt, negativePrompt } = request;
  return {
    quality,
    orientation: quote.notes.includes('orientation-from-camera') ? 'auto' : orientation,
    sound,
    trim: quote.notes.includes('trimmed'),
    ...(prompt ? { prompt } : {}),
    ...(negativePrompt ? { negativePrompt } : {}),
  };
}

const isBroken = (verdict: Outcome<unknown>): boolean =>
  !verdict.ok && verdict.refusal.code === 'broken-file';

/** Both files at once, and whether a person can be seen in them: the hosted model refuses without one, after minutes. */
async function judge(ctx: Context, { image, clip }: Uploads): Promise<Verdict> {
  const [imageFacts, clipFacts] = await Promise.all([
    ctx.media.checkImage(image.path),
    ctx.media.checkClip(clip.path),
  ]);
  const warnings: QuoteWarning[] = [];
  if (imageFacts.ok && clipFacts.ok) {
    const seen = await ctx.media.findPerson(image.path, clip.path);
    if (seen && !seen.image) warnings.push('no-person-in-image');
    if (seen && !seen.clip) warnings.push('no-person-in-clip');
  }
  return { image: imageFacts, clip: clipFacts, warnings };
}

async function normalise(
  ctx: Context,
  work: FileWork,
  uploads: Uploads,
  { cutAtSeconds }: Plan,
): Promise<Outcome<Inputs>> {
  await using imageTemp = await ctx.files.temp('img');
  await using clipTemp = await ctx.files.temp('mp4');
  const image = await ctx.media.normaliseImage(uploads.image.path, imageTemp.path);
  if (!image.ok) return image;
  const clip = await ctx.media.normaliseClip(
    uploads.clip.path,
    clipTemp.path,
    cutAtSeconds === undefined ? {} : { maxSeconds: cutAtSeconds },
  );
  if (!clip.ok) return clip;
  return accept({
    image: { ...(await work.keep(imageTemp.path, image.value.mime)), ...nameOf(uploads.image) },
    clip: {
      ...(await work.keep(clipTemp.path, 'video/mp4')),
      ...nameOf(uploads.clip),
      durationMs: clip.value.durationMs,
    },
  });
}

/** Long names come from cameras and from jokers; a status message has one line for them. */
const NAME_LENGTH = 60;
const nameOf = ({ name }: { name?: string }): { name?: string } =>
  name ? { name: name.slice(0, NAME_LENGTH) } : {};
