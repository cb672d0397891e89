/** Areas of a picture: what of it lies in another, and an area around a person that a model takes. */
import type { ImageLimits } from '../models/model.ts';
import type { Box, Person, PictureLook } from './look.ts';

const areaOf = ({ width, height }: Box): number => width * height;

/** What of a box lies within another, as shares of the whole picture still; without any width or height where nothing does. */
function within(box: Box, area: Box): Box {
  const left = Math.max(box.left, area.left);
  const top = Math.max(box.top, area.top);
  const width = Math.max(0, Math.min(box.left + box.width, area.left + area.width) - left);
  const height = Math.max(0, Math.min(box.top + box.height, area.top + area.height) - top);
  return { left, top, width, height };
}

/** How much of a person must be in a part of the picture to be counted there. */
const STILL_THERE = 0.5;

/** The people of a picture who are in that part of it, the largest there first, with their sizes of that part. */
export function peopleIn({ people }: Pick<PictureLook, 'people'>, crop: Box | undefined): Person[] {
  if (!crop) return people;
  return people
    .flatMap((person) => {
      const inside = within(person.box, crop);
      if (areaOf(inside) < STILL_THERE * areaOf(person.box)) return [];
      const head = person.head && within(person.head, crop);
      const headInView = person.headInView && (!head || areaOf(head) > 0.9 * areaOf(person.head ?? head));
      return [{ ...person, headInView, share: Math.min(1, areaOf(inside) / areaOf(crop)) }];
    })
    .sort((a, b) => b.share - a.share);
}

/** So much is left around a person, in shares of the larger of their sides. */
const MARGIN = 0.12;

/**
 * An area with that person in it which the model takes by its size and its sides; undefined where the picture has none
 * that is less than nearly all of it.
 */
export function cropTo(
  { box }: Pick<Person, 'box'>,
  { width, height }: Pick<PictureLook, 'width' | 'height'>,
  { minSide, maxRatio = Infinity }: Pick<ImageLimits, 'minSide' | 'maxRatio'>,
): Box | undefined {
  const margin = MARGIN * Math.max(box.width * width, box.height * height);
  let [across, down] = [box.width * width + 2 * margin, box.height * height + 2 * margin];
  // A pixel more than is asked for, as rounding may take one.
  across = Math.max(across, minSide + 1, down / (maxRatio - 0.02));
  down = Math.max(down, minSide + 1, across / (maxRatio - 0.02));
  if (across > width + 0.5 && across > box.width * width + 2 * margin + 1) across = width;
  [across, down] = [Math.min(across, width), Math.min(down, height)];
  if (Math.min(across, down) < minSide) return undefined;
  if (Math.max(across, down) > maxRatio * Math.min(across, down)) return undefined;
  const crop = {
    ...along('left', 'width', box.left + box.width / 2, across / width),
    ...along('top', 'height', box.top + box.height / 2, down / height),
  };
  return areaOf(crop) > 0.9 ? undefined : crop;
}

/** So long around that middle, moved where it would reach over an edge; in thousandths. */
function along<At extends 'left' | 'top', Long extends 'width' | 'height'>(
  at: At,
  long: Long,
  middle: number,
  share: number,
): Record<At | Long, number> {
  const length = Math.min(1, Math.ceil(share * 1000) / 1000);
  const start = Math.min(Math.max(0, middle - length / 2), 1 - length);
  return { [at]: Math.floor(start * 1000) / 1000, [long]: length } as Record<At | Long, number>;
}
