/** What was spent, in lines: the sum, then who spent it and with whom. */

import type { Sums, Usage, UsageOf } from '../core/reports/usage.ts';
import type { Naming } from '../core/settings/setting.ts';
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
  if (totals.jobs === 0) return [t('usage.none'), ...held];
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
  ];
}
