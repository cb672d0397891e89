/** Runware's simulator finds fault where the real one does, and in its way; and it can misbehave. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleClip, sampleImage } from '../../test/samples.ts';
import { serveFiles } from '../../test/serve-files.ts';
import { type RunwareSim, startRunware } from '../runware.ts';
import { manualTime } from '../sim-time.ts';

type Task = Record<string, unknown>;
type Said = { data?: Task[]; errors?: Task[] };

let time: ReturnType<typeof manualTime>;
let sim: RunwareSim;
let files: Awaited<ReturnType<typeof serveFiles>>;

beforeEach(async () => {
  time = manualTime();
  sim = await startRunware({ time });
  sim.jobs.always({ queueMs: 1_000, runMs: 1_000 });
  files = await serveFiles();
});
afterEach(async () => {
  await sim.close();
  await files.close();
});

const ID = 'd4c5f7a1-6b3e-4c1d-9f00-5b7a3c2e1d00';
const OTHER = '00000000-0000-4000-8000-000000000001';

async function call(tasks: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${sim.url}/v1`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sim.key}`, ...headers },
    body: JSON.stringify(tasks),
  });
  return { status: answer.status, said: (await answer.json()) as Said };
}
const ask = async (taskType: string, taskUUID = ID) => (await call([{ taskType, taskUUID }])).said;
const errorsOf = async (tasks: unknown) => (await call(tasks)).said.errors?.map(({ code }) => code);

async function animate(change: Task = {}): Promise<Task> {
  return {
    taskType: 'videoInference',
    taskUUID: ID,
    model: 'prunaai:p-video@animate',
    inputs: {
      referenceImages: [files.url(await sampleImage())],
      referenceVideos: [files.url(await sampleClip({ seconds: 3, fps: 5 }))],
    },
    deliveryMethod: 'async',
    includeCost: true,
    ...change,
  };
}

describe("Runware's simulator", () => {
  it('knows a key in the header, or in a first task that signs in, and no other', async () => {
    const task = { taskType: 'getResponse', taskUUID: ID };
    expect((await call([task])).status).toBe(200);
    const signIn = (apiKey: string) => [{ taskType: 'authentication', apiKey }, task];
    expect((await call(signIn(sim.key), { authorization: '' })).status).toBe(200);
    expect(await call(signIn('other'), { authorization: '' })).toMatchObject({
      status: 401,
      said: { errors: [{ code: 'invalidApiKey', taskType: 'authentication' }] },
    });
    expect((await call([task], { authorization: `Key ${sim.key}` })).status).toBe(401);
  });

  it.each([
    ['an id that is no random UUID', { taskUUID: 'job-1' }, 'invalidTaskUUID'],
    ['an unknown model', { model: 'prunaai:p-video@dance' }, 'invalidModel'],
    ['an unknown field', { orientation: 'video' }, 'unsupportedParameter'],
    ['a wait for the video', { deliveryMethod: 'sync' }, 'unsupportedDeliveryMethod'],
    ['no files', { inputs: {} }, 'missingInput'],
    ['two pictures', { inputs: { referenceImages: ['a', 'b'], referenceVideos: ['c'] } }, 'invalidInput'],
    ['a file of another model', { inputs: { referenceImages: ['a'], video: 'c' } }, 'missingInput'],
    ['an unknown size', { resolution: '4k' }, 'unsupportedResolution'],
    ['a prompt of one letter', { positivePrompt: 'a' }, 'invalidPositivePromptLength'],
    ['Kling without its settings', { model: 'klingai:kling-video@3-pro' }, 'missingProviderSettings'],
    [
      'Kling with yes and no',
      {
        model: 'klingai:kling-video@3-pro',
        providerSettings: { klingai: { characterOrientation: 'image', keepOriginalSound: 'yes' } },
      },
      'invalidKeepOriginalSound',
    ],
  ])('refuses %s', async (_, change, code) => {
    expect(await errorsOf([await animate(change)])).toEqual([code]);
    expect(sim.made).toEqual([]);
  });

  it('refuses what is no list, and a task that it does not know', async () => {
    expect(await errorsOf(await animate())).toEqual(['invalidRequest']);
    expect(await errorsOf([{ taskType: 'dance', taskUUID: ID }])).toEqual(['unsupportedTaskType']);
  });

  it('says nothing of a task that waits, nor of one that is not there, then how it goes, then the video', async () => {
    expect((await call([await animate()])).said).toEqual({
      data: [{ taskType: 'videoInference', taskUUID: ID }],
    });
    expect(await ask('getResponse')).toEqual({ data: [] });
    expect(await ask('getResponse', OTHER)).toEqual({ data: [] });
    await time.advance(1_000);
    expect(await ask('getResponse')).toMatchObject({ data: [{ taskUUID: ID, status: 'processing' }] });
    expect(await sim.billed(ID)).toBe(0);
    await time.advance(1_000);
    const { data: [row] = [] } = await ask('getResponse');
    expect(row).toMatchObject({ status: 'success', cost: 0.09 });
    expect((await fetch(String(row?.videoURL))).headers.get('content-type')).toBe('video/mp4');
    expect(await ask('getTaskDetails')).toMatchObject({
      data: [{ taskUUID: ID, request: [{ taskUUID: ID }], response: { data: [{ cost: 0.09 }] } }],
    });
  });

  it('leaves the cost out where it was not asked for', async () => {
    await call([await animate({ includeCost: false })]);
    await time.advance(2_000);
    expect((await ask('getResponse')).data?.[0]).not.toHaveProperty('cost');
    expect(await sim.billed(ID)).toBe(0.09);
  });

  it('refuses a second task of the same id, free of charge, and its archive then shows that alone', async () => {
    await call([await animate()]);
    expect(await call([await animate()])).toMatchObject({
      status: 400,
      said: { data: [], errors: [{ code: 'conflictTaskUUID', taskUUID: ID }] },
    });
    await time.advance(2_000);
    expect(await errorsOf([await animate()])).toEqual(['conflictTaskUUID']);
    expect(sim.made).toEqual([ID]);
    expect((await ask('getTaskDetails')).data?.[0]?.response).toMatchObject({
      errors: [{ code: 'conflictTaskUUID' }],
    });
    expect(await ask('getResponse')).toMatchObject({ data: [{ status: 'success' }] });
  });

  it('takes the id of a task that is over again where it is told to, and bills both', async () => {
    sim.refusesTwins = 'in-flight';
    await call([await animate()]);
    expect(await errorsOf([await animate()])).toEqual(['conflictTaskUUID']);
    await time.advance(2_000);
    expect(await errorsOf([await animate()])).toBeUndefined();
    expect(sim.made).toEqual([ID, ID]);
  });

  it('has what failed among the errors alone, each under its own task', async () => {
    sim.jobs.next({ failure: { code: 'inferenceError', message: 'no' }, queueMs: 0, runMs: 0 });
    await call([await animate()]);
    expect(await call([{ taskType: 'getResponse', taskUUID: ID }])).toEqual({
      status: 400,
      said: {
        data: [],
        errors: [{ code: 'inferenceError', message: 'no', taskType: 'videoInference', taskUUID: ID }],
      },
    });
    expect(await sim.billed(ID)).toBe(0);
    const picture = files.url(await sampleImage({ width: 299 }));
    const { inputs } = await animate();
    await call([
      await animate({ taskUUID: OTHER, inputs: { ...(inputs as Task), referenceImages: [picture] } }),
    ]);
    await time.advance(2_000);
    expect(await ask('getResponse', OTHER)).toMatchObject({
      errors: [{ code: 'invalidImage', parameter: 'inputs.referenceImages', taskUUID: OTHER }],
    });
  });

  it('answers a dry run with a price and makes nothing, unless it is told to ignore that it is one', async () => {
    const dry = { 'x-runware-dry-run': '1' };
    expect((await call([await animate()], dry)).said.data?.[0]).toHaveProperty('cost');
    expect(sim.made).toEqual([]);
    sim.heedsDryRun = false;
    await call([await animate()], dry);
    expect(sim.made).toEqual([ID]);
  });
});
