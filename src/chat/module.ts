/** What a chat says of itself: everything that the rest of the bot has to know of it, in one object. */
import type { Commands } from '../../commands/index.ts';
import type { RunningChat } from '../core/command.ts';
import type { Diagnosis } from '../core/diagnosis.ts';
import type { Health } from '../core/health.ts';
import type { Holds } from '../core/holds.ts';
import type { FileUse, NamesFile } from '../core/intake/file-use.ts';
import type { Job } from '../core/job/job.ts';
import type { Clock, Files, Inbox, JobStore, KeyValueStore, Log, Scheduler } from '../core/ports.ts';
import type { Settings, Values } from '../environment.ts';

export { keySetting, urlSetting, yesOrNo } from '../environment.ts';

/** What it is given to work with. */
type ChatDeps = {
  commands: Commands;
  inbox: Inbox;
  /** Its own notes. One that has an end is about what its key says after the first colon: `<kind>:<subject>`. */
  kv: KeyValueStore;
  jobs: Pick<JobStore, 'get'>;
  files: Files;
  fileUse: FileUse;
  /** Made when it is asked for, and its own. */
  scheduler(): Scheduler;
  health: Health;
  clock: Clock;
  log: Log;
  usualMs(job: Job): number | undefined;
  /** Where the internet reaches us. */
  publicUrl: string | undefined;
  /** What signs with: a chat derives its own from it. */
  secretKey: string;
  /** What it has to know of the processes that share its work; missing where there is one. */
  shared?: SharedWork;
  /** Hears where the bot can be added to a server or a group, once that is known. */
  onInvite(url: string): void;
};

/** A chat whose work several processes share. Each may speak in it; one has it. */
export type SharedWork = {
  /** What one of them has. */
  holds: Pick<Holds, 'onHeld' | 'turn' | 'holds'>;
  /** Whether this one may have the chat, or a part of it; others only take what is brought to their address. */
  isFront: boolean;
  /** Something came in, and is on disk for whoever has the chat. */
  onReceived(): void;
  /** How many processes may have it, and how many speak in it, as far as is known now. */
  fronts(): number;
  speakers(): number;
};

/** What a look at a chat needs beside its settings. */
export type InspectDeps = {
  publicUrl: string | undefined;
  /** A bot runs that has the chat: what is meant for it may not be fetched. */
  isRunning: boolean;
  /** How long to listen for another program that has the chat as well. */
  listenMs: number;
  signal: AbortSignal;
};
/** `word`: what the operator is asked to send to the bot in private. */
export type HearDeps = { word: string; signal: AbortSignal };

export type ChatModule<S extends Settings> = {
  /** In records, in settings and as the name of its folder: lower-case letters, for good. */
  platform: string;
  /** As its maker writes it. */
  name: string;
  /** The setting that turns it on. */
  key: keyof S & string;
  settings: S;
  /** Those that each of several processes may have in its own way. */
  ownSettings?: readonly (keyof S & string)[];
  /** How the operator may name a space or a person there: what such an id looks like, and one for the messages. */
  ids: { pattern: RegExp; example: string };
  /** Finds that id in a note of its key-value store, and no other id that only contains it. */
  mentions(id: string): RegExp;
  /** The spaces that are a member's alone, as records name them. */
  privateSpaces(id: string): readonly string[];
  /** What its tokens look like, wherever they turn up; a group is what stays before one. */
  secretShapes: readonly RegExp[];
  /** How the operator comes by its token, step by step. */
  howTo: readonly string[];
  /** How one writes to the bot in private. */
  writeTo: string;
  /** What a whole token of it is. */
  tokenLooks: RegExp;
  /** Which files its notes need for what is not a job yet. */
  namesFiles?(kv: KeyValueStore): NamesFile;
  /** The chat itself is loaded when it is used: a platform's library alone can take 60 MB and a second or two. */
  create(settings: Values<S>, deps: ChatDeps): Promise<RunningChat>;
  /** How the bot stands there: who it is, what it may do, what is in its way. */
  inspect(settings: Values<S>, deps: InspectDeps): Promise<Diagnosis[]>;
  /** Answers with whoever sends that word, by the core's id. Not while a bot runs. Rejects where it is told to stop. */
  hear(settings: Values<S>, deps: HearDeps): Promise<string>;
};

/** Keeps the names and the types of its settings, which `create` then gets. */
export const defineChat = <const S extends Settings, const Platform extends string>(
  module: ChatModule<S> & { platform: Platform },
): ChatModule<S> & { platform: Platform } => module;

/** For platforms whose ids are numbers: 12 is no part of 123, nor of -12, which is a group. */
export const wholeNumber = (id: string): RegExp => new RegExp(`(?<![\\d-])${id.replace(/\D/g, '')}(?!\\d)`);
