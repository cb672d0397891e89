/** The task `lookAtPicture`: who is in a picture, how much of them, and how well they can be seen. */

import { openPicture } from '../../../puppet/open-picture.ts';
import { type Box, MAX_PEOPLE, type PictureLook } from '../../core/coach/look.ts';
import { measureStill } from '../stills.ts';
import { findEverybody } from './everybody.ts';
import { brightnessOf, greyOf, sharpnessOf, withinBars } from './light.ts';
import { loadModels } from './models.ts';
import { peopleOf } from './people.ts';
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
