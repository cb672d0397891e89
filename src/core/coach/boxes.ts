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
      // A body without its head is nobody whom a model would take.
      if (person.head && head && areaOf(head) < STILL_THERE * areaOf(person.head)) return [];
      const headInView = person.headInView && (!head || areaOf(head) > 0.9 * areaOf(person.head ?? head));
      return [{ ...person, headInView, share: Math.min(1, areaOf(inside) / areaOf(crop)) }];
    })
    .sort((a, b) => b.share - a.share);
}

/** Around somebody of whom no more than a face could be made out, in widths and heights of the head: the shoulders and the chest. */
const CHEST = { wide: 2.6, high: 3.2 };

/** Where somebody is, the body included that nobody could make out. */
export function bodyOf({ box, framing, score }: Pick<Person, 'box' | 'framing' | 'score'>): Box {
  if (framing !== 'face' || score > 0) return box;
  const width = CHEST.wide * box.width;
  const chest = { ...box, left: box.left - (width - box.width) / 2, width, height: CHEST.high * box.height };
  return within(chest, { left: 0, top: 0, width: 1, height: 1 });
}

/** So much is left around a person, in shares of the larger of their sides; no more than the picture has. */
const MARGIN = 0.08;

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
  const across = around(box.left * width, box.width * width, margin, width);
  const down = around(box.top * height, box.height * height, margin, height);
  // Somewhat more than is asked for, as rounding to thousandths may take that much.
  const ratio = maxRatio * 0.98;
  const least = minSide + 1 + Math.max(width, height) / 1000;
  const x = grown(across, Math.max(least, down.length / ratio), width);
  const y = grown(down, Math.max(least, x.length / ratio), height);
  if (Math.min(x.length, y.length) < Math.min(least, width, height)) return undefined;
  if (Math.max(x.length, y.length) > ratio * Math.min(x.length, y.length) * 1.001) return undefined;
  const [left, right] = [thousandth(x.start / width), thousandth((x.start + x.length) / width)];
  const [top, bottom] = [thousandth(y.start / height), thousandth((y.start + y.length) / height)];
  const crop = { left, top, width: thousandth(right - left), height: thousandth(bottom - top) };
  return areaOf(crop) > 0.9 ? undefined : crop;
}

/** In pixels. */
type Stretch = { start: number; length: number };

/** A person at an edge has no margin there: in its place would be somebody else on the other side. */
function around(start: number, length: number, margin: number, whole: number): Stretch {
  const from = Math.max(0, start - margin);
  return { start: from, length: Math.min(whole, start + length + margin) - from };
}

/** At least that long, around the same middle as far as the picture goes. */
function grown({ start, length }: Stretch, least: number, whole: number): Stretch {
  const long = Math.min(whole, Math.max(length, least));
  return { start: Math.min(Math.max(0, start - (long - length) / 2), whole - long), length: long };
}

const thousandth = (share: number): number => Math.round(share * 1000) / 1000;
