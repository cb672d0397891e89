/** Reports of videos, as those read them who decide. */

import type { Naming } from '../core/settings/setting.ts';
import { type Case, DECIDE_WITHIN_MS } from '../core/takedown/case.ts';
import { SEPARATOR } from './facts.ts';
import type { Words } from './index.ts';

/** What was reported and how it stands. Names are as `naming` writes them; the reporter's is not among them. */
export function reportLines(words: Words, one: Case, naming: Naming, reminder: boolean): string[] {
  const { t, date } = words;
  const until = date(one.since + DECIDE_WITHIN_MS);
  const member = naming('member', one.asker.memberId);
  const { left } = one.retracted;
  return [
    ...(reminder ? [t('report.reminder')] : []),
    t('report.notice', { code: one.code, member, reason: t(`report.${one.reason}`) }),
    one.locked ? t('report.is-locked') : t(one.hidden ? 'report.is-hidden' : 'report.is-open', { until }),
    ...(left > 0 ? [t('report.left', { count: String(left) })] : []),
  ];
}

/** One in a list. */
export const reportItem = ({ t, date }: Words, { code, reason, since }: Case): string =>
  [code, t(`report.${reason}`), date(since + DECIDE_WITHIN_MS)].join(SEPARATOR);
