/**
 * MoveNet lightning on WebAssembly. The weights come inside the npm package `@vladmandic/human`, so nothing is
 * fetched at run time. For a child process only: one look holds the thread for about 40 ms.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { type io, ready, setBackend, Tensor, tensor4d } from '@tensorflow/tfjs-core';

/** The model looks at a square of this many pixels a side. */
export const LOOK_SIDE = 192;

/** One look: RGB values 0 to 255 of a LOOK_SIDE square in; y, x (0 to 1) and score of each key point out. */
export type PoseModel = { look(rgb: Int32Array): Promise<Float32Array> };

/** What we read of the model's description; the package is pinned, so its shape is known. */
type ModelFile = {
  modelTopology: object;
  signature: object;
  weightsManifest: { weights: io.WeightsManifestEntry[] }[];
};

let loaded: Promise<PoseModel> | undefined;

/** The model, loaded once a process. Throws when the packages are not installed whole; a retry does not help. */
export function loadPoseModel(): Promise<PoseModel> {
  loaded ??= load();
  return loaded;
}

/** One of the models that come with the package, by the name of its files. Throws when they are not installed whole. */
export async function loadGraph(name: string): Promise<GraphModel> {
  const require = createRequire(import.meta.url);
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  if (!(await setBackend('wasm'))) throw new Error('the WebAssembly backend of tfjs does not start here');
  await ready();
  // The package exports only its code; the weights lie beside it.
  const folder = join(dirname(require.resolve('@vladmandic/human')), '..', 'models');
  const description = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as ModelFile;
  const weights = await readFile(join(folder, `${name}.bin`));
  const artifacts = {
    modelTopology: description.modelTopology,
    signature: description.signature,
    weightSpecs: description.weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(weights).buffer,
  } satisfies io.ModelArtifacts;
  return loadGraphModel({ load: async () => artifacts });
}

async function load(): Promise<PoseModel> {
  const model = await loadGraph('movenet-lightning');
  return {
    async look(rgb) {
      const input = tensor4d(rgb, [1, LOOK_SIDE, LOOK_SIDE, 3], 'int32');
      const output = model.execute(input);
      input.dispose();
      if (!(output instanceof Tensor))
        throw new Error('the pose model answered with something else than one tensor');
      const data = await output.data<'float32'>();
      output.dispose();
      return data;
    },
  };
}
