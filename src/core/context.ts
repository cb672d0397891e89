/** What the rules work with; app.ts puts the real parts in, tests put theirs. */

import type { Bus } from './bus.ts';
import type { Chat } from './chat-port.ts';
import type { LessonBook } from './coach/lessons.ts';
import type { Looks } from './coach/looks.ts';
import type { Links } from './delivery/links.ts';
import type { JobEvents } from './events.ts';
import type { FileUse } from './intake/file-use.ts';
import type { StateFields } from './job/advance.ts';
import { advance } from './job/advance.ts';
import type { History } from './job/history.ts';
import type { Job, JobIn, JobState, Labelling } from './job/job.ts';
import { nudge } from './job/lanes.ts';
import { isAtRender, mayRender } from './job/may-render.ts';
import type { ProviderCopies } from './job/provider-copies.ts';

import type { LibraryStore } from './library/store.ts';
import type { Access } from './limits/access.ts';
import type { AdmissionQueue } from './limits/admission-queue.ts';
import type { Ledger } from './limits/ledger.ts';
import type { QuotaRules } from './limits/quota.ts';
import type { Locks } from './locks.ts';
import type { Media } from './media.ts';
import type { Clock, Files, JobStore, Log, Provider, ResultFetcher, Scheduler, Traces } from './ports.ts';
import type { ProviderRegistry } from './price/provider-registry.ts';
import type { SettingsService } from './settings/settings-service.ts';
import type { Blocks } from './takedown/blocks.ts';
import type { Cases } from './takedown/cases.ts';
import type { AuditLog } from './trust/audit.ts';
import type { Fingerprints } from './trust/fingerprints.ts';
import type { OptOuts } from './trust/opt-outs.ts';

export type Context = {
  store: JobStore;
  ledger: Ledger;
  traces: Traces;
  fingerprints: Fingerprints;
  audit: AuditLog;
  cases: Cases;
  blocks: Blocks;
  optOuts: OptOuts;
  files: Files;
  fileUse: FileUse;
  providerCopies: ProviderCopies;
  media: Media;
  looks: Looks;
  library: LibraryStore;
  lessons: LessonBook;
  fetcher: ResultFetcher;
  scheduler: Scheduler;
  history: History;
  events: JobEvents;
  locks: Locks;
  /** Only where other processes share the work. */
  bus?: Bus;
  clock: Clock;
  random: () => number;
  /** Lets others have their turn in the middle of a long calculation. */
  breathe: () => Promise<void>;
  log: Log;
  registry: ProviderRegistry;
  access: Access;
  settings: SettingsService;
  admissionQueue: AdmissionQueue;
  /** Only where the internet reaches us. */
  links?: Links;
  /** When a provider spoke of a job by itself, of those of the last minute. */
  news: Map<string, number>;
  chats: ReadonlyMap<Job['requester']['platform'], Chat>;
  rules: QuotaRules & {
    jobDeadlineMs: number;
    defaultQuality: Job['request']['quality'];
    /** No space may ask for less. */
    labelMinimum: Labelling;
  };
  /** No other process works on the same records: what this one did not begin was left by one that is dead. */
  alone: boolean;
  /** True from the moment we are asked to stop: nothing new is taken in. */
  stopping(): boolean;
};

/** Moves a job on: to disk first, then everybody hears of it. The caller holds the job's lock. */
export async function move<S extends JobState>(
  ctx: Context,
  job: Job,
  state: S,
  fields: StateFields<S>,
): Promise<JobIn<S>> {
  const moved = advance(job, state, fields, ctx.clock.now());
  // One that was lost and is found again takes its place again.
  if (isAtRender(moved) && !mayRender(job)) await ctx.admissionQueue.enter(moved);
  const next = await ctx.store.save(moved);
  ctx.events.publish(next);
  if (job.state !== state) ctx.log.info({ job: job.code, from: job.state, to: state }, 'job moved');
  if (mayRender(job) && !mayRender(next)) await leaveQueue(ctx, next);
  return next;
}

/** What can't be called off any more renders no more. A lost job may, but nobody would ever free its place. */
async function leaveQueue(ctx: Context, job: Job): Promise<void> {
  try {
    await ctx.admissionQueue.leave(job.id);
  } catch (err) {
    ctx.log.warn({ job: job.code, err }, 'a place in the queue is not free yet');
    // The job has moved all the same; its next step frees the place.
    await nudge(ctx, job);
  }
}

/** The provider that a job is with. Undefined when the operator has taken it out of the configuration meanwhile. */
export const providerOf = (ctx: Context, id: string): Provider | undefined => ctx.registry.find(id);
