/** The task `lookAtPicture`: who is in a picture, how much of them, and how well they can be seen. */

import { loadPoseModel } from '../../../puppet/model.ts';
import { openPicture } from '../../../puppet/open-picture.ts';
import type { Picture } from '../../../puppet/picture.ts';
import { type Box, MAX_PEOPLE, type Person, type PictureLook } from '../../core/coach/look.ts';
import { loadFaceModel } from '../faces.ts';
import { measureStill } from '../stills.ts';
import { type Everybody, findEverybody, type Models } from './everybody.ts';
import { brightnessOf, greyOf, sharpnessOf, withinBars } from './light.ts';
import { describeFace, describePerson } from './person.ts';
import { findTurn, looksRight } from './turned.ts';

/** The long side of what is looked at. */
const LOOK_SIDE = 640;
/** Good photographs came to 0.29 and more; blurred by 2.5 of 640 pixels, all came under it. */
const BLURRED = 0.2;
/** A portrait before black came to 0.14. */
const DARK = 0.09;
const WHOLE: Box = { left: 0, top: 0, width: 1, height: 1 };

export async function lookAtPicture({ path }: { path: string }): Promise<PictureLook | null> {
  const measured = await measureStill(path);
  if (!measured.ok) return null;
  const { width, height } = measured.value;
  const models = await loadModels();
  const picture = await openPicture(path, LOOK_SIDE);
  const everybody = await findEverybody(models, picture, { parts: true });
  const turned = looksRight(everybody) ? 0 : await findTurn(models, picture, everybody);
  const people = peopleOf(everybody, picture);
  const grey = greyOf(picture);
  const inBars = withinBars(grey);
  const where = people[0]?.box ?? inBars ?? WHOLE;
  const sharpness = sharpnessOf(grey, where);
  const brightness = brightnessOf(grey, where);
  return {
    width,
    height,
    turned,
    ...(inBars ? { inBars } : {}),
    people: people.slice(0, MAX_PEOPLE),
    count: people.length,
    face: everybody.face,
    sharpness,
    blurred: sharpness < BLURRED,
    brightness,
    dark: brightness < DARK,
  };
}

export async function loadModels(): Promise<Models> {
  const [pose, face] = [await loadPoseModel(), await loadFaceModel()];
  return { pose, face };
}

/** The largest first. */
export function peopleOf({ bodies, loneFaces }: Everybody, picture: Picture): Person[] {
  return [
    ...bodies.map((body) => describePerson(body, picture)),
    ...loneFaces.map((face) => describeFace(face, picture)),
  ].sort((a, b) => b.share - a.share);
}
