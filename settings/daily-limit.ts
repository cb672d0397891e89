/** A day's limit of everybody together, or of each, as a question with usual answers. */
import type { LimitRule, UNITS } from '../src/core/limits/limit-rules.ts';
import type { Choice, Question, Speaker, Texts } from '../src/core/settings/setting.ts';

type Unit = (typeof UNITS)[number];
type Limits = readonly LimitRule[];

const USUAL = { usd: [1, 5, 20], jobs: [3, 10, 50] } as const;
const MICROS = 1_000_000;

export function dailyLimit(
  id: string,
  scope: 'server' | 'everyone',
  kind: 'space' | 'everyone',
  example: Texts,
): Question<Limits> {
  const maxOf = (limits: Limits, wanted: Unit): number | undefined => {
    const rule = limits.find(
      ({ who, period, unit }) => who.kind === kind && period === 'day' && unit === wanted,
    );
    return rule === undefined || rule.max === 'off' ? undefined : rule.max;
  };
  const change = (unit: Unit, amount: string): Texts => ({ scope, period: 'day', unit, amount });
  const units = (limits: Limits): Unit[] =>
    (['usd', 'jobs'] as const).filter((unit) => maxOf(limits, unit) !== undefined);
  const text = ({ t, money }: Speaker, unit: Unit, max: number): string =>
    unit === 'usd' ? money(max) : t('quota.jobs', { count: max });
  const amount = (unit: Unit, count: number): Choice<Limits> => {
    const max = unit === 'usd' ? count * MICROS : count;
    return {
      id: `${unit}${count}`,
      label: (speaker) => text(speaker, unit, max),
      isChosen: (limits) => maxOf(limits, unit) === max,
      texts: () => [change(unit, String(count))],
    };
  };
  const off: Choice<Limits> = {
    id: 'off',
    label: ({ t }) => t('settings.no-limit'),
    isChosen: (limits) => units(limits).length === 0,
    texts: (limits) => units(limits).map((unit) => change(unit, 'off')),
  };
  return {
    id,
    title(limits, speaker) {
      const amounts = units(limits).map((unit) => text(speaker, unit, maxOf(limits, unit) ?? 0));
      return speaker.t('settings.rule-day', {
        who: speaker.t(`settings.who-${kind}`),
        max: amounts.join(', ') || speaker.t('settings.no-limit'),
      });
    },
    choices: [
      USUAL.usd.map((count) => amount('usd', count)),
      USUAL.jobs.map((count) => amount('jobs', count)),
      [off],
    ],
    example,
  };
}
