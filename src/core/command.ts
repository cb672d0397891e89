/**
 * What a member can say, free of any platform: each front renders `data` in its own way (a slash command, a chat
 * command, an HTTP route), turns what comes in into a Call, and shows what comes out.
 */

import type { Chat, ChatHook } from './chat-port.ts';
import type { Coach } from './coach/coach.ts';
import type { HandOut } from './delivery/hand-out.ts';
import type { Approvals } from './intake/approvals.ts';
import type { Intake } from './intake/intake.ts';
import type { Offers } from './intake/offers.ts';
import type { Upload } from './intake/uploads.ts';
import type { Requester } from './job/job.ts';
import type { Jobs } from './job/jobs.ts';
import type { Casts } from './library/cast.ts';
import type { Library } from './library/library.ts';
import type { Access, Standing } from './limits/access.ts';
import type { QuotaLine } from './limits/quota.ts';
import type { Models } from './models/list.ts';
import type { CommandData } from './options.ts';
import type { Micros } from './price/money.ts';
import type { Outcome } from './refusals.ts';
import type { Reports } from './reports/reports.ts';
import type { SettingsChanges } from './settings/settings-changes.ts';
import type { Status } from './status.ts';
import type { Takedown } from './takedown/takedown.ts';
import type { AuditLog } from './trust/audit.ts';
import type { Consents, GivenConsent } from './trust/consent.ts';
import type { MadeBy } from './trust/made-by.ts';
import type { Verify } from './trust/verify.ts';
import type { Privacy } from './upkeep/privacy.ts';

/** One thing that a member asked. */
export type Call = {
  /** Made from the chat's own event id: the job of this call has it too. */
  id: string;
  requester: Requester;
  standing: Standing;
  options: Readonly<Record<string, string | undefined>>;
  /** Of a command that has parts. */
  part?: string;
  files: { image?: Upload; clip?: Upload };
  /** The member wants to see the price, and to choose, before anything starts. */
  ask?: boolean;
  /** What they have said of the picture already. */
  consent?: GivenConsent;
  /** The price that they were shown; where it costs more by now, nothing starts. */
  atMostMicros?: Micros;
  /** Everybody there reads the answer: what the member did elsewhere is none of their business. */
  seenByAll?: boolean;
};

/** What commands may use. */
export type Core = {
  access: Access;
  intake: Intake;
  coach: Coach;
  jobs: Jobs;
  offers: Offers;
  approvals: Approvals;
  models: Models;
  library: Library;
  casts: Casts;
  settings: SettingsChanges;
  privacy: Privacy;
  takedown: Takedown;
  /** Who may read which part of it is for the caller to know. */
  audit: Pick<AuditLog, 'read'>;
  consents: Pick<Consents, 'reasonToAsk'>;
  /** Whether others may animate what this member posts, from now on. */
  optOut(requester: Requester, out: boolean): Promise<void>;
  reports: Reports;
  handOut: HandOut;
  verify: Verify;
  madeBy: MadeBy;
  /** How the bot does just now. `full`: with what an examination finds, for operators. */
  status(full: boolean): Promise<Status>;
  /** How the limits of a member stand. */
  quota(requester: Requester): Promise<QuotaLine[]>;
};

/** `V`: what it answers with, as data. How that looks is not for the core to say. */
export type Command<V = unknown> = {
  data: CommandData;
  execute(call: Call, core: Core): Promise<Outcome<V>>;
};

/** A chat as the process runs it. */
export type RunningChat = Chat & {
  /**
   * Begins to receive, without dealing with it: for a process that does not have the chat, and before it has. What comes in
   * gets its first answer, and is on disk for the one that has it.
   */
  listen?(core: Core): Promise<void>;
  /**
   * Has the chat from now on: receives, deals with what came in, shows and delivers. Answers at once, also when the chat
   * can't be reached: it goes on trying by itself.
   */
  start(core: Core): Promise<void>;
  /** Looks whether another process has received anything. */
  look?(): Promise<void>;
  stop(): Promise<void>;
  hook?: ChatHook;
};
