/**
 * Whether a picture is a photograph with somebody's face: where it moves, it could be taken for real. Who that is, nobody
 * asks.
 */
import sharp from 'sharp';
import { FACE_LOOK_SIDE, type FaceModel, loadFaceModel } from '../faces.ts';
import { type Area, isDrawn } from './drawn.ts';

const FACE_SCORE = 0.6;

/** The picture is one that was normalised: upright, and not too large. */
export async function showsRealPerson({ path }: { path: string }): Promise<boolean> {
  const face = await findFace(path);
  return face !== undefined && face.score >= FACE_SCORE && !(await isDrawn(path, face.area));
}

type Found = { score: number; area: Area };

/** The surest face, by a look at the whole, and by closer ones where that shows none. Scores go from 0 to 1. */
async function findFace(path: string): Promise<Found | undefined> {
  const model = await loadFaceModel();
  const { width, height } = await sharp(path).metadata();
  let best: Found | undefined;
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

async function look(model: FaceModel, path: string, cut: Area): Promise<Found | undefined> {
  const rgb = await sharp(path)
    .extract(cut)
    .flatten({ background: 'white' })
    .resize(FACE_LOOK_SIDE, FACE_LOOK_SIDE, { fit: 'contain', background: 'black' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const [face] = await model.look(rgb);
  return face && { score: face.score, area: areaOf(face, cut) };
}

/** From the square that the model saw to the picture, within its edges. */
function areaOf({ left, top, width, height }: Area, cut: Area): Area {
  const side = Math.max(cut.width, cut.height);
  const [barX, barY] = [(side - cut.width) / 2, (side - cut.height) / 2];
  const clamp = (value: number, most: number): number => Math.round(Math.min(most, Math.max(0, value)));
  const [fromX, fromY] = [clamp(left * side - barX, cut.width - 2), clamp(top * side - barY, cut.height - 2)];
  return {
    left: cut.left + fromX,
    top: cut.top + fromY,
    width: Math.max(2, clamp(width * side, cut.width - fromX)),
    height: Math.max(2, clamp(height * side, cut.height - fromY)),
  };
}
