/** The page's API, for the page and for scripts. */
import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Call, Command, Core } from '../core/command.ts';
import type { JobEvents } from '../core/events.ts';
import { readChoices } from '../core/intake/choices.ts';
import type { History } from '../core/job/history.ts';
import { type Job, PAGE, type Requester, rendererOf } from '../core/job/job.ts';
import type { AnimateResult } from '../core/library/cast.ts';
import { withItems } from '../core/library/with-items.ts';
import type { Clock, Files } from '../core/ports.ts';
import { microsFromUsd } from '../core/price/money.ts';
import type { Outcome } from '../core/refusals.ts';
import type { Usage } from '../core/reports/usage.ts';
import { CONSENT_ANSWERS, readConsentAnswer } from '../core/trust/consent-answers.ts';
import type { Verified } from '../core/trust/verify.ts';
import { wordsFor } from '../words/index.ts';
import { verdictText } from '../words/verify.ts';
import { zipOf } from '../zip.ts';
import { castRoute } from './cast.ts';
import { jobEvents } from './events.ts';
import { goOnRoute } from './go-on.ts';
import { jobFileRoutes } from './job-files.ts';
import { libraryRoutes } from './library.ts';
import type { JobsView, PriceView, VerdictView } from './page/contract.ts';
import { presentConsent, presentJob, presentQuote } from './present.ts';
import { presentCoach } from './present-coach.ts';
import { problem } from './problem.ts';
import { reportRoutes } from './reports.ts';
import { type StatusParts, statusRoute } from './status.ts';
import { readForm } from './uploads.ts';
import { usageRoutes } from './usage.ts';

export type ApiParts = StatusParts & {
  commands: {
    animate: Command<AnimateResult>;
    again: Command<AnimateResult>;
    cancel: Command<{ kind: 'cancel'; how: 'cancelled' | 'asked'; job: Job } | { kind: 'which' }>;
    usage: Command<Usage>;
    verify: Command<Verified>;
  };
  core: Core;
  files: Files;
  events: JobEvents;
  history: History;
  clock: Clock;
};

/** The page is the operator's own front: one space, one member. */
const REQUESTER: Requester = { platform: PAGE, spaceId: PAGE, memberId: `${PAGE}:operator`, target: {} };
const CALLER = { requester: REQUESTER, standing: { moderator: true, private: false } };

/** Scripts read codes; this is for people. */
const WORDS = wordsFor('en');

/** Of the page's own jobs, the newest first. */
const MOST_LISTED = 1_000;
const LIMIT = z
  .string()
  .regex(/^\d{1,4}$/)
  .default('50')
  .transform(Number)
  .pipe(z.number().min(1).max(MOST_LISTED));

export function api(parts: ApiParts): Hono {
  const { core, commands, files } = parts;
  const app = new Hono();
  const present = (job: Job) => presentJob(job, usualMs(parts, job), parts.clock.now());
  const call = (id: string, rest: Partial<Pick<Call, 'options' | 'files'>>): Call => ({
    id,
    ...CALLER,
    options: {},
    files: {},
    ...rest,
  });

  /** Starts a job. The page has shown its price before, so nothing waits for a yes. */
  async function start(
    c: Context,
    command: Command<AnimateResult>,
    asked: Call,
    { consent, max_usd: maxUsd }: { consent?: string | undefined; max_usd?: string | undefined },
  ): Promise<Response> {
    const answer = readConsentAnswer(consent);
    if (consent && !answer)
      return problem(c, { code: 'bad-option', option: 'consent', allowed: CONSENT_ANSWERS });
    const given = answer ? { consent: { answer, language: 'en' } } : {};
    const shown = z.coerce
      .number()
      .min(0)
      .max(1_000_000)
      .optional()
      .safeParse(maxUsd || undefined);
    if (!shown.success) return problem(c, { code: 'bad-option', option: 'max_usd', allowed: ['0.42'] });
    const limit = shown.data === undefined ? {} : { atMostMicros: microsFromUsd(shown.data) };
    const taken = await command.execute({ ...asked, ...given, ...limit }, core);
    if (!taken.ok) return problem(c, taken.refusal);
    if (taken.value.kind !== 'job') throw new Error(`expected a job, got ${taken.value.kind}`);
    return c.json(present(taken.value.job), 201);
  }

  const mine = async (c: Context): Promise<Outcome<Job>> => core.jobs.find(CALLER, c.req.param('id') ?? '');

  app.route('/', statusRoute(parts, REQUESTER.spaceId));

  app.post('/quote', async (c) => {
    const read = await readForm(c, files);
    if (!read.ok) return problem(c, read.refusal);
    await using form = read.value;
    const { consent: _, max_usd: __, motion, character, ...texts } = form.fields;
    const choices = readChoices(texts);
    if (!choices.ok) return problem(c, choices.refusal);
    const given = await withItems(core.library, CALLER, form.files, { motion, character });
    if (!given.ok) return problem(c, given.refusal);
    const { image, clip } = given.value;
    if (!image || !clip) return problem(c, { code: image ? 'missing-clip' : 'missing-image' });
    const prepared = await core.intake.prepare(REQUESTER.spaceId, { image, clip }, choices.value);
    if (!prepared.ok) return problem(c, prepared.refusal);
    const { quote, plan } = prepared.value;
    const asks = await core.consents.reasonToAsk(REQUESTER, image);
    return c.json({
      quote: presentQuote(quote, plan.request),
      ...presentCoach(prepared.value),
      ...(asks ? presentConsent(asks, quote.provider) : {}),
    } satisfies PriceView);
  });

  app.post('/verify', async (c) => {
    const read = await readForm(c, files);
    if (!read.ok) return problem(c, read.refusal);
    await using form = read.value;
    const { clip } = form.files;
    const done = await commands.verify.execute(call('verify', { files: clip ? { clip } : {} }), core);
    if (!done.ok) return problem(c, done.refusal);
    const { verdict, madeBy } = done.value;
    const made = madeBy === undefined ? {} : { madeBy };
    return c.json({ ...verdict, ...made, message: verdictText(WORDS, verdict) } satisfies VerdictView);
  });

  app.post('/jobs', async (c) => {
    const id = eventId(c, 'animate');
    const made = await core.intake.existing({ id });
    if (made) {
      // Asked again as the answer was lost: whatever stands in the way of a new job is no reason to hide this one.
      await c.req.raw.body?.pipeTo(new WritableStream());
      return c.json(present(made), 201);
    }
    const read = await readForm(c, files);
    if (!read.ok) return problem(c, read.refusal);
    await using form = read.value;
    // Awaited here: the uploads go when this scope ends.
    const { consent, max_usd, characters, ...options } = form.fields;
    // Several jobs have an address of their own.
    if (characters !== undefined)
      return problem(c, { code: 'bad-option', option: 'characters', allowed: ['POST /api/cast'] });
    return await start(c, commands.animate, call(id, { options, files: form.files }), { consent, max_usd });
  });

  app.get('/jobs', async (c) => {
    const limit = LIMIT.safeParse(c.req.query('limit'));
    if (!limit.success)
      return problem(c, { code: 'bad-option', option: 'limit', allowed: [`1 to ${MOST_LISTED}`] });
    const jobs = await core.jobs.mine(REQUESTER.memberId, limit.data + 1);
    const more = jobs.length > limit.data;
    return c.json({ jobs: jobs.slice(0, limit.data).map(present), more } satisfies JobsView);
  });

  app.get('/jobs/:id', async (c) => {
    const job = await mine(c);
    return job.ok ? c.json(present(job.value)) : problem(c, job.refusal);
  });

  app.delete('/jobs/:id', async (c) => {
    const job = await mine(c);
    if (!job.ok) return problem(c, job.refusal);
    const gone = await core.privacy.forgetJob(job.value.id);
    if (!gone) return problem(c, { code: 'under-way' });
    // What this browser has kept of it goes, too.
    return c.body(null, 204, { 'clear-site-data': '"cache"' });
  });

  app.get('/jobs/:id/events', async (c) => {
    const job = await mine(c);
    return job.ok
      ? jobEvents(c, job.value.id, { events: parts.events, read: () => mine(c), present })
      : problem(c, job.refusal);
  });

  app.post('/jobs/:id/cancel', async (c) => {
    const done = await commands.cancel.execute(call('cancel', { options: { job: c.req.param('id') } }), core);
    if (!done.ok) return problem(c, done.refusal);
    if (done.value.kind !== 'cancel') throw new Error('a job was named');
    return c.json(present(done.value.job), done.value.how === 'cancelled' ? 200 : 202);
  });

  app.post('/jobs/:id/again', (c) => {
    const id = eventId(c, `again ${c.req.param('id')}`);
    return start(c, commands.again, call(id, { options: { job: c.req.param('id') } }), c.req.query());
  });

  app.get('/privacy/export', (c) => {
    c.header('content-type', 'application/zip');
    c.header('content-disposition', 'attachment; filename="my-data.zip"');
    c.header('cache-control', 'private, no-store');
    const archive = zipOf(core.privacy.export(REQUESTER.memberId, { files: true }));
    return c.body(Readable.toWeb(archive) as ReadableStream);
  });

  app.route('/', jobFileRoutes(parts, mine));
  app.route('/', libraryRoutes(parts, CALLER, { mine, eventId }));
  app.route('/', castRoute(parts, CALLER, { eventId, present }));
  app.route('/', goOnRoute(core.jobs, CALLER, present));
  app.route('/', usageRoutes(parts, CALLER));
  app.route('/', reportRoutes(parts, CALLER));

  return app;
}

/** The same press of a button, sent twice, is the same event: `Idempotency-Key` names it. */
function eventId(c: Context, action: string): string {
  const key = c.req.header('idempotency-key');
  const name = key
    ? createHash('sha256').update(`${action}\n${key}`).digest('hex').slice(0, 24)
    : randomUUID().replaceAll('-', '');
  return `web-${name}`;
}

const usualMs = ({ history }: ApiParts, job: Job) => history.usualMs(rendererOf(job), job.request);
