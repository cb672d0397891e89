/** From two files and some wishes to a quote, and from there to a job that is on disk. */
import type { Context } from './context.ts';
import { codeOf, type Inputs, type Job, type Quote, type QuoteWarning, type Requester } from './job.ts';
import type { ClipFacts, ImageFacts } from './media.ts';
import { countersOf, limitsOf, nameOf } from './quota.ts';
import { bestQuote, type Choices, type Plan, plan } from './quote.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import { billedSeconds } from './seconds.ts';

/** A file that a member gave us, whole on our disk under a temporary name. */
export type Upload = { path: string; sha256: string };
type Uploads = { image: Upload; clip: Upload };

type Verdict = { image: Outcome<ImageFacts>; clip: Outcome<ClipFacts>; warnings: QuoteWarning[] };

export type Intake = {
  /** Looks at the files and says the price. Makes no job and changes nothing. */
  quote(uploads: Uploads, choices: Choices): Promise<Outcome<Quote & { plan: Plan }>>;
  /** Makes the job of this event. The same event again gives the same job, whatever has become of it. */
  create(
    event: { id: string; requester: Requester },
    uploads: Uploads,
    choices: Choices,
  ): Promise<Outcome<Job>>;
  /** The same files and wishes once more, at today's price. */
  again(event: { id: string; requester: Requester }, job: Job): Promise<Outcome<Job>>;
};

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

  async function quote(uploads: Uploads, choices: Choices): Promise<Outcome<Quote & { plan: Plan }>> {
    const { image, clip, warnings } = await look(uploads);
    if (!image.ok) return image;
    if (!clip.ok) return clip;
    const planned = plan(choices, clip.value, choices.quality ?? ctx.rules.defaultQuality);
    if (!planned.ok) return planned;
    const quoted = await bestQuote(ctx.roster, planned.value, warnings);
    return quoted.ok ? accept({ ...quoted.value, plan: planned.value }) : quoted;
  }

  async function create(event: { id: string; requester: Requester }, uploads: Uploads, choices: Choices) {
    return ctx.locks.run(event.id, async () => {
      const existing = await ctx.store.get(event.id);
      if (existing) return accept(existing);
      if (ctx.stopping()) return refuse({ code: 'stopping' });
      if (!(await ctx.files.hasRoom())) return refuse({ code: 'disk-full' });
      const quoted = await quote(uploads, choices);
      if (!quoted.ok) return quoted;
      const { plan: planned, ...price } = quoted.value;
      const inputs = await normalise(ctx, uploads, planned);
      if (!inputs.ok) return inputs;
      // Cutting and re-encoding may change the length by a frame: the price never counts more than was quoted.
      const clipSeconds = Math.min(planned.request.clipSeconds, billedSeconds(inputs.value.clip.durationMs));
      const request = { ...planned.request, clipSeconds };
      return open(ctx, event, { request, inputs: inputs.value, quote: price });
    });
  }

  async function again(event: { id: string; requester: Requester }, job: Job) {
    return ctx.locks.run(event.id, async () => {
      const existing = await ctx.store.get(event.id);
      if (existing) return accept(existing);
      if (ctx.stopping()) return refuse({ code: 'stopping' });
      if (!(await ctx.files.hasRoom())) return refuse({ code: 'disk-full' });
      const notes = job.quote.notes.filter(
        (note) => note === 'orientation-from-camera' || note === 'trimmed',
      );
      const quoted = await bestQuote(ctx.roster, { request: job.request, notes }, job.quote.warnings);
      if (!quoted.ok) return quoted;
      return open(ctx, event, { request: job.request, inputs: job.inputs, quote: quoted.value });
    });
  }

  return { quote, create, again };
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

async function normalise(ctx: Context, uploads: Uploads, { cutAtSeconds }: Plan): Promise<Outcome<Inputs>> {
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
    image: await ctx.files.keep(imageTemp.path, image.value.mime),
    clip: { ...(await ctx.files.keep(clipTemp.path, 'video/mp4')), durationMs: clip.value.durationMs },
  });
}

/** Holds the price and puts the job on disk; only then may anything be sent anywhere. The caller holds the job's lock. */
async function open(
  ctx: Context,
  { id, requester }: { id: string; requester: Requester },
  what: Pick<Job, 'request' | 'inputs' | 'quote'>,
): Promise<Outcome<Job>> {
  const now = ctx.clock.now();
  const hold = await ctx.ledger.reserve({
    jobId: id,
    micros: what.quote.micros,
    counters: countersOf(requester, now, ctx.rules),
    limits: limitsOf(requester, now, ctx.rules),
    at: now,
    memberId: requester.memberId,
    spaceId: requester.spaceId,
    provider: what.quote.provider,
  });
  if (!hold.ok) {
    const { limit, ...left } = hold;
    return refuse({
      code: 'over-quota',
      limit: nameOf(limit),
      resetsAt: limit.resetsAt,
      ...(left.leftMicros === undefined ? {} : { leftMicros: left.leftMicros }),
      ...(left.leftJobs === undefined ? {} : { leftJobs: left.leftJobs }),
    });
  }
  const job: Job = {
    id,
    code: codeOf(id),
    requester,
    ...what,
    attempts: [],
    createdAt: now,
    updatedAt: now,
    deadlineAt: now + ctx.rules.jobDeadlineMs,
    state: 'created',
  };
  try {
    await ctx.store.save(job);
  } catch (error) {
    // A job that is not on disk does not exist, and must not hold anything.
    if (!(await ctx.store.get(id).catch(() => job))) await ctx.ledger.release(id);
    throw error;
  }
  ctx.events.publish(job);
  ctx.log.info({ job: job.code, provider: what.quote.provider, seconds: what.quote.seconds }, 'job created');
  ctx.scheduler.at(id, now);
  return accept(job);
}
