import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../simulators/provider-sim.ts';
import { type RunwareSim, startRunware } from '../../simulators/runware.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { Operation, RenderRequest } from '../../src/core/job/job.ts';
import type { Provider, ProviderTrouble } from '../../src/core/ports.ts';
import { createRunware, type RunwareOptions } from '../../src/providers/runware/runware.ts';
import { taskIdOf } from '../../src/providers/runware/wire.ts';
import { type Fate, fateOf, stands, unsettled } from './answers.ts';
import { serveSamples, silent } from './subject.ts';

const signal = new AbortController().signal;
const REQUEST: RenderRequest = {
  model: 'p-video-animate',
  quality: 'standard',
  orientation: 'video',
  sound: true,
  clipSeconds: 4,
};
const QUOTE = 120_000;
const V1 = /^\/v1$/;
const MINUTE = 60_000;
const OTHER = '00000000-0000-4000-8000-000000000001';
/** What an answer names is known only once the files lie somewhere. */
const OURS = '<the id of our task>';
/** An answer that finds something wrong with our task. */
const wrong = (code: string, fields: object = {}, status = 400) => ({
  status,
  json: {
    data: [],
    errors: [{ code, message: 'no', taskType: 'videoInference', taskUUID: OURS, ...fields }],
  },
});

let time: ReturnType<typeof manualTime>;
let sim: RunwareSim;
let troubles: (ProviderTrouble | undefined)[];
let logged: string[];
/** Of the task of `job-1`. */
let ID: string;
let samples: Awaited<ReturnType<typeof serveSamples>>;
let opened: Provider[];

beforeEach(async () => {
  time = manualTime();
  sim = await startRunware({ time });
  sim.jobs.always({ queueMs: 0, runMs: 0, seconds: 4 });
  samples = await serveSamples();
  [troubles, logged, opened] = [[], [], []];
  ID = taskIdOf('job-1', await uploaded());
});
afterEach(async () => {
  for (const provider of opened) await provider.stop?.();
  await sim.close();
  await samples.close();
});

function runware(options: Partial<RunwareOptions> = {}): Provider {
  const provider = createRunware({
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

/** The next call goes wrong so. */
function fault(how: FaultKind): void {
  const text = JSON.stringify(how).replaceAll(OURS, ID);
  sim.fault({ path: V1, how: JSON.parse(text) as FaultKind });
}

const uploaded = () => runware().upload(samples.inputs, signal);
const send = async (jobId = 'job-1', request = REQUEST) =>
  runware().submit(jobId, request, await uploaded(), signal);
async function accepted(jobId = 'job-1', request = REQUEST): Promise<Operation> {
  const outcome = await send(jobId, request);
  if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
  return outcome.operation;
}
const find = async (jobId = 'job-1') => runware().find?.(jobId, REQUEST, await uploaded());
const tasks = () => sim.requestsTo('POST', V1).flatMap(({ json }) => json as Record<string, unknown>[]);
const creates = () => tasks().filter(({ taskType }) => taskType === 'videoInference');

describe("Runware's wire", () => {
  const FILES = { image: 'https://a.example/i.jpg', clip: 'https://a.example/c.mp4' };

  it('names the files by their addresses, and the task by an id made of the job’s', async () => {
    const provider = runware({ webhookUrl: (jobId) => `https://bot.example/hooks/runware/${jobId}` });
    const request: RenderRequest = { ...REQUEST, quality: 'pro', sound: false, prompt: 'a dance' };
    await provider.submit('discord:1', request, FILES, signal);
    expect(sim.requests.at(-1)?.headers.authorization).toBe(`Bearer ${sim.key}`);
    expect(sim.requests.at(-1)?.headers).not.toHaveProperty('x-runware-dry-run');
    expect(tasks()).toEqual([
      {
        taskType: 'videoInference',
        taskUUID: taskIdOf('discord:1', FILES),
        model: 'prunaai:p-video@animate',
        inputs: { referenceImages: [FILES.image], referenceVideos: [FILES.clip] },
        resolution: '1080p',
        settings: { preserveAudio: false },
        positivePrompt: 'a dance',
        deliveryMethod: 'async',
        includeCost: true,
        webhookURL: 'https://bot.example/hooks/runware/discord:1',
      },
    ]);
  });

  it('puts the picture into the clip’s world where that is the scene', async () => {
    await runware().submit('job-1', { ...REQUEST, scene: 'clip' }, FILES, signal);
    expect(tasks()).toMatchObject([
      {
        model: 'prunaai:p-video@replace',
        inputs: { video: FILES.clip, referenceImages: [FILES.image] },
        resolution: '720p',
      },
    ]);
  });

  it('names ids that are for ever the same for the same job, and have the one form that is taken', () => {
    // On record at Runware for jobs under way: another function would look for them in vain.
    expect(taskIdOf('discord:1', FILES)).toBe('466fcb27-f160-4dae-b7c2-f8d4ce50068e');
    const ids = ['discord:1', 'discord:2', 'telegram:-100:5', 'x'.repeat(500)].map((id) =>
      taskIdOf(id, FILES),
    );
    // Another bot may have met the same message.
    ids.push(taskIdOf('discord:1', { ...FILES, clip: 'https://b.example/c.mp4' }));
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(5);
  });

  it('has the cost to the part of a second, and counts the video’s seconds where there is none', async () => {
    sim.jobs.next({ seconds: 3.7 });
    const operation = await accepted();
    expect(await runware().status(operation, signal)).toMatchObject({ costMicros: 111_000 });
    expect(await sim.billed(ID)).toBe(0.111);
    expect(runware().costOf?.(REQUEST, 5)).toBe(150_000);
  });

  it('never asks for a cancel, as there is none', async () => {
    const operation = await accepted();
    const before = sim.requests.length;
    expect(await runware().cancel(operation, signal)).toBe('too-late');
    expect(sim.requests).toHaveLength(before);
  });
});

describe('Kling at Runware', () => {
  const PRICES = 'kling-2.6:standard=0.07, kling-3.0:pro=$0.168';
  const kling: RenderRequest = { ...REQUEST, model: 'kling-3.0', quality: 'pro', orientation: 'image' };

  it('is offered where the operator has named its price, and only that', async () => {
    const without = runware();
    expect(without.capabilities.offers.map(({ model }) => model)).not.toContain('kling-2.6');
    expect(await without.quote(kling)).toBeUndefined();
    expect(without.mistake).toBeUndefined();
    const provider = runware({ klingPrices: PRICES });
    expect(provider.mistake).toBeUndefined();
    expect(await provider.quote(kling)).toEqual({ micros: 672_000, notes: ['price-is-approximate'] });
    expect(await provider.quote({ ...kling, model: 'kling-2.6' })).toBeUndefined();
    expect(await provider.quote({ ...kling, model: 'kling-2.6', quality: 'standard' })).toMatchObject({
      micros: 280_000,
    });
  });

  it('is asked for by its own names, with words where there are none', async () => {
    const provider = runware({ klingPrices: PRICES });
    expect(await provider.submit('job-1', kling, await uploaded(), signal)).toMatchObject({
      kind: 'accepted',
    });
    expect(tasks()).toMatchObject([
      {
        model: 'klingai:kling-video@3-pro',
        providerSettings: { klingai: { characterOrientation: 'image', keepOriginalSound: true } },
        positivePrompt: expect.any(String),
      },
    ]);
    expect(tasks()[0]).not.toHaveProperty('resolution');
    expect(await provider.status({ id: ID }, signal)).toMatchObject({ costMicros: 672_000 });
  });

  it.each([
    ['kling-2.6:standart=0.07', '1'],
    ['kling-2.6=0.07', '1'],
    ['kling-2.6:standard=7', '1'],
    ['kling-3.0:pro=0', '1'],
    ['kling-2.6:standard=-0.07', '1'],
    ['wan-animate:standard=0.07', '1'],
    ['kling-2.6:pro=0.112,{"kling":1},kling-2.6:pro=0.2', '2, 3'],
    ['a-secret-that-was-pasted-here', '1'],
  ])('is not offered by a price that can not be read, and one line says so: %s', async (text, places) => {
    const provider = runware({ klingPrices: text });
    expect(provider.mistake).toMatch(/^RUNWARE_KLING_PRICES cannot be read at its entr\w+ /);
    expect(provider.mistake).toContain(`${places}, which must be like`);
    expect(provider.mistake).not.toContain(text);
    // The rest goes on.
    expect(await provider.quote(REQUEST)).toMatchObject({ micros: QUOTE });
  });
});

describe('a job whose answer from Runware was lost', () => {
  it.each<[string, FaultKind]>([
    ['cut before it was taken', 'cut'],
    ['cut after it was taken', 'lose-answer'],
    ['a 502', { status: 502 }],
    ['a 504', { status: 504, text: 'Gateway Time-out' }],
    ['a refusal that comes as a 500', wrong('invalidModel', {}, 500)],
    ['a time-out of its supplier', wrong('timeoutProvider')],
    ['no server just now', wrong('noAvailableServer')],
    ['a code that nobody has met inside a 200', wrong('somethingWeird', {}, 200)],
    ['an error of its own inside a 200', wrong('internalServerError', {}, 200)],
    ['a success that names no task', { status: 200, json: { data: [] } }],
    ['a success that names another task', { status: 200, json: { data: [{ taskUUID: OTHER }] } }],
    ["another task's refusal", wrong('invalidModel', { taskUUID: OTHER }, 200)],
    ['a success that is unreadable', { status: 200, json: { data: 'yes' } }],
  ])('is unknown: %s', async (_, how) => {
    fault(how);
    expect(await send()).toEqual({ kind: 'unknown' });
    expect(sim.requests).toHaveLength(1);
  });

  it('is found by our id, and ends with its video and its bill', async () => {
    sim.createsLateMs = [0];
    expect(await send()).toEqual({ kind: 'unknown' });
    const operation = await find();
    expect(operation).toEqual({ id: ID, submittedAt: time.now(), quoteMicros: QUOTE });
    expect(await runware().status(operation as Operation, signal)).toMatchObject({
      state: 'completed',
      costMicros: QUOTE,
    });
    expect(sim.made).toEqual([ID]);
  });

  it.each(['nothing', 'taskFailedOrNotFound'] as const)(
    'and never came there is not seen, which proves nothing, and then the same id is taken: %s',
    async (unknown) => {
      sim.unknown = unknown;
      fault('cut');
      await send();
      expect(await find()).toBe('not-seen');
      expect(await accepted()).toMatchObject({ id: ID });
      expect(creates().map(({ taskUUID }) => taskUUID)).toEqual([ID, ID]);
      expect(sim.made).toEqual([ID]);
    },
  );

  it.each([200, 400] as const)(
    'and is under way unseen is known by the refusal of its twin, as status %i, which is a yes',
    async (status) => {
      sim.errorStatus = status;
      sim.createsLateMs = [0];
      sim.jobs.next({ runMs: MINUTE });
      sim.silentForMs = MINUTE;
      await send();
      expect(await accepted()).toEqual({ id: ID, submittedAt: time.now(), quoteMicros: QUOTE });
      await time.advance(MINUTE);
      expect(await runware().status({ id: ID }, signal)).toMatchObject({ costMicros: QUOTE });
      expect(sim.made).toEqual([ID]);
    },
  );

  it('and comes there late makes one task, whichever of the two is first', async () => {
    sim.createsLateMs = [1_000];
    await send();
    expect(await find()).toBe('not-seen');
    await accepted();
    await time.advance(1_000);
    sim.createsLateMs = [1_000];
    await send('job-2');
    await time.advance(1_000);
    const { id } = await accepted('job-2');
    expect(sim.made).toEqual([ID, id]);
  });

  it('and is over is found by its result before its id may be free again', async () => {
    sim.refusesTwins = 'in-flight';
    sim.createsLateMs = [0];
    await send();
    expect(await find()).toMatchObject({ id: ID });
    expect(sim.made).toEqual([ID]);
  });

  it('and is over and forgotten is found in the archive', async () => {
    sim.createsLateMs = [0];
    sim.keepsMs = 0;
    await send();
    await time.advance(1_000);
    expect(await find()).toMatchObject({ id: ID });
    await time.advance(10 * MINUTE);
    const operation = { id: ID, submittedAt: time.now() - 10 * MINUTE };
    expect(await runware().status(operation, signal)).toMatchObject({
      state: 'completed',
      costMicros: QUOTE,
    });
  });

  it.each<[string, FaultKind]>([
    ['a 500', { status: 500 }],
    ['a 404', { status: 404, json: { data: [] } }],
    ['a 429', { status: 429 }],
    ['no JSON', { status: 200, text: 'ok' }],
    ['no list', { status: 200, json: {} }],
    ['a key that is refused', wrong('invalidApiKey', { taskType: 'authentication' }, 401)],
    ['a key that is refused inside a 200', { status: 200, json: { errors: [{ code: 'invalidApiKey' }] } }],
    ['too many calls', wrong('rateLimitExceeded', { taskType: 'getResponse' }, 200)],
    ['its own trouble', wrong('internalServerError', { taskType: 'getResponse' }, 200)],
    ['nothing', 'cut'],
  ])('is neither seen nor not seen when Runware answers with %s', async (_, how) => {
    fault(how);
    await expect(find()).rejects.toThrow();
    fault({ status: 200, json: { data: [] } });
    fault(how);
    await expect(find()).rejects.toThrow();
  });
});

describe("what only Runware's account holder can put right", () => {
  it.each([
    [401, 'invalidApiKey', 'provider-down', 'bad-key', /refuses RUNWARE_API_KEY/],
    [200, 'invalidApiKey', 'provider-down', 'bad-key', /refuses RUNWARE_API_KEY/],
    [400, 'missingApiKey', 'provider-down', 'bad-key', /refuses RUNWARE_API_KEY/],
    [403, 'forbidden', 'provider-down', 'bad-key', /does not let/],
    [402, 'insufficientCredits', 'provider-out-of-balance', 'out-of-balance', /out of balance/],
    [200, 'insufficientCredits', 'provider-out-of-balance', 'out-of-balance', /out of balance/],
    [400, 'quotaExceeded', 'provider-out-of-balance', 'out-of-balance', /out of balance/],
    [403, 'accountSuspended', 'provider-out-of-balance', 'out-of-balance', /suspended/],
  ] as const)('a submit answered %i with %s', async (status, code, failure, kind, words) => {
    fault({ status, json: { errors: [{ code, message: `secret ${sim.key}` }] } });
    expect(await send()).toEqual({ kind: 'refused', failure });
    expect(troubles).toEqual([{ kind, message: expect.stringMatching(words) }]);
    expect(logged).toEqual([expect.stringMatching(words)]);
    expect(logged.join()).not.toContain(sim.key);
    await accepted();
    expect(troubles.at(-1)).toBeUndefined();
  });

  it('is told at start, by a call that costs nothing, and once in the log', async () => {
    const provider = runware({ key: 'runware-wrong' });
    await expect(provider.check?.(signal)).rejects.toThrow();
    await expect(provider.check?.(signal)).rejects.toThrow();
    expect(troubles[0]).toMatchObject({ kind: 'bad-key' });
    expect(logged).toEqual(['Runware refuses RUNWARE_API_KEY.']);
    expect(tasks().map(({ taskType }) => taskType)).toEqual(['getResponse', 'getResponse']);
    await expect(runware().check?.(signal)).resolves.toEqual({});
  });

  it('is said of an address where no Runware is', async () => {
    await expect(runware({ apiUrl: `${sim.url}/old` }).check?.(signal)).rejects.toThrow();
    expect(troubles[0]).toMatchObject({
      kind: 'endpoint-gone',
      message: expect.stringContaining('RUNWARE_API_URL'),
    });
  });
});

describe('what Runware refuses for what was asked', () => {
  it.each([
    [400, 'invalidImage', { parameter: 'inputs.referenceImages' }, 'image-rejected'],
    [400, 'invalidVideoDuration', { parameter: ['inputs', 'referenceVideos'] }, 'clip-rejected'],
    [200, 'invalidImage', { parameter: 'inputs.referenceImages' }, 'image-rejected'],
    [400, 'unsupportedParameter', { parameter: 'resolution' }, 'provider-down'],
    [400, 'somethingWeird', {}, 'provider-down'],
    [400, 'contentPolicyViolation', {}, 'content-refused'],
    [200, 'promptBlocked', {}, 'content-refused'],
    [403, 'moderationFailed', {}, 'content-refused'],
    [429, 'rateLimitExceeded', {}, 'provider-busy'],
    [200, 'rateLimitExceeded', {}, 'provider-busy'],
    [400, 'providerInsufficientCredits', {}, 'provider-down'],
  ] as const)('%i with %s, %o', async (status, code, fields, failure) => {
    fault(wrong(code, fields, status));
    const outcome = await send();
    // What its own supplier lacks says nothing of whether the task is there.
    if (code === 'providerInsufficientCredits') expect(outcome).toEqual({ kind: 'unknown' });
    else expect(outcome).toEqual({ kind: 'refused', failure });
    expect(troubles.filter(Boolean)).toEqual([]);
  });
});

describe('what becomes of a job by what Runware answers', () => {
  const MP4 = 'https://vm.runware.example/video/a.mp4';
  const said = (fields: object, status = 200) => ({
    status,
    json: { data: [{ taskType: 'videoInference', taskUUID: OURS, ...fields }] },
  });
  const done = { status: 'success', videoUUID: 'ae78', videoURL: MP4 };
  const video = (costMicros?: number): Fate =>
    stands({
      state: 'completed',
      result: { kind: 'url', url: MP4 },
      ...(costMicros === undefined ? {} : { costMicros }),
    });
  const unknown = wrong('taskFailedOrNotFound', { taskType: 'getResponse' });

  const ANSWERS: [what: string, answer: Exclude<FaultKind, string>, fate: Fate][] = [
    ['a task without a state waits', said({}), stands({ state: 'queued' })],
    ['an older word for one that waits', said({ status: 'pending' }), stands({ state: 'queued' })],
    [
      'a task in progress runs, as far as it says',
      said({ status: 'processing', progress: 40 }),
      stands({ state: 'running', progress: 0.4 }),
    ],
    ['progress that is none', said({ status: 'processing', progress: '?' }), stands({ state: 'running' })],
    ['nothing is said of a task under way', { status: 200, json: { data: [] } }, stands({ state: 'queued' })],
    ['a video with its cost', said({ ...done, cost: 0.153 }), video(153_000)],
    ['a video without a cost', said(done), video()],
    ['a video with a cost below nothing', said({ ...done, cost: -1 }), video()],
    [
      'a video beside a refusal of its twin',
      { status: 200, json: { ...said(done).json, errors: wrong('conflictTaskUUID').json.errors } },
      video(),
    ],
    [
      'a finished task without a video may be late; then it is lost, and counted as billed',
      said({ status: 'success' }),
      { looks: 5, status: { state: 'failed', failure: 'result-lost', costMicros: QUOTE } },
    ],
    [
      'a finished task without a video that was billed is lost at that price',
      said({ status: 'success', cost: 0.1 }),
      { looks: 5, status: { state: 'failed', failure: 'result-lost', costMicros: 100_000 } },
    ],
    [
      'a video at an address that is none is no video',
      said({ ...done, videoURL: 'javascript:1' }),
      { looks: 5, status: { state: 'failed', failure: 'result-lost', costMicros: QUOTE } },
    ],
    [
      'a failure that is among the data, in words',
      said({ status: 'error', error: 'No complete upper body detected in the video' }),
      unsettled('no-person-in-clip', 1),
    ],
    [
      'a failure that is among the data, with a code',
      said({ status: 'error', error: { code: 'nsfwContentDetected', message: 'no' } }),
      unsettled('content-refused', 1),
    ],
    [
      'a failure that says what it cost',
      said({ status: 'error', cost: 0 }),
      { looks: 1, status: { state: 'failed', failure: 'provider-down', costMicros: 0 } },
    ],
    ['a failure for its content', wrong('providerContentPolicyViolation'), unsettled('content-refused', 1)],
    [
      'a failure inside a 200',
      wrong('providerContentPolicyViolation', {}, 200),
      unsettled('content-refused', 1),
    ],
    ['a failure by time', wrong('timeoutProvider'), unsettled('timed-out', 1)],
    ['a failure of its servers', wrong('inferenceError'), unsettled('provider-down', 1)],
    [
      'a failure that names the question, and can only be the task’s, is the end the second time',
      wrong('providerContentPolicyViolation', { taskType: 'getResponse' }),
      unsettled('content-refused', 2),
    ],
    [
      'a task that failed or is not known is the end in the end, at a price that nobody knows',
      unknown,
      unsettled('provider-down', 5),
    ],
    [
      'trouble of its own says nothing of the job',
      wrong('internalServerError', { taskType: 'getResponse' }),
      stands({ state: 'queued' }),
    ],
    [
      "another task's failure says nothing of the job",
      wrong('inferenceError', { taskUUID: OTHER }, 200),
      stands({ state: 'queued' }),
    ],
    ['a state that nobody has met is asked again', said({ status: 'paused' }), 'asked again'],
    [
      'a state that nobody has met with words is the end the second time',
      said({ status: 'rejected', error: 'no' }),
      unsettled('provider-down', 2),
    ],
    ['a state that nobody has met with a video is its end', said({ ...done, status: 'archived' }), video()],
    [
      'a key that is refused says nothing of the job',
      wrong('invalidApiKey', { taskType: 'authentication' }, 401),
      'asked again',
    ],
    [
      'a key that is refused inside a 200 says nothing of the job',
      { status: 200, json: { errors: [{ code: 'invalidApiKey' }] } },
      'asked again',
    ],
    ['an empty account says nothing of the job', wrong('insufficientCredits', {}, 402), 'asked again'],
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
    const provider = runware();
    sim.jobs.next({ runMs: 60 * MINUTE });
    const operation = await accepted();
    await time.advance(10 * MINUTE);
    // The archive has no more than that it was taken, and is asked only where nothing else is said.
    const archive = said({ response: { data: [] } });
    const isSilent = JSON.stringify(fate).includes('queued') || answer === unknown;
    for (let looks = 0; looks < 20; looks += 1) {
      fault(answer);
      if (isSilent) fault(archive);
    }
    expect(await fateOf(provider, operation, time)).toEqual(fate);
    expect(creates()).toHaveLength(1);
  });

  it('a failure that only the archive tells is found there', async () => {
    sim.jobs.next({ failure: { code: 'inferenceError', message: 'no' } });
    sim.keepsMs = 0;
    const operation = await accepted();
    await time.advance(MINUTE);
    expect(await runware().status(operation, signal)).toEqual({ state: 'queued' });
    await time.advance(2 * MINUTE);
    expect(await runware().status(operation, signal)).toEqual({ state: 'failed', failure: 'provider-down' });
  });

  it('an archive in which a twin’s refusal lies says nothing of the job', async () => {
    sim.jobs.next({ runMs: 10 * MINUTE });
    sim.silentForMs = 10 * MINUTE;
    const operation = await accepted();
    await accepted();
    await time.advance(5 * MINUTE);
    expect(await runware().status(operation, signal)).toEqual({ state: 'queued' });
    await time.advance(5 * MINUTE);
    expect(await runware().status(operation, signal)).toMatchObject({ state: 'completed' });
    expect(sim.made).toEqual([ID]);
  });
});

describe("Runware's webhooks", () => {
  it.each(['task', 'list'] as const)(
    'come once at the end to the address that was sent along, and only make us look: a %s',
    async (webhookBody) => {
      const { createServer } = await import('node:http');
      const heard: Buffer[] = [];
      const server = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        heard.push(Buffer.concat(chunks));
        response.end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as { port: number };
      sim.webhookBody = webhookBody;
      sim.jobs.next({ queueMs: 1_000, runMs: 1_000 });
      const provider = runware({ webhookUrl: (jobId) => `http://127.0.0.1:${port}/${jobId}` });
      await provider.submit('job-1', REQUEST, await uploaded(), signal);
      await time.advance(2_000);
      expect(sim.deliveries).toEqual([{ url: `http://127.0.0.1:${port}/job-1`, status: 200 }]);
      expect(heard).toHaveLength(1);
      for (const body of [
        ...heard,
        Buffer.from(''),
        Buffer.from('{"status":"success","videoURL":"http://x"}'),
      ])
        expect(await provider.parseWebhook?.({}, body)).toEqual({ kind: 'look' });
      await new Promise((resolve) => server.close(resolve));
    },
  );
});
