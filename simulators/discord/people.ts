/** What a person does in the Discord app, with the checks that the app makes before anything is sent. */
import {
  ApplicationCommandType,
  ButtonStyle,
  ChannelType,
  ComponentType,
  InteractionType,
  ApplicationCommandOptionType as Option,
} from 'discord-api-types/v10';
import type { FileInput } from './cdn.ts';
import { NotPossible } from './errors.ts';
import { userJson } from './guild-json.ts';
import { dispatchInteraction, type SimInteraction } from './interactions.ts';
import { messageJson } from './message-json.ts';
import { createMessage, deleteMessage, parseMessage, showLinks } from './messages.ts';
import { fillModal, type ModalValues } from './modals.ts';
import { guildPermissions, may, sendPermission } from './permissions.ts';
import { pickFile } from './pick-file.ts';
import type { CommandOption } from './schema/command.ts';
import { type Button, type Select, walk } from './schema/components.ts';
import type { RegisteredCommand, Sim } from './sim.ts';
import type { SimChannel, SimMessage, SimRole, SimSticker, SimUser } from './world.ts';

export type OptionValue = string | number | boolean | FileInput | SimUser | SimChannel | SimRole;

type Resolved = Record<
  'attachments' | 'users' | 'members' | 'roles' | 'channels' | 'messages',
  Record<string, unknown>
>;
const nothing = (): Resolved => ({
  attachments: {},
  users: {},
  members: {},
  roles: {},
  channels: {},
  messages: {},
});
const filled = (resolved: Resolved) =>
  Object.fromEntries(Object.entries(resolved).filter(([, held]) => Object.keys(held).length > 0));

const isFile = (value: OptionValue): value is FileInput =>
  typeof value === 'object' && ('bytes' in value || 'path' in value);

/** The command that this person can use here, a server's own before the global one. Throws NotPossible. */
function findCommand(
  sim: Sim,
  user: SimUser,
  channel: SimChannel,
  name: string,
  type: number,
): RegisteredCommand {
  const { guild } = channel;
  const found = sim.commands
    .filter((one) => one.name === name && one.type === type && (!one.guildId || one.guildId === guild?.id))
    .toSorted((a, b) => (b.guildId ?? '').localeCompare(a.guildId ?? ''))[0];
  if (!found) throw new NotPossible(`no command ${name} is registered`);
  const context = guild ? 0 : channel.type === ChannelType.DM ? 1 : 2;
  if (found.contexts && !found.contexts.includes(context))
    throw new NotPossible(`${name} is not offered in context ${context}`);
  const installedAs = [...(guild?.botIn || context === 1 ? [0] : []), ...(user.installed ? [1] : [])];
  if (!(found.integration_types ?? [0]).some((way) => installedAs.includes(way)))
    throw new NotPossible(
      `${name} is not offered to ${user.username} here: the app is not installed that way`,
    );
  if (guild && !may(channel, user, 'UseApplicationCommands'))
    throw new NotPossible(`${user.username} may not use commands in ${channel.name}`);
  const needed = found.default_member_permissions;
  if (guild && needed != null) {
    const held = guildPermissions(guild, user);
    if ((held & BigInt(needed)) !== BigInt(needed) || (needed === '0' && !(held & 8n)))
      throw new NotPossible(`${name} is not offered to ${user.username}: they lack its permissions`);
  }
  return found;
}

/** `/name` or `/name group sub`. Throws NotPossible where the Discord app would not send it. */
export async function slash(
  sim: Sim,
  user: SimUser,
  channel: SimChannel,
  line: string,
  values: Record<string, OptionValue | undefined>,
  { focused }: { focused?: string } = {},
): Promise<SimInteraction> {
  const [name = '', ...rest] = line.replace(/^\//, '').split(' ');
  const command = findCommand(sim, user, channel, name, ApplicationCommandType.ChatInput);
  const resolved = nothing();
  const descend = async (options: readonly CommandOption[], way: readonly string[]): Promise<object[]> => {
    const [next, ...further] = way;
    if (next === undefined) return optionData(sim, options, values, resolved, focused);
    const sub = options.find((one) => one.name === next && one.type <= Option.SubcommandGroup);
    if (!sub) throw new NotPossible(`/${name} has no subcommand ${next}`);
    return [{ type: sub.type, name: next, options: await descend(sub.options ?? [], further) }];
  };
  const options = await descend(command.options ?? [], rest);
  return dispatchInteraction(sim, {
    type:
      focused === undefined
        ? InteractionType.ApplicationCommand
        : InteractionType.ApplicationCommandAutocomplete,
    user,
    channel,
    name: command.name,
    data: {
      id: command.id,
      name: command.name,
      type: command.type,
      ...(command.guildId ? { guild_id: command.guildId } : {}),
      options,
      resolved: filled(resolved),
    },
  });
}

async function optionData(
  sim: Sim,
  options: readonly CommandOption[],
  values: Record<string, OptionValue | undefined>,
  resolved: Resolved,
  focused: string | undefined,
): Promise<object[]> {
  for (const name of Object.keys(values))
    if (!options.some((one) => one.name === name)) throw new NotPossible(`there is no option ${name}`);
  const data: object[] = [];
  for (const option of options) {
    const value = values[option.name];
    if (value === undefined) {
      if (option.required && focused === undefined) throw new NotPossible(`${option.name} is required`);
      continue;
    }
    data.push({
      type: option.type,
      name: option.name,
      value: await resolve(sim, option, value, resolved),
      ...(focused === option.name ? { focused: true } : {}),
    });
  }
  return data;
}

async function resolve(
  sim: Sim,
  option: CommandOption,
  value: OptionValue,
  resolved: Resolved,
): Promise<string | number | boolean> {
  const wrong = (what: string) => new NotPossible(`${option.name}: ${what}`);
  if (typeof value === 'object') {
    if (isFile(value)) {
      if (option.type !== Option.Attachment) throw wrong('takes no file');
      const file = await pickFile(sim, value, option.file_types);
      resolved.attachments[file.id] = sim.cdn.json(file);
      return file.id;
    }
    const wantedType =
      'username' in value ? Option.User : 'overwrites' in value ? Option.Channel : Option.Role;
    if (option.type !== wantedType && option.type !== Option.Mentionable) throw wrong('takes something else');
    if ('username' in value) resolved.users[value.id] = userJson(value);
    else if ('overwrites' in value) {
      if (option.channel_types?.length && !option.channel_types.includes(value.type))
        throw wrong(`${value.name} is no channel of its types`);
      resolved.channels[value.id] = { id: value.id, type: value.type, name: value.name };
    } else resolved.roles[value.id] = { id: value.id, name: value.name };
    return value.id;
  }
  const wanted =
    option.type === Option.Boolean
      ? 'boolean'
      : option.type === Option.Integer || option.type === Option.Number
        ? 'number'
        : option.type === Option.String
          ? 'string'
          : 'object';
  if (typeof value !== wanted) throw wrong(`takes a ${wanted}`);
  if (option.type === Option.Integer && !Number.isInteger(value)) throw wrong('takes a whole number');
  if (option.choices?.length && !option.choices.some((choice) => choice.value === value))
    throw wrong(`${value} is no choice`);
  const size = typeof value === 'string' ? value.length : Number(value);
  const [least, most] =
    typeof value === 'string'
      ? [option.min_length ?? 0, option.max_length ?? 6000]
      : [option.min_value ?? Number.NEGATIVE_INFINITY, option.max_value ?? Number.POSITIVE_INFINITY];
  if (size < least || size > most) throw wrong(`${value} is out of bounds`);
  return value;
}

/** Right-click, Apps, and the command's name. */
export function contextMenu(
  sim: Sim,
  user: SimUser,
  target: SimMessage | { channel: SimChannel; user: SimUser },
  name: string,
): SimInteraction {
  const { channel } = target;
  const isMessage = 'content' in target;
  const type = isMessage ? ApplicationCommandType.Message : ApplicationCommandType.User;
  const command = findCommand(sim, user, channel, name, type);
  const resolved = nothing();
  if (isMessage) {
    mustSee(user, target);
    resolved.messages[target.id] = messageJson(sim, target, true);
  } else resolved.users[target.user.id] = userJson(target.user);
  return dispatchInteraction(sim, {
    type: InteractionType.ApplicationCommand,
    user,
    channel,
    name,
    data: {
      id: command.id,
      name,
      type,
      ...(command.guildId ? { guild_id: command.guildId } : {}),
      target_id: isMessage ? target.id : target.user.id,
      resolved: filled(resolved),
    },
  });
}

function mustSee(user: SimUser, { deleted, visibleTo, channel }: SimMessage): void {
  if (deleted) throw new NotPossible('the message is gone');
  if (visibleTo !== undefined && visibleTo !== user.id)
    throw new NotPossible(`${user.username} can't see that message`);
  if (channel.guild ? !may(channel, user, 'ViewChannel') : !channel.recipients.includes(user))
    throw new NotPossible(`${user.username} can't see ${channel.name}`);
}

/** Every button of a message, in order. */
export const buttonsOf = (message: SimMessage): Button[] =>
  [...walk(message.components)].flatMap(({ component }) =>
    component.type === ComponentType.Button ? [component] : [],
  );

const SELECTS: readonly number[] = [
  ComponentType.StringSelect,
  ComponentType.UserSelect,
  ComponentType.RoleSelect,
  ComponentType.MentionableSelect,
  ComponentType.ChannelSelect,
];

/** Presses a button, by its label, its custom_id or the start of one. */
export function press(sim: Sim, user: SimUser, message: SimMessage, which: string): SimInteraction {
  mustSee(user, message);
  const all = buttonsOf(message);
  const button =
    all.find(({ label, custom_id }) => label === which || custom_id === which) ??
    all.find(({ custom_id }) => custom_id?.startsWith(which));
  if (!button)
    throw new NotPossible(
      `there is no button ${which}, only ${all.map(({ label, custom_id }) => label ?? custom_id).join(', ')}`,
    );
  if (button.disabled) throw new NotPossible(`the button ${which} is disabled`);
  if (button.style >= ButtonStyle.Link)
    throw new NotPossible(`the button ${which} only opens ${button.url ?? 'a shop'}`);
  return component(sim, user, message, button, {});
}

/** Chooses from a menu, by its custom_id. */
export function choose(
  sim: Sim,
  user: SimUser,
  message: SimMessage,
  customId: string,
  values: readonly string[],
): SimInteraction {
  mustSee(user, message);
  const menu = [...walk(message.components)]
    .map(({ component: one }) => one)
    .find(
      (one): one is Select => SELECTS.includes(one.type) && 'custom_id' in one && one.custom_id === customId,
    );
  if (!menu || menu.disabled) throw new NotPossible(`there is no menu ${customId}, or it is disabled`);
  if (values.length < (menu.min_values ?? 1) || values.length > (menu.max_values ?? 1))
    throw new NotPossible(`${customId} does not take ${values.length} values`);
  if ('options' in menu && !values.every((value) => menu.options.some((option) => option.value === value)))
    throw new NotPossible(`${customId} does not offer ${values.join(', ')}`);
  return component(sim, user, message, menu, { values });
}

const component = (
  sim: Sim,
  user: SimUser,
  message: SimMessage,
  { custom_id, type, id }: Button | Select,
  data: object,
): SimInteraction =>
  dispatchInteraction(sim, {
    type: InteractionType.MessageComponent,
    user,
    channel: message.channel,
    name: custom_id ?? '',
    source: message,
    data: { custom_id, component_type: type, id, ...data },
  });

/** Fills in and sends the form that answered `interaction`. Throws NotPossible when it isn't open or not valid. */
export async function submitModal(
  sim: Sim,
  interaction: SimInteraction,
  values: ModalValues,
): Promise<SimInteraction> {
  const { modal, user, channel, source } = interaction;
  if (!modal || !interaction.modalOpen) throw new NotPossible('no form is open');
  const resolved = nothing();
  const components = await fillModal(sim, modal, values, resolved);
  const chosen = components.flatMap((one) => ('component' in one ? [one.component] : []));
  for (const id of chosen.flatMap((one) => (isChoice(one) ? one.values : []))) {
    const role = channel.guild?.roles.find((one) => one.id === id);
    const person = sim.world.users.get(id);
    if (role) resolved.roles[id] = { id, name: role.name };
    if (person) resolved.users[id] = userJson(person);
  }
  interaction.modalOpen = false;
  return dispatchInteraction(sim, {
    type: InteractionType.ModalSubmit,
    user,
    channel,
    name: modal.custom_id,
    data: { custom_id: modal.custom_id, components, resolved: filled(resolved) },
    ...(source ? { source } : {}),
  });
}

const isChoice = (one: unknown): one is { values: string[] } =>
  typeof one === 'object' && one !== null && 'values' in one;

export type MessageDraft = {
  files?: FileInput[];
  stickers?: SimSticker[];
  replyTo?: SimMessage;
  ping?: boolean;
};

/** Posts a message. `replyTo` pings its author unless `ping` is false. */
export async function say(
  sim: Sim,
  user: SimUser,
  channel: SimChannel,
  text: string,
  { files = [], stickers, replyTo, ping = true }: MessageDraft = {},
): Promise<SimMessage> {
  if (!may(channel, user, sendPermission(channel)))
    throw new NotPossible(`${user.username} may not write in ${channel.name}`);
  if (replyTo) mustSee(user, replyTo);
  const taken = await Promise.all(
    files.map((file) => sim.cdn.takeInput(file, { channelId: channel.id, ephemeral: false })),
  );
  const message = await createMessage(sim, {
    channel,
    author: user,
    body: parseMessage({
      content: text,
      allowed_mentions: { parse: ['users', 'roles', 'everyone'], replied_user: ping },
    }),
    uploads: [],
    ready: taken,
    stickers,
    limitBytes: Number.POSITIVE_INFINITY,
    replyTo,
  });
  if (may(channel, user, 'EmbedLinks')) showLinks(sim, message);
  return message;
}

/** Forwards a message, from wherever the person can see it. */
export function forward(
  sim: Sim,
  user: SimUser,
  message: SimMessage,
  channel: SimChannel,
): Promise<SimMessage> {
  mustSee(user, message);
  if (!may(channel, user, sendPermission(channel)))
    throw new NotPossible(`${user.username} may not write in ${channel.name}`);
  return createMessage(sim, {
    channel,
    author: user,
    body: parseMessage({}),
    uploads: [],
    limitBytes: Number.POSITIVE_INFINITY,
    forwarded: { ...(message.forwarded ?? message) },
  });
}

export function erase(sim: Sim, user: SimUser, message: SimMessage): void {
  mustSee(user, message);
  if (
    message.author !== user &&
    message.visibleTo !== user.id &&
    !may(message.channel, user, 'ManageMessages')
  )
    throw new NotPossible(`${user.username} may not delete that`);
  deleteMessage(sim, message);
}
