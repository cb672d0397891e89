/**
 * What a member can say, free of any platform: each front renders `data` in its own way (a slash command, a chat
 * command, an HTTP route), turns what comes in into a Call, and shows what comes out.
 */

import type { Approvals } from './intake/approvals.ts';
import type { Intake, Upload } from './intake/intake.ts';
import type { Offers } from './intake/offers.ts';
import type { Requester } from './job/job.ts';
import type { Jobs } from './job/jobs.ts';
import type { Access, Standing } from './limits/access.ts';
import type { QuotaLine } from './limits/quota-lines.ts';
import type { Outcome } from './refusals.ts';
import type { Reports } from './reports/reports.ts';
import type { SettingsDesk } from './settings/settings-changes.ts';
import type { Privacy } from './upkeep/privacy.ts';

export type OptionSpec = {
  name: string;
  required?: boolean;
  /** A button does it where options are offered one by one. */
  byButton?: true;
} & (
  | { type: 'attachment'; accepts: 'image' | 'video' }
  /** `examples`: right ones, to learn it by. A list is written with blanks or commas between its words. */
  | {
      type: 'text';
      maxLength: number;
      suggests?: 'timezone';
      of?: 'number' | 'list';
      examples?: readonly string[];
    }
  /** Their ids come as the chat's adapter names them. */
  | { type: 'member' | 'role' }
  /** `toPostIn`: one where messages can be written. */
  | { type: 'channel'; toPostIn?: true }
  | { type: 'choice'; choices: readonly string[]; default?: string }
  /** Without a default, what it means depends on what else was given. */
  | { type: 'switch'; default?: boolean }
);

export type CommandData = {
  name: string;
  options: readonly OptionSpec[];
  /** For admins, but an operator may ask it in private too, about everything. */
  overAll?: true;
  /** A command of several parts: each is asked for by its name, and has options of its own. */
  parts?: Readonly<Record<string, { options: readonly OptionSpec[] }>>;
};

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
  /** Everybody there reads the answer: what the member did elsewhere is none of their business. */
  seenByAll?: boolean;
};

/** What commands may use. */
export type Core = {
  access: Access;
  intake: Intake;
  jobs: Jobs;
  offers: Offers;
  approvals: Approvals;
  settings: SettingsDesk;
  privacy: Privacy;
  reports: Reports;
  /** How the limits of a member stand. */
  quota(requester: Requester): Promise<QuotaLine[]>;
};

/** `V`: what it answers with, as data. How that looks is not for the core to say. */
export type Command<V = unknown> = {
  data: CommandData;
  execute(call: Call, core: Core): Promise<Outcome<V>>;
};
