/** The commands as Discord wants them registered: from their own data, named in every language that we speak. */

import {
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  Locale,
  ApplicationCommandOptionType as Option,
  PermissionFlagsBits,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord.js';
import { settings } from '../../../settings/index.ts';
import type { CommandData, OptionSpec } from '../../core/options.ts';
import { partOf } from '../../core/settings/setting.ts';
import { type WordKey, type Words, wordsFor } from '../../words/index.ts';
import { settingName, speakerOf } from '../../words/settings.ts';
import type { ChatCommand } from '../command.ts';
import { onlyOption } from '../settings-panel.ts';
import { LIMITABLE, WRITABLE } from './channel-types.ts';

/** The entries under a message's "Apps". Discord names them by their English text, whatever the member's language. */
type Menu = 'animate' | 'motion' | 'verify' | 'save-motion' | 'save-character';
/** Discord takes five of them (developer docs, interactions/application-commands, 2026-11-21). */
const MENUS = ['animate', 'motion', 'verify', 'save-motion', 'save-character'] as const satisfies Menu[];

const menuName = (menu: Menu, locale = 'en'): string => wordsFor(locale).t(`menu.${menu}`);

export const menuOf = (name: string): Menu | undefined => MENUS.find((menu) => menuName(menu) === name);

/** Wherever members are: in servers, with the bot alone, and where they bring the app along themselves. */
const EVERYWHERE = {
  contexts: [
    InteractionContextType.Guild,
    InteractionContextType.BotDM,
    InteractionContextType.PrivateChannel,
  ],
  integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
};

/** For those who manage a server: it offers them to nobody else unless its admins decide so. Who may is asked anyway. */
const FOR_ADMINS = {
  contexts: [InteractionContextType.Guild],
  integration_types: [ApplicationIntegrationType.GuildInstall],
  default_member_permissions: String(PermissionFlagsBits.ManageGuild),
};
/** An operator asks for what all servers spent where nobody else reads along. */
const OPERATORS_TOO = {
  ...FOR_ADMINS,
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
};

const placesOf = ({ audience, data }: CommandEntry) => {
  if (audience !== 'admins') return EVERYWHERE;
  return data.overAll ? OPERATORS_TOO : FOR_ADMINS;
};

type CommandEntry = Pick<ChatCommand, 'audience' | 'data'>;

/** What only makes sense where others see the answer. */
const PRIVATE: OptionSpec = {
  name: 'private',
  type: 'switch',
  default: false,
};

/** Of a clip that Discord has already: only its own addresses are fetched from. */
const LINK: OptionSpec = { name: 'link', type: 'text', maxLength: 2000 };

/** Those of Discord's languages that we speak, with ours for each. English is what the plain names are in. */
const LANGUAGES = Object.values(Locale).filter(
  (locale) => wordsFor(locale).language !== 'en' || locale.startsWith('en'),
);

type Translations = Partial<Record<Locale, string>>;

/** In English, and in each language. A text that is missing would stand there as its key: a test registers them all. */
const texts = (key: string) => localised(({ t }) => t(key as WordKey));

function localised(say: (words: Words) => string): { text: string; all: Translations } {
  const said = (locale: string) => say(wordsFor(locale));
  return { text: said('en'), all: Object.fromEntries(LANGUAGES.map((locale) => [locale, said(locale)])) };
}

function optionsOf({ name, options }: CommandData, choice: Choice): readonly OptionSpec[] {
  const offered = options.filter(({ byButton, where }) => !byButton && (!where || choice[where]));
  return name === 'animate' ? [...offered, LINK, PRIVATE] : offered;
}

/** What there is to choose of: an option without a choice is not offered. */
type Choice = Record<NonNullable<OptionSpec['where']>, boolean>;

export function commandsData(
  commands: readonly CommandEntry[],
  choice: Choice,
): RESTPutAPIApplicationCommandsJSONBody {
  const typed = commands.map((offered) => {
    const command = offered.data;
    const key = `command.${command.name}`;
    const description = texts(`${key}.description`);
    return {
      type: ApplicationCommandType.ChatInput as const,
      name: command.name,
      name_localizations: texts(`${key}.name`).all,
      description: description.text,
      description_localizations: description.all,
      options: command.parts
        ? partsData(`command.${command.wordsOf ?? command.name}`, command.parts)
        : optionsData(key, optionsOf(command, choice)),
      ...placesOf(offered),
    };
  });
  const menus = MENUS.map((menu) => ({
    type: ApplicationCommandType.Message as const,
    name: menuName(menu),
    name_localizations: texts(`menu.${menu}`).all,
    ...EVERYWHERE,
  }));
  return [...typed, ...menus];
}

function partsData(key: string, parts: NonNullable<CommandData['parts']>): APIApplicationCommandOption[] {
  return Object.entries(parts).map(([name, { options }]) => {
    const part = `${key}.part.${name}`;
    const description = texts(`${part}.description`);
    return {
      type: Option.Subcommand,
      name,
      name_localizations: texts(`${part}.name`).all,
      description: description.text,
      description_localizations: description.all,
      options: optionsData(part, options),
    };
  });
}

/** Discord wants the required ones first. */
const optionsData = (key: string, options: readonly OptionSpec[]): APIApplicationCommandBasicOption[] =>
  options
    .toSorted((a, b) => Number(b.required ?? false) - Number(a.required ?? false))
    .map((option) => optionData(key, option));

/** What a choice is called: most have words of their own, some borrow those of what they choose. */
function choiceText(parent: string, name: string, value: string): (words: Words) => string {
  const borrowed: Partial<Record<string, (word: string) => string>> = {
    scope: (word) =>
      word === 'server'
        ? 'settings.who-space'
        : word === 'everyone'
          ? 'settings.who-everyone'
          : `${parent}.option.${word}.name`,
    ...(parent === 'command.usage' ? { period: (word) => `usage.title-${word}` } : {}),
  };
  const key = borrowed[name]?.(value) ?? `choice.${name}.${value}`;
  return settingChoice(parent, name, value) ?? (({ t }) => t(key as WordKey));
}

/** A value is called as its setting says it, and a setting by its name. */
function settingChoice(parent: string, name: string, value: string): ((words: Words) => string) | undefined {
  const named = settings.find((setting) => setting.name === value);
  if (parent === 'command.settings.part.reset' && named) return (words) => settingName(words, named);
  const setting = settings.find((one) => parent === `command.settings.part.${partOf(one)}`);
  if (!setting || onlyOption(setting)?.type !== 'choice') return undefined;
  const read = setting.read({ [name]: value }, undefined, 0);
  return read.ok
    ? (words) =>
        setting.say(
          read.value,
          speakerOf(words, (_, id) => id),
        )
    : undefined;
}

function optionData(parent: string, option: OptionSpec): APIApplicationCommandBasicOption {
  const key = `${parent}.option.${option.name}`;
  const description = texts(`${key}.description`);
  const base = {
    name: option.name,
    name_localizations: texts(`${key}.name`).all,
    description: description.text,
    description_localizations: description.all,
    required: option.required ?? false,
  };
  switch (option.type) {
    case 'attachment':
      return {
        ...base,
        type: Option.Attachment,
        file_types: option.accepts === 'image' ? ['image'] : ['video', '.gif', '.webp'],
      };
    case 'text':
      // The code of a job is offered while it is typed, and so are time zones.
      return option.name === 'job' || option.suggests !== undefined
        ? { ...base, type: Option.String, autocomplete: true }
        : { ...base, type: Option.String, max_length: option.maxLength };
    case 'choice':
      return {
        ...base,
        type: Option.String,
        choices: option.choices.map((value) => {
          const name = localised(choiceText(parent, option.name, value));
          return { value, name: name.text, name_localizations: name.all };
        }),
      };
    case 'switch':
      return { ...base, type: Option.Boolean };
    case 'member':
      return { ...base, type: Option.User };
    case 'role':
      return { ...base, type: Option.Role };
    case 'channel':
      return {
        ...base,
        type: Option.Channel,
        channel_types: [...(option.toPostIn ? WRITABLE : LIMITABLE)],
      };
  }
}
