/** What comes from outside as data, with any of it wrong: it is understood or refused, never half believed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { animateWorkflow } from '../../simulators/comfyui-nodes.ts';
import { BadConfig, readConfig } from '../../src/config.ts';
import type { Provider } from '../../src/core/ports.ts';
import { fromChildSchema, toChildSchema } from '../../src/media/task.ts';
import { createHosted } from '../../src/providers/index.ts';
import { jobSchema } from '../../src/store/job-schema.ts';
import { jobIn } from '../fakes/jobs.ts';
import { workflowFiles } from '../providers/comfyui-subject.ts';
import { PATIENCE_MS } from '../timeouts.ts';
import { OPERATIONS } from './operations.ts';

const text = fc.string({ unit: 'binary', maxLength: 60 }).map((one) => one.toWellFormed());
const words = fc.constantFrom(
  'IN_QUEUE',
  'COMPLETED',
  'FAILED',
  'succeeded',
  'cancelled',
  'in_queue',
  'CANCELLATION_REQUESTED',
  'ALREADY_COMPLETED',
  '../../admin',
  'https://user:pw@127.0.0.1/x.mp4',
  'javascript:alert(1)',
  'file:///etc/passwd',
  -1,
  1e308,
  Number.MAX_SAFE_INTEGER,
  0.1,
);
const NAMES = [
  'queue_running',
  'queue_pending',
  'outputs',
  'messages',
  'status',
  'request_id',
  'id',
  'queue_position',
  'output',
  'video',
  'url',
  'video_url',
  'error',
  'detail',
  'cost',
  'code',
  'outcome',
  'error_type',
  'response_url',
  '__proto__',
];
/** JSON of the names and the words that providers use, in any order and of any type. */
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    words,
    text,
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('json'), { maxKeys: 6 }),
  ),
}));

/** Good answers, each with one thing in it put wrong. */
const GOOD: readonly Record<string, unknown>[] = [
  {
    request_id: 'r-1',
    status_url: 'https://a.example/s',
    response_url: 'https://a.example/r',
    status: 'IN_QUEUE',
  },
  { id: 'j-1', status: 'IN_QUEUE' },
  { status: 'IN_QUEUE', queue_position: 1 },
  { status: 'COMPLETED', output: { video_url: 'https://a.example/v.mp4', cost: 0.42 } },
  { status: 'succeeded', output: { video: 'https://a.example/v.mp4' }, cost: 0.63, request_id: 'r-1' },
  { video: { url: 'https://a.example/v.mp4', file_size: 3 }, status: 'COMPLETED' },
  { queue_running: [], queue_pending: [[1, 'j-1', {}, {}, ['20']]] },
  {
    'j-1': {
      outputs: { '20': { gifs: [{ filename: 'v.mp4', subfolder: '', type: 'output' }] } },
      status: null,
    },
  },
  // Nowhere in the queue, and in the history at once, as one answer serves both.
  {
    queue_running: [],
    queue_pending: [],
    'j-1': { outputs: {}, status: { status_str: 'success', messages: [['execution_start', {}]] } },
  },
  { code: 0, message: 'SUCCEED', data: { id: 'j-1', status: 'submitted' } },
  { code: 1303, message: 'parallel task over resource pack limit', data: [] },
  {
    code: 0,
    message: '',
    data: [
      {
        id: 'j-1',
        status: 'succeeded',
        outputs: [{ type: 'video', url: 'https://a.example/v.mp4' }],
        billing: [{ charge_type: 'unit', amount: '2' }],
      },
    ],
  },
  { data: [{ taskType: 'videoInference', taskUUID: OPERATIONS.runware?.id }] },
  {
    data: [
      {
        taskUUID: OPERATIONS.runware?.id,
        status: 'success',
        videoURL: 'https://a.example/v.mp4',
        cost: 0.153,
        progress: 40,
      },
    ],
  },
  { data: [], errors: [{ code: 'providerContentPolicyViolation', taskUUID: OPERATIONS.runware?.id }] },
];
const mutated = fc
  .tuple(fc.constantFrom(...GOOD), fc.nat(4), fc.oneof(words, text, json))
  .map(([good, at, value]) => {
    const name = Object.keys(good)[at % Object.keys(good).length] ?? '';
    return { ...good, [name]: value };
  });

/** What is of no job: some ask for their prices by the side, and ComfyUI is asked for its whole queue. */
const OF_ALL = /^\/(v1\/models\/|queue )/;
const KEY = 'a-key-that-nobody-is-told';
const REQUEST = { quality: 'standard', orientation: 'video', sound: true, clipSeconds: 4 } as const;
const UPLOADED = { image: 'https://a.example/i.png', clip: 'https://a.example/c.mp4' };

describe('a provider that answers anything', () => {
  let answer = { status: 200, type: 'application/json', body: '' };
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await readText(request);
    asked.push(`${request.url} ${body}`);
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  });
  let providers: Provider[] = [];
  const logged: string[] = [];

  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strut-'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const note = (facts: object, message: string) => void logged.push(message + JSON.stringify(facts));
    const hosted = await createHosted({
      settings: {
        FAL_KEY: KEY,
        FAL_QUEUE_URL: url,
        FAL_REST_URL: url,
        FAL_API_URL: url,
        RUNPOD_API_KEY: KEY,
        RUNPOD_API_URL: url,
        RUNCOMFY_API_TOKEN: KEY,
        RUNCOMFY_API_URL: url,
        KLING_API_KEY: KEY,
        KLING_API_URL: url,
        KLING_WEBHOOK_SECRET: undefined,
        RUNWARE_API_KEY: KEY,
        RUNWARE_API_URL: url,
        RUNWARE_KLING_PRICES: 'kling-2.6:standard=0.07',
        COMFYUI_URL: url,
        COMFYUI_WORKFLOW: await workflowFiles(folder, animateWorkflow()),
        COMFYUI_USD_PER_SECOND: 0,
      },
      links: undefined,
      pathOf: async () => '/nowhere',
      clock: { now: Date.now },
      log: { debug: note, info: note, warn: note, error: note },
      onTrouble: (_id, trouble) => trouble && logged.push(trouble.message),
    });
    providers = hosted.map(({ provider }) => provider);
  });
  afterAll(async () => {
    await Promise.all(providers.map((provider) => provider.stop?.()));
    await rm(folder, { recursive: true });
    server.close();
  });

  const answers = fc.record({
    status: fc.constantFrom(200, 200, 200, 202, 400, 401, 404, 422, 429, 500, 504),
    type: fc.constantFrom('application/json', 'text/html', ''),
    body: fc.oneof(
      { arbitrary: json.map((value) => JSON.stringify(value) ?? ''), weight: 3 },
      { arbitrary: mutated.map((value) => JSON.stringify(value)), weight: 5 },
      {
        arbitrary: fc
          .tuple(json, fc.nat(40))
          .map(([value, at]) => (JSON.stringify(value) ?? '').slice(0, at)),
        weight: 1,
      },
      { arbitrary: fc.constantFrom('', 'null', '{', '[]', '<html>', '\u0000'), weight: 1 },
    ),
  });

  it.each(Object.keys(OPERATIONS))('is believed only as far as it makes sense: %s', async (id) => {
    const provider = providers.find((one) => one.id === id);
    const operation = OPERATIONS[id];
    if (!provider || !operation) throw new Error(`no ${id}`);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { offers } = provider.capabilities;
    const request = { ...REQUEST, model: offers[0]?.model ?? '' };
    await fc.assert(
      fc.asyncProperty(answers, async (given) => {
        answer = given;
        const submitted = await provider.submit('job-1', request, UPLOADED, signal);
        if (submitted.kind === 'accepted') {
          const handle = submitted.operation.requestId ?? submitted.operation.id;
          expect(handle).toMatch(/^[\w.-]{1,128}$/);
        }
        // Nothing but a clear no may let the next provider be asked, or the same one again.
        if (submitted.kind !== 'accepted' && submitted.kind !== 'unknown')
          expect(given.status >= 400 || given.body.includes('code')).toBe(true);
        const from = asked.length;
        try {
          const status = await provider.status(operation, signal);
          if ('costMicros' in status && status.costMicros !== undefined)
            expect(Number.isSafeInteger(status.costMicros) && status.costMicros >= 0).toBe(true);
          if (status.state === 'completed' && status.result.kind === 'url')
            expect(new URL(status.result.url).protocol).toMatch(/^https?:$/);
          if (status.state === 'queued' && status.position !== undefined)
            expect(status.position).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expectPassing(error);
        }
        await provider.cancel(operation, signal).catch(expectPassing);
        const handle = String(operation.requestId ?? operation.id);
        for (const call of asked.slice(from).filter((one) => !OF_ALL.test(one)))
          expect(call).toContain(handle);
      }),
      { numRuns: 300 },
    );
    expect(logged.join('\n')).not.toContain(KEY);
  });

  /** Trouble that may pass, said without a key; a mistake of ours would be a TypeError. */
  function expectPassing(error: unknown): void {
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(TypeError);
    expect(error).not.toBeInstanceOf(RangeError);
    expect(String(error)).not.toContain(KEY);
  }

  it('can’t be made to say yes by a webhook that nobody signed', async () => {
    const headers = fc.dictionary(
      fc.constantFrom(
        'x-fal-webhook-request-id',
        'x-fal-webhook-user-id',
        'x-fal-webhook-timestamp',
        'x-fal-webhook-signature',
        'content-type',
      ),
      fc.oneof(text, fc.constantFrom('1', String(Math.floor(Date.now() / 1000)), 'ab'.repeat(32), 'zz')),
    );
    await fc.assert(
      fc.asyncProperty(
        headers,
        fc.oneof(
          json.map((value) => JSON.stringify(value) ?? ''),
          text,
        ),
        async (given, body) => {
          answer = { status: 200, type: 'application/json', body: '{"keys":[]}' };
          for (const provider of providers) {
            const verdict = await provider.parseWebhook?.(given, Buffer.from(body)).catch(() => undefined);
            if (provider.id === 'fal') expect(verdict?.kind ?? 'reject').toBe('reject');
            // Without a signature it is at most a reason to look, or a name to be checked with our own key.
            else expect(['look', 'reject', 'operation', undefined]).toContain(verdict?.kind);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('the environment', () => {
  const NAMES = [
    'PORT',
    'HOST',
    'PUBLIC_URL',
    'PROVIDERS',
    'ALLOWED_SPACES',
    'OPERATORS',
    'ALLOW_DMS',
    'DEFAULT_LIMITS',
    'TIMEZONE',
    'JOB_DEADLINE_MINUTES',
    'BUDGET_USD_PER_DAY',
    'LOG_LEVEL',
    'SECRET_KEY',
    'PAGE_PASSWORD',
    'FAL_QUEUE_URL',
    'DISCORD_CDN_URLS',
    'DISCORD_DEV_GUILD',
    'DATA_DIR',
    'FAL_KEY',
  ] as const;
  const values = fc.oneof(
    text,
    words.map(String),
    fc.constantFrom(
      'NaN',
      'Infinity',
      '1e999',
      '0x10',
      'space:day:usd=1e9',
      'space:day:usd=',
      'discord:1',
      '65536',
      'http://[',
      'https://user:pw@host/..//',
    ),
  );

  it('is read, or refused in words that name the variable and repeat nothing long', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...NAMES), values, { maxKeys: 8 }), (env) => {
        try {
          const config = readConfig(env);
          expect(Number.isFinite(config.BUDGET_USD_PER_DAY)).toBe(true);
          expect(Number.isFinite(config.JOB_DEADLINE_MINUTES)).toBe(true);
          for (const rule of config.DEFAULT_LIMITS) expect(Number.isSafeInteger(rule.max)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(BadConfig);
          for (const value of Object.values(env))
            if (value.length > 40) expect(String(error)).not.toContain(value);
          expect(NAMES.some((name) => String(error).includes(name))).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('messages between processes, and records', () => {
  it('are taken in a known shape or not at all', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 2 }), json, (anything, value) => {
        for (const schema of [fromChildSchema, toChildSchema, jobSchema])
          for (const one of [anything, value]) expect(typeof schema.safeParse(one).success).toBe('boolean');
      }),
      { numRuns: 200 },
    );
  });

  it('of a job are a job again, or none: no change of one field makes a record that is half read', () => {
    const whole = JSON.parse(JSON.stringify(jobIn('delivered'))) as Record<string, unknown>;
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(whole)), json, (name, value) => {
        const read = jobSchema.safeParse({ ...whole, [name]: value });
        if (read.success)
          expect(read.data).toMatchObject({ state: expect.any(String), requester: expect.any(Object) });
      }),
      { numRuns: 200 },
    );
  });
});
