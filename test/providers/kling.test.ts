import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KlingSim, startKling } from '../../simulators/kling.ts';
import type { FaultKind } from '../../simulators/provider-sim.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import { readConfig } from '../../src/config.ts';
import type { Operation, RenderRequest } from '../../src/core/job/job.ts';
import type { Provider, ProviderTrouble } from '../../src/core/ports.ts';
import { createKling, type KlingOptions } from '../../src/providers/kling/kling.ts';
import { judgeCallback } from '../../src/providers/kling/webhook.ts';
import { externalIdOf } from '../../src/providers/kling/wire.ts';
import { type Fate, failed, fateOf, stands, unsettled } from './answers.ts';
import { serveSamples, silent } from './subject.ts';

const signal = new AbortController().signal;
const REQUEST: RenderRequest = { quality: 'standard', orientation: 'video', sound: true, clipSeconds: 4 };
const QUOTE = 280_000;
const CREATE = /^\/motion-control\//;
const TASKS = /^\/tasks$/;
const no = (status: number, code: number, message = 'no') => ({
  status,
  json: { code, message, request_id: 'r' },
});

let time: ReturnType<typeof manualTime>;
let sim: KlingSim;
let troubles: (ProviderTrouble | undefined)[];
let logged: string[];
let samples: Awaited<ReturnType<typeof serveSamples>>;
let opened: Provider[];

beforeEach(async () => {
  time = manualTime();
  sim = await startKling({ time });
  sim.jobs.always({ queueMs: 0, runMs: 0, seconds: 4 });
  samples = await serveSamples();
  [troubles, logged, opened] = [[], [], []];
});
afterEach(async () => {
  for (const provider of opened) await provider.stop?.();
  await sim.close();
  await samples.close();
});

function kling(options: Partial<KlingOptions> = {}): Provider {
  const provider = createKling({
    key: sim.key,
    apiUrl: sim.url,
    host: samples.host,
    clock: time,
    log: { ...silent, warn: (_facts, message) => void logged.push(message) },
    onTrouble: (trouble) => troubles.push(trouble),
    ...options,
  });
  opened.push(provider);
  return provider;
}

const uploaded = () => kling().upload(samples.inputs, signal);
const send = async (jobId = 'job-1', request = REQUEST) =>
  kling().submit(jobId, request, await uploaded(), signal);
async function accepted(jobId = 'job-1', request = REQUEST): Promise<Operation> {
  const outcome = await send(jobId, request);
  if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
  return outcome.operation;
}
const find = async (jobId = 'job-1') => kling().find?.(jobId, REQUEST, await uploaded());
const creates = () => sim.requestsTo('POST', CREATE);

describe("Kling's wire", () => {
  it('names the files by their addresses, and the job by an id made of ours', async () => {
    const files = { image: 'https://a.example/i.jpg', clip: 'https://a.example/c.mp4' };
    const provider = kling({ webhookUrl: (jobId) => `https://bot.example/hooks/kling/${jobId}` });
    const request: RenderRequest = {
      model: 'kling-3.0',
      quality: 'pro',
      orientation: 'image',
      sound: false,
      prompt: 'a dance',
      clipSeconds: 4,
    };
    await provider.submit('discord:1', request, files, signal);
    const [sent] = creates();
    expect(sent?.path).toBe('/motion-control/kling-3.0');
    expect(sent?.headers.authorization).toBe(`Bearer ${sim.key}`);
    expect(sent?.json).toEqual({
      contents: [
        { type: 'prompt', text: 'a dance' },
        { type: 'image', url: files.image },
        { type: 'video', url: files.clip },
      ],
      settings: { character_orientation: 'image', audio: 'off', resolution: '1080p' },
      options: {
        callback_url: 'https://bot.example/hooks/kling/discord:1',
        external_task_id: externalIdOf('discord:1', files),
        watermark_info: { enabled: false },
      },
    });
  });

  it('has ids of its own kind, the same for the same job and different for others', () => {
    const files = { image: 'https://a.example/i', clip: 'https://a.example/c' };
    const jobs = ['discord:1', 'discord:2', 'telegram:-100:5', 'x'.repeat(500)];
    const ids = jobs.map((job) => externalIdOf(job, files));
    for (const id of ids) expect(id).toMatch(/^strut-[0-9a-f]{24}-[0-9a-f]{24}$/);
    expect(new Set(ids).size).toBe(4);
    expect(externalIdOf('discord:1', files)).toBe(ids[0]);
  });

  it('has another id where another bot on the same account comes to the same id of a job', async () => {
    expect(await accepted('telegram-5-7')).toBeDefined();
    const others = { image: 'https://b.example/i', clip: 'https://b.example/c' };
    expect(await kling().find?.('telegram-5-7', REQUEST, others)).toBe('absent');
  });

  it.each(['text', 'number', 'cash'] as const)('reads a bill that is written as “%s”', async (billing) => {
    sim.billing = billing;
    const operation = await accepted('job-1', { ...REQUEST, quality: 'pro' });
    expect(await kling().status(operation, signal)).toMatchObject({
      state: 'completed',
      costMicros: 448_000,
    });
    expect(await sim.billed(String(operation.id))).toBe(0.448);
  });

  it('counts the seconds of the video where there is no bill', async () => {
    sim.billing = 'none';
    const status = await kling().status(await accepted(), signal);
    expect(status).toMatchObject({ state: 'completed' });
    expect(status).not.toHaveProperty('costMicros');
    expect(kling().costOf?.(REQUEST, 5)).toBe(350_000);
  });

  it.each([
    ['none', undefined],
    ['empty', undefined],
    ['zero', 0],
  ] as const)('knows what a failure costs only where Kling says it: %s', async (failedBilling, cost) => {
    sim.failedBilling = failedBilling;
    sim.jobs.next({ failure: { message: 'internal error' } });
    const status = await kling().status(await accepted(), signal);
    expect(status).toEqual({
      state: 'failed',
      failure: 'provider-down',
      ...(cost === undefined ? {} : { costMicros: cost }),
    });
  });

  it('bills nothing before the end', async () => {
    sim.jobs.next({ runMs: 60_000 });
    const { id } = await accepted();
    expect(await sim.billed(String(id))).toBe(0);
    await time.advance(60_000);
    expect(await sim.billed(String(id))).toBe(0.28);
  });

  it('never asks for a cancel, as there is none', async () => {
    const operation = await accepted();
    const before = sim.requests.length;
    expect(await kling().cancel(operation, signal)).toBe('too-late');
    expect(sim.requests).toHaveLength(before);
  });
});

describe('a job whose answer from Kling was lost', () => {
  it.each<[string, FaultKind]>([
    ['cut before it was taken', 'cut'],
    ['cut after it was taken', 'lose-answer'],
    ['a 502', { status: 502 }],
    ['a 504', no(504, 5002)],
    ['a 503 with a code', no(503, 5001)],
    ['a failure of the server inside a 200', no(200, 5000)],
    ['a code that nobody has met inside a 200', no(200, 7777)],
    ['a success that is unreadable', { status: 200, json: { code: 0, data: { id: '../x' } } }],
  ])('is unknown: %s', async (_, how) => {
    sim.fault({ path: CREATE, how });
    expect(await send()).toEqual({ kind: 'unknown' });
    expect(creates()).toHaveLength(1);
  });

  it('is found by our id, and ends with its video and its bill', async () => {
    sim.fault({ path: CREATE, how: 'lose-answer' });
    await send();
    const operation = await find();
    if (typeof operation !== 'object') throw new Error('not found');
    expect(operation).toEqual({ id: expect.any(String), submittedAt: time.now(), quoteMicros: QUOTE });
    expect(await kling().status(operation, signal)).toMatchObject({ state: 'completed', costMicros: QUOTE });
    expect(sim.jobs.all.size).toBe(1);
  });

  it('is certainly absent where Kling answers with no task, and then the same id is taken', async () => {
    sim.fault({ path: CREATE, how: 'cut' });
    await send();
    expect(await find()).toBe('absent');
    expect((await send()).kind).toBe('accepted');
    const ids = creates().map(({ json }) => (json as { options: { external_task_id: string } }).options);
    expect(ids[0]?.external_task_id).toBe(ids[1]?.external_task_id);
  });

  it('and comes there late is refused as a twin, which is no refusal, and is found', async () => {
    sim.createsLateMs = [1_000];
    expect(await send()).toEqual({ kind: 'unknown' });
    expect(await find()).toBe('absent');
    await time.advance(1_000);
    expect(await send()).toEqual({ kind: 'unknown' });
    expect(await find()).toMatchObject({ id: [...sim.jobs.all.keys()][0] });
    expect(sim.jobs.all.size).toBe(1);
  });

  it('and comes there after the one that was sent again makes no second task', async () => {
    sim.createsLateMs = [1_000];
    await send();
    const operation = await accepted();
    await time.advance(1_000);
    expect([...sim.jobs.all.keys()]).toEqual([operation.id]);
  });

  it('is a twin also where that comes inside a 200', async () => {
    await accepted();
    sim.errorsInside200 = true;
    expect(await send()).toEqual({ kind: 'unknown' });
  });

  it.each<[string, FaultKind]>([
    ['a 500', { status: 500 }],
    ['a 401', no(401, 1000)],
    ['an error inside a 200', no(200, 5000)],
    ['no JSON', { status: 200, text: 'ok' }],
    ['no list', { status: 200, json: { code: 0 } }],
    ['a list without a code', { status: 200, json: { data: [] } }],
    ['not found', { status: 404, json: { data: [] } }],
    ["another's task", { status: 200, json: { code: 0, data: [{ id: '1', status: 'submitted' }] } }],
    ['nothing', 'cut'],
  ])('is not taken for absent when Kling answers with %s', async (_, how) => {
    sim.fault({ path: TASKS, how });
    await expect(find()).rejects.toThrow();
  });
});

describe('Kling when it is full', () => {
  it('is told apart from a refusal, also inside a 200, and takes the same job later', async () => {
    sim.parallel = 1;
    sim.freesAfterMs = 5_000;
    sim.jobs.always({ queueMs: 0, runMs: 10_000, seconds: 4 });
    await accepted('job-1');
    expect(await send('job-2')).toEqual({ kind: 'full' });
    sim.errorsInside200 = true;
    expect(await send('job-2')).toEqual({ kind: 'full' });
    await time.advance(10_000);
    // A place that was just freed is often refused still.
    expect(await send('job-2')).toEqual({ kind: 'full' });
    await time.advance(5_000);
    expect((await send('job-2')).kind).toBe('accepted');
    expect(troubles.filter(Boolean)).toEqual([]);
  });

  it('is so too when it is asked too fast', async () => {
    sim.fault({ path: CREATE, how: no(429, 1302) });
    expect(await send()).toEqual({ kind: 'full' });
  });
});

describe("what only Kling's account holder can put right", () => {
  const NEW_KEY = /API key, api-key-kling-/;
  it.each([
    [401, 1000, 'provider-down', 'bad-key', /refuses KLING_API_KEY/],
    [401, 1001, 'provider-down', 'bad-key', /refuses KLING_API_KEY/],
    [401, 1002, 'provider-down', 'bad-key', NEW_KEY],
    [200, 1002, 'provider-down', 'bad-key', NEW_KEY],
    [401, 1004, 'provider-down', 'bad-key', /refuses KLING_API_KEY/],
    [429, 1100, 'provider-out-of-balance', 'out-of-balance', /arrears or suspended/],
    [429, 1101, 'provider-out-of-balance', 'out-of-balance', /arrears or suspended/],
    [429, 1102, 'provider-out-of-balance', 'out-of-balance', /no units left for motion control/],
    [200, 1102, 'provider-out-of-balance', 'out-of-balance', /no units left for motion control/],
    [403, 1103, 'provider-down', 'bad-key', /does not let/],
    [429, 1304, 'provider-down', 'bad-key', /this machine’s address/],
    [404, 1202, 'provider-down', 'endpoint-gone', /KLING_API_URL/],
    [404, 1203, 'provider-down', 'endpoint-gone', /KLING_API_URL/],
  ] as const)('a submit answered %i with code %i', async (status, code, failure, kind, words) => {
    sim.fault({ path: CREATE, how: no(status, code) });
    const provider = kling();
    expect(await provider.submit('job-1', REQUEST, await uploaded(), signal)).toEqual({
      kind: 'refused',
      failure,
    });
    expect(troubles).toEqual([{ kind, message: expect.stringMatching(words) }]);
    expect(logged).toEqual([expect.stringMatching(words)]);
    await provider.submit('job-1', REQUEST, await uploaded(), signal);
    expect(troubles.at(-1)).toBeUndefined();
  });

  it('is told at start, by a call that costs nothing, and once in the log', async () => {
    const provider = kling({ key: 'api-key-kling-wrong' });
    await expect(provider.check?.(signal)).rejects.toThrow();
    await expect(provider.check?.(signal)).rejects.toThrow();
    expect(troubles[0]).toMatchObject({ kind: 'bad-key' });
    expect(logged).toEqual(['Kling refuses KLING_API_KEY (1000).']);
    expect(sim.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(
      Array(2).fill('GET /account/costs'),
    );
    await expect(kling().check?.(signal)).resolves.toEqual({ units: '62.5 units in its packs' });
  });

  it('is said of a token made of an access key, as older guides have it', async () => {
    await expect(kling({ key: 'eyJhbGciOiJIUzI1NiJ9.e30.x' }).check?.(signal)).rejects.toThrow();
    expect(troubles[0]?.message).toMatch(NEW_KEY);
  });

  it('is said of an address that is not Kling’s new one', async () => {
    await expect(kling({ apiUrl: `${sim.url}/old` }).check?.(signal)).rejects.toThrow();
    expect(troubles[0]).toMatchObject({
      kind: 'endpoint-gone',
      message: expect.stringContaining('KLING_API_URL'),
    });
  });
});

describe('what Kling refuses for what was asked', () => {
  it.each([
    [400, 1201, 'The image is too small', 'image-rejected'],
    [400, 1201, 'video url is invalid', 'clip-rejected'],
    [400, 1200, 'request body is invalid', 'provider-down'],
    [400, 1300, 'policy', 'content-refused'],
    [400, 1301, 'content safety', 'content-refused'],
    [200, 1301, 'content safety', 'content-refused'],
  ] as const)('%i with code %i, “%s”', async (status, code, message, failure) => {
    sim.fault({ path: CREATE, how: no(status, code, message) });
    expect(await send()).toEqual({ kind: 'refused', failure });
    expect(troubles.filter(Boolean)).toEqual([]);
  });
});

describe('what becomes of a job by what Kling answers', () => {
  const MP4 = 'https://v.kling.example/output.mp4?token=abc';
  const said = (status: string, fields: object = {}) => ({
    status: 200,
    json: { code: 0, message: '', request_id: 'r', data: [{ id: 'ID', status, message: '', ...fields }] },
  });
  const outputs = [{ type: 'video', id: 'v1', url: MP4, watermark_url: '', duration: '5.1' }];
  const unit = (amount: unknown) => ({ charge_type: 'unit', cash_type: '', amount, currency: '' });
  const cash = (amount: unknown, currency = 'USD') => ({ charge_type: 'cash', amount, currency });
  const video = (costMicros?: number): Fate =>
    stands({
      state: 'completed',
      result: { kind: 'url', url: MP4 },
      ...(costMicros === undefined ? {} : { costMicros }),
    });

  const ANSWERS: [what: string, answer: Exclude<FaultKind, string>, fate: Fate][] = [
    ['a submitted job waits', said('submitted'), stands({ state: 'queued' })],
    [
      'a submitted job with empty lists waits',
      said('submitted', { outputs: [], billing: [] }),
      stands({ state: 'queued' }),
    ],
    ['a job in progress runs', said('processing'), stands({ state: 'running' })],
    ['a video with its units', said('succeeded', { outputs, billing: [unit('2.5')] }), video(350_000)],
    ['a video with units as a number', said('succeeded', { outputs, billing: [unit(2.4)] }), video(336_000)],
    ['a video paid in cash', said('succeeded', { outputs, billing: [cash('0.56')] }), video(560_000)],
    [
      'a video paid from a pack and in cash',
      said('succeeded', { outputs, billing: [unit('1'), cash(0.07)] }),
      video(210_000),
    ],
    ['a video without a bill', said('succeeded', { outputs }), video()],
    ['a video with an empty bill', said('succeeded', { outputs, billing: [] }), video()],
    ['a video paid in other money', said('succeeded', { outputs, billing: [cash('4', 'CNY')] }), video()],
    [
      'a video with a bill of which a part is unreadable',
      said('succeeded', { outputs, billing: [unit('1'), unit('many')] }),
      video(),
    ],
    ['a video with a bill below nothing', said('succeeded', { outputs, billing: [unit(-1)] }), video()],
    ['a video by the older word', said('succeed', { outputs, billing: [unit('2')] }), video(280_000)],
    [
      'a finished job without a video may be late; then it is lost, and counted as billed',
      said('succeeded', { outputs: [] }),
      failed('result-lost', 5, QUOTE),
    ],
    [
      'a finished job without a video that was billed is lost at that price',
      said('succeeded', { billing: [unit('1')] }),
      failed('result-lost', 5, 140_000),
    ],
    [
      'a video at an address that is none is no video',
      said('succeeded', { outputs: [{ type: 'video', url: 'javascript:1' }] }),
      failed('result-lost', 5, QUOTE),
    ],
    [
      'a failure in words of Kling, whose bill nobody knows',
      said('failed', { message: 'No complete upper body detected in the video' }),
      unsettled('no-person-in-clip', 1),
    ],
    [
      'a failure for its content',
      said('failed', { message: 'Failure to pass the risk control system' }),
      unsettled('content-refused', 1),
    ],
    ['a failure without a word', said('failed'), unsettled('provider-down', 1)],
    ['a failure with no message at all', said('failed', { message: null }), unsettled('provider-down', 1)],
    ['a failure that says it is free', said('failed', { billing: [unit('0')] }), failed('provider-down')],
    [
      'a failure that says what it cost',
      said('failed', { billing: [unit('1')] }),
      failed('provider-down', 1, 140_000),
    ],
    ['a state that nobody has met is asked again', said('paused'), 'asked again'],
    [
      'a state that nobody has met with words is the end the second time',
      said('rejected', { message: 'no' }),
      unsettled('provider-down', 2),
    ],
    [
      'a state that nobody has met with a video is its end',
      said('archived', { outputs, billing: [unit('2')] }),
      video(280_000),
    ],
    [
      'a job that is not known is lost in the end, and counted as billed',
      { status: 200, json: { code: 0, message: '', data: [] } },
      failed('result-lost', 5, QUOTE),
    ],
    [
      "another's task says nothing of the job",
      { status: 200, json: { code: 0, data: [{ id: '1', status: 'succeeded', outputs }] } },
      'asked again',
    ],
    ['an error inside a 200 says nothing of the job', no(200, 5000), 'asked again'],
    ['a key that is refused says nothing of the job', no(401, 1000), 'asked again'],
    ['an empty account says nothing of the job', no(429, 1102), 'asked again'],
    ['a path that is gone says nothing of the job', no(404, 1202), 'asked again'],
    ['an answer that is no JSON says nothing of the job', { status: 200, text: 'ok' }, 'asked again'],
    ...[400, 403, 404, 410, 422, 429, 500, 502, 503].map(
      (status): [string, Exclude<FaultKind, string>, Fate] => [
        `status ${status} says nothing of the job`,
        { status, json: { error: 'no' } },
        'asked again',
      ],
    ),
  ];

  it.each(ANSWERS)('%s', async (_, answer, fate) => {
    const provider = kling();
    const operation = await accepted();
    await time.advance(10 * 60_000);
    const how = JSON.parse(JSON.stringify(answer).replaceAll('"ID"', JSON.stringify(operation.id)));
    sim.fault({ path: TASKS, how, times: 99 });
    expect(await fateOf(provider, operation, time)).toEqual(fate);
    expect(creates()).toHaveLength(1);
  });

  it('a job that is too new to be known is asked again', async () => {
    const operation = await accepted();
    sim.fault({ path: TASKS, how: { status: 200, json: { code: 0, data: [] } }, times: 9 });
    const provider = kling();
    for (let look = 0; look < 9; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow();
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });
});

describe("Kling's callbacks", () => {
  const VECTOR = {
    secret: 'whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=',
    body: Buffer.from(
      '{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}',
    ),
    headers: {
      'webhook-id': '9876543210',
      'webhook-timestamp': '1781080794',
      'webhook-signature': 'v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=',
    },
    at: 1_781_080_794_000,
  };
  const judge = (headers: Record<string, string> = {}, { body = VECTOR.body, at = VECTOR.at } = {}) =>
    judgeCallback({ ...VECTOR.headers, ...headers }, body, {
      secret: VECTOR.secret,
      clock: { now: () => at },
    }).kind;

  it('are believed to be from Kling by its own example of a signature', () => expect(judge()).toBe('look'));

  it('are believed by any of several signatures, as while a secret is replaced', () => {
    const other = `v1,${Buffer.alloc(32).toString('base64')}`;
    const good = VECTOR.headers['webhook-signature'];
    expect(judge({ 'webhook-signature': `${other} ${good}` })).toBe('look');
    expect(judge({ 'webhook-signature': `v2,xyz ${good}` })).toBe('look');
    expect(judge({ 'webhook-signature': other })).toBe('reject');
  });

  it.each([-301, 301])('are turned away when they are %i s off', (seconds) => {
    expect(judge({}, { at: VECTOR.at + seconds * 1000 })).toBe('reject');
    expect(judge({}, { at: VECTOR.at + Math.sign(seconds) * 299_000 })).toBe('look');
  });

  it('are turned away with anything in them changed', () => {
    expect(judge({}, { body: Buffer.from('{"id":"1"}') })).toBe('reject');
    expect(judge({ 'webhook-id': '1' })).toBe('reject');
    expect(judge({ 'webhook-timestamp': '1781080795' })).toBe('reject');
    for (const odd of ['', 'v1,', 'v1', 'v1,!!', UNSIGNED])
      expect(judge({ 'webhook-signature': odd })).toBe('reject');
    expect(judge({ 'webhook-timestamp': 'now' })).toBe('reject');
  });
  const UNSIGNED = VECTOR.headers['webhook-signature'].slice('v1,'.length);

  it('without a secret only make us look, whatever they say', async () => {
    for (const body of ['', '{', VECTOR.body.toString()])
      expect(await kling().parseWebhook?.({}, Buffer.from(body))).toEqual({ kind: 'look' });
  });

  it('without a signature are turned away where there is a secret', async () => {
    const provider = kling({ webhookSecret: VECTOR.secret });
    expect(await provider.parseWebhook?.({}, VECTOR.body)).toEqual({ kind: 'reject' });
  });

  it('come signed from the simulator at each change, to the address that was sent along', async () => {
    const { createServer } = await import('node:http');
    const heard: { headers: Record<string, string>; body: Buffer }[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      heard.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks) });
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    sim.webhookSecret = VECTOR.secret;
    sim.jobs.next({ queueMs: 1_000, runMs: 1_000 });
    const provider = kling({
      webhookUrl: (jobId) => `http://127.0.0.1:${port}/${jobId}`,
      webhookSecret: VECTOR.secret,
    });
    await provider.submit('job-1', REQUEST, await uploaded(), signal);
    await time.advance(2_000);
    expect(sim.deliveries.map(({ state, status }) => [state, status])).toEqual([
      ['processing', 200],
      ['succeeded', 200],
    ]);
    for (const { headers, body } of heard)
      expect(await provider.parseWebhook?.(headers, body)).toEqual({ kind: 'look' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('have a secret that is read at start, and named when it can be none', () => {
    expect(readConfig({ KLING_WEBHOOK_SECRET: VECTOR.secret }).KLING_WEBHOOK_SECRET).toBe(VECTOR.secret);
    expect(() => readConfig({ KLING_WEBHOOK_SECRET: 'my-secret-word' })).toThrow(
      /KLING_WEBHOOK_SECRET: must be/,
    );
    expect(() => readConfig({ KLING_WEBHOOK_SECRET: 'my-secret-word' })).not.toThrow(/my-secret-word/);
    expect(() => readConfig({ KLING_API_URL: 'kling' })).toThrow(/KLING_API_URL: must be an address/);
  });
});
