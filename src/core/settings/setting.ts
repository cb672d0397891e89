/**
 * What a setting is: one object in a file of `settings/`, which says how it is kept, read, shown and asked for.
 * Everything that deals with settings is a loop over the list of them and knows none by name.
 */

import type { z } from 'zod';
import type { LimitRule } from '../limits/limit-rules.ts';
import type { OptionSpec } from '../options.ts';
import type { Outcome, Refusal } from '../refusals.ts';

/**
 * What holds in a space, by the keys that are on record. Empty here: each file of `settings/` adds its own key, with
 * `declare module`, so that the rules can read it with its type without importing that file.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the files of `settings/`.
export interface Settings {}

export type SettingKey = keyof Settings;
/** What was set in one space; what is missing was never set. */
export type OwnSettings = Partial<Settings>;

/** What holds where nothing was set, as far as the operator says. */
export type Defaults = { limits: readonly LimitRule[]; timeZone: string };

/** What was written or chosen, by the names of options. */
export type Texts = Readonly<Record<string, string | undefined>>;

/** How a chat shows a channel, a role or a member: with a mention, or by name. */
export type Naming = (kind: 'channel' | 'role' | 'member', id: string) => string;

/** What a setting puts itself into words with. The keys are those of `src/words/locales`; a test says them all. */
export type Speaker = {
  t(key: string, values?: Readonly<Record<string, string | number>>): string;
  money(micros: number): string;
  date(at: number): string;
  naming: Naming;
};

/** What can be done in a space, and by whom; the adapters know. */
export type Place = {
  canPost(channel: string): Promise<boolean>;
  /** The hosted providers that have a key here. */
  providers: readonly string[];
  /** The hosted models that these render. */
  models: readonly string[];
};

/** A value that is set with one press. Several texts are several changes, made one after the other. */
export type Choice<Value> = {
  /** Stands on the button, which may outlive us: it stays as it is. */
  id: string;
  label(speaker: Speaker): string;
  isChosen(value: Value): boolean;
  texts(value: Value): readonly Texts[];
};

/** What is asked with buttons: how it stands, and rows of usual answers. */
export type Question<Value> = {
  id: string;
  title(value: Value, speaker: Speaker): string;
  choices: readonly (readonly Choice<Value>[])[];
  /** What one would write that none of the buttons does; without it, how such is written in general. */
  example?: Texts;
};

/** A form that asks for several things at once. Its texts are `button.<id>` and `modal.<id>.<field>`. */
export type SettingForm = {
  id: string;
  fields: readonly FormField[];
  /** What was filled in, as the options of the setting want it. */
  texts(filled: Texts): Texts;
};

export type FormField = { name: string } & (
  | { type: 'one-of'; choices: readonly { value: string; label(speaker: Speaker): string }[] }
  /** Comes as `member` or as `role`. */
  | { type: 'member-or-role' }
  | { type: 'channel' }
  | { type: 'text'; maxLength: number }
);

type Given<K extends SettingKey> = NonNullable<Settings[K]>;

// Methods rather than functions in fields: a list of settings of different values is a list of `Setting`.
export type Setting<K extends SettingKey = SettingKey> = {
  /** What it is called on record, for ever. Its name in words is `settings.name.<key>`. */
  key: K;
  /** What admins call it where they set it back. */
  name: string;
  /** The part of `/settings` that sets it, where it isn't the name. Several settings may share one. */
  part?: string;
  /** That part comes after the others. */
  seldom?: true;
  /** What that part asks for; the texts are `command.settings.part.<part>.option.<option>`. */
  options: readonly OptionSpec[];
  schema: z.ZodType<Given<K>>;
  /** What holds where nothing was set. */
  preset(defaults: Defaults): Settings[K];
  /** What holds where something was set, if it doesn't simply take the preset's place. */
  combine?(own: Given<K>, preset: Settings[K]): Settings[K];
  /** Nobody is kept out by it: where it can't be read any more, the preset will do. */
  harmless?: true;
  /** What was written as the new value; undefined where nothing is to be set any more. Wrong words are refused with right ones. */
  read(texts: Texts, own: Settings[K] | undefined, now: number): Outcome<Settings[K] | undefined>;
  /** Why a value that reads well could not work in that place. */
  refusal?(value: Given<K>, place: Place): Promise<Refusal | undefined>;
  /** Without what was given to that member on top. What admins hold against them stays. */
  forget?(value: Given<K>, memberId: string): Given<K>;
  say(value: Settings[K], speaker: Speaker): string;
  /** The value as `read` would read it, for a form that shows what stands there; for what is one option. */
  write?(value: Settings[K]): Texts;
  /** Values that are set most: a button each. A choice needs none: it offers all there are. */
  usual?: readonly Texts[];
  /** Buttons of what isn't one value. */
  questions?: readonly Question<Settings[K]>[];
  form?: SettingForm;
};

export const partOf = ({ part, name }: Pick<Setting, 'part' | 'name'>): string => part ?? name;

/** One change, as it is kept for ever. `from` and `to` are what was set, undefined where nothing was. */
export type AuditEntry = { at: number; by: string; setting: SettingKey; from?: unknown; to?: unknown };
