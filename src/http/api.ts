/** The page's API, for the page and for scripts. */
import { createHash, randomUUID } from 'node:crypto';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Call, Command, Core } from '../core/command.ts';
import type { JobEvents } from '../core/events.ts';
import type { Health } from '../core/health.ts';
import { readChoices } from '../core/intake/choices.ts';
import type { IntakeResult } from '../core/intake/offers.ts';
import { MAX_UPLOAD_BYTES } from '../core/intake/uploads.ts';
import type { History } from '../core/job/history.ts';
import {
  type Job,
  PAGE,
  type Quality,
  type Requester,
  rendererOf,
  type StoredFile,
} from '../core/job/job.ts';
import type { Clock, Files } from '../core/ports.ts';
import type { ProviderHealth } from '../core/price/provider-health.ts';
import type { Outcome } from '../core/refusals.ts';
import type { Usage } from '../core/reports/usage.ts';
import { wordsFor } from '../words/index.ts';
import { verdictText } from '../words/verify.ts';
import { jobEvents } from './events.ts';
import type { JobsView, StatusView, VerdictView } from './page/contract.ts';
import { presentJob, presentModel, presentProviderStats, presentQuote } from './present.ts';
import { problem } from './problem.ts';
import { readForm } from './uploads.ts';
import { usageRoutes } from './usage.ts';

export type ApiParts = {
  core: Core;
  commands: {
    animate: Command<IntakeResult>;
    again: Command<IntakeResult>;
    cancel: Command<{ kind: 'cancel'; how: 'cancelled' | 'asked'; job: Job } | { kind: 'which' }>;
    usage: Command<Usage>;
  };
  files: Files;
  events: JobEvents;
  history: History;
  health: Health;
  providerHealth: Pick<ProviderHealth, 'of'>;
  clock: Clock;
  /** By the chat's name, where its bot can be added; read anew each time. */
  invites?: Readonly<Record<string, string>>;
  version: string;
  /** Those that the bot knows, on or off: what each is called, and the setting that turns it on. */
  providers: readonly { id: string; name: string; key: string }[];
  chats: readonly { platform: string; name: string }[];
  qualities: readonly Quality[];
  defaultQuality: Quality;
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
  async function start(c: Context, command: Command<IntakeResult>, asked: Call): Promise<Response> {
    const taken = await command.execute(asked, core);
    if (!taken.ok) return problem(c, taken.refusal);
    if (taken.value.kind !== 'job') throw new Error(`expected a job, got ${taken.value.kind}`);
    return c.json(present(taken.value.job), 201);
  }

  const mine = async (c: Context): Promise<Outcome<Job>> => core.jobs.find(CALLER, c.req.param('id') ?? '');

  app.get('/status', async (c) => {
    const models = await core.models.list(REQUESTER.spaceId);
    return c.json({
      version: parts.version,
      qualities: [...parts.qualities],
      defaultQuality: parts.defaultQuality,
      models: models.length > 1 ? models.map(presentModel) : [],
      limits: { imageBytes: MAX_UPLOAD_BYTES.image, clipBytes: MAX_UPLOAD_BYTES.clip },
      components: parts.health.all().map((component) => {
        const weather = presentProviderStats(parts.providerHealth.of(component.name));
        const provider = parts.providers.find(({ id }) => id === component.name);
        const chat = parts.chats.find(({ platform }) => platform === component.name);
        return {
          ...component,
          ...(chat ? { label: chat.name } : {}),
          ...(provider ? { kind: 'provider' as const, label: provider.name, setting: provider.key } : {}),
          ...(weather ? { weather } : {}),
        };
      }),
      ...(parts.invites ? { links: parts.invites } : {}),
    } satisfies StatusView);
  });

  app.post('/quote', async (c) => {
    const read = await readForm(c, files);
    if (!read.ok) return problem(c, read.refusal);
    await using form = read.value;
    const choices = readChoices(form.fields);
    if (!choices.ok) return problem(c, choices.refusal);
    const { image, clip } = form.files;
    if (!image || !clip) return problem(c, { code: image ? 'missing-clip' : 'missing-image' });
    const prepared = await core.intake.prepare(REQUESTER.spaceId, { image, clip }, choices.value);
    if (!prepared.ok) return problem(c, prepared.refusal);
    const { quote, plan } = prepared.value;
    return c.json({ quote: presentQuote(quote, plan.request) });
  });

  app.post('/verify', async (c) => {
    const read = await readForm(c, files);
    if (!read.ok) return problem(c, read.refusal);
    await using form = read.value;
    const { clip } = form.files;
    if (!clip) return problem(c, { code: 'missing-clip' });
    const verdict = await core.verify(clip);
    if (!verdict.ok) return problem(c, verdict.refusal);
    return c.json({ ...verdict.value, message: verdictText(WORDS, verdict.value) } satisfies VerdictView);
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
    return await start(c, commands.animate, call(id, { options: form.fields, files: form.files }));
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

  app.get('/jobs/:id/video', async (c) => {
    const job = await mine(c);
    if (!job.ok) return problem(c, job.refusal);
    if (!('video' in job.value)) return problem(c, { code: 'no-such-job' });
    if (c.req.query('download') !== undefined) {
      c.header('content-disposition', `attachment; filename="strut-${job.value.code}.mp4"`);
    }
    const video = await core.handOut(job.value.id);
    return video.ok ? sendFile(c, files, job.value, video.value) : problem(c, video.refusal);
  });

  app.get('/jobs/:id/image', async (c) => {
    const job = await mine(c);
    return job.ok ? sendFile(c, files, job.value, job.value.inputs.image) : problem(c, job.refusal);
  });

  app.post('/jobs/:id/cancel', async (c) => {
    const done = await commands.cancel.execute(call('cancel', { options: { job: c.req.param('id') } }), core);
    if (!done.ok) return problem(c, done.refusal);
    if (done.value.kind !== 'cancel') throw new Error('a job was named');
    return c.json(present(done.value.job), done.value.how === 'cancelled' ? 200 : 202);
  });

  app.post('/jobs/:id/again', (c) => {
    const id = eventId(c, `again ${c.req.param('id')}`);
    return start(c, commands.again, call(id, { options: { job: c.req.param('id') } }));
  });

  app.route('/', usageRoutes(parts, CALLER));

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

async function sendFile(c: Context, files: Files, job: Job, file: StoredFile): Promise<Response> {
  if (!(await files.has(file))) return problem(c, { code: 'no-such-job' });
  // The page's own may be kept by this browser, until they are deleted here; other members' are theirs to have deleted.
  const own = job.requester.platform === REQUESTER.platform;
  c.header('cache-control', own ? 'private, max-age=31536000, immutable' : 'private, no-store');
  c.header('accept-ranges', 'bytes');
  const response = await serveStatic({ path: files.pathOf(file) })(c, async () => {});
  return response ?? problem(c, { code: 'no-such-job' });
}

const usualMs = ({ history }: ApiParts, job: Job) => history.usualMs(rendererOf(job), job.request);
