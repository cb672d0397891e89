/**
 * The edges of the core: what it asks of a provider, a chat, a store and the machine.
 *
 * Words: a *job* is one paid render; *image*, *clip* and *video* are the character picture, the driving motion and
 * the result; an *operation* is the provider's own handle of a job; a *quote* is the price before, a *hold* what
 * is reserved, a *cost* the price after; a *space* is one server, chat, or the page.
 */

import type {
  Inputs,
  Job,
  Operation,
  Quality,
  QuoteNote,
  RenderRequest,
  ResultRef,
  Scene,
  StoredFile,
  UploadedFiles,
} from './job/job.ts';
import type { Micros } from './price/money.ts';
import type { FailureCode } from './refusals.ts';
import type { AuditEntry, OwnSettings } from './settings/setting.ts';

export type Clock = { now(): number };

// ── Providers ───────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * One thing that a provider renders: a model, by its id, in one quality, with the picture's scene unless it says.
 * `relaxed`: on request it lets others go first, at the same price. `bills`: what a unit costs, and how
 * many seconds that is where it is more than one.
 */
export type Offer = {
  model: string;
  quality: Quality;
  scene?: Scene;
  relaxed?: true;
  bills?: { micros: Micros; blockSeconds?: number };
};

type ProviderCapabilities = {
  offers: readonly Offer[];
  negativePrompt: boolean;
  /** It heeds a prompt also where the model by itself understands none. */
  prompt?: boolean;
  /** A free provider's job may be sent again after a crash: `find` gives its operation back. */
  free: boolean;
  /** The shortest sensible time between two status calls. */
  pollFloorMs: number;
  /**
   * `same-id`: it refuses a twin of our id for free, so a job that `find` knows to be absent may be sent again; and one
   * that is only not seen, for as long as its twin is sure to be refused.
   */
  repeat?: 'never' | 'same-id';
  /** It never stops what it has taken. */
  neverCancels?: boolean;
};

/** `priceFrom`: whether the provider named the price just now, or our own table of its published prices did. */
type ProviderQuote = { micros: Micros; notes: QuoteNote[]; priceFrom?: 'provider' | 'built-in' };

/**
 * What a webhook's body is worth. `operation`: a job of that handle has news, to be believed only after its status
 * was read with our own key; `look`: something happened to the job that the address names; `reject`: not from there.
 */
export type WebhookVerdict =
  | { kind: 'operation'; operation: Operation }
  | { kind: 'look' }
  | { kind: 'reject' };

/**
 * What one billable call came to. `not-sent` and `refused` promise that no job exists there, so the next provider may
 * be tried; so does `full`, and it may be sent again. After `unknown` it never is, but where `repeat` allows it. `unfetched`:
 * it could not get at the files.
 */
export type SubmitOutcome =
  | { kind: 'accepted'; operation: Operation }
  | { kind: 'refused'; failure: FailureCode; unfetched?: true }
  | { kind: 'not-sent' }
  | { kind: 'full' }
  | { kind: 'unknown' };

export type ProviderStatus =
  | { state: 'queued'; position?: number }
  | { state: 'running'; progress?: number }
  | { state: 'completed'; result: ResultRef; costMicros?: Micros }
  /** Without a cost where nobody knows yet whether it is billed. `unfetched`: it could not get at the files, surely for `free`. */
  | { state: 'failed'; failure: FailureCode; costMicros?: Micros; unfetched?: 'free' | 'unsure' }
  | { state: 'cancelled'; costMicros: Micros };

/**
 * `absent`: it knows for certain that there is no such job. `not-seen`: it shows none, which of a job that it is working on
 * it may not do either. Undefined proves nothing.
 */
export type FindOutcome = Operation | 'absent' | 'not-seen' | undefined;
/** `asked`: it may still finish and be billed. `too-late`: it has ended or cannot be stopped. */
export type CancelOutcome = 'cancelled' | 'asked' | 'too-late';

/** What is left in the account, where it tells: in money, or in units of its own, as a person reads it. */
export type AccountFacts = { balanceMicros?: Micros; units?: string };

/** A provider of renders. Whatever a method throws is passing trouble, except in `submit`, where it means `unknown`. */
export type Provider = {
  id: string;
  capabilities: ProviderCapabilities;
  /** Why it takes no job until it is set up otherwise and started again, for the operator. */
  unusable?: string;
  /** The price of a request, from what is known now; undefined when it can't be done here at all. */
  quote(request: RenderRequest): Promise<ProviderQuote | undefined>;
  /** What the operator has written wrongly about it, in one line for them; the rest of it works. */
  mistake?: string;
  /** Tells one account of the operator's from another, where only the account that sent a job knows of it. No secret. */
  account?: string;
  /** Puts the files where the provider can read them. Free, and safe to repeat after a crash. */
  upload(inputs: Inputs, signal: AbortSignal): Promise<UploadedFiles>;
  /** The one billable call, never retried inside. At most one per job and provider arrives, but for `repeat`. */
  submit(
    jobId: string,
    request: RenderRequest,
    uploaded: UploadedFiles,
    signal: AbortSignal,
  ): Promise<SubmitOutcome>;
  status(operation: Operation, signal: AbortSignal): Promise<ProviderStatus>;
  cancel(operation: Operation, signal: AbortSignal): Promise<CancelOutcome>;
  /**
   * The operation of a job whose submit was lost, where the provider can tell by our id, or by the addresses that it was
   * sent.
   */
  find?(jobId: string, request: RenderRequest, uploaded: UploadedFiles): Promise<FindOutcome>;
  /** The bill for a finished video of this length, for a provider that gives no figure of its own. */
  costOf?(request: RenderRequest, videoSeconds: number): Micros;
  /**
   * Judges a webhook by its bytes and headers (names in lower case). `request`: what was asked of the job that its
   * address names. Throws when it can't be judged now.
   */
  parseWebhook?(
    headers: Readonly<Record<string, string | undefined>>,
    rawBody: Buffer,
    request?: RenderRequest,
  ): Promise<WebhookVerdict>;
  /**
   * Lets go of what it keeps of a job on this machine: its video is ours, or nobody wants it. Safe to repeat. A job that
   * has ended without a video has no operation any more.
   */
  release?(jobId: string, inputs: Inputs, operation?: Operation): Promise<void>;
  /**
   * A free call that only the operator's key can make: trouble of the account is told at once. Answers what it says of
   * the account, and rejects where it says nothing.
   */
  check?(signal: AbortSignal): Promise<AccountFacts>;
  stop?(): Promise<void>;
};

export type { UploadedFiles } from './job/job.ts';
export type { ProviderTrouble } from './provider-trouble.ts';
export { UploadRefused } from './upload-refused.ts';

/**
 * Puts a file of ours where a provider can fetch it, for as long as a job may take. Repeating it is harmless. `shared`: the
 * address may be one that an earlier job had; else it is this job's own.
 */
export type AssetHost = {
  urlFor(file: StoredFile, signal: AbortSignal, how?: { shared: boolean }): Promise<string>;
};

// ── Records ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** What can still be told of a record that is no job (any more), or one that this version can't read. */
export type Unreadable = { state: 'unreadable'; id: string; files: string[] };

/** Jobs on disk. What `save` has answered survives a kill -9 and a power cut. */
export type JobStore = {
  get(id: string): Promise<Job | undefined>;
  /**
   * Answers with the job to save next. Throws StaleJob where anybody else has saved it since it was read, or it is gone.
   * `held`: only where its price is held, which nobody takes back from then on. Throws UnknownHold where it is not.
   */
  save<J extends Job>(job: J, how?: { held: boolean }): Promise<J>;
  /** Every job that is not over, one by one: there may be thousands. `wanted` says of some ids which of them are read. */
  open(wanted?: (ids: readonly string[]) => Promise<readonly string[]>): AsyncIterable<Job>;
  /** The newest jobs of one space, newest first. */
  recent(spaceId: string, limit: number): Promise<Job[]>;
  /** The newest jobs of one member, wherever they were asked for, newest first. */
  ofMember(memberId: string, limit: number): Promise<Job[]>;
  /** The jobs of that short code: one, or by a rare chance a few. */
  byCode(code: string): Promise<Job[]>;
  /** Every space that has jobs. */
  spaces(): Promise<string[]>;
  /** What was asked for in a space before then, the oldest first, one by one. What is given may be removed meanwhile. */
  oldest(spaceId: string, before: number): AsyncIterable<Job | Unreadable>;
  /** The records of a member that the lists leave out. */
  unreadableOf(memberId: string): Promise<Unreadable[]>;
  /** Forgets a job, or a record that is none. One that may still cost something must not be forgotten. */
  remove(id: string): Promise<void>;
  /** Whether any job still needs the file of that key. */
  uses(fileKey: string): Promise<boolean>;
  /** Whether any job is what its provider calls by that name, whatever else is noted of the two. Reads every record. */
  holds(operation: Operation): Promise<boolean>;
};

/**
 * What came in and is not answered yet: on disk before anything is done about it, so that an event delivered twice
 * is taken once and a crash loses none. Ids of answered events are remembered for days.
 */
export type Inbox = {
  /** True the first time only; then the record is on disk. */
  claim(id: string, record: unknown): Promise<boolean>;
  /** Replaces the record of an event that is not answered yet. */
  note(id: string, record: unknown): Promise<void>;
  /** The event is answered: its record is forgotten, its id is not. */
  done(id: string): Promise<void>;
  /** What a crash left unanswered, oldest first: events whose ids begin so. */
  pending(idPrefix: string): Promise<{ id: string; record: unknown; at: number }[]>;
};

type SettingsChange = { settings: OwnSettings; entries: readonly AuditEntry[] };

/** The settings of the spaces, and every change of them. */
export type SettingsStore = {
  /** As they are found; undefined for what is no record at all. */
  all(): Promise<[spaceId: string, settings: unknown][]>;
  /** Those of one space, also as they are found; an empty record where nothing was ever set. */
  get(spaceId: string): Promise<unknown>;
  /**
   * Keeps what `change` makes of the settings as they are found, and the entries that tell of it, together or not at all;
   * nobody else changes them meanwhile, in whichever process. Undefined leaves all as it is. `change` may be asked again.
   */
  change(spaceId: string, change: (found: unknown) => SettingsChange | undefined): Promise<void>;
  history(spaceId: string, limit: number): Promise<AuditEntry[]>;
};

/** What is kept of a member outside of jobs. */
export type Traces = {
  /**
   * Takes the member's name off the lines of the ledger, for good, but of jobs that are on record; and lets go of what
   * the chats have noted of them. Limits go on adding up: what their counters have stands under `unnamed` of their scope from
   * then on. Notes of jobs that are on record go with these. False where there was nothing.
   */
  forget(memberId: string, unnamed: (scope: string) => string): Promise<boolean>;
  /** Lets go of what a chat has noted of a job, where the chat itself is not there to do so. */
  forgetJob(jobId: string): Promise<void>;
  /** Drops the counters of windows that have ended everywhere, everybody's, and notes whose time is over. */
  dropEnded(now: number): Promise<void>;
  /** Makes what was removed unreadable on the disk; another time where another program reads the database just now. */
  overwrite(): Promise<void>;
};

export type { Files } from './files.ts';

/** Brings a finished video to our disk, whatever it takes. Throws on passing trouble; `gone` when it can't come any more. */
export type ResultFetcher = {
  fetch(result: ResultRef, toPath: string, signal: AbortSignal): Promise<'here' | 'gone'>;
};

export type { KeyValueStore, Lane, Log, NextStep, QueueFacts, Scheduler, StepPlace } from './machine-port.ts';
export { DRAFTS, WORKERS } from './machine-port.ts';
