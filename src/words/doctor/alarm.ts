/** What is told to an operator in private, in lines. */
import type { Diagnosis, Level } from '../../core/diagnosis.ts';
import { headingOf } from './index.ts';

const SIGNS = { ok: '✅', warning: '⚠️', broken: '❌' } as const satisfies Record<Level, string>;

/** What was found, why it matters and what to do; of what is over, that it is. */
export function alarmLines({ code, level, what, why, nextStep }: Diagnosis, over: boolean): string[] {
  if (over) return [`✅ Over: ${what}`];
  const deed = nextStep ? [`→ ${nextStep}`, `More: ${headingOf(code)}`] : [];
  return [`${SIGNS[level]} ${what}`, ...(why ? [why] : []), ...deed];
}

/** One line of what was found, with its mend. */
export const findingLine = ({ level, what, nextStep }: Diagnosis): string =>
  `${SIGNS[level]} ${what}${nextStep ? ` → ${nextStep}` : ''}`;
