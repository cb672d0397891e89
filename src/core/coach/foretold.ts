/** What became of what the coach foretold, finding by finding: for reports, and for whoever looks after the bot. */
import { FINDING_CODES, type FindingCode } from './finding.ts';
import { foretellsNothing, type LessonsRecord, usualShare } from './lessons.ts';

/** `usual`: the share of the jobs without it that were spoiled all the same. */
type Foretold = {
  model: string;
  code: FindingCode;
  jobs: number;
  spoiled: number;
  usual: number;
  /** It came true no more often than without it, so that it is only hinted at by now. */
  isMuted: boolean;
};

/** Those that came true most often first. What an earlier version told under another code is left out. */
export function foretold(record: LessonsRecord): Foretold[] {
  return Object.entries(record)
    .flatMap(([model, { by }]) =>
      FINDING_CODES.flatMap((code) => {
        const own = by[code];
        if (!own || own.jobs === 0) return [];
        const isMuted = foretellsNothing(record, model, code);
        return [{ model, code, ...own, usual: usualShare(record, model, code), isMuted }];
      }),
    )
    .sort((a, b) => b.spoiled / b.jobs - a.spoiled / a.jobs || b.jobs - a.jobs);
}
