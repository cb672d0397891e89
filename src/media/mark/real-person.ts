/**
 * Whether a picture is a photograph with somebody's face: where it moves, it could be taken for real. Who that is, nobody
 * asks. The weights of the face model (BlazeFace) come inside `@vladmandic/human`.
 */
import { Tensor, tensor4d } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { loadGraph } from '../../../puppet/model.ts';
import { type Area, isDrawn } from './drawn.ts';

/** The model looks at a square of this many pixels a side. */
const LOOK_SIDE = 256;
const FACE_SCORE = 0.6;

type FaceModel = Awaited<ReturnType<typeof loadGraph>>;
let loaded: Promise<FaceModel> | undefined;

/** The picture is one that was normalised: upright, and not too large. */
export async function showsRealPerson({ path }: { path: string }): Promise<boolean> {
  const face = await findFace(path);
  return face !== undefined && face.score >= FACE_SCORE && !(await isDrawn(path, face.area));
}

type Face = { score: number; area: Area };

/** The surest face, by a look at the whole, and by closer ones where that shows none. Scores go from 0 to 1. */
async function findFace(path: string): Promise<Face | undefined> {
  loaded ??= loadGraph('blazeface');
  const model = await loaded;
  const { width, height } = await sharp(path).metadata();
  let best: Face | undefined;
  for (const cut of cutsOf(width, height)) {
    const found = await look(model, path, cut);
    if (found && found.score > (best?.score ?? 0)) best = found;
    if (best && best.score >= FACE_SCORE) break;
  }
  return best;
}

/** The whole, and the upper parts in overlapping squares, where somebody may stand far off. */
function cutsOf(width: number, height: number): Area[] {
  const side = Math.max(1, Math.round(Math.min(width, height) * 0.6));
  const parts = [0.5, 0, 1].flatMap((across) =>
    [0, 0.3].map((down) => ({
      left: Math.floor((width - side) * across),
      top: Math.floor((height - side) * down),
      width: side,
      height: side,
    })),
  );
  return [{ left: 0, top: 0, width, height }, ...parts];
}

async function look(model: FaceModel, path: string, cut: Area): Promise<Face | undefined> {
  const rgb = await sharp(path)
    .extract(cut)
    .flatten({ background: 'white' })
    .resize(LOOK_SIDE, LOOK_SIDE, { fit: 'contain', background: 'black' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const input = tensor4d(
    Float32Array.from(rgb, (value) => value / 127.5 - 1),
    [1, LOOK_SIDE, LOOK_SIDE, 3],
  );
  const output = [model.execute(input)].flat();
  input.dispose();
  const answers = await Promise.all(
    output.map(async (tensor) => {
      if (!(tensor instanceof Tensor))
        throw new Error('the face model answered with something else than tensors');
      const answer = { places: tensor.shape[1] ?? 0, each: tensor.shape[2] ?? 0, data: await tensor.data() };
      tensor.dispose();
      return answer;
    }),
  );
  // Scores and boxes come for two grids of places, the finer one with more.
  let best: { logit: number; box: number[] } | undefined;
  for (const { places, each, data } of answers) {
    if (each !== 1) continue;
    const boxes = answers.find((other) => other.each !== 1 && other.places === places);
    for (let place = 0; place < places; place += 1) {
      const logit = data[place] ?? Number.NEGATIVE_INFINITY;
      if (!boxes || (best && logit <= best.logit)) continue;
      const [x = 0, y = 0, wide = 0, high = 0] = boxes.data.slice(place * boxes.each, place * boxes.each + 4);
      best = { logit, box: boxIn(places, place, [x, y, wide, high]) };
    }
  }
  return best && { score: 1 / (1 + Math.exp(-best.logit)), area: areaOf(best.box, cut) };
}

/** A box is given by how far its middle lies from the middle of its place. */
function boxIn(
  places: number,
  place: number,
  [x, y, wide, high]: [number, number, number, number],
): number[] {
  const [perCell, cells] = places === 512 ? [2, 16] : [6, 8];
  const cell = Math.floor(place / perCell);
  const stride = LOOK_SIDE / cells;
  const middleX = ((cell % cells) + 0.5) * stride + x;
  const middleY = (Math.floor(cell / cells) + 0.5) * stride + y;
  return [middleX - wide / 2, middleY - high / 2, wide, high];
}

/** From the square that the model saw to the picture, within its edges. */
function areaOf([x = 0, y = 0, wide = 0, high = 0]: number[], cut: Area): Area {
  const scale = Math.max(cut.width, cut.height) / LOOK_SIDE;
  const [barX, barY] = [(LOOK_SIDE * scale - cut.width) / 2, (LOOK_SIDE * scale - cut.height) / 2];
  const clamp = (value: number, most: number): number => Math.round(Math.min(most, Math.max(0, value)));
  const [left, top] = [clamp(x * scale - barX, cut.width - 2), clamp(y * scale - barY, cut.height - 2)];
  return {
    left: cut.left + left,
    top: cut.top + top,
    width: Math.max(2, clamp(wide * scale, cut.width - left)),
    height: Math.max(2, clamp(high * scale, cut.height - top)),
  };
}
