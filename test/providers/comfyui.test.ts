import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { animateWorkflow, type SimGraph } from '../../simulators/comfyui-nodes.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { Operation, RenderRequest } from '../../src/core/job/job.ts';
import type { Provider } from '../../src/core/ports.ts';
import { signal } from '../contracts/provider-subject.ts';
import { failed, fateOf } from './answers.ts';
import { comfySubject } from './comfyui-subject.ts';

const REQUEST: RenderRequest = {
  model: 'wan-animate',
  quality: 'standard',
  orientation: 'video',
  sound: true,
  clipSeconds: 4,
};
/** As the operator's other programs use it. */
const THEIRS = { prompt: animateWorkflow(), prompt_id: 'theirs', client_id: 'their-page' };

let time: ReturnType<typeof manualTime>;
let subject: Awaited<ReturnType<typeof comfySubject>>;
let sim: (typeof subject)['sim'];
let provider: Provider;

async function begin(options: Parameters<typeof comfySubject>[0] = {}): Promise<void> {
  if (subject) await subject[Symbol.asyncDispose]();
  time = manualTime();
  subject = await comfySubject({ time, ...options });
  ({ sim, provider } = subject);
  sim.jobs.always({ queueMs: 0, runMs: 60_000, seconds: 4 });
}
beforeEach(() => begin());
afterEach(() => subject[Symbol.asyncDispose]());

async function sent(jobId = 'web:1', more: Partial<RenderRequest> = {}): Promise<Operation & { id: string }> {
  const uploaded = await provider.upload(subject.inputs, signal);
  const outcome = await provider.submit(jobId, { ...REQUEST, ...more }, uploaded, signal);
  if (outcome.kind !== 'accepted') throw new Error(`it came to ${outcome.kind}`);
  return { ...outcome.operation, id: String(outcome.operation.id) };
}
const theirs = () =>
  fetch(`${sim.url}/prompt`, { method: 'POST', body: JSON.stringify({ ...THEIRS, prompt: lastGraph() }) });
const lastBody = () => sim.requestsTo('POST', /^\/prompt$/).at(-1)?.json as Record<string, unknown>;
const lastGraph = () => lastBody().prompt as SimGraph;
const status = (operation: Operation) => provider.status(operation, signal);

describe('what ComfyUI is sent', () => {
  it('is the workflow with our files, the words, another seed and a folder of our own in it', async () => {
    const { id } = await sent('web:1', { prompt: 'a slow waltz' });
    const { image, clip } = subject.inputs;
    expect([...sim.input.keys()]).toEqual([`strut/${image.key}`, `strut/${clip.key}`]);
    expect(sim.input.get(`strut/${clip.key}`)?.length).toBe(clip.bytes);
    const graph = lastGraph();
    expect(graph['10']?.inputs.image).toBe(`strut/${image.key}`);
    expect(graph['145']?.inputs.file).toBe(`strut/${clip.key}`);
    expect(graph['21']?.inputs.text).toBe('a slow waltz');
    expect(graph['63']?.inputs).toMatchObject({ steps: 6, seed: expect.any(Number) });
    expect(graph['63']?.inputs.seed).not.toBe(1);
    expect(graph['20']?.inputs.filename_prefix).toBe(`strut/${id.slice(0, 8)}`);
    expect(lastBody()).toMatchObject({ prompt_id: id, client_id: id });
  });

  it('has an id made from the job’s, the same each time, that looks like those it makes itself', async () => {
    const [one, two, other] = [await sent('web:1'), await sent('web:1'), await sent('web:2')];
    expect(one.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([two.id === one.id, other.id === one.id]).toEqual([true, false]);
  });

  it('has another id where another bot’s job of the same id has other files, which is not found in its place', async () => {
    const theirs = await sent('telegram:1:7');
    const files = { image: 'another.jpg', clip: subject.inputs.clip.key };
    expect(await provider.find?.('telegram:1:7', REQUEST, files)).toBe('absent');
    const ours = { image: subject.inputs.image.key, clip: subject.inputs.clip.key };
    expect(await provider.find?.('telegram:1:7', REQUEST, ours)).toMatchObject({ id: theirs.id });
  });

  it('keeps the workflow’s own words where the member has none', async () => {
    await sent();
    expect(lastGraph()['21']?.inputs.text).toBe('a person dances');
  });

  it('is found by title alone, under whatever numbers', async () => {
    const moved = JSON.parse(JSON.stringify(animateWorkflow()).replaceAll('"145"', '"7:3"')) as object;
    await begin({ workflows: [moved] });
    await sent();
    expect(lastGraph()['7:3']?.inputs.file).toBe(`strut/${subject.inputs.clip.key}`);
  });

  it('is the workflow of the scene that was asked for', async () => {
    await begin({
      workflows: [
        animateWorkflow(),
        animateWorkflow({ title: 'strut video (clip)', saves: 'VHS_VideoCombine' }),
      ],
    });
    expect(provider.capabilities.offers.map(({ scene = 'picture' }) => scene)).toEqual(['picture', 'clip']);
    await sent('web:1', { scene: 'clip' });
    expect(lastGraph()['20']?.class_type).toBe('VHS_VideoCombine');
    await sent('web:2');
    expect(lastGraph()['20']?.class_type).toBe('SaveVideo');
  });

  it('is offered in one scene where there is one workflow', () =>
    expect(provider.capabilities.offers.map(({ scene }) => scene)).toEqual([undefined]));
});

describe('a render at ComfyUI', () => {
  it.each(['images', 'gifs', 'videos'] as const)(
    'has its video wherever the node put it: %s',
    async (where) => {
      sim.savesAs = where;
      const operation = await sent();
      await time.advance(60_000);
      const end = await status(operation);
      if (end.state !== 'completed' || end.result.kind !== 'url') throw new Error(end.state);
      expect(end.result.url).toMatch(/\/view\?filename=.*\.mp4&subfolder=strut&type=output$/);
      const answer = await fetch(end.result.url);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    },
  );

  it('says how far it is, by what comes over its own socket', async () => {
    const operation = await sent();
    expect(await status(operation)).toEqual({ state: 'running' });
    await expect.poll(sim.sockets).toBe(1);
    sim.step(operation.id, '63', 3, 6);
    // What it is made from is done; three of six steps, each as long as ten other nodes.
    await expect.poll(() => status(operation)).toEqual({ state: 'running', progress: 0.53 });
    sim.step(operation.id, '63', 6, 6);
    await expect.poll(() => status(operation)).toMatchObject({ progress: 0.95 });
    await time.advance(60_000);
    expect(await status(operation)).toMatchObject({ state: 'completed' });
    await expect.poll(sim.sockets).toBe(0);
  });

  it('waits behind those with a lower number, in whatever order they are listed', async () => {
    await sent('web:0');
    sim.jobs.always({ queueMs: 60_000, runMs: 60_000, seconds: 4 });
    const [first, second] = [await sent('web:1'), await sent('web:2')];
    expect(await status(first)).toEqual({ state: 'queued', position: 1 });
    expect(await status(second)).toEqual({ state: 'queued', position: 2 });
  });

  it('that runs out of memory is told to the operator in one line, and costs nothing', async () => {
    sim.jobs.next({ failure: { message: 'CUDA out of memory. Tried to allocate 2.00 GiB of /secret' } });
    const operation = await sent();
    await time.advance(60_000);
    expect(await fateOf(provider, operation, time)).toEqual(failed('provider-down'));
    expect(subject.warnings).toEqual(['a workflow of ComfyUI broke at KSampler: the GPU is out of memory']);
  });

  it('that saves no video ends, and says what is wrong with the workflow', async () => {
    const operation = await sent();
    const entry = {
      outputs: { '20': { images: [{ filename: 'a.png', subfolder: '', type: 'output' }] } },
      status: null,
    };
    sim.fault({ path: /^\/history/, times: 99, how: { status: 200, json: { [operation.id]: entry } } });
    await time.advance(60_000);
    expect(await fateOf(provider, operation, time)).toEqual(failed('provider-down', 2));
    expect(subject.troubles.at(-1)).toMatchObject({ kind: 'bad-workflow' });
  });

  it('leaves no words in the history once its video is here', async () => {
    const operation = await sent();
    await time.advance(60_000);
    await provider.release?.('web:1', subject.inputs, operation);
    expect(await (await fetch(`${sim.url}/history/${operation.id}`)).json()).toEqual({});
  });

  it('goes from its history where it has ended without a video, by the files alone', async () => {
    const operation = await sent();
    await time.advance(60_000);
    await provider.release?.('web:1', subject.inputs);
    expect(await (await fetch(`${sim.url}/history/${operation.id}`)).json()).toEqual({});
  });
});

describe('a cancel at ComfyUI', () => {
  it('of a job that runs stops it alone', async () => {
    const [one, other] = [await sent('web:1'), await sent('web:2')];
    expect(await provider.cancel(one, signal)).toBe('asked');
    expect(await status(one)).toEqual({ state: 'cancelled', costMicros: 0 });
    expect(await status(other)).toEqual({ state: 'running' });
  });

  it('of a job that waits interrupts nobody, even in a build that stops whatever runs', async () => {
    sim.interruptsAny = true;
    await sent('web:0');
    await theirs();
    sim.jobs.next({ queueMs: 60_000 });
    const waiting = await sent('web:1');
    expect(await provider.cancel(waiting, signal)).toBe('cancelled');
    expect(await status(waiting)).toEqual({ state: 'cancelled', costMicros: 0 });
    const { queue_running } = (await (await fetch(`${sim.url}/queue`)).json()) as {
      queue_running: unknown[];
    };
    expect(queue_running).toHaveLength(2);
    expect(sim.requestsTo('POST', /interrupt/)).toEqual([]);
  });

  it('of a job that has ended touches nobody', async () => {
    const operation = await sent();
    await time.advance(60_000);
    await theirs();
    expect(await provider.cancel(operation, signal)).toBe('too-late');
    expect(sim.requestsTo('POST', /interrupt|queue/)).toEqual([]);
  });
});

describe('a ComfyUI that was started anew', () => {
  it.each([false, true])('is sent the job again, and its files, if they are gone: %s', async (wiped) => {
    const operation = await sent();
    expect(await status(operation)).toMatchObject({ state: 'running' });
    sim.restart({ wiped });
    expect(await status(operation)).toEqual({ state: 'queued' });
    await time.advance(60_000);
    expect(await status(operation)).toMatchObject({ state: 'completed' });
    expect([...sim.taken]).toEqual([[operation.id, 2]]);
    expect(lastGraph()).toEqual(
      sim.requestsTo('POST', /^\/prompt$/).map(({ json }) => (json as { prompt: object }).prompt)[0],
    );
  });

  it('by the same job each time is not sent it for ever', async () => {
    const operation = await sent();
    for (let times = 0; times < 2; times += 1) {
      sim.restart();
      expect(await status(operation)).toEqual({ state: 'queued' });
    }
    sim.restart();
    expect(await status(operation)).toEqual({ state: 'failed', failure: 'provider-down', costMicros: 0 });
    expect(sim.taken.get(operation.id)).toBe(3);
  });

  it('and lost the answer to that is asked first what it has', async () => {
    const operation = await sent();
    sim.restart();
    sim.fault({ path: /^\/prompt$/, how: 'lose-answer' });
    expect(await status(operation)).toEqual({ state: 'queued' });
    expect(await status(operation)).toEqual({ state: 'running' });
    expect(sim.taken.get(operation.id)).toBe(2);
  });

  it('and is not back yet is waited for', async () => {
    const operation = await sent();
    sim.restart();
    sim.fault({ path: /^\/queue$/, how: 'cut' });
    await expect(status(operation)).rejects.toThrow();
    expect(subject.troubles).toContainEqual({
      kind: 'unreachable',
      message: expect.stringContaining('COMFYUI_URL'),
    });
    await expect(status(operation)).resolves.toEqual({ state: 'queued' });
    expect(subject.troubles.at(-1)).toBeUndefined();
  });
});

describe('a lost answer of ComfyUI', () => {
  const look = () =>
    provider.find?.('web:1', REQUEST, { image: subject.inputs.image.key, clip: subject.inputs.clip.key });

  it('to a job that was taken is made good by looking in the queue, and in the history', async () => {
    sim.fault({ path: /^\/prompt$/, how: 'lose-answer' });
    await expect(sent()).rejects.toThrow('unknown');
    const found = await look();
    expect(found).toMatchObject({ image: subject.inputs.image.key });
    await time.advance(60_000);
    expect(await look()).toEqual(found);
    expect(await status(found as Operation)).toMatchObject({ state: 'completed' });
  });

  it('to a job that comes there late is “absent” until it is there', async () => {
    sim.takesLateMs = [20_000];
    await expect(sent()).rejects.toThrow('unknown');
    expect(await look()).toBe('absent');
    await time.advance(20_000);
    expect(await look()).toMatchObject({ node: '20' });
  });

  it('proves nothing while it can’t be asked', async () => {
    sim.fault({ path: /^\/history/, how: { status: 500 } });
    await expect(look()).rejects.toThrow();
  });
});

describe('a job that was rendered twice', () => {
  it('as its first request came late has one video', async () => {
    sim.takesLateMs = [20_000];
    await expect(sent()).rejects.toThrow('unknown');
    const operation = await sent();
    await time.advance(20_000);
    expect(sim.taken.get(operation.id)).toBe(2);
    await time.advance(60_000);
    expect(await status(operation)).toMatchObject({ state: 'completed' });
  });
});
