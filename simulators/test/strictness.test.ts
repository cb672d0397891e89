/** The simulators find fault where the real ones do, and in their way. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleClip, sampleImage } from '../../test/samples.ts';
import { serveFiles } from '../../test/serve-files.ts';
import { type FalSim, startFal } from '../fal.ts';
import { type KlingSim, startKling } from '../kling.ts';
import { type RuncomfySim, startRuncomfy } from '../runcomfy.ts';
import { type RunpodSim, startRunpod } from '../runpod.ts';

let closers: (() => Promise<unknown>)[];
let fal: FalSim;
let runpod: RunpodSim;
let runcomfy: RuncomfySim;
let kling: KlingSim;
let files: { url(path: string): string };

beforeEach(async () => {
  const served = await serveFiles();
  files = served;
  fal = await startFal();
  runpod = await startRunpod();
  runcomfy = await startRuncomfy();
  kling = await startKling();
  for (const { jobs } of [fal, runpod, runcomfy, kling]) jobs.always({ queueMs: 0, runMs: 0 });
  closers = [fal.close, runpod.close, runcomfy.close, kling.close, served.close];
});
afterEach(async () => {
  for (const close of closers) await close();
});

type Input = Record<string, unknown>;

async function good(seconds = 3): Promise<{ image: string; clip: string }> {
  return { image: files.url(await sampleImage()), clip: files.url(await sampleClip({ seconds, fps: 5 })) };
}

async function call(url: string, authorization: string | undefined, body?: unknown) {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: authorization ? { authorization } : {},
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json().catch(() => undefined)) as Input | undefined };
}

/** What the result of such a job says. */
async function viaFal(input: Input) {
  const auth = `Key ${fal.key}`;
  const { json } = await call(`${fal.url}/fal-ai/kling-video/v2.6/standard/motion-control`, auth, input);
  return call(String(json?.response_url), auth);
}
async function viaRunpod(input: Input) {
  const base = `${runpod.url}/v2/kling-v2-6-std-motion-control`;
  const { json } = await call(`${base}/run`, `Bearer ${runpod.key}`, { input });
  return call(`${base}/status/${json?.id}`, `Bearer ${runpod.key}`);
}
async function viaRuncomfy(input: Input) {
  const auth = `Bearer ${runcomfy.token}`;
  const submitted = await call(
    `${runcomfy.url}/v1/models/kling/kling-2-6/motion-control-standard`,
    auth,
    input,
  );
  return submitted.json?.result_url ? call(String(submitted.json.result_url), auth) : submitted;
}

const falInput = ({ image, clip }: { image: string; clip: string }, orientation = 'video'): Input => ({
  image_url: image,
  video_url: clip,
  character_orientation: orientation,
});

describe('the simulator of fal.ai', () => {
  it.each([
    ['an unknown field', { seed: 1 }, 'value_error.extra', 'seed'],
    ['a missing field', { video_url: undefined }, 'value_error.missing', 'video_url'],
    ['a wrong orientation', { character_orientation: 'auto' }, 'type_error.enum', 'character_orientation'],
    ['a wrong type', { keep_original_sound: 'yes' }, 'type_error.boolean', 'keep_original_sound'],
    [
      'an address that cannot be fetched',
      { image_url: 'http://127.0.0.1:1/a.png' },
      'file_download_error',
      'image_url',
    ],
  ])('takes %s and tells of it in the result', async (_, change, type, field) => {
    const { status, json } = await viaFal({ ...falInput(await good()), ...change });
    expect(status).toBe(422);
    expect(json).toMatchObject({ detail: [{ type, loc: ['body', field] }] });
  });

  it('measures the clip and the picture', async () => {
    const long = await viaFal(falInput(await good(12), 'image'));
    expect(long.json).toMatchObject({ detail: [{ type: 'video_duration_too_long' }] });
    const short = await viaFal(falInput(await good(2)));
    expect(short.json).toMatchObject({ detail: [{ type: 'video_duration_too_short' }] });
    const { clip } = await good();
    const small = await viaFal(falInput({ image: files.url(await sampleImage({ width: 299 })), clip }));
    expect(small.json).toMatchObject({ detail: [{ type: 'image_too_small' }] });
  });

  it('knows a key only in its own scheme, and the sub-path only at the submit', async () => {
    const path = '/fal-ai/kling-video/v2.6/standard/motion-control';
    expect((await call(fal.url + path, `Bearer ${fal.key}`, {})).status).toBe(401);
    expect((await call(fal.url + path, undefined, {})).status).toBe(401);
    expect((await call(`${fal.url}${path}/requests/x/status`, `Key ${fal.key}`)).status).toBe(405);
    expect((await call(`${fal.url}/fal-ai/nothing`, `Key ${fal.key}`, {})).status).toBe(404);
  });

  it('says that a result asked for too early is still in progress', async () => {
    fal.jobs.next({ runMs: 60_000 });
    expect(await viaFal(falInput(await good()))).toEqual({
      status: 400,
      json: { detail: 'Request is still in progress' },
    });
  });
});

describe('the simulator of RunPod', () => {
  it.each([
    ['an unknown field', { image_url: 'x' }],
    ['a missing field', { video: undefined }],
    ['an address that cannot be fetched', { video: 'http://127.0.0.1:1/a.mp4' }],
  ])('takes %s and fails', async (_, change) => {
    const { image, clip } = await good();
    const { json } = await viaRunpod({ image, video: clip, character_orientation: 'video', ...change });
    expect(json).toMatchObject({
      status: 'FAILED',
      error: expect.stringMatching(/^Error submitting task: \d+, \{.*\}$/),
    });
  });

  it('stops a job that takes longer than its policy allows', async () => {
    runpod.jobs.next({ runMs: 600_001 });
    const { image, clip } = await good();
    const base = `${runpod.url}/v2/kling-v2-6-std-motion-control`;
    const input = { image, video: clip, character_orientation: 'video' };
    const { json } = await call(`${base}/run`, `Bearer ${runpod.key}`, {
      input,
      policy: { executionTimeout: 5_000 },
    });
    expect(runpod.jobs.get(String(json?.id))?.script.runMs).toBe(5_000);
  });

  it('refuses no token, another one, a body without input, and an unknown endpoint', async () => {
    const base = `${runpod.url}/v2/kling-v2-6-std-motion-control`;
    expect((await call(`${base}/health`, undefined)).status).toBe(401);
    expect((await call(`${base}/health`, 'Key x')).status).toBe(401);
    expect((await call(`${base}/run`, `Bearer ${runpod.key}`, { image: 'x' })).status).toBe(400);
    expect((await call(`${base}/run`, `Bearer ${runpod.key}`, { input: {}, extra: 1 })).status).toBe(400);
    expect((await call(`${runpod.url}/v2/other/run`, `Bearer ${runpod.key}`, {})).status).toBe(404);
  });
});

describe('the simulator of RunComfy', () => {
  it.each([
    ['an unknown field', { negative_prompt: 'x' }],
    ['no prompt', { prompt: undefined }],
    ['an empty prompt', { prompt: '' }],
  ])('refuses %s at the submit', async (_, change) => {
    const { status } = await viaRuncomfy({ prompt: 'dance', ...falInput(await good()), ...change });
    expect(status).toBe(422);
  });

  it('fails when an address cannot be fetched', async () => {
    const { json } = await viaRuncomfy({
      prompt: 'dance',
      ...falInput({ ...(await good()), clip: 'http://127.0.0.1:1/a.mp4' }),
    });
    expect(json).toMatchObject({ status: 'failed' });
  });

  it('says no with a code of its own, as 400 or inside a 200', async () => {
    const url = `${runcomfy.url}/v1/requests/none/status`;
    expect(await call(url, `Key ${runcomfy.token}`)).toEqual({
      status: 400,
      json: { code: 400004, error: 'UserAccountError' },
    });
    runcomfy.errors = 'in-200';
    expect(await call(url, `Bearer ${runcomfy.token}`)).toMatchObject({
      status: 200,
      json: { error_code: 404001 },
    });
  });
});

describe('the simulator of Kling', () => {
  const bearer = () => `Bearer ${kling.key}`;
  const path = () => `${kling.url}/motion-control/kling-2.6`;
  const bodyOf = ({ image, clip }: { image: string; clip: string }, options: Input = {}) => ({
    contents: [
      { type: 'image', url: image },
      { type: 'video', url: clip },
    ],
    settings: { character_orientation: 'video' },
    options,
  });
  async function endOf(body: unknown): Promise<unknown> {
    const { json } = await call(path(), bearer(), body);
    const { id } = (json?.data ?? {}) as { id?: string };
    const asked = await call(`${kling.url}/tasks?task_ids=${id}`, bearer());
    return ((asked.json?.data ?? []) as unknown[])[0];
  }

  it.each<[string, (good: ReturnType<typeof bodyOf>) => unknown]>([
    ['an unknown field', (good) => ({ ...good, duration: 5 })],
    ['an unknown option', (good) => ({ ...good, options: { priority: 'low' } })],
    ['no clip', ({ contents: [image], ...rest }) => ({ ...rest, contents: [image] })],
    [
      'a clip in the body',
      (good) => ({
        ...good,
        contents: [good.contents[0], { type: 'video', url: 'data:video/mp4;base64,AAAA' }],
      }),
    ],
    ['no orientation', (good) => ({ ...good, settings: {} })],
    [
      'a resolution that it does not have',
      (good) => ({
        ...good,
        settings: { character_orientation: 'video', resolution: '4k' },
      }),
    ],
    [
      'an element, which 3.0 alone takes',
      (good) => ({
        ...good,
        contents: [...good.contents, { type: 'element', element_id: 1 }],
      }),
    ],
  ])('refuses %s at the submit, and makes nothing', async (_, change) => {
    expect(await call(path(), bearer(), change(bodyOf(await good())))).toMatchObject({
      status: 400,
      json: { code: 1201 },
    });
    expect(kling.jobs.all.size).toBe(0);
  });

  it('takes an id once, whatever became of its task', async () => {
    const body = bodyOf(await good(), { external_task_id: 'ours' });
    expect((await call(path(), bearer(), body)).status).toBe(200);
    expect(await call(path(), bearer(), body)).toMatchObject({
      status: 400,
      json: { code: 1201, message: 'External_task_id ours already exists' },
    });
    expect(kling.jobs.all.size).toBe(1);
  });

  it('fails when an address cannot be fetched, and measures the clip', async () => {
    const { image, clip } = await good();
    expect(await endOf(bodyOf({ image, clip: 'http://127.0.0.1:1/a.mp4' }))).toMatchObject({
      status: 'failed',
      message: 'Failed to download the video',
    });
    expect(await endOf(bodyOf({ image, clip: (await good(2)).clip }))).toMatchObject({ status: 'failed' });
    expect(await endOf(bodyOf({ image, clip }))).toMatchObject({ status: 'succeeded' });
  });

  it('knows a key only in its own scheme, and asks for ids of one kind, at most twenty', async () => {
    const tasks = `${kling.url}/tasks`;
    expect(await call(tasks, undefined)).toMatchObject({ status: 401, json: { code: 1001 } });
    expect(await call(tasks, `Key ${kling.key}`)).toMatchObject({ status: 401, json: { code: 1000 } });
    expect(await call(tasks, 'Bearer eyJhbGciOiJIUzI1NiJ9')).toMatchObject({ json: { code: 1002 } });
    for (const query of ['', '?task_ids=1&external_task_ids=a', `?task_ids=${Array(21).fill(1).join()}`])
      expect(await call(tasks + query, bearer())).toMatchObject({ status: 400, json: { code: 1201 } });
    expect(await call(`${tasks}?task_ids=1`, bearer())).toMatchObject({ status: 200, json: { data: [] } });
  });
});
