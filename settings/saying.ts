/** What several settings put into words alike. */
import type { Grant, LimitRule, LimitTarget, UNITS } from '../src/core/limits/limit-rules.ts';
import type { Speaker } from '../src/core/settings/setting.ts';

export const several = ({ t }: Speaker, parts: readonly string[]): string =>
  parts.length === 0 ? t('settings.nothing') : parts.join('; ');

export const amountText = ({ t, money }: Speaker, unit: (typeof UNITS)[number], max: number): string =>
  unit === 'usd' ? money(max) : t('unit.jobs', { count: max });

export function whoText({ t, naming }: Speaker, who: LimitTarget | Grant['who']): string {
  if (who.kind === 'space') return t('settings.who-space');
  if (who.kind === 'everyone') return t('settings.who-everyone');
  return t(`settings.who-${who.kind}`, { name: naming(who.kind, who.id) });
}

export function ruleText(speaker: Speaker, { who, period, unit, max }: LimitRule): string {
  const { t } = speaker;
  const amount = max === 'off' ? t('settings.no-limit') : amountText(speaker, unit, max);
  return t(`settings.rule-${period}`, { who: whoText(speaker, who), max: amount });
}
