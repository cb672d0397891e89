/** What may go wrong with a picture, a clip and the two together, for one model: from what was seen, without looking. */
import { peopleIn } from './boxes.ts';
import { clipFindings } from './clip-findings.ts';
import { FINDING_CODES, FINDING_LEVELS, type Finding, type FindingLevel } from './finding.ts';
import { imageFindings } from './image-findings.ts';
import type { ClipLook, PictureLook } from './look.ts';
import { pairFindings } from './pair-findings.ts';
import type { CoachRequest } from './sighting.ts';

/** What was seen; a file that nobody has given yet, or that could not be looked at, is missing. */
export type Seen = { picture?: PictureLook | undefined; clip?: ClipLook | undefined };

const MILDER: Record<FindingLevel, FindingLevel> = {
  'will-fail': 'may-fail',
  'may-fail': 'hint',
  hint: 'hint',
};

/** The worst first. What does the model no harm is left out. */
export function findingsOf({ picture, clip }: Seen, asked: CoachRequest): Finding[] {
  const table = asked.model.findings;
  const request = { ...asked, framing: picture && peopleIn(picture, asked.choices.crop)[0]?.framing };
  const sightings = [
    ...(picture ? imageFindings(picture, request) : []),
    ...(clip ? clipFindings(clip, request) : []),
    ...(picture && clip ? pairFindings(picture, clip, request) : []),
  ];
  return sightings
    .flatMap(({ unsure, mends = [], ...sighting }): Finding[] => {
      const level = table[sighting.code];
      return level ? [{ ...sighting, level: unsure ? MILDER[level] : level, mends }] : [];
    })
    .sort((a, b) => rank(a) - rank(b));
}

/** The lower, the worse. */
export const rank = ({ level, code }: Pick<Finding, 'level' | 'code'>): number =>
  FINDING_LEVELS.indexOf(level) * FINDING_CODES.length + FINDING_CODES.indexOf(code);
