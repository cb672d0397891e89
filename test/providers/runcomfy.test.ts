import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../simulators/provider-sim.ts';
import { type RuncomfySim, startRuncomfy } from '../../simulators/runcomfy.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { Operation, RenderRequest } from '../../src/core/job/job.ts';
import type { Provider, ProviderTrouble } from '../../src/core/ports.ts';
import { createRuncomfy } from '../../src/providers/runcomfy/runcomfy.ts';
import runcomfyRequest from '../fixtures/providers/runcomfy-request.json' with { type: 'json' };
import runcomfyResult from '../fixtures/providers/runcomfy-result.json' with { type: 'json' };
import { cancelled, type Fate, failed, fateOf, stands, unsettled } from './answers.ts';
import { serveSamples, silent } from './subject.ts';

const signal = new AbortController().signal;
const REQUEST: RenderRequest = { quality: 'standard', orientation: 'video', sound: true, clipSeconds: 4 };
const MODEL_PATH = '/v1/models/kling/kling-2-6/motion-control-standard';

let time: ReturnType<typeof manualTime>;
let sim: RuncomfySim;
let troubles: (ProviderTrouble | undefined)[];
let samples: Awaited<ReturnType<typeof serveSamples>>;
let opened: Provider[];

beforeEach(async () => {
  time = manualTime();
  sim = await startRuncomfy({ time });
  sim.jobs.always({ queueMs: 0, runMs: 0, seconds: 4 });
  samples = await serveSamples();
  troubles = [];
  opened = [];
});
afterEach(async () => {
  for (const provider of opened) await provider.stop?.();
  await sim.close();
  await samples.close();
});

function runcomfy(token = sim.token): Provider {
  const provider = createRuncomfy({
    token,
    apiUrl: sim.url,
    accountUrl: sim.url,
    host: samples.host,
    clock: time,
    log: silent,
    onTrouble: (trouble) => troubles.push(trouble),
  });
  opened.push(provider);
  return provider;
}

async function submit(provider: Provider, request = REQUEST) {
  return provider.submit('job-1', request, await provider.upload(samples.inputs, signal), signal);
}

async function accepted(provider: Provider, request = REQUEST): Promise<Operation> {
  const outcome = await submit(provider, request);
  if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
  return outcome.operation;
}

const answerTo = (path: RegExp, how: FaultKind, times = 1, method?: string) =>
  sim.fault({ path, how, times, ...(method ? { method } : {}) });

describe("RunComfy's wire", () => {
  it("sends the body of RunComfy's own example, and the choices with it", async () => {
    const { image_url: image, video_url: clip, prompt } = runcomfyRequest;
    await runcomfy().submit('job-1', { ...REQUEST, prompt }, { image, clip }, signal);
    const [sent] = sim.requestsTo('POST', /./);
    expect(sent?.path).toBe(MODEL_PATH);
    expect(sent?.json).toEqual({
      ...runcomfyRequest,
      keep_original_sound: true,
      character_orientation: 'video',
    });
    expect(sent?.headers.authorization).toBe(`Bearer ${sim.token}`);
  });

  it('gives a neutral prompt where the member gave none, as one is required', async () => {
    await accepted(runcomfy());
    expect(sim.requestsTo('POST', /./)[0]?.json).toMatchObject({ prompt: expect.stringMatching(/\w+/) });
  });

  it('reads the documented result, with its cost', async () => {
    const provider = runcomfy();
    const operation = await accepted(provider);
    answerTo(/\/result$/, { status: 200, json: runcomfyResult });
    expect(await provider.status(operation, signal)).toEqual({
      state: 'completed',
      result: { kind: 'url', url: runcomfyResult.output.video },
      costMicros: 630_000,
    });
    expect(sim.requestsTo('GET', /\/result$/)[0]?.query.get('include_cost')).toBe('true');
  });

  it('takes the video from a list, never from the echo of the input', async () => {
    sim.output = 'videos';
    const provider = runcomfy();
    const operation = await accepted(provider);
    expect(await provider.status(operation, signal)).toMatchObject({
      result: { url: expect.stringContaining(`${operation.requestId}/a.mp4`) },
    });
  });

  it('bills by the seconds that came when the result names no cost', async () => {
    sim.tellsCost = false;
    const provider = runcomfy();
    expect(await provider.status(await accepted(provider), signal)).not.toHaveProperty('costMicros');
    expect(provider.costOf?.(REQUEST, 4)).toBe(280_000);
  });

  it.each(['pending', 'waiting'])('knows %s as queued', async (status) => {
    const provider = runcomfy();
    const operation = await accepted(provider);
    answerTo(/\/status$/, { status: 200, json: { request_id: 'x', status } });
    expect(await provider.status(operation, signal)).toEqual({ state: 'queued' });
  });

  it.each(['starting', 'processing'])('knows %s as running', async (status) => {
    const provider = runcomfy();
    const operation = await accepted(provider);
    answerTo(/\/status$/, { status: 200, json: { request_id: 'x', status } });
    expect(await provider.status(operation, signal)).toEqual({ state: 'running' });
  });

  it.each(['in_queue', 'in_progress'])('goes on waiting when the result still says %s', async (status) => {
    const provider = runcomfy();
    const operation = await accepted(provider);
    answerTo(/\/result$/, { status: 200, json: { ...runcomfyResult, status, output: null } });
    expect(await provider.status(operation, signal)).toEqual({ state: 'running' });
  });

  it('asks no other host, whatever the submit answered', async () => {
    const url = 'https://elsewhere.example/status';
    answerTo(
      /standard$/,
      { status: 200, json: { request_id: 'abc', status_url: url, result_url: url, cancel_url: url } },
      1,
      'POST',
    );
    const provider = runcomfy();
    const operation = await accepted(provider);
    await expect(provider.status(operation, signal)).rejects.toThrow('404001');
    expect(sim.requests.at(-1)?.path).toBe('/v1/requests/abc/status');
  });

  it('believes the outcome of a cancel, not the word beside it', async () => {
    const provider = runcomfy();
    sim.jobs.next({ queueMs: 60_000 });
    expect(await provider.cancel(await accepted(provider), signal)).toBe('cancelled');
    sim.jobs.next({ runMs: 60_000 });
    expect(await provider.cancel(await accepted(provider), signal)).toBe('too-late');
  });
});

describe("RunComfy's price", () => {
  it('is read from the page of the model', async () => {
    sim.price = { base_price_usd: 0.09, price_unit: 'second' };
    expect(await runcomfy().quote(REQUEST)).toEqual({ micros: 360_000, notes: [], priceFrom: 'provider' });
  });

  it('can be one for the whole video', async () => {
    sim.price = { base_price_usd: 0.5, price_unit: 'output' };
    const provider = runcomfy();
    expect(await provider.quote({ ...REQUEST, clipSeconds: 30 })).toMatchObject({ micros: 500_000 });
    expect(provider.costOf?.(REQUEST, 30)).toBe(500_000);
  });

  it('is about right when the page names none', async () => {
    sim.price = undefined;
    expect(await runcomfy().quote(REQUEST)).toEqual({
      micros: 280_000,
      notes: ['price-is-approximate'],
      priceFrom: 'built-in',
    });
  });

  it('is about right when the page can be read no more', async () => {
    const provider = runcomfy();
    sim.price = { base_price_usd: 0.09, price_unit: 'second' };
    expect(await provider.quote(REQUEST)).toMatchObject({ notes: [] });
    await time.advance(61_000);
    answerTo(/standard$/, { status: 500 }, 9, 'GET');
    expect(await provider.quote(REQUEST)).toEqual({
      micros: 360_000,
      notes: ['price-is-approximate'],
      priceFrom: 'provider',
    });
  });
});

describe('what becomes of a job by what RunComfy answers', () => {
  type Answer = Exclude<FaultKind, string>;
  const MP4 = 'https://playgrounds-storage-public.runcomfy.net/a.mp4';
  const json = (fields: object, status = 200): Answer => ({ status, json: { request_id: 'x', ...fields } });
  const COMPLETED = json({ status: 'completed' });
  const video = (costMicros?: number): Fate =>
    stands({
      state: 'completed',
      result: { kind: 'url', url: MP4 },
      ...(costMicros === undefined ? {} : { costMicros }),
    });
  const LOST = 280_000;

  const ANSWERS: [what: string, answers: { status: Answer; result?: Answer }, fate: Fate][] = [
    ...['in_queue', 'pending', 'waiting'].map((word): [string, { status: Answer }, Fate] => [
      `a request that is ${word} waits`,
      { status: json({ status: word, queue_position: 3 }) },
      stands({ state: 'queued', position: 3 }),
    ]),
    ...['in_progress', 'starting', 'processing'].map((word): [string, { status: Answer }, Fate] => [
      `a request that is ${word} runs`,
      { status: json({ status: word }) },
      stands({ state: 'running' }),
    ]),
    ['a request that was cancelled', { status: json({ status: 'cancelled' }) }, cancelled],
    [
      'a video with its cost',
      { status: COMPLETED, result: json({ status: 'succeeded', output: { video: MP4 }, cost: 0.63 }) },
      video(630_000),
    ],
    [
      'a video in a list, without a cost',
      {
        status: json({ status: 'succeeded' }),
        result: json({ status: 'completed', output: { videos: [MP4] } }),
      },
      video(),
    ],
    [
      'a failure in the result of a completed request',
      {
        status: COMPLETED,
        result: json({ status: 'failed', error: 'no complete upper body detected in the image' }),
      },
      failed('no-person-in-image'),
    ],
    [
      'a failure as an object',
      { status: json({ status: 'failed' }), result: json({ status: 'failed', error: { code: 1301 } }) },
      failed('content-refused'),
    ],
    ['a result that was cancelled', { status: COMPLETED, result: json({ status: 'cancelled' }) }, cancelled],
    [
      'a result that still runs',
      { status: COMPLETED, result: json({ status: 'in_progress' }) },
      stands({ state: 'running' }),
    ],
    [
      'a success without a video may be late; then it is lost, and counted as billed',
      { status: COMPLETED, result: json({ status: 'succeeded', input: { video: MP4 } }) },
      failed('result-lost', 5, LOST),
    ],
    [
      'a result that is no JSON may be late; then it is lost, and counted as billed',
      { status: COMPLETED, result: { status: 200, text: 'ok' } },
      failed('result-lost', 5, LOST),
    ],
    [
      'a state of the result that nobody has met with an error is understood the second time',
      { status: COMPLETED, result: json({ status: 'rejected', error: { code: 1301 } }) },
      failed('content-refused', 2),
    ],
    [
      'a no for the result is understood the second time',
      { status: COMPLETED, result: json({ detail: 'No complete upper body detected in the image' }, 422) },
      failed('no-person-in-image', 2),
    ],
    [
      'a code for the result that is no account’s is the end the second time',
      { status: COMPLETED, result: json({ error_code: 400001, error_message: 'InvalidResourceIdentifier' }) },
      unsettled('provider-down', 2),
    ],
    [
      'a result that is not there may be late; then it is lost, and counted as billed',
      { status: COMPLETED, result: json({ code: 404001 }, 404) },
      failed('result-lost', 5, LOST),
    ],
    [
      'a request that is not known is lost in the end, and counted as billed',
      { status: json({ error_code: 404001 }) },
      failed('result-lost', 5, LOST),
    ],
    ...[400002, 400004, 403001, 500001].flatMap(
      (code): [string, { status: Answer; result?: Answer }, Fate][] => [
        [
          `code ${code} for the status says nothing of the job`,
          { status: json({ code }, 400) },
          'asked again',
        ],
        [
          `code ${code} for the result says nothing of the job`,
          { status: COMPLETED, result: json({ code }) },
          'asked again',
        ],
      ],
    ),
    ...[401, 402, 403, 429, 500, 503].flatMap(
      (status): [string, { status: Answer; result?: Answer }, Fate][] => [
        [`status ${status} for the status says nothing of the job`, { status: { status } }, 'asked again'],
        [
          `status ${status} for the result says nothing of the job`,
          { status: COMPLETED, result: { status } },
          'asked again',
        ],
      ],
    ),
    [
      'a state that nobody has met is asked again, also where its result is not there',
      { status: json({ status: 'paused' }), result: json({ code: 404001 }, 404) },
      'asked again',
    ],
    [
      'a state that nobody has met with an error in the result is the end the second time',
      { status: json({ status: 'expired' }), result: json({ status: 'expired', error: 'too late' }) },
      failed('provider-down', 2),
    ],
    [
      'a state that nobody has met with a video behind it is its end',
      { status: json({ status: 'archived' }), result: json({ status: 'archived', output: { video: MP4 } }) },
      video(),
    ],
  ];

  it.each(ANSWERS)('%s', async (_, { status, result }, fate) => {
    const provider = runcomfy();
    const operation = await accepted(provider);
    await time.advance(10 * 60_000);
    answerTo(/\/status$/, status, 99);
    answerTo(/\/result$/, result ?? { status: 503 }, 99);
    expect(await fateOf(provider, operation, time)).toEqual(fate);
    expect(sim.requestsTo('POST', /standard$/)).toHaveLength(1);
  });
});

describe("RunComfy's errors", () => {
  const CODES = [
    [400001, 'provider-down', 'endpoint-gone'],
    [400002, 'provider-out-of-balance', 'out-of-balance'],
    [400004, 'provider-down', 'bad-key'],
    [403001, 'provider-down', 'bad-key'],
    [404001, 'provider-down', 'endpoint-gone'],
  ] as const;

  it.each(CODES)('code %i as HTTP error means that there is no job', async (code, failure, kind) => {
    answerTo(/standard$/, { status: Math.floor(code / 1000), json: { code, error: 'Name' } }, 1, 'POST');
    expect(await submit(runcomfy())).toEqual({ kind: 'refused', failure });
    expect(troubles.map((trouble) => trouble?.kind)).toEqual([kind]);
  });

  it.each(CODES)('code %i inside a 200 means that there is no job', async (code, failure, kind) => {
    answerTo(
      /standard$/,
      { status: 200, json: { error_code: String(code), error_message: 'Name' } },
      1,
      'POST',
    );
    expect(await submit(runcomfy())).toEqual({ kind: 'refused', failure });
    expect(troubles.map((trouble) => trouble?.kind)).toEqual([kind]);
  });

  it('a code inside a 5xx leaves the fate unknown', async () => {
    answerTo(/standard$/, { status: 500, json: { code: 400002 } }, 1, 'POST');
    expect(await submit(runcomfy())).toEqual({ kind: 'unknown' });
  });

  it('a bad token is known though it comes as a 400', async () => {
    expect(await submit(runcomfy('other'))).toEqual({ kind: 'refused', failure: 'provider-down' });
    expect(troubles[0]?.kind).toBe('bad-key');
  });

  it.each([
    { status: 400, json: { code: 400004, error: 'UserAccountError' } },
    { status: 200, json: { error_code: 400004, error_message: 'UserAccountError' } },
  ])('an error of a status call is passing trouble: %j', async (how) => {
    const provider = runcomfy();
    const operation = await accepted(provider);
    answerTo(/\/status$/, how);
    await expect(provider.status(operation, signal)).rejects.toThrow('400004');
    answerTo(/\/result$/, how);
    await expect(provider.status(operation, signal)).rejects.toThrow('400004');
    answerTo(/\/cancel$/, how);
    await expect(provider.cancel(operation, signal)).rejects.toThrow('400004');
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });

  it('an error without a known meaning is the provider’s trouble', async () => {
    sim.jobs.next({ failure: 'model refused the prompt' });
    const provider = runcomfy();
    expect(await provider.status(await accepted(provider), signal)).toEqual({
      state: 'failed',
      failure: 'provider-down',
      costMicros: 0,
    });
  });

  it('a request that is unknown may be new; later it is lost, and counted as billed', async () => {
    const provider = runcomfy();
    const operation = await accepted(provider);
    answerTo(/\/status$/, { status: 404, json: { code: 404001, error: 'ResourceNotFound' } }, 99);
    for (let look = 0; look < 9; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('404001');
    await time.advance(61_000);
    for (let look = 0; look < 4; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('404001');
    expect(await provider.status(operation, signal)).toEqual({
      state: 'failed',
      failure: 'result-lost',
      costMicros: 280_000,
    });
  });
});
