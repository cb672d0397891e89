/** Everything that this Discord knows: people, servers, channels, messages. Only state; the rules are elsewhere. */
import {
  ChannelType,
  type InteractionResponseType,
  type InteractionType,
  PermissionFlagsBits,
} from 'discord-api-types/v10';
import type { SimFile } from './cdn.ts';
import type { Ids } from './ids.ts';
import type { MessageComponent } from './schema/components.ts';
import type { Modal } from './schema/modal.ts';

export type PermissionName = keyof typeof PermissionFlagsBits;

export type SimUser = {
  id: string;
  username: string;
  globalName: string;
  bot: boolean;
  locale: string;
  /** Whether they take messages from bots. */
  dmsOpen: boolean;
  /** Whether they installed the app for themselves. */
  installed: boolean;
  /** What their Nitro lets them upload, where it is more than everybody's limit. */
  uploadLimitBytes?: number;
};

export type SimRole = { id: string; name: string; permissions: bigint };
export type SimMember = { user: SimUser; roleIds: string[]; joinedAt: number };

export type SimGuild = {
  id: string;
  name: string;
  ownerId: string;
  locale: string;
  tier: 0 | 1 | 2 | 3;
  /** Whether the bot is a member; without, only those who installed the app themselves can use it here. */
  botIn: boolean;
  roles: SimRole[];
  channels: SimChannel[];
  members: Map<string, SimMember>;
};

type Overwrite = { id: string; type: 0 | 1; allow: bigint; deny: bigint };

export type SimChannel = {
  id: string;
  type: ChannelType.GuildText | ChannelType.DM | ChannelType.GroupDM | ChannelType.PublicThread;
  name: string;
  nsfw: boolean;
  guild?: SimGuild;
  /** Of a thread: the channel it hangs under. */
  parent?: SimChannel;
  /** Who is in a DM or a group DM. */
  recipients: SimUser[];
  overwrites: Overwrite[];
  messages: SimMessage[];
};

/** `format`: 1 PNG, 2 animated PNG, 3 Lottie, 4 GIF. */
export type SimSticker = { id: string; name: string; format: 1 | 2 | 3 | 4 };

export type SimMessage = {
  id: string;
  channel: SimChannel;
  author: SimUser;
  content: string;
  embeds: unknown[];
  components: MessageComponent[];
  flags: number;
  files: SimFile[];
  stickers: SimSticker[];
  /** What it forwards, as it was then. */
  forwarded?: SimMessage;
  createdAt: number;
  editedAt?: number;
  /** How often it was changed since. */
  edits: number;
  deleted: boolean;
  /** The message it answers, alive or deleted. */
  replyTo?: SimMessage;
  nonce?: string;
  mentions: string[];
  mentionedRoles: string[];
  mentionsEveryone: boolean;
  /** Who got a notification when it was sent. An edit notifies nobody. */
  notified: string[];
  /** Only this person sees it. */
  visibleTo?: string;
  /** The interaction that it answers. */
  interaction?: { id: string; type: number; userId: string; name?: string };
  /** Still the "thinking…" of a deferred answer. */
  thinking: boolean;
};

export type World = {
  bot: SimUser;
  users: Map<string, SimUser>;
  guilds: Map<string, SimGuild>;
  channels: Map<string, SimChannel>;
  /** By the person the bot shares it with. */
  dms: Map<string, SimChannel>;
};

const P = PermissionFlagsBits;

/** What @everyone has in a new server. */
const EVERYONE =
  P.ViewChannel |
  P.SendMessages |
  P.SendMessagesInThreads |
  P.ReadMessageHistory |
  P.AttachFiles |
  P.EmbedLinks |
  P.AddReactions |
  P.UseExternalEmojis |
  P.UseApplicationCommands |
  P.UseExternalApps;

export type UserOptions = Partial<Omit<SimUser, 'id' | 'username'>>;
export type GuildOptions = Partial<Pick<SimGuild, 'locale' | 'tier' | 'botIn'>>;
export type MemberOptions = UserOptions & { permissions?: PermissionName[] };

export function createWorld(ids: Ids): World {
  const id = ids();
  const bot = makeUser(id, 'strut', { bot: true });
  return { bot, users: new Map([[id, bot]]), guilds: new Map(), channels: new Map(), dms: new Map() };
}

function makeUser(id: string, username: string, options: UserOptions): SimUser {
  return {
    id,
    username: username.toLowerCase().replaceAll(/[^a-z0-9_.]/g, '_'),
    globalName: username,
    bot: false,
    locale: 'en-US',
    dmsOpen: true,
    installed: false,
    ...options,
  };
}

export function addUser(world: World, ids: Ids, name: string, options: UserOptions = {}): SimUser {
  const user = makeUser(ids(), name, options);
  world.users.set(user.id, user);
  return user;
}

export function addGuild(world: World, ids: Ids, name: string, now: number, options: GuildOptions): SimGuild {
  const id = ids();
  const owner = addUser(world, ids, `${name} owner`);
  const guild: SimGuild = {
    id,
    name,
    ownerId: owner.id,
    locale: 'en-US',
    tier: 0,
    botIn: true,
    roles: [{ id, name: '@everyone', permissions: EVERYONE }],
    channels: [],
    members: new Map(),
    ...options,
  };
  world.guilds.set(id, guild);
  join(guild, owner, now);
  if (guild.botIn) join(guild, world.bot, now);
  return guild;
}

export function join(guild: SimGuild, user: SimUser, now: number): SimMember {
  const member = { user, roleIds: [], joinedAt: now };
  guild.members.set(user.id, member);
  return member;
}

export function grant(guild: SimGuild, user: SimUser, ids: Ids, permissions: bigint): void {
  const role = { id: ids(), name: `${user.username}'s`, permissions };
  guild.roles.push(role);
  guild.members.get(user.id)?.roleIds.push(role.id);
}

export function addChannel(
  world: World,
  ids: Ids,
  name: string,
  parts: Partial<Omit<SimChannel, 'id' | 'name'>>,
): SimChannel {
  const channel: SimChannel = {
    id: ids(),
    type: ChannelType.GuildText,
    name,
    nsfw: false,
    recipients: [],
    overwrites: [],
    messages: [],
    ...parts,
  };
  world.channels.set(channel.id, channel);
  channel.guild?.channels.push(channel);
  return channel;
}

/** The DM channel of the bot and this person; there is one for ever. */
export function dmOf(world: World, ids: Ids, user: SimUser): SimChannel {
  const known = world.dms.get(user.id);
  if (known) return known;
  const channel = addChannel(world, ids, user.globalName, { type: ChannelType.DM, recipients: [user] });
  world.dms.set(user.id, channel);
  return channel;
}

export const bits = (names: readonly PermissionName[]): bigint =>
  names.reduce((all, name) => all | P[name], 0n);

/** What a person did, its token, and how the bot has answered so far. */
export type SimInteraction = {
  id: string;
  token: string;
  type: InteractionType;
  user: SimUser;
  channel: SimChannel;
  /** The command's name or the component's custom_id. */
  name: string;
  createdAt: number;
  /** How long the first answer took. */
  ackAfterMs?: number;
  answer?: InteractionResponseType;
  /** An answer is being taken in: a second one comes too late. */
  answering: boolean;
  /** Nothing came in time: "The application did not respond". */
  failed: boolean;
  /** The message that `@original` means. */
  original?: SimMessage;
  followUps: SimMessage[];
  /** Open until it is submitted or dismissed. */
  modal?: Modal;
  modalOpen: boolean;
  choices?: { name: string; value: string | number }[];
  /** The message whose button or menu it was. */
  source?: SimMessage;
  /** Whether this person alone installed the app: the bot isn't in the server. */
  onlyUserInstalled: boolean;
  limitBytes: number;
  /** Whatever the bot answers, only this person sees it. */
  forcedEphemeral: boolean;
  expiresAt: number;
};
