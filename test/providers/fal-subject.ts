/** fal.ai's client before its simulator, for the tests of what is special there. */
import { afterEach, beforeEach } from 'vitest';
import { type FalSim, startFal } from '../../simulators/fal.ts';
import type { FaultKind } from '../../simulators/provider-sim.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { Operation, RenderRequest } from '../../src/core/job/job.ts';
import type { Provider, ProviderTrouble } from '../../src/core/ports.ts';
import { createFal, type FalOptions } from '../../src/providers/fal/fal.ts';
import falRequest from '../fixtures/providers/fal-request.json' with { type: 'json' };
import { type SampleFiles, sampleFiles, silent } from './subject.ts';

export const signal = new AbortController().signal;
export const REQUEST: RenderRequest = {
  quality: 'standard',
  orientation: 'video',
  sound: true,
  clipSeconds: 3,
};
export const UPLOADED = { image: falRequest.image_url, clip: falRequest.video_url };

export let time: ReturnType<typeof manualTime>;
export let sim: FalSim;
export let files: SampleFiles;
export let troubles: (ProviderTrouble | undefined)[];
let opened: Provider[];

/** For each test of the file that calls this. */
export function eachWithSim(): void {
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
}

export function fal(options: Partial<FalOptions> = {}): Provider {
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

export async function accepted(provider: Provider, request = REQUEST): Promise<Operation> {
  const outcome = await provider.submit(
    'job-1',
    request,
    await provider.upload(files.inputs, signal),
    signal,
  );
  if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
  return outcome.operation;
}

export const answerTo = (path: RegExp, how: FaultKind, times = 1) => sim.fault({ path, how, times });
