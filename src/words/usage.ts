/** What was spent, in lines: the sum, then who spent it and with whom. */

import { FINDING_CODES } from '../core/coach/finding.ts';
import type { LessonsRecord } from '../core/coach/lessons.ts';
import type { Sums, Usage, UsageOf } from '../core/reports/usage.ts';
import type { Naming } from '../core/settings/setting.ts';
import { findingText } from './coach.ts';
import { providerName } from './facts.ts';
import type { Words } from './index.ts';

/** Enough to see where the money goes; the table has them all. */
const MEMBERS_SHOWN = 10;

export const usageTitle = ({ t }: Words, { period }: Usage): string => t(`usage.title-${period}`);

/** The days are in the picture beside it. */
export function usageLines(words: Words, usage: Usage, naming: Naming): string[] {
  const { t, money } = words;
  const { totals, members, providers } = usage;
  const held = totals.heldJobs > 0 ? [t('usage.held', { held: money(totals.heldMicros) })] : [];
  const foretold = lessonLines(words, usage);
  if (totals.jobs === 0) return [t('usage.none'), ...held, ...foretold];
  const spent = (sums: Sums) => ({
    spent: money(sums.micros),
    jobs: t('quota.jobs', { count: sums.jobs }),
  });
  const list = (title: string, all: readonly UsageOf[], name: (id: string) => string): string[] => [
    '',
    title,
    ...all.map((one) => t('usage.line', { who: name(one.id), ...spent(one) })),
  ];
  return [
    t('usage.total', spent(totals)),
    ...held,
    ...list(t('usage.by-provider'), providers, (id) => providerName(words, id)),
    ...list(t('usage.by-member'), members.slice(0, MEMBERS_SHOWN), (id) => naming('member', id)),
    ...foretold,
  ];
}

/**
 * What the coach warned of, of how many jobs, and how many of these were refused or came out short; over all models, what
 * came true most often first.
 */
export function lessonSums(
  words: Words,
  lessons: LessonsRecord,
): { warning: string; jobs: number; spoiled: number }[] {
  return FINDING_CODES.flatMap((code) => {
    const counts = Object.values(lessons).flatMap(({ by }) => by[code] ?? []);
    const jobs = counts.reduce((sum, one) => sum + one.jobs, 0);
    const spoiled = counts.reduce((sum, one) => sum + one.spoiled, 0);
    return jobs > 0 ? [{ warning: findingText(words, { code, measured: {} }), jobs, spoiled }] : [];
  }).sort(byShare);
}

function lessonLines(words: Words, { lessons = {} }: Usage): string[] {
  const { t } = words;
  const sums = lessonSums(words, lessons);
  if (sums.length === 0) return [];
  return ['', t('coach.came-true'), ...sums.map((one) => t('coach.came-true-line', one))];
}

type Foretold = { jobs: number; spoiled: number };
const byShare = (a: Foretold, b: Foretold): number => b.spoiled / b.jobs - a.spoiled / a.jobs;
