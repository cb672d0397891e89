/** What admins write, read as what is meant: sums, numbers and words. */
import { microsFromUsd } from '../src/core/price/money.ts';
import { accept, type Outcome, refuse } from '../src/core/refusals.ts';
import type { Texts } from '../src/core/settings/setting.ts';

/** `5`, `5.00`, `$5`, `0,50`: as people write sums. Undefined for anything else, negative sums among it. */
export function dollars(words: string | undefined): number | undefined {
  const plain = (words ?? '')
    .trim()
    .replace(/^\$\s*|\s*(\$|usd)$/gi, '')
    .replace(',', '.');
  return /^\d{1,7}(\.\d{1,6})?$/.test(plain) ? microsFromUsd(Number(plain)) : undefined;
}

export function whole(words: string | undefined): number | undefined {
  const plain = (words ?? '').trim();
  return /^\d{1,7}$/.test(plain) ? Number(plain) : undefined;
}

export const amountOf = (unit: 'usd' | 'jobs', words: string | undefined): number | undefined =>
  unit === 'usd' ? dollars(words) : whole(words);

/** For how long something may be given or taken; about ten years. */
const MAX_DAYS = 3650;
const DAY_MS = 24 * 3_600_000;

/** Undefined for what is no number of days, or too many. */
export function days(words: string | undefined): number | undefined {
  const count = whole(words);
  return count === undefined || count > MAX_DAYS ? undefined : count;
}

export const daysFrom = (now: number, count: number): number => now + count * DAY_MS;

/** One of the words that an option allows. */
export function oneOf<T extends string>(option: string, allowed: readonly T[], texts: Texts): Outcome<T> {
  const word = allowed.find((one) => one === texts[option]);
  return word === undefined ? wrong(option, allowed) : accept(word);
}

export const wrong = (option: string, allowed: readonly string[]) =>
  refuse({ code: 'bad-option', option, allowed });
