import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Operation, RenderRequest } from '../../src/core/job.ts';
import type { Provider, ProviderTrouble } from '../../src/core/ports.ts';
import { UploadRefused } from '../../src/core/upload-refused.ts';
import { createFal, type FalOptions } from '../../src/providers/fal/fal.ts';
import falRequest from '../fixtures/providers/fal-request.json' with { type: 'json' };
import falResult from '../fixtures/providers/fal-result.json' with { type: 'json' };
import { type FalSim, startFal } from '../simulators/fal.ts';
import { modelError, requestError } from '../simulators/fal-errors.ts';
import type { FaultKind } from '../simulators/provider-sim.ts';
import { manualTime } from '../simulators/sim-time.ts';
import { type SampleFiles, sampleFiles, silent } from './subject.ts';

const signal = new AbortController().signal;
const REQUEST: RenderRequest = { quality: 'standard', orientation: 'video', sound: true, clipSeconds: 3 };
const UPLOADED = { image: falRequest.image_url, clip: falRequest.video_url };

let time: ReturnType<typeof manualTime>;
let sim: FalSim;
let files: SampleFiles;
let troubles: (ProviderTrouble | undefined)[];
let opened: Provider[];

beforeEach(async () => {
  time = manualTime();
  sim = await startFal({ time });
  sim.jobs.always({ queueMs: 0, runMs: 0, seconds: 3 });
  files = await sampleFiles();
  troubles = [];
  opened = [];
});

afterEach(async () => {
  for (const provider of opened) await provider.stop?.();
  await sim.close();
});

function fal(options: Partial<FalOptions> = {}): Provider {
  const urls = { queueUrl: sim.url, restUrl: sim.url, apiUrl: sim.url };
  const provider = createFal({
    key: sim.key,
    ...urls,
    pathOf: files.pathOf,
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
    await provider.upload(files.inputs, signal),
    signal,
  );
  if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
  return outcome.operation;
}

const answerTo = (path: RegExp, how: FaultKind, times = 1) => sim.fault({ path, how, times });

describe("fal.ai's wire", () => {
  it("sends the body of fal.ai's own example, to the whole path, with the key in its scheme", async () => {
    await fal().submit('job-1', { ...REQUEST, prompt: falRequest.prompt }, UPLOADED, signal);
    const [sent] = sim.requestsTo('POST', /motion-control$/);
    expect(sent?.path).toBe('/fal-ai/kling-video/v2.6/standard/motion-control');
    expect(sent?.json).toEqual(falRequest);
    expect(sent?.headers.authorization).toBe(`Key ${sim.key}`);
    expect(sent?.query.has('fal_webhook')).toBe(false);
  });

  it('leaves out what it does not take, and says so in its capabilities', async () => {
    await fal().submit('job-1', { ...REQUEST, sound: false, negativePrompt: 'rain' }, UPLOADED, signal);
    expect(sim.requestsTo('POST', /motion-control$/)[0]?.json).toEqual({
      image_url: UPLOADED.image,
      video_url: UPLOADED.clip,
      keep_original_sound: false,
      character_orientation: 'video',
    });
    expect(fal().capabilities.negativePrompt).toBe(false);
  });

  it('renders pro at the other endpoint, at its price', async () => {
    const provider = fal();
    const request = { ...REQUEST, quality: 'pro' as const };
    const operation = await accepted(provider, request);
    expect(sim.requestsTo('POST', /v2\.6\/pro\/motion-control$/)).toHaveLength(1);
    for (const [clipSeconds, micros] of [
      [3, 336_000],
      [9, 1_008_000],
      [30, 3_360_000],
    ] as const) {
      expect((await provider.quote({ ...request, clipSeconds }))?.micros).toBe(micros);
    }
    expect(await provider.status(operation, signal)).toMatchObject({
      state: 'completed',
      costMicros: 336_000,
    });
  });

  it("reads fal.ai's own example of a result", async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/response$/, { status: 200, json: falResult });
    expect(await provider.status(operation, signal)).toEqual({
      state: 'completed',
      result: { kind: 'url', url: falResult.video.url },
    });
    // fal.ai counted nothing there, so the seconds of the video that came are what it bills.
    expect(provider.costOf?.(REQUEST, 7)).toBe(490_000);
  });

  it('asks only the addresses that the submit answered with', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    await provider.status(operation, signal);
    await provider.cancel(operation, signal);
    const base = `/fal-ai/kling-video/requests/${operation.requestId}`;
    const asked = sim.requests
      .map(({ method, path }) => `${method} ${path}`)
      .filter((line) => line.includes('/requests/'));
    expect(asked).toEqual([`GET ${base}/status`, `GET ${base}/response`, `PUT ${base}/cancel`]);
  });

  it('asks no other host, whatever the submit answered', async () => {
    const elsewhere = 'https://queue.fal.example/requests/x';
    answerTo(/motion-control$/, {
      status: 200,
      json: {
        request_id: 'abc',
        status: 'IN_QUEUE',
        status_url: `${elsewhere}/status`,
        response_url: elsewhere,
        cancel_url: 'nonsense',
      },
    });
    const provider = fal();
    const outcome = await provider.submit('job-1', REQUEST, UPLOADED, signal);
    // It is paid for, so it is kept, under the address that we know.
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    await expect(provider.status(outcome.operation, signal)).rejects.toThrow('404');
    await provider.cancel(outcome.operation, signal);
    expect(sim.requests.slice(-2).map(({ path }) => path)).toEqual([
      '/fal-ai/kling-video/requests/abc/status',
      '/fal-ai/kling-video/requests/abc/cancel',
    ]);
  });

  it('takes no id that could lead elsewhere', async () => {
    answerTo(/motion-control$/, { status: 200, json: { request_id: '../../secrets' } });
    expect(await fal().submit('job-1', REQUEST, UPLOADED, signal)).toEqual({ kind: 'unknown' });
  });

  it('works behind an address with a path of its own', async () => {
    const provider = fal({ queueUrl: `${sim.url}/prefix` });
    expect(await provider.submit('job-1', REQUEST, UPLOADED, signal)).toMatchObject({ kind: 'refused' });
    expect(sim.requestsTo('POST', /motion-control$/)[0]?.path).toMatch(/^\/prefix\/fal-ai\//);
  });

  it('tells the place in the queue from one on', async () => {
    sim.jobs.next({ queueMs: 10_000, ahead: 2 });
    const provider = fal();
    const operation = await accepted(provider);
    expect(await provider.status(operation, signal)).toEqual({ state: 'queued', position: 3 });
    await time.advance(5_000);
    expect(await provider.status(operation, signal)).toEqual({ state: 'queued', position: 2 });
  });
});

describe("fal.ai's storage", () => {
  it('gets the bytes with their type and an expiry, and the signed address gets no key', async () => {
    const uploaded = await fal().upload(files.inputs, signal);
    const stored = sim.uploads.get(new URL(uploaded.clip).pathname);
    expect(stored?.bytes.length).toBe(files.inputs.clip.bytes);
    expect(stored?.type).toBe('video/mp4');
    expect(JSON.parse(stored?.lifecycle ?? '')).toEqual({ expiration_duration_seconds: 86_400 });
    expect(sim.requestsTo('PUT', /^\/upload/).map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('gets a file above 90 MiB in parts of 10 MiB', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'strut-fal-'));
    const path = join(folder, 'clip.mp4');
    const bytes = 91 * 1024 * 1024 + 5;
    await writeFile(path, 'a large clip');
    await truncate(path, bytes);
    const inputs = { ...files.inputs, clip: { ...files.inputs.clip, key: 'large', bytes } };
    const pathOf: FalOptions['pathOf'] = (file) => (file.key === 'large' ? path : files.pathOf(file));
    const uploaded = await fal({ pathOf }).upload(inputs, signal);
    await rm(folder, { recursive: true });
    const stored = sim.uploads.get(new URL(uploaded.clip).pathname);
    expect(stored?.parts.size).toBe(10);
    expect(stored?.bytes.length).toBe(bytes);
    expect(stored?.bytes.subarray(0, 12).toString()).toBe('a large clip');
  });

  it.each([
    [401, undefined, 'provider-down', 'bad-key'],
    [
      403,
      {
        detail: 'User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.',
      },
      'provider-out-of-balance',
      'out-of-balance',
    ],
  ])(
    'says that a refusal with status %i can only be put right by the operator',
    async (status, json, failure, kind) => {
      answerTo(/initiate/, { status, json }, 2);
      const error = await fal()
        .upload(files.inputs, signal)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UploadRefused);
      expect(error).toMatchObject({ failure });
      expect(troubles[0]?.kind).toBe(kind);
    },
  );

  it.each([429, 500, 503])('takes status %i for passing trouble', async (status) => {
    answerTo(/initiate/, { status }, 2);
    const error = await fal()
      .upload(files.inputs, signal)
      .catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(UploadRefused);
  });

  it('puts no file at a private address that an answer names', async () => {
    const json = { upload_url: 'http://127.0.0.1:9/internal', file_url: 'https://v3.fal.media/a.png' };
    answerTo(/initiate/, { status: 200, json }, 2);
    await expect(fal().upload(files.inputs, signal)).rejects.toThrow('ERR_NOT_PUBLIC');
  });
});

describe("fal.ai's prices", () => {
  it('are read from its pricing API, and the quote says so', async () => {
    sim.prices.set('fal-ai/kling-video/v2.6/standard/motion-control', 0.08);
    expect(await fal().quote(REQUEST)).toEqual({ micros: 240_000, notes: [], priceFrom: 'provider' });
    expect(sim.requestsTo('GET', /pricing$/)).toHaveLength(1);
  });

  it('are read again after a day', async () => {
    const provider = fal();
    await provider.quote(REQUEST);
    sim.prices.set('fal-ai/kling-video/v2.6/standard/motion-control', 0.1);
    expect((await provider.quote(REQUEST))?.micros).toBe(210_000);
    await time.advance(24 * 3_600_000);
    expect((await provider.quote(REQUEST))?.micros).toBe(300_000);
  });

  it.each<[string, FaultKind]>([
    ['fails', { status: 500 }],
    ['is refused', { status: 401 }],
    ['knows no price', { status: 200, json: { prices: [] } }],
    [
      'counts in something else',
      {
        status: 200,
        json: { prices: [{ endpoint_id: 'x', unit_price: 1, unit: 'images', currency: 'USD' }] },
      },
    ],
    ['is cut', { cutAfterBytes: 5 }],
  ])('are those of our own table when the pricing API %s', async (_, how) => {
    answerTo(/pricing$/, how, 9);
    const provider = fal();
    expect(await provider.quote(REQUEST)).toEqual({ micros: 210_000, notes: [], priceFrom: 'built-in' });
    await provider.quote(REQUEST);
    expect(sim.requestsTo('GET', /pricing$/)).toHaveLength(1);
  });
});

describe("fal.ai's hidden failures", () => {
  const failures = [
    ['content_policy_violation', 'image_url', 'content-refused'],
    ['image_too_small', 'image_url', 'image-rejected'],
    ['image_too_large', 'image_url', 'image-rejected'],
    ['image_aspect_ratio_error', 'image_url', 'image-rejected'],
    ['image_load_error', 'image_url', 'image-rejected'],
    ['unsupported_image_format', 'image_url', 'image-rejected'],
    ['face_detection_error', 'image_url', 'no-person-in-image'],
    ['face_detection_error', 'video_url', 'no-person-in-clip'],
    ['file_download_error', 'video_url', 'provider-down'],
    ['file_too_large', 'video_url', 'clip-rejected'],
    ['file_too_large', 'image_url', 'image-rejected'],
    ['video_duration_too_long', 'video_url', 'clip-rejected'],
    ['video_duration_too_short', 'video_url', 'clip-rejected'],
    ['unsupported_video_format', 'video_url', 'clip-rejected'],
    ['value_error.missing', 'video_url', 'clip-rejected'],
    ['never_seen_before', 'seed', 'provider-down'],
  ] as const;

  it.each(failures)('%s at %s is told as %s', async (type, field, failure) => {
    sim.jobs.next({ failure: modelError(type, field) });
    const provider = fal();
    expect(await provider.status(await accepted(provider), signal)).toEqual({
      state: 'failed',
      failure,
      costMicros: 0,
    });
  });

  it.each([
    [
      'Image recognition failed. No complete upper body detected in the image.',
      'video_url',
      'no-person-in-image',
    ],
    ['No complete upper body detected in the video', 'image_url', 'no-person-in-clip'],
    ['No complete upper body detected', 'image_url', 'no-person-in-image'],
    ['No complete upper body detected', 'video_url', 'no-person-in-clip'],
    [
      'The input was rejected, The character in the reference image or the first frame of the motion video is invalid.',
      'prompt',
      'image-rejected',
    ],
  ])('Kling saying “%s” at %s is told as %s', async (msg, field, failure) => {
    sim.jobs.next({ failure: modelError('value_error', field, { msg }) });
    const provider = fal();
    expect(await provider.status(await accepted(provider), signal)).toMatchObject({
      state: 'failed',
      failure,
    });
  });

  it.each([
    ['request_timeout', 'timed-out'],
    ['startup_timeout', 'provider-busy'],
    ['runner_scheduling_failure', 'provider-busy'],
    ['runner_connection_timeout', 'provider-down'],
    ['runner_disconnected', 'provider-down'],
    ['runner_connection_refused', 'provider-down'],
    ['runner_connection_error', 'provider-down'],
    ['runner_incomplete_response', 'provider-down'],
    ['runner_server_error', 'provider-down'],
    ['internal_error', 'provider-down'],
    ['bad_request', 'provider-down'],
  ] as const)('the type %s in the status is told as %s', async (type, failure) => {
    sim.jobs.next({ failure: requestError(type) });
    const provider = fal();
    expect(await provider.status(await accepted(provider), signal)).toEqual({
      state: 'failed',
      failure,
      costMicros: 0,
    });
  });

  it('a failure told by the status only as text is looked up in the result', async () => {
    sim.jobs.next({
      failure: {
        on: 'status',
        error: 'Invalid status code: 422',
        result: modelErrorResult('content_policy_violation', 'image_url'),
      },
    });
    const provider = fal();
    expect(await provider.status(await accepted(provider), signal)).toMatchObject({
      failure: 'content-refused',
    });
  });

  it('units that were billed for a failure are its cost', async () => {
    const failure = modelError('content_policy_violation', 'image_url');
    if (failure.on !== 'result') throw new Error();
    sim.jobs.next({ failure: { ...failure, headers: { 'x-fal-billable-units': '2.5' } } });
    const provider = fal();
    expect(await provider.status(await accepted(provider), signal)).toMatchObject({
      state: 'failed',
      costMicros: 175_000,
    });
  });

  it('a result that the model answered with 5xx is believed when it keeps coming', async () => {
    sim.jobs.next({ failure: modelError('downstream_service_error', 'body') });
    const provider = fal();
    const operation = await accepted(provider);
    for (let look = 0; look < 4; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('completed');
    expect(await provider.status(operation, signal)).toEqual({
      state: 'failed',
      failure: 'provider-down',
      costMicros: 0,
    });
  });

  it('a result that answers 5xx without a word is asked for as long as it takes', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/response$/, { status: 502, text: '<html>nginx</html>' }, 50);
    for (let look = 0; look < 50; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('502');
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });

  it('a result asked for too early is asked for again', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/response$/, { status: 400, json: { detail: 'Request is still in progress' } }, 20);
    for (let look = 0; look < 20; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('400');
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });

  it('a finished request without a video is given up only after several looks, and counted as billed', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/response$/, { status: 200, json: { video: null } }, 9);
    for (let look = 0; look < 4; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow();
    expect(await provider.status(operation, signal)).toEqual({
      state: 'failed',
      failure: 'result-lost',
      costMicros: 210_000,
    });
  });
});

describe('a request that fal.ai does not know', () => {
  it('may be too new to be known; later it is lost, after several looks, and counted as billed', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/status$/, { status: 404 }, 99);
    for (let look = 0; look < 9; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('404');
    await time.advance(61_000);
    for (let look = 0; look < 4; look += 1)
      await expect(provider.status(operation, signal)).rejects.toThrow('404');
    expect(await provider.status(operation, signal)).toEqual({
      state: 'failed',
      failure: 'result-lost',
      costMicros: 210_000,
    });
  });

  it('is never taken for one of ours when only a webhook named it', async () => {
    const provider = fal();
    await time.advance(3_600_000);
    for (let look = 0; look < 9; look += 1)
      await expect(provider.status({ requestId: 'stranger' }, signal)).rejects.toThrow('404');
  });
});

describe("what only fal.ai's account holder can put right", () => {
  it.each([
    [401, { detail: 'Invalid authentication credentials.' }, 'provider-down', 'bad-key'],
    [402, {}, 'provider-out-of-balance', 'out-of-balance'],
    [403, { detail: 'User is locked. Reason: TOP_UP.' }, 'provider-out-of-balance', 'out-of-balance'],
    [403, { detail: 'Missing scope' }, 'provider-down', 'bad-key'],
    [404, { detail: 'Application not found' }, 'provider-down', 'endpoint-gone'],
  ] as const)('status %i at the submit switches it off: %j', async (status, json, failure, kind) => {
    answerTo(/motion-control$/, { status, json });
    expect(await fal().submit('job-1', REQUEST, UPLOADED, signal)).toEqual({ kind: 'refused', failure });
    expect(troubles).toEqual([{ kind, message: expect.not.stringContaining('secret') }]);
  });

  it('is forgotten when a job is taken again', async () => {
    await accepted(fal());
    expect(troubles).toEqual([undefined]);
  });

  it('a locked account is told from a status call too, and the job goes on', async () => {
    const provider = fal();
    const operation = await accepted(provider);
    answerTo(/\/status$/, { status: 403, json: { detail: 'User is locked. Reason: Exhausted balance.' } });
    await expect(provider.status(operation, signal)).rejects.toThrow('403');
    expect(troubles.at(-1)?.kind).toBe('out-of-balance');
    expect(await provider.status(operation, signal)).toMatchObject({ state: 'completed' });
  });

  it('a busy fal.ai is no trouble of ours', async () => {
    answerTo(/motion-control$/, { status: 429 });
    expect(await fal().submit('job-1', REQUEST, UPLOADED, signal)).toEqual({
      kind: 'refused',
      failure: 'provider-busy',
    });
    expect(troubles).toEqual([]);
  });
});

function modelErrorResult(type: string, field: string) {
  const failure = modelError(type, field);
  if (failure.on !== 'result') throw new Error();
  return { status: failure.status, json: failure.json };
}
