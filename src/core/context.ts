/** What the rules work with; app.ts puts the real parts in, tests put theirs. */
import type { Access } from './access.ts';
import type { Chat } from './chat-port.ts';
import type { JobEvents } from './events.ts';
import type { FileUse } from './file-use.ts';
import type { History } from './history.ts';
import type { Job, JobIn, JobState, StateFields } from './job.ts';
import { advance } from './job.ts';
import type { Ledger } from './ledger-port.ts';
import type { Line } from './line.ts';
import type { Links } from './links.ts';
import type { Locks } from './locks.ts';
import type { Media } from './media.ts';
import type { Clock, Files, JobStore, Log, Provider, ResultFetcher, Scheduler, Traces } from './ports.ts';
import type { QuotaRules } from './quota.ts';
import type { Roster } from './roster.ts';
import type { SettingsBook } from './settings-book.ts';

export type Context = {
  store: JobStore;
  ledger: Ledger;
  traces: Traces;
  files: Files;
  fileUse: FileUse;
  media: Media;
  fetcher: ResultFetcher;
  scheduler: Scheduler;
  history: History;
  events: JobEvents;
  locks: Locks;
  clock: Clock;
  random: () => number;
  log: Log;
  roster: Roster;
  access: Access;
  settings: SettingsBook;
  line: Line;
  /** Only where the internet reaches us. */
  links?: Links;
  chats: ReadonlyMap<Job['requester']['platform'], Chat>;
  rules: QuotaRules & {
    jobDeadlineMs: number;
    defaultQuality: Job['request']['quality'];
  };
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
  const next = advance(job, state, fields, ctx.clock.now());
  await ctx.store.save(next);
  ctx.events.publish(next);
  if (job.state !== state) ctx.log.info({ job: job.code, from: job.state, to: state }, 'job moved');
  return next;
}

/** The provider that a job is with. Undefined when the operator has taken it out of the configuration meanwhile. */
export const providerOf = (ctx: Context, id: string): Provider | undefined => ctx.roster.find(id);
