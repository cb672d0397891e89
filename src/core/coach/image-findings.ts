/** What may go wrong with a picture. */
import { bodyOf, cropTo, peopleIn } from './boxes.ts';
import type { Mend } from './finding.ts';
import { type Person, type PictureLook, showsAsMuch } from './look.ts';
import type { CoachRequest, Sighting } from './sighting.ts';

/** Beside the largest, half as large or more: under that nobody takes one for the other. */
const RIVAL = 0.5;
/** Less of the picture is less than the makers of a model ask for, and than any good sample had. */
const SMALL_SHARE = 0.05;
const SMALLISH_SHARE = 0.08;
/** Under that, what was taken for a person may be an animal, or a pair of hands. */
const SURE_FACE = 0.4;
/** Under that the model has to invent what it renders. */
const SMALL_SIDE = 480;
/** Of the largest one's head, how high one is at least of somebody who is as near. */
const NEAR_HEAD = 0.6;
/** More than these have no room as buttons, and are rarely told apart. */
const CHOOSABLE = 5;

/** Rivals, and whoever is as near as the largest by the size of the head, though others hide the body. */
function choosable(people: readonly Person[], rivals: readonly Person[]): Person[] {
  const head = people[0]?.head;
  return people.filter(
    (one) => rivals.includes(one) || (head && one.head && one.head.height >= NEAR_HEAD * head.height),
  );
}

export function imageFindings(look: PictureLook, { model, choices }: CoachRequest): Sighting[] {
  const { crop } = choices;
  const people = peopleIn(look, crop);
  const [largest] = people;
  const found: Sighting[] = [];
  const say = (sighting: Omit<Sighting, 'about'>): void => void found.push({ about: 'image', ...sighting });
  const cropMend = (person: Person): Mend[] => {
    const to = cropTo({ box: bodyOf(person) }, look, model.image);
    // People have the numbers that they have in the whole picture.
    const number = look.people.findIndex(({ box }) => box === person.box) + 1;
    return to ? [{ kind: 'crop', choices: { crop: to }, person: number }] : [];
  };

  if (look.turned !== 0 || largest?.upright === false)
    say({
      code: 'image-not-upright',
      measured: { turned: look.turned },
      ...(largest ? { boxes: [largest.box] } : {}),
      unsure: look.turned === 0,
    });
  if (!largest) {
    // A face without a body that could be made out: a drawing, a mask, somebody behind a table.
    say({ code: 'no-person-in-image', measured: { people: 0 }, unsure: look.face >= SURE_FACE });
  } else {
    const rivals = people.filter(({ share }) => share >= RIVAL * largest.share);
    if (rivals.length > 1)
      say({
        code: 'several-people-in-image',
        measured: { people: crop ? rivals.length : Math.max(rivals.length, look.count) },
        boxes: rivals.map(({ box }) => box),
        mends: choosable(people, rivals).slice(0, CHOOSABLE).flatMap(cropMend),
      });
    if (look.face < SURE_FACE && largest.facing !== 'back')
      say({ code: 'no-face-in-image', measured: { face: look.face }, boxes: [largest.box] });
    if (!showsAsMuch(largest.framing, 'upper'))
      say({ code: 'image-only-face', measured: { share: largest.share }, boxes: [largest.box] });
    if (largest.share < SMALLISH_SHARE)
      say({
        code: 'image-person-small',
        measured: { share: largest.share },
        boxes: [largest.box],
        unsure: largest.share >= SMALL_SHARE,
        mends: crop ? [] : cropMend(largest),
      });
    if (!largest.headInView)
      say({ code: 'image-head-cut', measured: {}, boxes: [largest.head ?? largest.box] });
    if (!largest.handsInView && showsAsMuch(largest.framing, 'hips'))
      say({ code: 'image-hands-cut', measured: {}, boxes: [largest.box] });
  }
  if (look.inBars && !crop) {
    const { inBars } = look;
    const fits = Math.min(inBars.width * look.width, inBars.height * look.height) >= model.image.minSide;
    say({
      code: 'image-in-bars',
      measured: {},
      boxes: [inBars],
      mends: fits ? [{ kind: 'crop', choices: { crop: inBars } }] : [],
    });
  }
  if (look.blurred) say({ code: 'image-blurred', measured: { sharpness: look.sharpness } });
  if (look.dark) say({ code: 'image-dark', measured: { brightness: look.brightness } });
  const side = Math.min(look.width * (crop?.width ?? 1), look.height * (crop?.height ?? 1));
  if (side < SMALL_SIDE) say({ code: 'image-small', measured: { side: Math.round(side) } });
  return found;
}
