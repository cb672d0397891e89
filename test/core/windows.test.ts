import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Period, resetsAt, windowOf } from '../../src/core/limits/windows.ts';

const at = (text: string) => Date.parse(text);

describe('a calendar window', () => {
  it.each([
    ['2026-11-21T23:30:00Z', 'UTC', 'day:2026-11-21', 'month:2026-11'],
    ['2026-11-30T23:30:00Z', 'Europe/Berlin', 'day:2026-12-01', 'month:2026-12'],
    ['2026-12-01T03:00:00Z', 'America/New_York', 'day:2026-11-30', 'month:2026-11'],
    ['2028-02-29T12:00:00Z', 'UTC', 'day:2028-02-29', 'month:2028-02'],
  ])('of %s in %s is %s and %s', (when, zone, day, month) => {
    expect(windowOf('s', 'day', at(when), zone)).toEqual({ scope: 's', window: day });
    expect(windowOf('s', 'month', at(when), zone)).toEqual({ scope: 's', window: month });
  });

  it.each([
    ['a plain day', 'day', '2026-11-21T12:00:00Z', 'UTC', '2026-11-22T00:00:00Z'],
    ['a day of 23 hours', 'day', '2026-03-29T00:00:00Z', 'Europe/Berlin', '2026-03-29T22:00:00Z'],
    ['a day of 25 hours', 'day', '2026-10-25T00:00:00Z', 'Europe/Berlin', '2026-10-25T23:00:00Z'],
    ['the end of February in a leap year', 'month', '2028-02-10T00:00:00Z', 'UTC', '2028-03-01T00:00:00Z'],
    ['the turn of the year', 'month', '2026-12-31T23:00:00Z', 'America/New_York', '2027-01-01T05:00:00Z'],
  ] as const)('resets after %s', (_name, period, when, zone, expected) => {
    expect(new Date(resetsAt(period, at(when), zone)).toISOString()).toBe(new Date(expected).toISOString());
  });

  it('ends exactly where the next one begins, at any moment in any zone', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/Sao_Paulo',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'Pacific/Apia',
    ];
    const moment = fc.integer({ min: at('2011-01-01'), max: at('2035-01-01') });
    fc.assert(
      fc.property(
        moment,
        fc.constantFrom(...zones),
        fc.constantFrom<Period[]>('day', 'month'),
        (now, zone, period) => {
          const end = resetsAt(period, now, zone);
          expect(end).toBeGreaterThan(now);
          expect(windowOf('s', period, end - 1, zone)).toEqual(windowOf('s', period, now, zone));
          expect(windowOf('s', period, end, zone)).not.toEqual(windowOf('s', period, now, zone));
        },
      ),
      { numRuns: 60 },
    );
  });
});
