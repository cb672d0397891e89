/** Sending, editing and deleting messages: the rules that hold on every way there. */
import { rm } from 'node:fs/promises';
import { MessageFlags } from 'discord-api-types/v10';
import type { Upload } from './body.ts';
import type { SimFile } from './cdn.ts';
import { ApiRefusal, type ErrorTree, invalid, no, parse } from './errors.ts';
import { readMentions } from './mentions.ts';
import { botMayRead, messageJson } from './message-json.ts';
import { type MessageComponent, mediaOf, walk } from './schema/components.ts';
import { isV2, type MessageBody, messageBody, wholeProblems } from './schema/message.ts';
import type { Sim } from './sim.ts';
import { unfurl } from './unfurl.ts';
import type { SimChannel, SimMessage, SimSticker, SimUser } from './world.ts';

/** Flags that a sender may set. */
const SETTABLE =
  MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications | MessageFlags.IsComponentsV2;

export type Draft = {
  channel: SimChannel;
  author: SimUser;
  body: MessageBody;
  uploads: Upload[];
  /** Files of a person's message, taken in already. */
  ready?: SimFile[];
  stickers?: SimSticker[] | undefined;
  forwarded?: SimMessage | undefined;
  /** What one file may have. */
  limitBytes: number;
  replyTo?: SimMessage | undefined;
  interaction?: SimMessage['interaction'];
  /** Makes it ephemeral. */
  visibleTo?: string | undefined;
};

/** `at`: where the message stands in the body, `data` for an interaction's callback. */
export const parseMessage = (json: unknown, at: PropertyKey[] = []): MessageBody =>
  parse(messageBody, json ?? {}, at);

/** A message without anything in it yet: the "thinking…" of a deferred answer, or the start of any other. */
export function blankMessage(
  sim: Sim,
  {
    channel,
    author,
    interaction,
    visibleTo,
  }: Pick<Draft, 'channel' | 'author' | 'interaction' | 'visibleTo'>,
): SimMessage {
  return {
    id: sim.ids(),
    channel,
    author,
    content: '',
    embeds: [],
    components: [],
    flags: visibleTo === undefined ? 0 : MessageFlags.Ephemeral,
    files: [],
    stickers: [],
    createdAt: sim.time.now(),
    edits: 0,
    deleted: false,
    mentions: [],
    mentionedRoles: [],
    mentionsEveryone: false,
    notified: [],
    thinking: false,
    ...(interaction ? { interaction } : {}),
    ...(visibleTo === undefined ? {} : { visibleTo }),
  };
}

export function post(sim: Sim, message: SimMessage): void {
  message.channel.messages.push(message);
  announce(sim, 'MESSAGE_CREATE', message);
}

/** Throws 413 where a file is larger than allowed, 50035 where the whole does not hold. */
export async function createMessage(sim: Sim, draft: Draft, at: PropertyKey[] = []): Promise<SimMessage> {
  const { body, replyTo } = draft;
  const message: SimMessage = {
    ...blankMessage(sim, draft),
    content: body.content ?? '',
    embeds: body.embeds ?? [],
    components: body.components ?? [],
    stickers: draft.stickers ?? [],
    ...(replyTo ? { replyTo } : {}),
    ...(draft.forwarded ? { forwarded: draft.forwarded } : {}),
    ...(body.nonce == null ? {} : { nonce: String(body.nonce) }),
  };
  message.flags |= (body.flags ?? 0) & SETTABLE;
  if (message.forwarded) message.flags |= MessageFlags.HasSnapshot;
  message.files = [...(draft.ready ?? []), ...(await filesAfter(sim, draft, [], at))];
  settle(sim, message, message.files, at);
  message.notified = readMentions(sim.world, message, body.allowed_mentions);
  post(sim, message);
  return message;
}

/** What the body leaves out stays. Nobody is notified. */
export async function editMessage(
  sim: Sim,
  message: SimMessage,
  change: Pick<Draft, 'body' | 'uploads' | 'limitBytes'>,
  at: PropertyKey[] = [],
): Promise<void> {
  const { body } = change;
  const flags = body.flags == null ? message.flags : (message.flags & ~SETTABLE) | (body.flags & SETTABLE);
  if (isV2(message.flags) && !isV2(flags))
    throw invalid(
      [...at, 'flags'],
      'MESSAGE_CANNOT_REMOVE_COMPONENTS_V2',
      'IS_COMPONENTS_V2 cannot be removed',
    );
  const next: SimMessage = {
    ...message,
    flags,
    content: body.content === undefined ? message.content : (body.content ?? ''),
    embeds: body.embeds === undefined ? message.embeds : (body.embeds ?? []),
    components: body.components === undefined ? message.components : (body.components ?? []),
  };
  next.files = await filesAfter(sim, { ...change, channel: message.channel }, message.files, at);
  settle(sim, next, change.uploads.length ? next.files : [], at);
  readMentions(sim.world, next, body.allowed_mentions);
  const { content, embeds, components, files, mentions } = next;
  Object.assign(message, {
    content,
    embeds,
    components,
    flags: next.flags,
    files,
    mentions,
    thinking: false,
  });
  message.editedAt = sim.time.now();
  message.edits += 1;
  announce(sim, 'MESSAGE_UPDATE', message);
}

export function deleteMessage(sim: Sim, message: SimMessage): void {
  message.deleted = true;
  announce(sim, 'MESSAGE_DELETE', message);
}

/** The files that a message has after the request: those kept and those that came with it. */
async function filesAfter(
  sim: Sim,
  { body, uploads, limitBytes, channel }: Pick<Draft, 'body' | 'uploads' | 'limitBytes' | 'channel'>,
  had: readonly SimFile[],
  at: PropertyKey[],
): Promise<SimFile[]> {
  const listed = body.attachments ?? undefined;
  const kept = listed ? had.filter(({ id }) => listed.some((one) => one.id === id)) : [...had];
  try {
    for (const [index, { id }] of listed?.entries() ?? [])
      if (!kept.some((file) => file.id === id) && !uploads.some((upload) => upload.index === id))
        throw invalid(
          [...at, 'attachments', index, 'id'],
          'ATTACHMENT_NOT_FOUND',
          `There is no file of id ${id}`,
        );
    if (kept.length + uploads.length > 10)
      throw invalid([...at, 'attachments'], 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.');
    if (uploads.some(({ bytes }) => bytes > limitBytes))
      throw sim.settings.tooLarge === 'json' ? no.tooLarge() : no.tooLargeForProxy();
  } catch (error) {
    await Promise.all(uploads.map(({ path }) => rm(path, { force: true })));
    throw error;
  }
  const taken: SimFile[] = [];
  for (const { index, filename, path, contentType } of uploads) {
    const said = listed?.find(({ id }) => id === index);
    taken.push(
      await sim.cdn.take(
        {
          path,
          filename: said?.filename ?? filename,
          ...(/^(?:image|video|audio)\//.test(contentType) ? { contentType } : {}),
          ...(said?.description ? { description: said.description } : {}),
          ...(said?.is_spoiler ? { spoiler: true } : {}),
        },
        { channelId: channel.id, ephemeral: false },
      ),
    );
  }
  return [...kept, ...taken];
}

/** Checks the message as a whole, ties its media to its files and numbers its components. */
function settle(sim: Sim, message: SimMessage, mustShow: readonly SimFile[], at: PropertyKey[]): void {
  const problems = wholeProblems(message);
  const shown = new Set<SimFile>();
  for (const { media, path } of mediaOf(message.components)) {
    const name = /^attachment:\/\/(.+)$/.exec(media.url)?.[1];
    const file = name
      ? message.files.findLast(({ filename }) => filename === name)
      : sim.cdn.fileAt(media.url);
    if (file) {
      shown.add(file);
      media.url = sim.cdn.urlOf(file);
      media.file = file.pathname;
    } else if (name)
      problems.push({
        path,
        code: 'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
        message: `The referenced attachment was not found: ${name}`,
      });
  }
  if (isV2(message.flags)) {
    for (const [index, file] of mustShow.entries())
      if (!shown.has(file))
        problems.push({
          path: ['attachments', index],
          code: 'ATTACHMENT_NOT_REFERENCED',
          message: `${file.filename} is shown by no component`,
        });
    message.files = message.files.filter((file) => shown.has(file));
  }
  if (problems.length) {
    const errors: ErrorTree = {};
    for (const { path, code, message: text } of problems)
      Object.assign(errors, merged(errors, invalid([...at, ...path], code, text).errors ?? {}));
    throw new ApiRefusal(400, 50035, 'Invalid Form Body', errors);
  }
  const { content, embeds, components, files, stickers, forwarded } = message;
  const something = [embeds, components, files, stickers].some(({ length }) => length > 0);
  if (!content && !forwarded && !something) throw no.emptyMessage();
  number(components);
}

function merged(into: ErrorTree, from: ErrorTree): ErrorTree {
  for (const [key, value] of Object.entries(from)) {
    const known = into[key];
    if (known && !Array.isArray(known) && !Array.isArray(value)) merged(known, value);
    else if (Array.isArray(known) && Array.isArray(value)) known.push(...value);
    else into[key] = value;
  }
  return into;
}

function number(components: readonly MessageComponent[]): void {
  const all = [...walk(components)].map(({ component }) => component);
  const taken = new Set(all.map(({ id }) => id));
  let next = 1;
  for (const component of all) {
    if (component.id) continue;
    while (taken.has(next)) next += 1;
    component.id = next;
    next += 1;
  }
}

/** Discord has looked behind the links of a message. */
export function showLinks(sim: Sim, message: SimMessage): void {
  const embeds = unfurl(sim, message.content);
  if (embeds.length === 0) return;
  message.embeds = embeds;
  announce(sim, 'MESSAGE_UPDATE', message);
}

/** Tells the gateway; an ephemeral message is told to nobody. */
function announce(
  sim: Sim,
  event: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE' | 'MESSAGE_DELETE',
  message: SimMessage,
): void {
  const { channel } = message;
  if (message.visibleTo === undefined) {
    const place = { channel_id: channel.id, ...(channel.guild ? { guild_id: channel.guild.id } : {}) };
    sim.gateway.dispatchMessage(event, channel, (contentIntent) =>
      event === 'MESSAGE_DELETE'
        ? { id: message.id, ...place }
        : {
            ...messageJson(sim, message, contentIntent || botMayRead(sim, message)),
            ...place,
            ...memberOf(message),
          },
    );
  }
  sim.changed();
}

function memberOf({ channel, author }: SimMessage): object {
  const member = channel.guild?.members.get(author.id);
  if (!member) return {};
  return {
    member: {
      roles: member.roleIds,
      joined_at: new Date(member.joinedAt).toISOString(),
      deaf: false,
      mute: false,
      flags: 0,
      nick: null,
      avatar: null,
    },
  };
}

/** What one file of a message that the bot sends itself may have. */
export const channelLimitBytes = (sim: Sim, { guild }: SimChannel): number =>
  Math.max(sim.settings.fileLimitBytes, guild ? sim.settings.tierLimitBytes[guild.tier] : 0);

/** A message that is still there. */
export function findMessage(channel: SimChannel, id: string | undefined): SimMessage | undefined {
  return channel.messages.find((message) => message.id === id && !message.deleted);
}
