/**
 * What a member can say, free of any platform: each front renders `data` in its own way (a slash command, a chat
 * command, an HTTP route), turns what comes in into a Call, and shows the View that comes out.
 */
import type { Access, Standing } from './access.ts';
import type { Approvals } from './approvals.ts';
import type { Intake, Upload } from './intake.ts';
import type { Job, Quote, Requester } from './job.ts';
import type { Jobs } from './jobs.ts';
import type { Offer } from './offer-shelf.ts';
import type { Offers } from './offers.ts';
import type { Forgotten, Privacy } from './privacy.ts';
import type { QuotaLine } from './quota-lines.ts';
import type { Outcome, OverQuota } from './refusals.ts';
import type { Reports } from './reports.ts';
import type { OwnSettings, Settings } from './setting.ts';
import type { AuditEntry } from './settings-book.ts';
import type { SettingsDesk } from './settings-desk.ts';
import type { Usage } from './usage.ts';

export type OptionSpec = {
  name: string;
  description?: string;
  required?: boolean;
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
  | { type: 'switch'; default: boolean }
);

export type CommandData = {
  name: string;
  description: string;
  options: readonly OptionSpec[];
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
};

export type View =
  | { kind: 'job'; job: Job }
  | {
      kind: 'quote';
      quote: Quote;
      orientation: Job['request']['orientation'];
      quality: Job['request']['quality'];
    }
  | { kind: 'offer'; offer: Offer }
  | { kind: 'over'; offer: Offer; refusal: OverQuota }
  | { kind: 'jobs'; jobs: Job[] }
  | { kind: 'quota'; lines: QuotaLine[] }
  | { kind: 'settings'; settings: Settings; own: OwnSettings }
  | { kind: 'changed'; entries: AuditEntry[]; settings: Settings; own: OwnSettings }
  | { kind: 'history'; entries: AuditEntry[] }
  | { kind: 'usage'; usage: Usage }
  /** For how many days files are kept here. */
  | { kind: 'privacy'; retentionDays: number }
  | { kind: 'forgotten'; forgotten: Forgotten }
  | { kind: 'cancel'; how: 'cancelled' | 'asked'; job: Job }
  | { kind: 'help'; commands: readonly CommandData[] };

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

export type Command = {
  data: CommandData;
  execute(call: Call, core: Core): Promise<Outcome<View>>;
};

/** Everything that a member can say, under the names that fronts ask for it by. */
export type CommandName =
  | 'animate'
  | 'again'
  | 'jobs'
  | 'cancel'
  | 'quota'
  | 'privacy'
  | 'help'
  | 'settings'
  | 'usage';
export type Commands = Readonly<Record<CommandName, Command>>;
