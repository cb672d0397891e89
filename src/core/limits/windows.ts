/** Calendar windows in a time zone: a limit's "day" is the day on the wall of those who set it. */
import type { LedgerKey } from './ledger.ts';

export const PERIODS = ['day', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** Whether this machine knows a zone of that name: asked for any other, it throws. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

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

/** The longest that a window of the period can be, whatever its zone does. */
const longestMs = (period: Period): number => (period === 'day' ? 50 : 32 * 24 + 2) * 3_600_000;

/** The first moment of the next window. Days of 23 and 25 hours, and zones that skip midnight, come out right. */
export function resetsAt(period: Period, at: number, timeZone: string): number {
  return edge(period, at, at + longestMs(period), timeZone)[1];
}

/** The first moment of the window that this moment belongs to. */
export function startsAt(period: Period, at: number, timeZone: string): number {
  return edge(period, at, at - longestMs(period), timeZone)[0];
}

/** Between a moment of a window and one beyond it: the outermost millisecond inside, and its neighbour outside. */
function edge(period: Period, within: number, beyond: number, timeZone: string): [number, number] {
  const { window } = windowOf('', period, within, timeZone);
  let [inside, outside] = [within, beyond];
  while (Math.abs(outside - inside) > 1) {
    const middle = Math.floor((inside + outside) / 2);
    if (windowOf('', period, middle, timeZone).window === window) inside = middle;
    else outside = middle;
  }
  return [inside, outside];
}
