/** What limits allow, use up and leave, one line a limit. */
import type { QuotaLine } from '../core/limits/quota.ts';
import type { Words } from './index.ts';

/** For `/quota`: whose limit, what is used and held of how much, what is left, and when it starts over. */
export function quotaLines(words: Words, lines: readonly QuotaLine[]): string[] {
  const { t, date } = words;
  if (lines.length === 0) return [t('quota.none')];
  return lines.flatMap((line) =>
    amountsOf(words, line).map(({ used, held, max, left }) => {
      const facts = {
        who: t(`quota.${line.scope}-${line.period}`),
        used,
        max,
        left,
        resetsAt: date(line.resetsAt, line.timeZone),
      };
      return held === undefined ? t('quota.line', facts) : t('quota.line-held', { ...facts, held });
    }),
  );
}

/** What is left to the member and to the space; the operator's own budget is nobody else's business. */
export function leftLines(words: Words, lines: readonly QuotaLine[]): string[] {
  const { t } = words;
  return lines.flatMap((line) => {
    const { scope, period } = line;
    if (scope === 'operator') return [];
    return amountsOf(words, line).map(({ left, max }) =>
      t(`result.left-${scope}-${period}`, { left: t('result.left-of', { left, max }) }),
    );
  });
}

type Amounts = { used: string; held: string | undefined; max: string; left: string };

/** A limit in dollars, in jobs, or in both. */
function amountsOf({ t, money, number }: Words, line: QuotaLine): Amounts[] {
  const amounts: Amounts[] = [];
  const { maxMicros, usedMicros, heldMicros, maxJobs, usedJobs, heldJobs } = line;
  if (maxMicros !== undefined)
    amounts.push({
      used: money(usedMicros),
      held: heldMicros > 0 ? money(heldMicros) : undefined,
      max: money(maxMicros),
      left: money(Math.max(0, maxMicros - usedMicros - heldMicros)),
    });
  if (maxJobs !== undefined)
    amounts.push({
      used: number(usedJobs),
      held: heldJobs > 0 ? number(heldJobs) : undefined,
      // Always after "of", for which other languages have a case of their own.
      max: t('quota.jobs', { count: maxJobs }),
      left: number(Math.max(0, maxJobs - usedJobs - heldJobs)),
    });
  return amounts;
}
