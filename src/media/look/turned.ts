/** Which way up a picture is, where nobody stands in it as it is. */
import { isPerson, lookAt, personScore } from '../../../puppet/detect.ts';
import { cutSquare, type Picture, wholeSquare } from '../../../puppet/picture.ts';
import type { PictureLook } from '../../core/coach/look.ts';
import { FACE_LOOK_SIDE } from '../faces.ts';
import { type Everybody, type Models, SURE_FACE } from './everybody.ts';
import { isUpright } from './person.ts';

type Turn = PictureLook['turned'];
const TURNS = [180, 90, 270] as const;
/** How much surer the turned face and body have to be, together, than those as it is. */
const BETTER_BY = 0.35;
/** The same where whoever was found lies, or stands on their head. */
const BETTER_BY_LYING = 0.2;

/** Whether it is worth looking: somebody stands there with a face, or nobody at all was found in either way. */
export const looksRight = ({ bodies, face }: Everybody): boolean => {
  const [first] = bodies;
  return first === undefined
    ? face >= SURE_FACE
    : isUpright(first.pose) && (first.face?.score ?? 0) >= SURE_FACE;
};

/** By how many degrees, clockwise, it has to be turned; 0 where no other way is clearly better. */
export async function findTurn(models: Models, picture: Picture, asItIs: Everybody): Promise<Turn> {
  const [first] = asItIs.bodies;
  // Whoever bends over a table is met as they are, with a face, though not upright.
  const isUp = first === undefined || isUpright(first.pose);
  const isMet = isUp || (first.face?.score ?? 0) >= SURE_FACE;
  const now = (isMet ? (first?.score ?? 0) : 0) + asItIs.face;
  const least = now + (isUp ? BETTER_BY : BETTER_BY_LYING);
  let best: { turn: Turn; sure: number } = { turn: 0, sure: least };
  for (const turn of TURNS) {
    const sure = await sureness(models, turnedPicture(picture, turn));
    if (sure > best.sure) best = { turn, sure };
  }
  return best.turn;
}

async function sureness(models: Models, picture: Picture): Promise<number> {
  const square = wholeSquare(picture);
  const [face] = await models.face.look(cutSquare(picture, square, FACE_LOOK_SIDE));
  const score = face?.score ?? 0;
  if (score < SURE_FACE) return 0;
  const pose = await lookAt(models.pose, picture, square);
  return score + (isPerson(pose) && isUpright(pose) ? personScore(pose) : 0);
}

function turnedPicture({ width, height, rgb }: Picture, turn: Exclude<Turn, 0>): Picture {
  const size = turn === 180 ? { width, height } : { width: height, height: width };
  const turned = new Uint8Array(rgb.length);
  for (let y = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1) {
      const [fromX, fromY] =
        turn === 180
          ? [width - 1 - x, height - 1 - y]
          : turn === 90
            ? [y, height - 1 - x]
            : [width - 1 - y, x];
      const [from, to] = [(fromY * width + fromX) * 3, (y * size.width + x) * 3];
      for (let colour = 0; colour < 3; colour += 1) turned[to + colour] = rgb[from + colour] ?? 0;
    }
  }
  return { ...size, rgb: turned };
}
