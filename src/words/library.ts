/** What is said of motions and characters: one line each, and how they did. */

import { secondsOf } from '../core/library/item.ts';
import type { ListedItem } from '../core/library/library.ts';
import { FEW, type ItemNumbers, meanCost } from '../core/library/numbers.ts';
import { SEPARATOR } from './facts.ts';
import type { Words } from './index.ts';

/** `14 of 15 worked`; of few, only that they were: `used once`, `used twice · 1 failed`. */
export function numbersText({ t }: Words, { used, delivered, failed }: ItemNumbers): string {
  if (used === 0) return t('library.unused');
  const ended = delivered + failed;
  if (ended >= FEW) return t('library.worked', { delivered, ended });
  const failures = failed > 0 ? [t('library.failed', { count: failed })] : [];
  const times = used === 1 ? t('library.used-once') : t('library.used', { count: used });
  return [times, ...failures].join(SEPARATOR);
}

/** `6 s · $0.42 · 14 of 15 worked`. */
export function factsText(words: Words, { item, micros, numbers }: ListedItem): string {
  const seconds = secondsOf(item);
  return [
    ...(seconds === undefined ? [] : [words.seconds(seconds)]),
    ...(micros === undefined ? [] : [words.price(micros)]),
    numbersText(words, numbers),
  ].join(SEPARATOR);
}

/** `Shuffle · 6 s · $0.42 · 14 of 15 worked`. */
export const itemText = (words: Words, listed: ListedItem): string =>
  listed.item.name + SEPARATOR + factsText(words, listed);

/** All that is known of one: what it costs and takes as a rule, and why it failed. */
export function detailLines(words: Words, listed: ListedItem & { usualMs?: number }): string[] {
  const { t, price, duration } = words;
  const { numbers, usualMs } = listed;
  const cost = meanCost(numbers);
  return [
    factsText(words, listed),
    ...(cost === undefined ? [] : [t('library.mean-cost', { price: price(cost) })]),
    ...(usualMs === undefined ? [] : [t('library.usual-time', { time: duration(usualMs) })]),
    ...numbers.why.map(({ failure, count }) =>
      t('library.why-failed', { times: String(count), why: words.failureReason(failure) }),
    ),
  ];
}
