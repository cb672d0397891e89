/** Numbers, money, sizes and moments as a language writes them. */
import { MICROS_PER_USD, type Micros, usdDigits } from '../core/price/money.ts';

const KILOBYTE = 1_000;
const MEGABYTE = 1_000_000;
const GIGABYTE = 1_000_000_000;

export type Formats = {
  number(value: number): string;
  /** Dollars, with as many digits as the sum needs: a price under a cent stays readable. */
  money(micros: Micros): string;
  size(bytes: number): string;
  /** From 0 to 1. */
  percent(part: number): string;
  /** A moment with its zone; UTC where none is given. */
  date(ms: number, timeZone?: string): string;
  /** `a, b and c`. */
  list(items: readonly string[]): string;
};

export function formatsOf(language: string): Formats {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat(language, { style: 'percent' });
  const list = new Intl.ListFormat(language);
  const units = new Map(
    (['kilobyte', 'megabyte', 'gigabyte'] as const).map((unit) => [
      unit,
      new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }),
    ]),
  );
  const money = new Map<number, Intl.NumberFormat>();
  const dates = new Map<string, Intl.DateTimeFormat>();

  return {
    number: (value) => number.format(value),
    percent: (part) => percent.format(part),
    list: (items) => list.format(items),
    money(micros) {
      const digits = usdDigits(micros);
      const format = remember(
        money,
        digits,
        () =>
          new Intl.NumberFormat(language, {
            style: 'currency',
            currency: 'USD',
            minimumFractionDigits: digits,
            maximumFractionDigits: digits,
          }),
      );
      return format.format(micros / MICROS_PER_USD);
    },
    size(bytes) {
      const [unit, factor] =
        bytes >= GIGABYTE
          ? (['gigabyte', GIGABYTE] as const)
          : bytes >= MEGABYTE / 10
            ? (['megabyte', MEGABYTE] as const)
            : (['kilobyte', KILOBYTE] as const);
      return units.get(unit)?.format(bytes / factor) ?? '';
    },
    date(ms, timeZone = 'UTC') {
      const format = remember(
        dates,
        timeZone,
        () =>
          new Intl.DateTimeFormat(language, {
            year: 'numeric',
            month: 'short',
            day: 'numeric',
            hour: 'numeric',
            minute: '2-digit',
            timeZone,
            timeZoneName: 'short',
          }),
      );
      return format.format(ms);
    },
  };
}

/** Formats are dear to make and cheap to use. */
function remember<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
