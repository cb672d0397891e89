import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../simulators/provider-sim.ts';
import { UploadRefused } from '../../src/core/ports.ts';
import type { FalOptions } from '../../src/providers/fal/fal.ts';
import falRequest from '../fixtures/providers/fal-request.json' with { type: 'json' };
import falResult from '../fixtures/providers/fal-result.json' with { type: 'json' };
import {
  accepted,
  answerTo,
  eachWithSim,
  fal,
  files,
  REQUEST,
  signal,
  sim,
  time,
  troubles,
  UPLOADED,
} from './fal-subject.ts';

eachWithSim();

describe("fal.ai's wire", () => {
  it("sends the body of fal.ai's own example, to the whole path, with the key in its scheme", async () => {
    await fal().submit('job-1', { ...REQUEST, prompt: falRequest.prompt }, UPLOADED, signal);
    const [sent] = sim.requestsTo('POST', /motion-control$/);
    expect(sent?.path).toBe('/fal-ai/kling-video/v2.6/standard/motion-control');
    expect(sent?.json).toEqual(falRequest);
    expect(sent?.headers.authorization).toBe(`Key ${sim.key}`);
    // The video is not to lie there for ever.
    expect(JSON.parse(sent?.headers['x-fal-object-lifecycle-preference'] ?? '{}')).toEqual({
      expiration_duration_seconds: 604_800,
    });
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

  it('asks for the low priority only of what may be relaxed, and for none otherwise', async () => {
    await fal().submit('job-1', REQUEST, UPLOADED, signal);
    await fal().submit('job-2', { ...REQUEST, speed: 'relaxed' }, UPLOADED, signal);
    const sent = sim.requestsTo('POST', /motion-control$/);
    expect(sent.map(({ headers }) => headers['x-fal-queue-priority'])).toEqual([undefined, 'low']);
    expect(sent[0]?.json).toEqual(sent[1]?.json);
    const price = await fal().quote(REQUEST);
    expect(await fal().quote({ ...REQUEST, speed: 'relaxed' })).toEqual(price);
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
    const pathOf: FalOptions['pathOf'] = async (file) => (file.key === 'large' ? path : files.pathOf(file));
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
