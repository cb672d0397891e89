/** The simulated ComfyUI finds fault where the real one does, and is as careless as it is. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ComfySim, startComfyui } from '../comfyui.ts';
import { animateWorkflow, type SimGraph } from '../comfyui-nodes.ts';
import { manualTime } from '../sim-time.ts';

let time: ReturnType<typeof manualTime>;
let sim: ComfySim;
beforeEach(async () => {
  time = manualTime();
  sim = await startComfyui({ time });
  sim.jobs.always({ queueMs: 0, runMs: 1_000, failure: { message: 'no picture was given' } });
  for (const name of ['example.png', 'example.mp4']) sim.input.set(name, Buffer.from('x'));
});
afterEach(() => sim.close());

async function call(path: string, body?: unknown) {
  const answer = await fetch(
    sim.url + path,
    body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
  );
  return {
    status: answer.status,
    json: (await answer.json().catch(() => undefined)) as Record<string, unknown>,
  };
}
const graph = (change: (all: SimGraph) => void = () => {}): SimGraph => {
  const all = animateWorkflow();
  change(all);
  return all;
};
const set = (all: SimGraph, id: string, name: string, value: unknown) => {
  const node = all[id];
  if (node) node.inputs[name] = value;
};
const upload = async (name: string, overwrite: boolean) => {
  const form = new FormData();
  form.append('image', new File(['bytes'], name));
  if (overwrite) form.append('overwrite', 'true');
  return (await (await fetch(`${sim.url}/upload/image`, { method: 'POST', body: form })).json()) as object;
};

describe('the simulator of ComfyUI', () => {
  it.each<[string, unknown, string]>([
    ['no workflow', undefined, 'no_prompt'],
    ['a node without a class', { '1': { inputs: {} } }, 'invalid_prompt'],
    ['a node that is not installed', { '1': { class_type: 'Nothing', inputs: {} } }, 'invalid_prompt'],
    ['nothing to save', { '1': { class_type: 'VAELoader', inputs: {} } }, 'prompt_no_outputs'],
  ])('refuses %s as a whole', async (_, prompt, type) =>
    expect(await call('/prompt', { prompt })).toMatchObject({
      status: 400,
      json: { error: { type }, node_errors: {} },
    }),
  );

  it.each<[string, string, (all: SimGraph) => void, string]>([
    [
      'a picture that is not there',
      '10',
      (all) => set(all, '10', 'image', 'gone.png'),
      'custom_validation_failed',
    ],
    [
      'a model that is not there',
      '1',
      (all) => set(all, '1', 'unet_name', 'gone.safetensors'),
      'value_not_in_list',
    ],
    ['a missing input', '63', (all) => set(all, '63', 'model', undefined), 'required_input_missing'],
    ['a value where a link belongs', '8', (all) => set(all, '8', 'samples', 'x'), 'bad_linked_input'],
  ])('names the node for %s', async (_, id, change, type) =>
    expect(await call('/prompt', { prompt: graph(change) })).toMatchObject({
      status: 400,
      json: {
        error: { type: 'prompt_outputs_failed_validation' },
        node_errors: { [id]: { errors: [{ type }] } },
      },
    }),
  );

  it('falls over a workflow in its own format', async () =>
    expect((await call('/prompt', { prompt: { last_node_id: 3, nodes: [], links: [] } })).status).toBe(500));

  it('takes an id twice, says nothing of it, and lists both', async () => {
    for (let times = 0; times < 2; times += 1) await call('/prompt', { prompt: graph(), prompt_id: 'mine' });
    const { json } = await call('/queue');
    expect((json.queue_running as unknown[][]).map(([, id]) => id)).toEqual(['mine', 'mine']);
  });

  it('interrupts only the prompt that is named, and whatever runs where none is', async () => {
    for (const prompt_id of ['one', 'two']) await call('/prompt', { prompt: graph(), prompt_id });
    await call('/interrupt', { prompt_id: 'nobody' });
    expect(((await call('/queue')).json.queue_running as unknown[]).length).toBe(2);
    await call('/interrupt', {});
    expect(await call('/history/one')).toMatchObject({ json: { one: { status: { status_str: 'error' } } } });
    expect((await call('/history/two')).json).toEqual({});
  });

  it('puts a second file of a name beside the first, unless told to write over it', async () => {
    await upload('a.png', true);
    expect(await upload('a.png', true)).toMatchObject({ name: 'a.png' });
    expect(await upload('a.png', false)).toMatchObject({ name: 'a (1).png' });
  });

  it('knows nothing any more once it was started anew', async () => {
    await call('/prompt', { prompt: graph(), prompt_id: 'mine' });
    await time.advance(1_000);
    expect(Object.keys((await call('/history/mine')).json)).toEqual(['mine']);
    sim.restart();
    expect((await call('/history/mine')).json).toEqual({});
  });

  it('answers under /api as well', async () =>
    expect(await call('/api/queue')).toMatchObject({ status: 200, json: { queue_pending: [] } }));
});
