/** What the Discord front is made of. */
import type { Health } from '../../core/health.ts';
import type { FileUse } from '../../core/intake/file-use.ts';
import type { Job } from '../../core/job/job.ts';
import type { Clock, Files, Inbox, JobStore, KeyValueStore, Log, Scheduler } from '../../core/ports.ts';
import type { SharedWork } from '../module.ts';
import type { GatewayPace } from './gateway.ts';
import type { InboundParts } from './inbound/parts.ts';
import type { LoginParts } from './login.ts';
import type { Shards } from './shards.ts';

export type DiscordParts = {
  token: string;
  apiUrl: string;
  /** The only places that members' files are fetched from. */
  cdnUrls: readonly string[];
  /** The one server that gets the commands; all of them when undefined. */
  devGuild?: string | undefined;
  /** Where the internet reaches us; with https, Discord can bring commands there. */
  publicUrl?: string | undefined;
  /** The way by which commands shall come; whichever Discord has on record when undefined. */
  interactions?: 'gateway' | 'http' | undefined;
  /** Of the gateway; all of them when undefined. */
  shards?: Shards | undefined;
  /** Whether a finished video may ping the one who asked. */
  notify: boolean;
  commands: InboundParts['commands'];
  inbox: Inbox;
  kv: KeyValueStore;
  jobs: Pick<JobStore, 'get'>;
  files: Files;
  fileUse: FileUse;
  /** Of its own. */
  scheduler: Scheduler;
  health: Health;
  clock: Clock;
  log: Log;
  usualMs: (job: Job) => number | undefined;
  /** The link for adding the bot to a server, once it is known. */
  onInvite?: (url: string) => void;
  /** How long Discord is given to look behind the links of a mention. */
  linksWithinMs?: number;
  /** Between two tries to log in, or to put on disk what a member asked. */
  pace?: LoginParts['pace'];
  /** How long one try of a first answer may take. */
  ackTimeoutMs?: number;
  /** How long a call over HTTP may wait for its answer. */
  answersWithinMs?: number;
  /** How soon after a sign of change it is looked which way commands come. */
  looksAgainMs?: number;
  shared?: SharedWork | undefined;
  gatewayPace?: Partial<GatewayPace>;
};
