/** Turns two files and the member's choices into a quote, and the quote into a job on disk. */

import { adviceOn } from '../coach/advice.ts';
import type { PricedFinding } from '../coach/finding.ts';
import type { Seen } from '../coach/findings.ts';
import type { Span } from '../coach/look.ts';
import { factsOfPart } from '../coach/parts.ts';
import type { Context } from '../context.ts';
import type { Event, Inputs, Job, Quality, Quote, QuoteNote, QuoteWarning, StoredFile } from '../job/job.ts';
import { isDeleted } from '../job/made.ts';
import { type NewJob, openJob, openJobs } from '../job/open-job.ts';
import { chosenIn } from '../models/chosen.ts';
import { modelOfJob } from '../models/registry.ts';
import { eligibleProviders } from '../price/eligible-providers.ts';
import { bestQuote, billedSeconds, type Choices, type Plan, plan } from '../price/quote.ts';
import type { PastLimit } from '../refusals.ts';
import { accept, type Outcome, type Refusal, refuse } from '../refusals.ts';
import { refusalByOwner } from '../trust/opt-outs.ts';
import type { FileWork } from './file-use.ts';
import { normalise } from './normalise.ts';
import type { Uploads } from './uploads.ts';
import { keptUploads } from './uploads.ts';
import { createVerdicts, isBroken } from './verdicts.ts';

/** What a job can be opened of: what was planned, its price, and the files, as they were given or ready to be sent. */
export type PreparedJob = {
  plan: Plan;
  quote: Quote;
  files: { uploads: Uploads } | { inputs: Inputs };
  /** What was seen of them, and what of that may go wrong. */
  seen?: Seen;
  findings: readonly PricedFinding[];
  /** What could be used of the clip, the best first. */
  best?: readonly Span[];
  /** The codes of what was said, for the job's record; missing where it was not looked at. */
  told?: readonly string[] | undefined;
};

export type Intake = {
  /** Why nothing new can be taken in at the moment, if so. */
  closed(): Promise<Refusal | undefined>;
  /** Looks at the files and asks for the price. Makes no job and changes nothing. */
  prepare(spaceId: string, uploads: Uploads, choices: Choices): Promise<Outcome<PreparedJob>>;
  /** The files and the wishes of a job once more, at today's price. */
  prepareAgain(spaceId: string, job: Job): Promise<Outcome<PreparedJob>>;
  /**
   * Makes the job of this event, at the price that was asked for. The same event again gives the same job, whatever
   * has become of it, and none once that is deleted. `past`: the limits that an admin lifted once.
   */
  open(event: Event, prepared: PreparedJob, past?: readonly PastLimit[]): Promise<Outcome<Job>>;
  /** Several jobs at once, at the prices that were asked for: all of them, or none where a limit has no room for all. */
  openAll(
    wanted: readonly { event: Event; prepared: PreparedJob }[],
    past?: readonly PastLimit[],
  ): Promise<Outcome<Job[]>>;
  /** A finished look back: the files and the wishes of a job, to make another one of. */
  uploadsOf(job: Job): Promise<Uploads>;
  choicesOf(job: Job): Choices;
  /** What this member has already under way, or had, by this event. */
  existing(event: Pick<Event, 'id'>): Promise<Job | undefined>;
};

/** What was decided for the files stays true of them, whoever renders them once more. */
const NOTES_OF_FILES: readonly QuoteNote[] = [
  'orientation-from-camera',
  'orientation-ignored',
  'prompt-ignored',
  'sound-unsure',
  'trimmed',
  'looped',
];

export function createIntake(ctx: Context): Intake {
  const verdictOn = createVerdicts(ctx);

  async function prepare(spaceId: string, uploads: Uploads, choices: Choices): Promise<Outcome<PreparedJob>> {
    const tooGood = refusalOfQuality(spaceId, choices.quality);
    if (tooGood) return refuse(tooGood);
    const chosen = chosenIn(ctx, spaceId, choices);
    if (!chosen.ok) return chosen;
    const target = chosen.value;
    const { image, clip, warnings, seen } = await verdictOn(uploads, target.model);
    if (!image.ok) return image;
    if (!clip.ok) return clip;
    const planned = plan(choices, factsOfPart(clip.value, choices, seen.clip), target);
    if (!planned.ok) return planned;
    const heard = choices.sound ? warnings : warnings.filter((warning) => warning !== 'sound-unreadable');
    const prepared = await priced(spaceId, planned.value, heard, { uploads });
    if (!prepared.ok) return prepared;
    const advice = await adviceOn(ctx, spaceId, {
      seen,
      choices,
      clip: clip.value,
      prepared: prepared.value,
    });
    const told = advice.findings.map(({ code }) => code);
    return accept({ ...prepared.value, seen, ...advice, told });
  }

  async function prepareAgain(spaceId: string, job: Job): Promise<Outcome<PreparedJob>> {
    const { request, inputs, quote } = job;
    const tooGood = refusalOfQuality(spaceId, request.quality);
    if (tooGood) return refuse(tooGood);
    // What was chosen once may not be allowed any more.
    const model = modelOfJob(job).id;
    const chosen = chosenIn(ctx, spaceId, {
      model,
      ...sceneOf(request),
      ...(request.speed ? { speed: request.speed } : {}),
      quality: request.quality,
    });
    if (!chosen.ok) return chosen;
    const notes = quote.notes.filter((note) => NOTES_OF_FILES.includes(note));
    const again = { ...request, model: chosen.value.model.id };
    const prepared = await priced(spaceId, { request: again, notes }, quote.warnings, { inputs });
    // What was said of the files is known: whoever wants them once more has seen what came of it.
    return prepared.ok ? accept({ ...prepared.value, told: job.findings }) : prepared;
  }

  async function priced(
    spaceId: string,
    plan: Plan,
    warnings: QuoteWarning[],
    files: PreparedJob['files'],
  ): Promise<Outcome<PreparedJob>> {
    const blocked = await ctx.blocks.refusalFor(spaceId, await seenOf(ctx, files));
    if (blocked) return refuse(blocked);
    const quoted = await bestQuote(eligibleProviders(ctx, spaceId), plan, warnings);
    if (!quoted.ok) return quoted;
    const { speed } = plan.request;
    const usualMs =
      speed === 'relaxed' ? ctx.history.usualMs(quoted.value.provider, plan.request) : undefined;
    const quote = { ...quoted.value, ...(usualMs === undefined ? {} : { usualMs }) };
    return accept({ plan, quote, files, findings: [] });
  }

  function refusalOfQuality(spaceId: string, quality: Quality | undefined): Refusal | undefined {
    if (quality !== 'pro' || ctx.settings.of(spaceId).quality === 'pro') return undefined;
    return { code: 'bad-option', option: 'quality', allowed: ['draft', 'standard'] };
  }

  async function closed(): Promise<Refusal | undefined> {
    if (ctx.stopping()) return { code: 'stopping' };
    return (await ctx.files.hasRoom()) ? undefined : { code: 'disk-full' };
  }

  async function open(event: Event, prepared: PreparedJob, past?: readonly PastLimit[]) {
    return ctx.locks.run(event.id, async () => {
      const existing = await ctx.store.get(event.id);
      if (existing) return accept(existing);
      await using work = ctx.fileUse.begin();
      const what = await readyFor(work, event, prepared);
      // Awaited here: until the job is saved, its files are needed by nothing but this work.
      return what.ok ? await openJob(ctx, event, what.value, past) : what;
    });
  }

  const openAll: Intake['openAll'] = (wanted, past) =>
    allLocked(
      wanted.map(({ event }) => event.id),
      async () => {
        await using work = ctx.fileUse.begin();
        const cast = wanted.map(({ event }) => event.id);
        const ready: { event: Event; what: NewJob }[] = [];
        for (const { event, prepared } of wanted) {
          const what = await readyFor(work, event, prepared);
          if (!what.ok) return what;
          ready.push({ event, what: { ...what.value, cast } });
        }
        return await openJobs(ctx, ready, past);
      },
    );

  /** Always in the same order, so that no two wait for each other. */
  const allLocked = <T>(ids: readonly string[], work: () => Promise<T>): Promise<T> =>
    ids.toSorted().reduceRight<() => Promise<T>>((next, id) => () => ctx.locks.run(id, next), work)();

  /** The files as they are sent, and what else a job is made of, once nothing stands in its way. */
  async function readyFor(
    work: FileWork,
    event: Event,
    { plan, quote, files, told }: PreparedJob,
  ): Promise<Outcome<NewJob>> {
    if (await isDeleted(ctx, event.id)) return refuse({ code: 'already-decided' });
    const shut = (await closed()) ?? (await refusalByOwner(ctx.optOuts, event.requester, filesOf(files)));
    if (shut) return refuse(shut);
    for (const file of ours(files)) if (!(await work.hold(file))) return refuse({ code: 'file-gone' });
    const inputs = 'inputs' in files ? accept(files.inputs) : await ready(work, files.uploads, plan);
    if (!inputs.ok) return inputs;
    // A part of a picture may be a picture that is blocked, though the whole is none.
    const ofPart = plan.request.crop && (await keptUploads(ctx.files, inputs.value));
    const blocked = ofPart && (await ctx.blocks.refusalFor(event.requester.spaceId, ofPart));
    if (blocked) return refuse(blocked);
    // Cutting and re-encoding may change the length by a frame: the price never counts more than was quoted.
    const clipSeconds = Math.min(plan.request.clipSeconds, billedSeconds(inputs.value.clip.durationMs));
    const request = { ...plan.request, clipSeconds };
    return accept({ request, inputs: inputs.value, quote, ...(told ? { findings: told } : {}) });
  }

  async function ready(work: FileWork, uploads: Uploads, plan: Plan): Promise<Outcome<Inputs>> {
    const inputs = await normalise(ctx, work, uploads, plan).catch(async (error: unknown) => {
      if (await ctx.files.hasRoom()) throw error;
      return refuse({ code: 'disk-full' });
    });
    // Half a file looks broken, whatever it was that kept the other half from being written.
    const isShort = isBroken(inputs) && !(await ctx.files.hasRoom());
    return isShort ? refuse({ code: 'disk-full' }) : inputs;
  }

  return {
    closed,
    prepare,
    prepareAgain,
    open,
    openAll,
    uploadsOf({ inputs, requester }) {
      // Whoever else asks for it once more uses what its member brought.
      const postedBy = requester.memberId;
      return keptUploads(ctx.files, {
        image: { postedBy, ...inputs.image },
        clip: { postedBy, ...inputs.clip },
      });
    },
    choicesOf,
    existing: ({ id }) => ctx.store.get(id),
  };
}

const filesOf = (files: PreparedJob['files']) => ('inputs' in files ? files.inputs : files.uploads);

/** The files that are on our disk already: they must stay there meanwhile. */
function ours(files: PreparedJob['files']): StoredFile[] {
  if ('inputs' in files) return [files.inputs.image, files.inputs.clip];
  return [files.uploads.image, files.uploads.clip].flatMap(({ kept }) => kept ?? []);
}

const seenOf = async (ctx: Context, files: PreparedJob['files']): Promise<Uploads> =>
  'uploads' in files ? files.uploads : keptUploads(ctx.files, files.inputs);

/** Whatever was decided for the old files may not fit the new ones: what was chosen by itself is chosen anew. */
function choicesOf(job: Job): Choices {
  const { request, quote } = job;
  const { quality, orientation, sound, prompt, negativePrompt } = request;
  return {
    model: modelOfJob(job).id,
    ...sceneOf(request),
    // Whatever was set meanwhile, it stays what it was.
    speed: request.speed ?? 'normal',
    quality,
    orientation: quote.notes.includes('orientation-from-camera') ? 'auto' : orientation,
    sound,
    trim: quote.notes.includes('trimmed'),
    ...(quote.notes.includes('looped') ? { loop: true } : {}),
    ...(prompt ? { prompt } : {}),
    ...(negativePrompt ? { negativePrompt } : {}),
  };
}

const sceneOf = ({ scene }: Job['request']): Pick<Choices, 'scene'> => (scene ? { scene } : {});
