/** What an operator can get wrong about their ComfyUI, and what they are told of it. */

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { animateWorkflow, type SimGraph } from '../../simulators/comfyui-nodes.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import { readConfig, trustedOrigins } from '../../src/config.ts';
import { createHealth } from '../../src/core/health.ts';
import { createProviderRegistry } from '../../src/core/price/provider-registry.ts';
import { workflowIn } from '../../src/providers/comfyui/workflow.ts';
import { createFetcher } from '../../src/providers/download.ts';
import { consentLines } from '../../src/words/consent.ts';
import { wordsFor } from '../../src/words/index.ts';
import { privacyLines } from '../../src/words/privacy.ts';
import { signal } from '../contracts/provider-subject.ts';
import { freshFolder } from '../fakes/folder.ts';
import { evenProviderHealth } from '../fakes/world.ts';
import { sampleClip } from '../samples.ts';
import { serveFiles } from '../serve-files.ts';
import { comfySubject } from './comfyui-subject.ts';

const REQUEST = {
  model: 'wan-animate',
  quality: 'standard',
  orientation: 'video',
  sound: true,
  clipSeconds: 4,
} as const;

const titled = (change: (graph: SimGraph) => void): string => {
  const graph = animateWorkflow();
  change(graph);
  return JSON.stringify(graph);
};
const rename = (graph: SimGraph, id: string, title: string) => {
  const node = graph[id];
  if (node) node._meta = { title };
};
const link = (graph: SimGraph, id: string, input: string) => {
  const node = graph[id];
  if (node) node.inputs[input] = ['1', 0];
};

describe('a workflow that can’t be run', () => {
  it.each([
    ['is no JSON', 'is no JSON', '{"10":'],
    ['is of no known shape', 'is no workflow in ComfyUI’s API format', '{"last_node_id":3}'],
    ['is in ComfyUI’s own format', 'use Workflow → Export (API)', '{"nodes":[],"links":[],"version":0.4}'],
    [
      'has no titles',
      'no node with the title “strut image”',
      titled((all) => rename(all, '10', 'Load Image')),
    ],
    [
      'has none for the video',
      'no node with the title “strut video”',
      titled((all) => rename(all, '20', 'x')),
    ],
    [
      'has one twice',
      'two nodes with the title “strut clip”',
      titled((all) => rename(all, '8', 'strut clip')),
    ],
    ['has both scenes', 'it can show one scene', titled((all) => rename(all, '8', 'strut video (clip)'))],
    [
      'gets its clip elsewhere',
      'no file or video to fill in at its node “strut clip”',
      titled((all) => link(all, '145', 'file')),
    ],
  ])('as it %s is named with what is wrong', (_, says, text) =>
    expect(() => workflowIn(text, 'mine.json')).toThrow(says),
  );

  it.each([
    ['none is named', () => [], 'set COMFYUI_WORKFLOW'],
    ['there is no such file', () => [join(freshFolder(), 'gone.json')], 'there is no file gone.json'],
    ['it is a folder', () => [freshFolder()], "can't be read (EISDIR)"],
  ])('takes no job, and says why to the operator alone: %s', async (_, paths, says) => {
    await using subject = await comfySubject();
    const provider = await subject.open(subject.sim.url, paths());
    expect(provider.unusable).toContain(says);
    const health = createHealth(() => {});
    const registry = createProviderRegistry({
      entries: [{ provider }],
      providerHealth: evenProviderHealth(),
      clock: subject.time,
      health,
    });
    expect(health.all()).toEqual([{ name: 'comfyui', state: 'degraded', reason: provider.unusable }]);
    expect([registry.open(), registry.closed(() => true)]).toEqual([[], 'provider-down']);
    await provider.check?.(signal);
    expect(subject.sim.requests).toEqual([]);
    // One that was made before.
    await expect(provider.upload(subject.inputs, signal)).rejects.toMatchObject({ failure: 'provider-down' });
  });

  it('by two of the same scene is refused, as nobody could say which is meant', async () => {
    await using subject = await comfySubject({ workflows: [animateWorkflow(), animateWorkflow()] });
    expect(subject.provider.unusable).toContain('two workflows end in “strut video”');
  });
});

describe('a ComfyUI', () => {
  let subject: Awaited<ReturnType<typeof comfySubject>>;
  let time: ReturnType<typeof manualTime>;
  beforeEach(async () => {
    time = manualTime();
    subject = await comfySubject({ time });
  });
  afterEach(() => subject[Symbol.asyncDispose]());
  const upload = () => subject.provider.upload(subject.inputs, signal);

  it('that lacks a node says which at start, takes no job until it has it, and needs no start of ours', async () => {
    const { provider, sim, troubles } = subject;
    sim.lacking.add('WanAnimateToVideo');
    await provider.check?.(signal);
    const lacks = { kind: 'bad-workflow', message: expect.stringContaining('WanAnimateToVideo') };
    expect(troubles).toEqual([lacks]);
    await expect(upload()).rejects.toMatchObject({ failure: 'provider-down' });
    expect(sim.input.size).toBe(0);
    sim.lacking.clear();
    await expect(upload()).resolves.toBeDefined();
  });

  it.each([
    ['a node', (sim: typeof subject.sim) => void sim.lacking.add('KSampler'), /node KSampler does not exist/],
    ['a file', (sim: typeof subject.sim) => sim.input.clear(), /LoadImage: Custom validation failed/],
  ])(
    'that refuses the workflow for %s ends the job free, and the operator reads why',
    async (_, spoil, says) => {
      const { provider, sim, troubles, inputs } = subject;
      const uploaded = await upload();
      spoil(sim);
      expect(await provider.submit('web:1', REQUEST, { ...uploaded }, signal)).toEqual({
        kind: 'refused',
        failure: 'provider-down',
      });
      expect(troubles.at(-1)).toEqual({ kind: 'bad-workflow', message: expect.stringMatching(says) });
      expect(inputs.image.key).toBe(uploaded.image);
    },
  );

  it('that nobody runs is told of once at start, and again gets jobs as soon as it answers', async () => {
    const { open, troubles, warnings, sim } = subject;
    const nowhere = await open('http://127.0.0.1:1');
    await nowhere.check?.(signal);
    await expect(nowhere.upload(subject.inputs, signal)).rejects.toThrow();
    expect(troubles.every((one) => one?.kind === 'unreachable')).toBe(true);
    expect(warnings).toEqual([
      'Nothing answers at COMFYUI_URL: is ComfyUI running there, and does it listen on that address?',
    ]);
    sim.fault({ path: /object_info/, how: 'cut' });
    await expect(upload()).rejects.toThrow();
    await upload();
    expect(troubles.at(-1)).toBeUndefined();
  });

  it('that is away gets no jobs for a minute, where other trouble lasts ten', async () => {
    const health = createHealth(() => {});
    const entries = [{ provider: subject.provider }];
    const registry = createProviderRegistry({
      entries,
      providerHealth: evenProviderHealth(),
      clock: subject.time,
      health,
    });
    registry.trouble('comfyui', { kind: 'unreachable', message: '' });
    expect([registry.open(), registry.closed(() => true)]).toEqual([[], 'provider-down']);
    await time.advance(60_000);
    expect(registry.open()).toHaveLength(1);
  });

  it('behind a proxy that asks for a password is the operator’s to open', async () => {
    const uploaded = await upload();
    subject.sim.fault({ path: /prompt/, how: { status: 401 } });
    await subject.provider.submit('web:1', REQUEST, uploaded, signal);
    expect(subject.troubles.at(-1)).toMatchObject({ kind: 'bad-key' });
  });
});

describe('the address of a ComfyUI', () => {
  it('is the one private place that videos come from', async () => {
    const { url, close } = await serveFiles();
    const other = await serveFiles();
    const clip = await sampleClip();
    const origin = new URL(url(clip)).origin;
    const fetcher = createFetcher({
      trustedOrigins: trustedOrigins(readConfig({ COMFYUI_URL: `${origin}/comfy` })),
      tries: 1,
    });
    const to = join(freshFolder(), 'video.mp4');
    const get = (from: string) => fetcher.fetch({ kind: 'url', url: from }, to, signal);
    expect(await get(url(clip))).toBe('here');
    // Another port of the same machine is another place.
    await expect(get(other.url(clip))).rejects.toMatchObject({ code: 'ERR_NOT_PUBLIC' });
    await fetcher.stop();
    await Promise.all([close(), other.close()]);
  });

  it('may hold no password, which would be on record with each video', () => {
    expect(() => readConfig({ COMFYUI_URL: 'http://me:pw@10.0.0.7:8188' })).toThrow(
      /COMFYUI_URL: must hold no name/,
    );
    expect(readConfig({ COMFYUI_URL: 'http://10.0.0.7:8188/' }).COMFYUI_URL).toBe('http://10.0.0.7:8188');
  });

  it('is trusted by nobody where it is not set', () =>
    expect(trustedOrigins(readConfig({})).some((one) => one.includes('8188'))).toBe(false));
});

describe('what members read of a ComfyUI', () => {
  const words = wordsFor('en');

  it('is that it is a machine of whoever runs the bot, and no company', () => {
    const lines = (providers: string[]) => privacyLines(words, { providers }).join(' ');
    expect(lines(['fal', 'comfyui'])).toMatch(
      /go to: fal\.ai\. .*What ComfyUI renders is made on a machine of whoever runs/,
    );
    expect(lines(['comfyui'])).not.toMatch(/go to:|nothing goes to anybody else/);
    expect(consentLines(words, 'not-theirs', 'comfyui').join(' ')).toContain(
      'a machine of whoever runs this bot',
    );
  });
});
