/** A message as the API and the gateway give it. */
import {
  ComponentType,
  InteractionType,
  MessageFlags,
  MessageReferenceType,
  MessageType,
} from 'discord-api-types/v10';
import { userJson } from './guild-json.ts';
import type { AnyComponent, MediaItem } from './schema/components.ts';
import { isV2 } from './schema/message.ts';
import type { Sim } from './sim.ts';
import type { SimMessage } from './world.ts';

/** Files of ours get a fresh signature each time. */
function componentJson(sim: Sim, component: AnyComponent): unknown {
  const media = ({ file: pathname, ...item }: MediaItem) => {
    const file = pathname === undefined ? undefined : sim.cdn.fileAt(item.url);
    if (!file) return { ...item, proxy_url: item.url, content_type: null, loading_state: 2 };
    return {
      url: sim.cdn.urlOf(file),
      proxy_url: sim.cdn.urlOf(file),
      width: file.width ?? null,
      height: file.height ?? null,
      content_type: file.contentType,
      loading_state: 2,
      attachment_id: file.id,
    };
  };
  const inner = (components: readonly AnyComponent[]) => components.map((one) => componentJson(sim, one));
  switch (component.type) {
    case ComponentType.ActionRow:
    case ComponentType.Container:
      return { ...component, components: inner(component.components) };
    case ComponentType.Section:
      return {
        ...component,
        components: inner(component.components),
        accessory: componentJson(sim, component.accessory),
      };
    case ComponentType.MediaGallery:
      return { ...component, items: component.items.map((item) => ({ ...item, media: media(item.media) })) };
    case ComponentType.Thumbnail:
      return { ...component, media: media(component.media) };
    case ComponentType.File: {
      const file = sim.cdn.fileAt(component.file.url);
      return { ...component, file: media(component.file), name: file?.filename, size: file?.bytes };
    }
    default:
      return component;
  }
}

const typeOf = (message: SimMessage): MessageType => {
  if (message.interaction?.type === InteractionType.ApplicationCommand) return MessageType.ChatInputCommand;
  return message.replyTo ? MessageType.Reply : MessageType.Default;
};

/** What the bot may read without the Message Content intent (developer docs, events/gateway, 2026-11-21). */
export function botMayRead(sim: Sim, message: SimMessage): boolean {
  const { bot } = sim.world;
  return message.author === bot || !message.channel.guild || message.mentions.includes(bot.id);
}

const stickersJson = ({ stickers }: SimMessage) =>
  stickers.map(({ id, name, format }) => ({ id, name, format_type: format }));

const mentionsJson = (sim: Sim, { mentions }: SimMessage) =>
  mentions.flatMap((id) => {
    const user = sim.world.users.get(id);
    return user ? [userJson(user)] : [];
  });

const whenJson = ({ createdAt, editedAt }: SimMessage) => ({
  timestamp: new Date(createdAt).toISOString(),
  edited_timestamp: editedAt === undefined ? null : new Date(editedAt).toISOString(),
});

/** A forward is empty in itself: what it carries is a snapshot, without an author (developer docs, resources/message). */
function forwardJson(sim: Sim, forwarded: SimMessage, reveal: boolean) {
  const { id, channel } = forwarded;
  const message = {
    type: MessageType.Default,
    ...shownJson(sim, forwarded),
    ...whenJson(forwarded),
    mentions: mentionsJson(sim, forwarded),
    mention_roles: forwarded.mentionedRoles,
    flags: forwarded.flags,
    ...(forwarded.stickers.length > 0 ? { sticker_items: stickersJson(forwarded) } : {}),
  };
  return {
    message_reference: {
      type: MessageReferenceType.Forward,
      message_id: id,
      channel_id: channel.id,
      ...(channel.guild ? { guild_id: channel.guild.id } : {}),
    },
    ...(reveal ? { message_snapshots: [{ message }] } : {}),
  };
}

const shownJson = (sim: Sim, message: SimMessage) => ({
  content: message.content,
  embeds: message.embeds,
  // Files that a component shows are in that component alone (discord-api-docs#8277).
  attachments: isV2(message.flags) ? [] : message.files.map(sim.cdn.json),
  components: message.components.map((one) => componentJson(sim, one)),
});

/** `reveal` false leaves out what the Message Content intent covers. */
export function messageJson(
  sim: Sim,
  message: SimMessage,
  reveal: boolean,
  depth = 0,
): Record<string, unknown> {
  const { channel, interaction, replyTo } = message;
  const app = interaction ? { webhook_id: sim.world.bot.id, application_id: sim.world.bot.id } : {};
  const originator = interaction ? sim.world.users.get(interaction.userId) : undefined;
  const revealInner = reveal && (sim.settings.mentionShowsReferenced || !replyTo || botMayRead(sim, replyTo));
  return {
    id: message.id,
    channel_id: channel.id,
    type: typeOf(message),
    author: userJson(message.author),
    ...(reveal ? shownJson(sim, message) : { content: '', embeds: [], attachments: [], components: [] }),
    ...whenJson(message),
    tts: false,
    pinned: false,
    mention_everyone: message.mentionsEveryone,
    mentions: mentionsJson(sim, message),
    mention_roles: message.mentionedRoles,
    flags: message.flags | (message.thinking ? MessageFlags.Loading : 0),
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...app,
    ...(interaction && originator
      ? {
          interaction_metadata: {
            id: interaction.id,
            type: interaction.type,
            user: userJson(originator),
            authorizing_integration_owners: {},
            ...(interaction.name ? { name: interaction.name } : {}),
          },
        }
      : {}),
    ...(reveal && message.stickers.length > 0 ? { sticker_items: stickersJson(message) } : {}),
    ...(message.forwarded ? forwardJson(sim, message.forwarded, reveal) : {}),
    ...(replyTo
      ? {
          message_reference: {
            type: 0,
            message_id: replyTo.id,
            channel_id: replyTo.channel.id,
            ...(replyTo.channel.guild ? { guild_id: replyTo.channel.guild.id } : {}),
          },
          ...(depth === 0
            ? { referenced_message: replyTo.deleted ? null : messageJson(sim, replyTo, revealInner, 1) }
            : {}),
        }
      : {}),
  };
}
