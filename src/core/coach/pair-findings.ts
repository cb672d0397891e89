/** What may go wrong with a picture and a clip together. */
import { peopleIn } from './boxes.ts';
import { trimsFor, usedOf } from './clip-findings.ts';
import { limbsBetween } from './limbs.ts';
import { type ClipLook, type PictureLook, showsAsMuch } from './look.ts';
import type { CoachRequest, Sighting } from './sighting.ts';
import { shotIn } from './stretches.ts';

/** Of fewer limbs, nothing is told. */
const LIMBS_TOLD = 4;

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
  if (used?.fromSeconds === 0 && clip.firstPose && facing === 'front' && inPicture.facing === 'front') {
    const { compared, differing } = limbsBetween(
      { ...picture, person: inPicture },
      { ...clip, person: clip.firstPose },
    );
    if (compared >= LIMBS_TOLD && differing >= compared / 2)
      found.push({ code: 'pose-differs', about: 'pair', measured: { limbs: compared, differing } });
  }
  return found;
}

const legsIn = (framing: PictureLook['people'][number]['framing']): boolean => showsAsMuch(framing, 'knees');
