/** A client that others have written for ComfyUI works against the simulator unchanged. */
import { readFile } from 'node:fs/promises';
import { Client } from '@stable-canvas/comfyui-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleClip, sampleImage } from '../../test/samples.ts';
import { type ComfySim, startComfyui } from '../comfyui.ts';
import { animateWorkflow } from '../comfyui-nodes.ts';

type Saved = { filename: string; subfolder: string; type: string };
type Entry = { outputs: Record<string, { images: Saved[] }> };

let sim: ComfySim;
let client: Client;
beforeEach(async () => {
  sim = await startComfyui();
  client = new Client({ api_host: new URL(sim.url).host, WebSocket, fetch });
  const put = async (name: string, path: string) => {
    const body = new FormData();
    body.append('image', new File([await readFile(path)], name));
    const answer = await client.fetchApi('/upload/image', { method: 'POST', body });
    expect(await answer.json()).toMatchObject({ name, subfolder: '', type: 'input' });
  };
  await put('example.png', await sampleImage());
  await put('example.mp4', await sampleClip());
});
afterEach(async () => {
  client.close();
  await sim.close();
});

describe('@stable-canvas/comfyui-client', () => {
  it('hears over its socket that a workflow is done, and has the history of it', async () => {
    sim.jobs.always({ queueMs: 0, runMs: 100, seconds: 3 });
    await client.connect();
    const { prompt_id } = await client.enqueue(animateWorkflow());
    const history = (await (await client.fetchApi(`/history/${prompt_id}`)).json()) as Record<string, Entry>;
    const [file] = history[prompt_id ?? '']?.outputs['20']?.images ?? [];
    if (!file) throw new Error('nothing was saved');
    const video = await fetch(client.viewURL(file.filename, file.subfolder, file.type));
    expect([video.status, video.headers.get('content-type')]).toEqual([200, 'video/mp4']);
  });

  it('sees the queue, takes a job out of it, and interrupts the one that runs', async () => {
    sim.jobs.next({ queueMs: 0, runMs: 60_000, seconds: 3 });
    sim.jobs.next({ queueMs: 60_000, seconds: 3 });
    const [running, waiting] = [
      await client._enqueue_prompt(animateWorkflow()),
      await client._enqueue_prompt(animateWorkflow()),
    ];
    const { Running, Pending } = await client.getQueue();
    expect([Running.length, Pending.length]).toEqual([1, 1]);
    await client.deleteItem('queue', waiting.prompt_id);
    await client.interrupt(running.prompt_id);
    expect(await client.getQueue()).toEqual({ Running: [], Pending: [] });
    expect(await client.getHistory()).toMatchObject({ History: [{ status: { status_str: 'error' } }] });
  });

  it('is refused a workflow with a node that is not installed', async () => {
    sim.lacking.add('KSampler');
    await expect(client._enqueue_prompt(animateWorkflow())).rejects.toThrow();
  });
});
