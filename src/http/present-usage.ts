/** What was spent, as scripts and the page read it. */
import { foretold } from '../core/coach/foretold.ts';
import { codeOf } from '../core/job/code.ts';
import type { LedgerLine } from '../core/limits/ledger.ts';
import { findModel } from '../core/models/registry.ts';
import { usdFromMicros } from '../core/price/money.ts';
import type { Sums, Usage } from '../core/reports/usage.ts';
import { findingText } from '../words/coach.ts';
import { wordsFor } from '../words/index.ts';
import type { SumsView, UsageView } from './page/usage-contract.ts';

const words = wordsFor('en');
const { money } = words;

export function presentUsage(usage: Usage, suspense: readonly LedgerLine[]): UsageView {
  const { period, from, to, timeZone, totals, days, members, providers, spaces } = usage;
  const named = (list: Usage['members']) => list.map(({ id, ...sums }) => ({ id, ...sumsOf(sums) }));
  return {
    period,
    from,
    to,
    timeZone,
    totals: sumsOf(totals),
    days: days.map(({ day, spent: _spent, ...sums }) => ({ day, ...sumsOf(sums) })),
    members: named(members),
    providers: named(providers),
    spaces: named(spaces),
    suspense: suspense.map(({ jobId, spaceId, memberId, provider, heldMicros, heldAt }) => ({
      code: codeOf(jobId),
      space: spaceId,
      member: memberId,
      provider,
      usd: usdFromMicros(heldMicros),
      price: money(heldMicros),
      heldAt,
    })),
    warnings: foretold(usage.lessons ?? {}).map(({ model, code, jobs, spoiled, usual, isMuted }) => ({
      model: findModel(model)?.name ?? model,
      code,
      message: findingText(words, { code, measured: {} }),
      jobs,
      spoiled,
      usual,
      muted: isMuted,
    })),
    links: { csv: `/api/usage.csv?period=${period}`, chart: `/api/usage.png?period=${period}` },
  };
}

const sumsOf = ({ jobs, micros, seconds, ...open }: Sums): SumsView => ({
  jobs,
  usd: usdFromMicros(micros),
  spent: money(micros),
  seconds,
  heldJobs: open.heldJobs,
  heldUsd: usdFromMicros(open.heldMicros),
  held: money(open.heldMicros),
  suspendedJobs: open.suspendedJobs,
  suspendedUsd: usdFromMicros(open.suspendedMicros),
  suspended: money(open.suspendedMicros),
});
