/** The commands as Discord wants them registered: from their own data, named in every language that we speak. */
import {
  type APIApplicationCommandBasicOption,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  Locale,
  ApplicationCommandOptionType as Option,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord.js';
import type { CommandData, OptionSpec } from '../../core/command.ts';
import { type WordKey, wordsFor } from '../../words/index.ts';
import { MENUS, menuName } from './inbound/menus.ts';

/** Wherever members are: in servers, with the bot alone, and where they bring the app along themselves. */
const EVERYWHERE = {
  contexts: [
    InteractionContextType.Guild,
    InteractionContextType.BotDM,
    InteractionContextType.PrivateChannel,
  ],
  integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
};

/** What only makes sense where others see the answer. */
const PRIVATE: OptionSpec = {
  name: 'private',
  type: 'switch',
  default: false,
  description: 'Show it only to you',
};

/** Those of Discord's languages that we speak, with ours for each. English is what the plain names are in. */
const LANGUAGES = Object.values(Locale).filter(
  (locale) => wordsFor(locale).language !== 'en' || locale.startsWith('en'),
);

type Localised = Partial<Record<Locale, string>>;

/** In English, and in each language. A text that is missing would stand there as its key: a test registers them all. */
function texts(key: string): { text: string; all: Localised } {
  const said = (locale: string) => wordsFor(locale).t(key as WordKey);
  return { text: said('en'), all: Object.fromEntries(LANGUAGES.map((locale) => [locale, said(locale)])) };
}

/** Data is deleted by a button, which asks once more. */
function optionsOf({ name, options }: CommandData): readonly OptionSpec[] {
  if (name === 'animate') return [...options, PRIVATE];
  return name === 'privacy' ? [] : options;
}

export function commandsData(commands: readonly CommandData[]): RESTPutAPIApplicationCommandsJSONBody {
  const typed = commands.map((command) => {
    const all = optionsOf(command);
    const description = texts(`command.${command.name}.description`);
    return {
      type: ApplicationCommandType.ChatInput as const,
      name: command.name,
      name_localizations: texts(`command.${command.name}.name`).all,
      description: description.text,
      description_localizations: description.all,
      options: all.map((option) => optionData(command.name, option)),
      ...EVERYWHERE,
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

function optionData(command: string, option: OptionSpec): APIApplicationCommandBasicOption {
  const key = `command.${command}.option.${option.name}`;
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
      // The code of a job is offered while it is typed.
      return option.name === 'job'
        ? { ...base, type: Option.String, autocomplete: true }
        : { ...base, type: Option.String, max_length: option.maxLength };
    case 'choice':
      return {
        ...base,
        type: Option.String,
        choices: option.choices.map((value) => {
          const name = texts(`choice.${option.name}.${value}`);
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
      return { ...base, type: Option.Channel };
  }
}
