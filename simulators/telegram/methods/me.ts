/** The bot itself: who it is, its commands and descriptions, where it is logged in. */
import { z } from 'zod';
import { badRequest } from '../errors.ts';
import { method } from '../method.ts';
import { chatId, int } from '../params.ts';
import type { BotCommandScope } from '../wire.ts';

export const getMe = method(z.strictObject({}), ({ me }) => me);

export const logOut = method(z.strictObject({}), (sim) => {
  sim.loggedOut = true;
  return true;
});

export const close = method(z.strictObject({}), () => true);

const language_code = z.union([z.literal(''), z.string().regex(/^[a-z]{2}$/)]).optional();
const scope = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('default') }),
    z.strictObject({ type: z.literal('all_private_chats') }),
    z.strictObject({ type: z.literal('all_group_chats') }),
    z.strictObject({ type: z.literal('all_chat_administrators') }),
    z.strictObject({ type: z.literal('chat'), chat_id: chatId }),
    z.strictObject({ type: z.literal('chat_administrators'), chat_id: chatId }),
    z.strictObject({ type: z.literal('chat_member'), chat_id: chatId, user_id: int }),
  ])
  .optional();

/** How a scope and a language are found again. */
function commandsKey(scope: BotCommandScope = { type: 'default' }, language = ''): string {
  const place = 'chat_id' in scope ? [scope.chat_id] : [];
  const person = 'user_id' in scope ? [scope.user_id] : [];
  return [scope.type, ...place, ...person, language].join(' ');
}

export const setMyCommands = method(
  z.strictObject({
    commands: z.array(
      z.strictObject({ command: z.string(), description: z.string(), is_ephemeral: z.boolean().optional() }),
    ),
    scope,
    language_code,
  }),
  (sim, { commands, scope, language_code }) => {
    if (commands.length > 100) throw badRequest('too many bot commands specified');
    for (const { command, description } of commands) {
      if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
      if (description.length < 1 || description.length > 256)
        throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
    }
    if (commands.length === 0) sim.commands.delete(commandsKey(scope, language_code));
    else
      sim.commands.set(
        commandsKey(scope, language_code),
        commands.map(({ command, description }) => ({ command, description })),
      );
    sim.world.changed();
    return true;
  },
);

export const getMyCommands = method(
  z.strictObject({ scope, language_code }),
  (sim, { scope, language_code }) => sim.commands.get(commandsKey(scope, language_code)) ?? [],
);

export const deleteMyCommands = method(
  z.strictObject({ scope, language_code }),
  (sim, { scope, language_code }) => {
    sim.commands.delete(commandsKey(scope, language_code));
    return true;
  },
);

const about = (field: 'name' | 'description' | 'short_description', max: number) => ({
  set: method(
    z.strictObject({ [field]: z.string().max(max).optional(), language_code }),
    (sim, params: Record<string, string | undefined>) => {
      sim.about.set(`${field} ${params.language_code ?? ''}`, params[field] ?? '');
      return true;
    },
  ),
  get: method(z.strictObject({ language_code }), (sim, params) => ({
    [field]:
      sim.about.get(`${field} ${params.language_code ?? ''}`) ??
      sim.about.get(`${field} `) ??
      (field === 'name' ? sim.bot.first_name : ''),
  })),
});

export const botName = about('name', 64);
export const botDescription = about('description', 512);
export const botShortDescription = about('short_description', 120);
