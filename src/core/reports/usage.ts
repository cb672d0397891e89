/** What was spent, read from the lines of the ledger: by day, by member, by provider, by space. */

import type { LessonsRecord } from '../coach/lessons.ts';
import type { Ledger, LedgerLine } from '../limits/ledger.ts';
import { resetsAt, startsAt, windowOf } from '../limits/windows.ts';
import type { Micros } from '../price/money.ts';

export const REPORT_PERIODS = ['day', 'week', 'month', 'last-month'] as const;
/** `day` is today, `week` the last seven days with today, `month` the calendar month up to today. */
export type ReportPeriod = (typeof REPORT_PERIODS)[number];

/** Which part of the ledger a report is about: one space, or everything. */
export type ReportScope = {
  period: ReportPeriod;
  from: number;
  to: number;
  timeZone: string;
  spaceId?: string;
};

export type Sums = {
  /** Jobs that count: delivered, or billed all the same. What cost nothing and brought nothing does not. */
  jobs: number;
  micros: Micros;
  /** Of those jobs, as quoted. */
  seconds: number;
  heldJobs: number;
  heldMicros: Micros;
  /** Ended without a bill that anybody knows: held against the operator's budget alone. */
  suspendedJobs: number;
  suspendedMicros: Micros;
};

/** `day` is a date in the report's zone, `2026-11-21`; `spent` is by provider. */
type UsageDay = Sums & { day: string; spent: Record<string, Micros> };
export type UsageOf = Sums & { id: string };

/** The days in order, without a gap; members, providers and spaces by what they spent, the most first. */
/** `lessons`: what became of what the coach foretold, of all spaces and times; the operator's alone. */
export type Usage = ReportScope & {
  lessons?: LessonsRecord;
  totals: Sums;
  days: UsageDay[];
  members: UsageOf[];
  providers: UsageOf[];
  spaces: UsageOf[];
};

/** The moments between which a period lies, on the clock of that zone: `from` on and before `to`. */
export function reportRange(
  period: ReportPeriod,
  now: number,
  timeZone: string,
): Pick<ReportScope, 'from' | 'to'> {
  const thisMonth = startsAt('month', now, timeZone);
  if (period === 'last-month') return { from: startsAt('month', thisMonth - 1, timeZone), to: thisMonth };
  const to = resetsAt('day', now, timeZone);
  if (period === 'month') return { from: thisMonth, to };
  let from = startsAt('day', now, timeZone);
  for (let days = 1; period === 'week' && days < 7; days += 1) from = startsAt('day', from - 1, timeZone);
  return { from, to };
}

/** Reads the lines of the scope once, in order, and keeps only sums. Throws what the ledger throws. */
export async function usageOf(ledger: Pick<Ledger, 'lines'>, scope: ReportScope): Promise<Usage> {
  const days = daysOf(scope);
  const totals = nothing();
  const [members, providers, spaces] = [groups(), groups(), groups()];
  let at = 0;
  for await (const page of ledger.lines(scope)) {
    for (const line of page) {
      // Lines come by time: a look at the next boundary is all that a line costs.
      while (line.heldAt >= (days[at]?.end ?? Number.POSITIVE_INFINITY)) at += 1;
      const day = days[at]?.day;
      if (!day) break;
      add(totals, line);
      add(day, line);
      add(members.of(line.memberId), line);
      add(providers.of(line.provider), line);
      add(spaces.of(line.spaceId), line);
      if (line.state === 'settled')
        day.spent[line.provider] = (day.spent[line.provider] ?? 0) + line.billMicros;
    }
  }
  return {
    ...scope,
    totals,
    days: days.map(({ day }) => day),
    members: members.all(),
    providers: providers.all(),
    spaces: spaces.all(),
  };
}

function daysOf({ from, to, timeZone }: ReportScope): { day: UsageDay; end: number }[] {
  const days: { day: UsageDay; end: number }[] = [];
  for (let start = from; start < to; ) {
    const end = resetsAt('day', start, timeZone);
    const day = windowOf('', 'day', start, timeZone).window.replace('day:', '');
    days.push({ day: { day, ...nothing(), spent: {} }, end });
    start = end;
  }
  return days;
}

const nothing = (): Sums => ({
  jobs: 0,
  micros: 0,
  seconds: 0,
  heldJobs: 0,
  heldMicros: 0,
  suspendedJobs: 0,
  suspendedMicros: 0,
});

function add(sums: Sums, line: LedgerLine): void {
  switch (line.state) {
    case 'settled':
      sums.jobs += 1;
      sums.micros += line.billMicros;
      sums.seconds += line.seconds ?? 0;
      break;
    case 'held':
      sums.heldJobs += 1;
      sums.heldMicros += line.heldMicros;
      break;
    case 'suspended':
      sums.suspendedJobs += 1;
      sums.suspendedMicros += line.heldMicros;
      break;
    case 'freed':
      break;
  }
}

function groups() {
  const known = new Map<string, UsageOf>();
  return {
    of(id: string): UsageOf {
      const found = known.get(id);
      if (found) return found;
      const fresh = { id, ...nothing() };
      known.set(id, fresh);
      return fresh;
    },
    /** Without those of whom nothing counts: all that they asked for was freed. */
    all: (): UsageOf[] =>
      [...known.values()]
        .filter(({ jobs, heldJobs, suspendedJobs }) => jobs + heldJobs + suspendedJobs > 0)
        .sort((a, b) => b.micros - a.micros || b.jobs - a.jobs || (a.id < b.id ? -1 : 1)),
  };
}
