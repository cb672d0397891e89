/** Calendar windows in a time zone: a limit's "day" is the day on the wall of those who set it. */
import type { LedgerKey } from './ports.ts';

export const PERIODS = ['day', 'month'] as const;
export type Period = (typeof PERIODS)[number];

const formats = new Map<string, Intl.DateTimeFormat>();

function localDate(at: number, timeZone: string): { year: number; month: number; day: number } {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, Number(part.value)]));
  return { year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0 };
}

/** The window that a moment belongs to, `day:2026-11-21` or `month:2026-11`, within the scope's zone. */
export function windowOf(scope: string, period: Period, at: number, timeZone: string): LedgerKey {
  const { year, month, day } = localDate(at, timeZone);
  const monthKey = `${year}-${String(month).padStart(2, '0')}`;
  return {
    scope,
    window: period === 'month' ? `month:${monthKey}` : `day:${monthKey}-${String(day).padStart(2, '0')}`,
  };
}

/** The first moment of the next window. Days of 23 and 25 hours, and zones that skip midnight, come out right. */
export function resetsAt(period: Period, at: number, timeZone: string): number {
  const current = windowOf('', period, at, timeZone).window;
  // The end lies within this many hours whatever the zone does; a binary search finds the exact millisecond.
  let before = at;
  let after = at + (period === 'day' ? 50 : 32 * 24 + 2) * 3_600_000;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (windowOf('', period, middle, timeZone).window === current) before = middle;
    else after = middle;
  }
  return after;
}
