import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../simulators/provider-sim.ts';
import { type RunpodSim, startRunpod } from '../../simulators/runpod.ts';
import { type RunpodFailure, upstream } from '../../simulators/runpod-errors.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { Operation, RenderRequest } from '../../src/core/job/job.ts';
import type { Provider, ProviderTrouble } from '../../src/core/ports.ts';
import type { FailureCode } from '../../src/core/refusals.ts';
import { createRunpod, type RunpodOptions } from '../../src/providers/runpod/runpod.ts';
import runpodRequest from '../fixtures/providers/runpod-request.json' with { type: 'json' };
import runpodStatus from '../fixtures/providers/runpod-status.json' with { type: 'json' };
import { cancelled, type Fate, failed, fateOf, stands } from './answers.ts';
import { serveSamples, silent } from './subject.ts';

const signal = new AbortController().signal;
const REQUEST: RenderRequest = { quality: 'standard', orientation: 'video', sound: true, clipSeconds: 4 };
const NO_JOB = { status: 404, json: { status: 404, title: 'Not Found', detail: 'job not found' } };

let time: ReturnType<typeof manualTime>;
let sim: RunpodSim;
let troubles: (ProviderTrouble | undefined)[];
let samples: Awaited<ReturnType<typeof serveSamples>>;
let opened: Provider[];

beforeEach(async () => {
  time = manualTime();
  sim = await startRunpod({ time });
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

function runpod(options: Partial<RunpodOptions> = {}): Provider {
  const provider = createRunpod({
    key: sim.key,
    apiUrl: sim.url,
    host: samples.host,
    clock: time,
    log: silent,
    onTrouble: (trouble) => troubles.push(trouble),
    ...options,
  });
  opened.push(provider);
  return provider;
}

async function accepted(provider: Provider, request = REQUEST): Promise<Operation> {
  const outcome = await provider.submit(
    'job-1',
    request,
    await provider.upload(samples.inputs, signal),
    signal,
  );
  if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
  return outcome.operation;
}

const answerTo = (path: RegExp, how: FaultKind, times = 1) => sim.fault({ path, how, times });

describe("RunPod's wire", () => {
  it("sends the input of RunPod's own example, to /run, with half an hour to render", async () => {
    const { image, video: clip, prompt } = runpodRequest.input;
    await runpod().submit('job-1', { ...REQUEST, prompt }, { image, clip }, signal);
    const [sent] = sim.requests;
    expect(sent?.path).toBe('/v2/kling-v2-6-std-motion-control/run');
    expect(sent?.json).toEqual({ ...runpodRequest, policy: { executionTimeout: 1_800_000 } });
    expect(sent?.headers.authorization).toBe(`Bearer ${sim.key}`);
  });

  it('takes a negative prompt', async () => {
    await accepted(runpod(), { ...REQUEST, negativePrompt: 'rain' });
    expect(sim.requests[0]?.json).toMatchObject({ input: { negative_prompt: 'rain' } });
    expect(runpod().capabilities.negativePrompt).toBe(true);
  });

  it("reads RunPod's own example of a result", async () => {
    const provider = runpod();
    const operation = await accepted(provider);
    answerTo(/\/status\//, { status: 200, json: runpodStatus });
    expect(await provider.status(operation, signal)).toEqual({
      state: 'completed',
      result: { kind: 'url', url: runpodStatus.output.video_url },
      costMicros: 420_000,
    });
  });

  it.each(['text', 'result', 'no-cost'] as const)(
    'reads an output of the kind “%s”, at the quote when it names no cost',
    async (output) => {
      sim.output = output;
      const provider = runpod();
      const operation = await accepted(provider);
      expect(await provider.status(operation, signal)).toMatchObject({
        state: 'completed',
        result: { url: expect.stringContaining('/output.mp4') },
        costMicros: 420_000,
      });
    },
  );

  it.each(['IN_PROGRESS', 'RUNNING'] as const)('knows %s', async (running) => {
    sim.running = running;
    sim.jobs.next({ runMs: 60_000 });
    const provider = runpod();
    expect(await provider.status(await accepted(provider), signal)).toEqual({ state: 'running' });
  });

  it('takes no id that could lead elsewhere', async () => {
    answerTo(/\/run$/, { status: 200, json: { id: '../cancel/x', status: 'IN_QUEUE' } });
    expect(
      await runpod().submit('job-1', REQUEST, await runpod().upload(samples.inputs, signal), signal),
    ).toEqual({ kind: 'unknown' });
  });
});

describe("RunPod's failures", () => {
  const NO_BODY = 'Image recognition failed. No complete upper body detected in the image.';
  it.each<[string, RunpodFailure, FailureCode]>([
    ['a text with JSON at its end', upstream(NO_BODY), 'no-person-in-image'],
    [
      'a text with braces and JSON at its end',
      { kind: 'failed', error: 'task {7} failed: {"code":1301,"message":"no"}' },
      'content-refused',
    ],
    ['JSON alone', { kind: 'failed', error: '{"code":"1303"}' }, 'provider-busy'],
    ['a plain text', { kind: 'failed', error: 'worker died {' }, 'provider-down'],
    ['an output with an error', { kind: 'failed-output', output: { error: NO_BODY } }, 'no-person-in-image'],
    ['nothing at all', { kind: 'failed-output', output: undefined }, 'provider-down'],
    ['an error inside the output while it runs', { kind: 'hidden', error: NO_BODY }, 'no-person-in-image'],
    ['an object as error while it runs', { kind: 'hidden', error: { code: 1301 } }, 'content-refused'],
    [
      'an error inside the output of a success',
      { kind: 'completed-error', error: NO_BODY },
      'no-person-in-image',
    ],
    ['a time-out', { kind: 'timed-out' }, 'timed-out'],
  ])('are told from %s', async (_, failure, code) => {
    sim.jobs.next({ failure });
    const provider = runpod();
    expect(await provider.status(await accepted(provider), signal)).toEqual({
      state: 'failed',
      failure: code,
      costMicros: 0,
    });
  });

  it('a success whose video does not come is given up, and counted as billed', async () => {
    const provider = runpod();
    const operation = await accepted(provider);
    answerTo(/\/status\//, { status: 200, json: { id: 'x', status: 'COMPLETED', output: {} } }, 9);
    for (let looks = 0; looks < 4; looks += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow();
    expect(await provider.status(operation, signal)).toEqual({
      state: 'failed',
      failure: 'result-lost',
      costMicros: 420_000,
    });
  });

  it('a render that takes longer than ten minutes is not stopped', async () => {
    sim.jobs.next({ runMs: 12 * 60_000 });
    const provider = runpod();
    const operation = await accepted(provider);
    await time.advance(12 * 60_000 + 1);
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });
});

describe('what becomes of a job by what RunPod answers', () => {
  const MP4 = 'https://video.runpod.ai/abc123/output.mp4';
  const said = (status: string, fields: object = {}) => ({
    status: 200,
    json: { id: 'x-u1', status, ...fields },
  });
  const video = (costMicros: number): Fate =>
    stands({ state: 'completed', result: { kind: 'url', url: MP4 }, costMicros });
  const LOST = 420_000;
  const KLING = 'Error submitting task: 400, {"code":1301,"message":"no"}';

  const ANSWERS: [what: string, answer: Exclude<FaultKind, string>, fate: Fate][] = [
    ['a job in the queue waits', said('IN_QUEUE'), stands({ state: 'queued' })],
    ['a job in progress runs', said('IN_PROGRESS', { delayTime: 25 }), stands({ state: 'running' })],
    ['a job that is running runs', said('RUNNING'), stands({ state: 'running' })],
    [
      'an error that hides in a job in progress is its end',
      said('IN_PROGRESS', { output: { error: KLING } }),
      failed('content-refused'),
    ],
    ['a video with its cost', said('COMPLETED', { output: { video_url: MP4, cost: 0.63 } }), video(630_000)],
    [
      'a video without a cost is billed as quoted',
      said('COMPLETED', { output: { video_url: MP4 } }),
      video(LOST),
    ],
    ['a video as a bare address', said('COMPLETED', { output: MP4 }), video(LOST)],
    ['a video as a result', said('COMPLETED', { output: { result: MP4 } }), video(LOST)],
    ['a video as an address', said('COMPLETED', { output: { url: MP4 } }), video(LOST)],
    [
      'an error in a finished job',
      said('COMPLETED', { output: { error: KLING } }),
      failed('content-refused'),
    ],
    [
      'a finished job without a video may be late; then it is lost, and counted as billed',
      said('COMPLETED', { output: {} }),
      failed('result-lost', 5, LOST),
    ],
    ['a failure with JSON at its end', said('FAILED', { error: KLING }), failed('content-refused')],
    [
      'a failure in words of Kling',
      said('FAILED', { error: 'Image recognition failed. No complete upper body detected in the image.' }),
      failed('no-person-in-image'),
    ],
    ['a failure in its output', said('FAILED', { output: { error: KLING } }), failed('content-refused')],
    ['a failure without a word', said('FAILED'), failed('provider-down')],
    ['a failure as an object', said('FAILED', { error: { code: 1303 } }), failed('provider-busy')],
    ['a job that took too long', said('TIMED_OUT'), failed('timed-out')],
    ['a job that was cancelled', said('CANCELLED'), cancelled],
    ['a state that nobody has met is asked again', said('PAUSED'), 'asked again'],
    [
      'a state that nobody has met with an error is the end the second time',
      said('EXPIRED', { error: KLING }),
      failed('content-refused', 2),
    ],
    [
      'a state that nobody has met with an error in its output is the end the second time',
      said('ABORTED', { output: { error: 'no' } }),
      failed('provider-down', 2),
    ],
    [
      'a state that nobody has met with a video is its end',
      said('ARCHIVED', { output: { video_url: MP4 } }),
      video(LOST),
    ],
    [
      'a job that is not known is lost in the end, and counted as billed',
      NO_JOB,
      failed('result-lost', 5, LOST),
    ],
    [
      'a job that is gone is lost in the end, and counted as billed',
      { status: 410, json: { detail: 'gone' } },
      failed('result-lost', 5, LOST),
    ],
    [
      'an endpoint that is gone says nothing of the job',
      { status: 404, text: 'endpoint not found' },
      'asked again',
    ],
    ['an answer that is no JSON says nothing of the job', { status: 200, text: 'ok' }, 'asked again'],
    ...[400, 401, 402, 403, 422, 429, 500, 502, 503].map(
      (status): [string, Exclude<FaultKind, string>, Fate] => [
        `status ${status} says nothing of the job`,
        { status, json: { error: 'no' } },
        'asked again',
      ],
    ),
  ];

  it.each(ANSWERS)('%s', async (_, answer, fate) => {
    const provider = runpod();
    const operation = await accepted(provider);
    await time.advance(10 * 60_000);
    answerTo(/\/status\//, answer, 99);
    expect(await fateOf(provider, operation, time)).toEqual(fate);
    expect(sim.requestsTo('POST', /\/run$/)).toHaveLength(1);
  });
});

describe('a job that RunPod does not know', () => {
  it('is too new to be known, for a while', async () => {
    sim.unknownForMs = 100_000;
    const provider = runpod();
    const operation = await accepted(provider);
    for (let look = 0; look < 9; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow();
    await time.advance(100_000);
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });

  it('is lost once RunPod kept it no longer, and counted as billed', async () => {
    const provider = runpod();
    const operation = await accepted(provider);
    await time.advance(31 * 60_000);
    for (let look = 0; look < 4; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow();
    expect(await provider.status(operation, signal)).toEqual({
      state: 'failed',
      failure: 'result-lost',
      costMicros: 420_000,
    });
    expect(await provider.cancel(operation, signal)).toBe('too-late');
  });

  it('is not lost because the endpoint is gone', async () => {
    const provider = runpod();
    const operation = await accepted(provider);
    await time.advance(10 * 60_000);
    sim.listed = false;
    for (let look = 0; look < 9; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('404');
    expect(troubles.at(-1)?.kind).toBe('endpoint-gone');
    sim.listed = true;
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });
});

describe("what only RunPod's account holder can put right", () => {
  it.each([
    [{ status: 401, text: 'no token provided' }, 'provider-down', 'bad-key'],
    [{ status: 402, json: { error: 'insufficient balance' } }, 'provider-out-of-balance', 'out-of-balance'],
    [{ status: 404, text: 'endpoint not found' }, 'provider-down', 'endpoint-gone'],
    [{ status: 404, json: { detail: 'endpoint not found' } }, 'provider-down', 'endpoint-gone'],
  ] as const)('the submit answered %j', async (how, failure, kind) => {
    answerTo(/\/run$/, how);
    const provider = runpod();
    const uploaded = await provider.upload(samples.inputs, signal);
    expect(await provider.submit('job-1', REQUEST, uploaded, signal)).toEqual({ kind: 'refused', failure });
    expect(troubles).toEqual([{ kind, message: expect.any(String) }]);
    await accepted(provider);
    expect(troubles.at(-1)).toBeUndefined();
  });

  it('a job that is not known is no trouble', async () => {
    const provider = runpod();
    const operation = await accepted(provider);
    answerTo(/\/status\//, NO_JOB);
    await expect(provider.status(operation, signal)).rejects.toThrow();
    expect(troubles).toEqual([undefined]);
  });
});

describe("RunPod's webhook", () => {
  it('is asked for in the submit, and its body only says which job to look at', async () => {
    const provider = runpod({ webhookUrl: (jobId) => `https://bot.example/hooks/runpod/${jobId}` });
    const operation = await accepted(provider);
    expect(sim.requests[0]?.json).toMatchObject({ webhook: 'https://bot.example/hooks/runpod/job-1' });
    const body = Buffer.from(
      JSON.stringify({ id: operation.id, status: 'COMPLETED', output: 'https://evil.example/v.mp4' }),
    );
    expect(await provider.parseWebhook?.({}, body)).toEqual({
      kind: 'operation',
      operation: { id: operation.id },
    });
    for (const odd of ['', '{', '{"id":"../x"}', '[]'])
      expect(await provider.parseWebhook?.({}, Buffer.from(odd))).toEqual({ kind: 'look' });
  });
});
