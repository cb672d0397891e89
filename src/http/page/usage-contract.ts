/** What the page of usage is told: types only, as in `contract.ts`. */
/** `spent`, `held` and `suspended` are the sums as a person reads them. */
export type SumsView = {
  /** Jobs that count: delivered, or billed all the same. */
  jobs: number;
  usd: number;
  spent: string;
  /** Of those jobs, as quoted. */
  seconds: number;
  heldJobs: number;
  heldUsd: number;
  held: string;
  suspendedJobs: number;
  suspendedUsd: number;
  suspended: string;
};

/** What may still be billed, and nobody knows. */
type SuspenseView = {
  code: string;
  space: string;
  member: string;
  provider: string;
  usd: number;
  price: string;
  heldAt: number;
};

/**
 * What became of the jobs that the coach said something of: `spoiled` of them were refused, or came out short. `usual`: the
 * share of the jobs that had nothing of it said. `muted`: it came true no more often than that, and is only a hint by now.
 */
export type WarningView = {
  model: string;
  code: string;
  message: string;
  jobs: number;
  spoiled: number;
  usual: number;
  muted: boolean;
};

/** What was spent over all spaces. Days are dates in `timeZone`, without a gap; the rest has the most spent first. */
export type UsageView = {
  period: string;
  /** Epoch milliseconds: from then on, and before then. */
  from: number;
  to: number;
  timeZone: string;
  totals: SumsView;
  days: (SumsView & { day: string })[];
  members: (SumsView & { id: string })[];
  providers: (SumsView & { id: string })[];
  spaces: (SumsView & { id: string })[];
  /** Of all times, the oldest first. */
  suspense: SuspenseView[];
  /** Of all times, those that came true most often first. */
  warnings: WarningView[];
  links: { csv: string; chart: string };
};
