/** What admins and the operator can see of the ledger: sums, every line, a picture. Whoever calls has asked who may. */
import type { Context } from '../context.ts';
import type { LedgerLine } from '../limits/ledger.ts';
import { csvOf } from './csv.ts';
import { type ReportPeriod, reportRange, type Usage, usageOf } from './usage.ts';

export type Reports = {
  /** Of one space on its own clock, or of all on the operator's. */
  usage(period: ReportPeriod, spaceId?: string): Promise<Usage>;
  /** Every line of what a report is about, in pieces. */
  csv(usage: Pick<Usage, 'spaceId' | 'from' | 'to'>): AsyncIterable<string>;
  /** The spending by day as a PNG; numbers and dates as that language writes them, and no other words. */
  chart(usage: Usage, language: string): Promise<Uint8Array>;
  /** What may still be billed, and nobody knows: the operator's alone. */
  suspended(): Promise<LedgerLine[]>;
};

export function createReports({
  ledger,
  media,
  settings,
  rules,
  clock,
  lessons,
}: Pick<Context, 'ledger' | 'media' | 'settings' | 'rules' | 'clock' | 'lessons'>): Reports {
  return {
    async usage(period, spaceId) {
      const { timeZone } = spaceId === undefined ? rules : settings.of(spaceId);
      const range = reportRange(period, clock.now(), timeZone);
      const scope = { period, ...range, timeZone };
      if (spaceId !== undefined) return usageOf(ledger, { ...scope, spaceId });
      return { ...(await usageOf(ledger, scope)), lessons: (await lessons.read()).record };
    },
    csv: ({ spaceId, from, to }) =>
      csvOf(ledger.lines({ from, to, ...(spaceId === undefined ? {} : { spaceId }) })),
    chart: ({ days, providers, totals }, language) =>
      media.chart({
        language,
        totalMicros: totals.micros,
        days: days.map(({ day }) => day),
        // By name, so that a provider has the same place, and colour, from one day to the next.
        series: providers
          .map(({ id }) => ({ name: id, micros: days.map(({ spent }) => spent[id] ?? 0) }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      }),
    suspended: () => ledger.suspended(),
  };
}
