/** The providers' own clients work against the simulators unchanged, so these are not made to fit our clients alone. */
import { readFile } from 'node:fs/promises';
import { ApiError, createFalClient, type FalClient, ValidationError } from '@fal-ai/client';
import runpodSdk from 'runpod-sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleClip, sampleImage } from '../../test/samples.ts';
import { type FalSim, startFal } from '../fal.ts';
import { modelError } from '../fal-errors.ts';
import { RUNPOD_ENDPOINT, type RunpodSim, startRunpod } from '../runpod.ts';
import { manualTime } from '../sim-time.ts';

const MODEL = 'fal-ai/kling-video/v2.6/standard/motion-control';
const AT_ONCE = { queueMs: 0, runMs: 0 };

let time: ReturnType<typeof manualTime>;
let falSim: FalSim;
let runpodSim: RunpodSim;

beforeEach(async () => {
  time = manualTime();
  falSim = await startFal({ time });
  falSim.jobs.always(AT_ONCE);
  runpodSim = await startRunpod();
  runpodSim.jobs.always(AT_ONCE);
});
afterEach(async () => {
  await falSim.close();
  await runpodSim.close();
});

describe('@fal-ai/client', () => {
  /** It knows no other hosts than its own; only they are replaced, under its own fetch. */
  const client = (credentials = falSim.key): FalClient =>
    createFalClient({
      credentials,
      fetch: ((input: string | URL, init?: RequestInit) =>
        fetch(
          String(input).replace(/^https:\/\/(queue\.fal\.run|rest\.fal\.ai|fal\.run)/, falSim.url),
          init,
        )) as typeof fetch,
      suppressLocalCredentialsWarning: true,
    });

  async function input(fal: FalClient) {
    const file = async (path: string, type: string) =>
      fal.storage.upload(new File([await readFile(path)], `input.${type.split('/')[1]}`, { type }));
    return {
      image_url: await file(await sampleImage(), 'image/jpeg'),
      video_url: await file(await sampleClip(), 'video/mp4'),
      character_orientation: 'video' as const,
    };
  }

  it('uploads, submits, follows and fetches a real video as long as the clip', async () => {
    const fal = client();
    const states: string[] = [];
    falSim.jobs.next({ queueMs: 1_000, runMs: 1_000 });
    const { data, requestId } = await fal.subscribe(MODEL, {
      input: { ...(await input(fal)), keep_original_sound: true },
      pollInterval: 10,
      logs: true,
      onQueueUpdate: ({ status }) => {
        states.push(status);
        void time.advance(1_000);
      },
    });
    expect(states).toEqual(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED']);
    const answer = await fetch(data.video.url);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    expect(bytes.length).toBe(data.video.file_size);
    const { secondsOf } = await import('../sim-video.ts');
    expect(await secondsOf(bytes)).toBeCloseTo(3, 1);
    expect(await falSim.billed(requestId)).toBeCloseTo(0.21);
  });

  it('follows the status as a stream too', async () => {
    const fal = client();
    const { request_id: requestId } = await fal.queue.submit(MODEL, { input: await input(fal) });
    const status = await fal.queue.subscribeToStatus(MODEL, { requestId, mode: 'streaming' });
    expect(status.status).toBe('COMPLETED');
  });

  it('reads a hidden failure as the validation error that it is', async () => {
    const fal = client();
    falSim.jobs.next({ failure: modelError('content_policy_violation', 'image_url') });
    const error = await fal
      .subscribe(MODEL, { input: await input(fal), pollInterval: 10 })
      .catch((thrown: unknown) => thrown);
    if (!(error instanceof ValidationError)) throw error;
    expect(error.status).toBe(422);
    expect(error.fieldErrors[0]?.type).toBe('content_policy_violation');
  });

  it('cancels, and is told when that is too late', async () => {
    const fal = client();
    falSim.jobs.next({ queueMs: 60_000 });
    const { request_id: requestId } = await fal.queue.submit(MODEL, { input: await input(fal) });
    await fal.queue.cancel(MODEL, { requestId });
    expect((await fal.queue.status(MODEL, { requestId })).status).toBe('COMPLETED');
    await expect(fal.queue.cancel(MODEL, { requestId })).rejects.toThrow(ApiError);
  });

  it('is refused with another key', async () => {
    await expect(
      client('other:key').queue.submit(MODEL, {
        input: { image_url: 'x', video_url: 'y', character_orientation: 'video' },
      }),
    ).rejects.toMatchObject({ status: 401 });
  });
});

describe('runpod-sdk', () => {
  async function endpoint(key = runpodSim.key) {
    const found = runpodSdk(key, { baseUrl: `${runpodSim.url}/v2` }).endpoint(RUNPOD_ENDPOINT);
    if (!found) throw new Error('no endpoint');
    return found;
  }

  async function input() {
    const fal = createFalClient({
      credentials: falSim.key,
      fetch: ((url: string | URL, init?: RequestInit) =>
        fetch(String(url).replace('https://rest.fal.ai', falSim.url), init)) as typeof fetch,
    });
    return {
      image: await fal.storage.upload(
        new File([await readFile(await sampleImage())], 'a.jpg', { type: 'image/jpeg' }),
      ),
      video: await fal.storage.upload(
        new File([await readFile(await sampleClip())], 'a.mp4', { type: 'video/mp4' }),
      ),
      character_orientation: 'video',
    };
  }

  it('runs a job and follows it to its video and its cost', async () => {
    const runpod = await endpoint();
    const job = await runpod.run({ input: await input() });
    expect(job).toMatchObject({ status: 'IN_QUEUE' });
    const result = await runpod.statusSync(job.id, 5_000);
    expect(result).toMatchObject({ status: 'COMPLETED', completed: true, succeeded: true });
    // The SDK's types leave the output out.
    const { output } = result as unknown as { output: { cost: number; video_url: string } };
    expect(output.cost).toBe(0.21);
    expect((await fetch(output.video_url)).ok).toBe(true);
  });

  it('runs one in a single call', async () => {
    const runpod = await endpoint();
    expect(await runpod.runSync({ input: await input() }, 5_000)).toMatchObject({
      status: 'COMPLETED',
      succeeded: true,
    });
  });

  it('cancels, and asks how the endpoint is', async () => {
    const runpod = await endpoint();
    runpodSim.jobs.next({ queueMs: 60_000 });
    const job = await runpod.run({ input: await input() });
    expect(await runpod.cancel(job.id)).toMatchObject({ status: 'CANCELLED' });
    expect(await runpod.health()).toMatchObject({ jobs: { inQueue: 0 } });
  });

  it('is refused with another key', async () => {
    await expect((await endpoint('other')).health()).rejects.toThrow();
  });
});
