/** The edge of the core to the ledger: what is held, what became of it, and what stands against a limit. */

import type { FailureCode } from '../failure-codes.ts';
import type { ItemKind } from '../library/kinds.ts';
import type { ItemNumbers } from '../library/numbers.ts';
import type { Micros } from '../price/money.ts';

/** What limits count: who pays for what, in which calendar window. */
export type LedgerKey = { scope: string; window: string };
export type Limit = LedgerKey & {
  /** Under this scope counts as well what its member, who was forgotten since, has had in that window. */
  unnamed?: string;
  maxMicros?: Micros;
  maxJobs?: number;
  resetsAt: number;
};
export type HoldRequest = {
  jobId: string;
  micros: Micros;
  /** Every counter that the job moves, whether or not a limit stands on it. */
  counters: readonly LedgerKey[];
  limits: readonly Limit[];
  at: number;
  memberId: string;
  spaceId: string;
  provider: string;
  /** Whole seconds of video that the price counts. */
  seconds: number;
  /** The library items that the job is made with. */
  items?: Partial<Record<ItemKind, string>>;
};
export type HoldOutcome =
  | { ok: true }
  /** The first limit without room, with what was left under it. */
  | { ok: false; limit: Limit; leftMicros?: Micros; leftJobs?: number };

export type LedgerTotals = {
  heldMicros: Micros;
  settledMicros: Micros;
  heldJobs: number;
  settledJobs: number;
};

/**
 * One job in the ledger: its price while it is `held` or `suspended`, its bill once `settled`; `freed` cost nothing and
 * counts for nothing. A job belongs to the moment at which its price was held.
 */
export type LedgerLine = {
  jobId: string;
  spaceId: string;
  memberId: string;
  /** Who was to render it, and from the bill on who did. */
  provider: string;
  /** Unknown of lines from before they were kept. */
  seconds?: number;
  heldAt: number;
  heldMicros: Micros;
} & (
  | { state: 'held' | 'suspended' }
  | { state: 'settled'; billMicros: Micros; endedAt: number }
  | { state: 'freed'; endedAt: number }
);

/** Lines held from `from` on and before `to`; of every space when none is named, or of one member everywhere. */
export type LineRange = { from: number; to: number } & (
  | { spaceId?: string; memberId?: never }
  | { memberId: string; spaceId?: never }
);

/** The ledger. Each call is one transaction and may be repeated without changing anything. */
export type Ledger = {
  /** Holds the price if every limit has room, else changes nothing. */
  reserve(hold: HoldRequest): Promise<HoldOutcome>;
  /** The prices of several jobs, each beside those before it: all of them, or none. */
  reserveAll(holds: readonly HoldRequest[]): Promise<HoldOutcome>;
  /**
   * Another price in the place of what a job holds, on the counters of then, if every limit has room for it without what
   * was held; else changes nothing. Throws UnknownHold where nothing is held.
   */
  rehold(hold: HoldRequest): Promise<HoldOutcome>;
  /** The hold becomes the bill. `counts` false frees it altogether: nothing was billed and nothing came. `failure`: why no
   * video came of it. */
  settle(
    jobId: string,
    bill: { micros: Micros; counts: boolean; provider: string; at: number; failure?: FailureCode },
  ): Promise<void>;
  /** Nobody knows whether this will be billed: the hold stays on the counters of `scope` and leaves all others. */
  suspend(jobId: string, scope: string, failure?: FailureCode): Promise<void>;
  totals(key: LedgerKey): Promise<LedgerTotals>;
  /** The jobs whose price is still held, of those that were held before then. */
  held(before?: number): Promise<string[]>;
  /**
   * Of these jobs, in their order, those of which nothing is held any more: each of them was made, whether or not its
   * record was deleted since.
   */
  ended(jobIds: readonly string[]): Promise<string[]>;
  /** Takes back a hold whose job was never made, as if it had never been; a settled line stays, and that of a job on record. */
  release(jobId: string): Promise<void>;
  /** By the moment they were held, oldest first, page by page as they are asked for: there may be millions. */
  lines(range: LineRange): AsyncIterable<readonly LedgerLine[]>;
  /** The operator's suspense lines: what may still be billed and nobody knows, oldest first. */
  suspended(): Promise<LedgerLine[]>;
  /** How jobs went that were made with these library items; what was never used is missing. */
  itemNumbers(kind: ItemKind, ids: readonly string[]): Promise<Map<string, ItemNumbers>>;
  /** How long those of late took, from the hold to the bill; undefined where none was delivered. */
  itemUsualMs(kind: ItemKind, id: string): Promise<number | undefined>;
};

/** Nothing is held for a job that is billed, or saved for the first time; a retry does not help. Thrown by every Ledger. */
export class UnknownHold extends Error {
  override name = 'UnknownHold';
  readonly jobId: string;
  constructor(jobId: string) {
    super(`nothing was ever held for job ${jobId}`);
    this.jobId = jobId;
  }
}
