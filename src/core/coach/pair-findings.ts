/** What may go wrong with a picture and a clip together. */
import { peopleIn } from './boxes.ts';
import { trimsFor, usedOf } from './clip-findings.ts';
import { type ClipLook, type PictureLook, showsAsMuch } from './look.ts';
import type { CoachRequest, Sighting } from './sighting.ts';
import { shotIn } from './stretches.ts';

export function pairFindings(picture: PictureLook, clip: ClipLook, request: CoachRequest): Sighting[] {
  const [inPicture] = peopleIn(picture, request.choices.crop);
  const [inClip] = clip.people;
  if (!inPicture || !inClip) return [];
  const used = usedOf(clip, request);
  const framing = (used && shotIn(clip, used)?.framing) ?? inClip.framing;
  const found: Sighting[] = [];
  // Of a face alone that is told already.
  if (showsAsMuch(inPicture.framing, 'upper') && legsIn(framing) && !legsIn(inPicture.framing))
    found.push({
      code: 'legs-invented',
      about: 'pair',
      measured: {},
      boxes: [inPicture.box],
      mends: used ? trimsFor(clip, used, request, { mustFit: true }) : [],
    });
  const { facing } = clip.firstPose ?? inClip;
  if ([facing, inPicture.facing].sort().join() === 'back,front')
    found.push({ code: 'facing-differs', about: 'pair', measured: {}, boxes: [inPicture.box] });
  return found;
}

const legsIn = (framing: PictureLook['people'][number]['framing']): boolean => showsAsMuch(framing, 'knees');
