/** Faces in a square of a picture, by BlazeFace; its weights come inside `@vladmandic/human`. Who they are, nobody asks. */
import { Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { loadGraph } from '../../puppet/model.ts';

/** The model looks at a square of this many pixels a side. */
export const FACE_LOOK_SIDE = 256;

/** In shares of the square's side; how sure it is, 0 to 1. */
export type Face = { score: number; left: number; top: number; width: number; height: number };

/** RGB values 0 to 255 of a square in, what may be faces out: the surest first, each once. */
export type FaceModel = { look(rgb: ArrayLike<number>): Promise<Face[]> };

/** Nothing under this is worth a word. */
const LEAST_SCORE = 0.2;
/** Two boxes that share more than this are one face. */
const SAME_FACE = 0.3;

let loaded: Promise<FaceModel> | undefined;

/** The model, loaded once a process. Throws when the packages are not installed whole; a retry does not help. */
export function loadFaceModel(): Promise<FaceModel> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<FaceModel> {
  const model = await loadGraph('blazeface');
  return {
    async look(rgb) {
      const light = new Float32Array(FACE_LOOK_SIDE * FACE_LOOK_SIDE * 3);
      for (let at = 0; at < light.length; at += 1) light[at] = (rgb[at] ?? 0) / 127.5 - 1;
      const input = tensor4d(light, [1, FACE_LOOK_SIDE, FACE_LOOK_SIDE, 3]);
      const output = [model.execute(input)].flat();
      input.dispose();
      const answers = await Promise.all(
        output.map(async (tensor) => {
          if (!(tensor instanceof Tensor))
            throw new Error('the face model answered with something else than tensors');
          const places = tensor.shape[1] ?? 0;
          const answer = { places, each: tensor.shape[2] ?? 0, data: await tensor.data() };
          tensor.dispose();
          return answer;
        }),
      );
      return eachOnce(answers.flatMap((scores) => (scores.each === 1 ? facesOf(scores, answers) : [])));
    },
  };
}

type Answer = { places: number; each: number; data: ArrayLike<number> };

/** Scores and boxes come for two grids of places, the finer one with more. */
function facesOf({ places, data }: Answer, answers: readonly Answer[]): Face[] {
  const boxes = answers.find((other) => other.each !== 1 && other.places === places);
  if (!boxes) return [];
  const faces: Face[] = [];
  for (let place = 0; place < places; place += 1) {
    const score = 1 / (1 + Math.exp(-(data[place] ?? Number.NEGATIVE_INFINITY)));
    if (score >= LEAST_SCORE) faces.push({ score, ...boxAt(boxes, place) });
  }
  return faces;
}

/** A box is given by how far its middle lies from the middle of its place. */
function boxAt({ places, each, data }: Answer, place: number): Omit<Face, 'score'> {
  const [perCell, cells] = places === 512 ? [2, 16] : [6, 8];
  const cell = Math.floor(place / perCell);
  const [x = 0, y = 0, wide = 0, high = 0] = [0, 1, 2, 3].map((at) => data[place * each + at] ?? 0);
  const [width, height] = [wide / FACE_LOOK_SIDE, high / FACE_LOOK_SIDE];
  return {
    left: ((cell % cells) + 0.5) / cells + x / FACE_LOOK_SIDE - width / 2,
    top: (Math.floor(cell / cells) + 0.5) / cells + y / FACE_LOOK_SIDE - height / 2,
    width,
    height,
  };
}

/** The surest first, without those that lie over a surer one. */
export function eachOnce<F extends Face>(faces: readonly F[]): F[] {
  const kept: F[] = [];
  for (const face of faces.toSorted((a, b) => b.score - a.score))
    if (kept.every((other) => overlap(face, other) < SAME_FACE)) kept.push(face);
  return kept;
}

/** What two areas share, of what they cover together. */
function overlap(a: Omit<Face, 'score'>, b: Omit<Face, 'score'>): number {
  const wide = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const high = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  if (wide <= 0 || high <= 0) return 0;
  return (wide * high) / (a.width * a.height + b.width * b.height - wide * high);
}
