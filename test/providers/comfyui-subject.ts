/** A ComfyUI with a workflow in it, and the provider that drives it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startComfyui } from '../../simulators/comfyui.ts';
import { animateWorkflow } from '../../simulators/comfyui-nodes.ts';
import { manualTime, type SimTime } from '../../simulators/sim-time.ts';
import type { StoredFile } from '../../src/core/job/job.ts';
import type { Log, Provider, ProviderTrouble } from '../../src/core/ports.ts';
import { createComfyui } from '../../src/providers/comfyui/comfyui.ts';
import { freshFolder } from '../fakes/folder.ts';
import { sampleFiles, silent } from './subject.ts';

/** Writes workflows into a folder; a text is written as it is. Answers with their paths. */
export function workflowFiles(folder: string, ...all: (object | string)[]): Promise<string[]> {
  return Promise.all(
    all.map(async (one, at) => {
      const path = join(folder, `workflow-${at + 1}.json`);
      await writeFile(path, typeof one === 'string' ? one : JSON.stringify(one));
      return path;
    }),
  );
}

export async function comfySubject({
  workflows = [animateWorkflow()],
  usd = 0,
  time = manualTime(),
  pathOf: elsewhere,
}: {
  workflows?: (object | string)[];
  usd?: number;
  time?: SimTime;
  /** Where files lie that are none of the samples. */
  pathOf?: (key: string) => string;
} = {}) {
  const sim = await startComfyui({ time });
  const { inputs, pathOf: ofSample } = await sampleFiles();
  const pathOf = async (file: StoredFile) => elsewhere?.(file.key) ?? ofSample(file);
  const paths = await workflowFiles(freshFolder(), ...workflows);
  const troubles: (ProviderTrouble | undefined)[] = [];
  const warnings: string[] = [];
  const log: Log = { ...silent, warn: (_, message) => void warnings.push(message) };
  const opened: Provider[] = [];
  const open = async (url = sim.url, of = paths): Promise<Provider> => {
    const onTrouble = (trouble: ProviderTrouble | undefined) => void troubles.push(trouble);
    const unitMicros = Math.round(usd * 1e6);
    const one = await createComfyui({ url, paths: of, unitMicros, pathOf, clock: time, log, onTrouble });
    opened.push(one);
    return one;
  };
  return {
    time,
    sim,
    inputs,
    paths,
    troubles,
    warnings,
    open,
    provider: await open(),
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((one) => one.stop?.()));
      await sim.close();
    },
  };
}
