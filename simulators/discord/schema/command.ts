/** What an app may register (developer docs, interactions/application-commands, read 2026-11-21). */
import { ApplicationCommandType, ApplicationCommandOptionType as Option } from 'discord-api-types/v10';
import { z } from 'zod';
import { fileTypes, localizations, type Problem, report } from './common.ts';

const chatName = z
  .string()
  .regex(/^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u)
  .refine((name) => name === name.toLowerCase(), { error: 'Command name is invalid: not in lower case' });
const description = z.string().min(1).max(100);
const choice = z.object({
  name: z.string().min(1).max(100),
  name_localizations: localizations(z.string().min(1).max(100)),
  value: z.union([z.string().max(100), z.number()]),
});

const option = z.object({
  type: z.int().min(1).max(11),
  name: chatName,
  name_localizations: localizations(chatName),
  description,
  description_localizations: localizations(description),
  required: z.boolean().nullish(),
  choices: z.array(choice).max(25).nullish(),
  get options() {
    return z.array(option).max(25).nullish();
  },
  channel_types: z.array(z.int()).nullish(),
  min_value: z.number().nullish(),
  max_value: z.number().nullish(),
  min_length: z.int().min(0).max(6000).nullish(),
  max_length: z.int().min(1).max(6000).nullish(),
  autocomplete: z.boolean().nullish(),
  file_types: fileTypes,
});
export type CommandOption = z.output<typeof option>;

const command = z
  .object({
    type: z.int().min(1).max(3).default(ApplicationCommandType.ChatInput),
    name: z.string().min(1).max(32),
    name_localizations: localizations(z.string().min(1).max(32)),
    description: z.string().max(100).default(''),
    description_localizations: localizations(z.string().max(100)),
    options: z.array(option).max(25).nullish(),
    default_member_permissions: z.string().regex(/^\d+$/).nullish(),
    dm_permission: z.boolean().nullish(),
    nsfw: z.boolean().nullish(),
    integration_types: z
      .array(z.union([z.literal(0), z.literal(1)]))
      .min(1)
      .nullish(),
    contexts: z.array(z.union([z.literal(0), z.literal(1), z.literal(2)])).nullish(),
  })
  .superRefine((value, context) => report(commandProblems(value), context));
export type Command = z.output<typeof command>;

/** How many of each type one app may have; message commands since 2026-03-03. */
const MOST: Record<number, number> = {
  [ApplicationCommandType.ChatInput]: 100,
  [ApplicationCommandType.User]: 15,
  [ApplicationCommandType.Message]: 15,
};

export const commandList = z.array(command).superRefine((commands, context) => {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [index, { type, name }] of commands.entries()) {
    const key = `${type}:${name}`;
    if (seen.has(key))
      problems.push({
        path: [index, 'name'],
        code: 'APPLICATION_COMMANDS_DUPLICATE_NAME',
        message: 'Application command names must be unique',
      });
    seen.add(key);
  }
  for (const [type, most] of Object.entries(MOST))
    if (commands.filter((one) => one.type === Number(type)).length > most)
      problems.push({
        path: [],
        code: 'APPLICATION_COMMAND_LIMIT',
        message: `At most ${most} commands of type ${type}`,
      });
  report(problems, context);
});

function commandProblems(value: z.output<typeof command>): Problem[] {
  const problems: Problem[] = [];
  const add = (path: PropertyKey[], code: string, message: string) =>
    void problems.push({ path, code, message });
  if (value.type === ApplicationCommandType.ChatInput) {
    if (!chatName.safeParse(value.name).success)
      add(['name'], 'STRING_TYPE_REGEX', 'Command name is invalid');
    if (!value.description) add(['description'], 'BASE_TYPE_REQUIRED', 'This field is required');
    problems.push(...optionProblems(value.options ?? [], ['options'], 0));
    if (weight(value) > 8000) add([], 'APPLICATION_COMMAND_TOO_LARGE', 'Command exceeds maximum size (8000)');
  } else {
    if (value.description)
      add(
        ['description'],
        'APPLICATION_COMMAND_DESCRIPTION',
        'Context menu commands cannot have a description',
      );
    if (value.options?.length)
      add(['options'], 'APPLICATION_COMMAND_OPTIONS', 'Context menu commands cannot have options');
  }
  if (value.contexts?.includes(2) && !value.integration_types?.includes(1))
    add(
      ['contexts'],
      'APPLICATION_COMMAND_CONTEXTS',
      'PRIVATE_CHANNEL needs the USER_INSTALL integration type',
    );
  return problems;
}

function optionProblems(options: readonly CommandOption[], path: PropertyKey[], depth: number): Problem[] {
  const problems: Problem[] = [];
  const add = (at: PropertyKey[], code: string, message: string) =>
    void problems.push({ path: [...path, ...at], code, message });
  const names = new Set<string>();
  let optionalSeen = false;
  const nested = options.filter(({ type }) => type <= Option.SubcommandGroup).length;
  if (nested && nested < options.length)
    add(
      [],
      'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
      'Sub-command and sub-command group option types are mutually exclusive to all other types',
    );
  for (const [index, one] of options.entries()) {
    if (names.has(one.name))
      add([index, 'name'], 'APPLICATION_COMMAND_OPTIONS_NAME_INVALID', 'Option names must be unique');
    names.add(one.name);
    if (one.required && optionalSeen)
      add(
        [index],
        'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
        'Required options must be placed before non-required options',
      );
    optionalSeen ||= !one.required;
    if (one.autocomplete && one.choices?.length)
      add(
        [index, 'autocomplete'],
        'APPLICATION_COMMAND_AUTOCOMPLETE',
        'Choices and autocomplete exclude each other',
      );
    if (one.file_types?.length && one.type !== Option.Attachment)
      add(
        [index, 'file_types'],
        'APPLICATION_COMMAND_FILE_TYPES',
        'Only an attachment option has file types',
      );
    for (const [at, { value }] of (one.choices ?? []).entries())
      if ((one.type === Option.String) !== (typeof value === 'string'))
        add(
          [index, 'choices', at, 'value'],
          'BASE_TYPE_BAD',
          "The choice's value is not of the option's type",
        );
    if (one.type > Option.SubcommandGroup) continue;
    if ((one.type === Option.SubcommandGroup && depth > 0) || depth > 1)
      add([index], 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Nested too deeply');
    problems.push(...optionProblems(one.options ?? [], [...path, index, 'options'], depth + 1));
  }
  return problems;
}

/** The longest of each name, description and value over all locales counts towards 8000. */
function weight(value: z.output<typeof command> | CommandOption): number {
  const longest = (text: string, others: Record<string, string> | null | undefined) =>
    Math.max(text.length, ...Object.values(others ?? {}).map((other) => other.length));
  let sum =
    longest(value.name, value.name_localizations) +
    longest(value.description, value.description_localizations);
  for (const inner of value.options ?? []) sum += weight(inner);
  if ('choices' in value)
    for (const { name, name_localizations, value: given } of value.choices ?? [])
      sum += longest(name, name_localizations) + String(given).length;
  return sum;
}
