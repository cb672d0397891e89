/**
 * Which messages of a group reach the bot. https://core.telegram.org/bots/features#privacy-mode, read 2026-11-21.
 * That a command in a caption counts is nowhere promised, so it doesn't, unless asked for.
 */
import type { Message, User } from './wire.ts';
import { type FileEntry, isAdmin, isIn, type SimChat } from './world.ts';

const SERVICE = [
  'new_chat_members',
  'left_chat_member',
  'migrate_to_chat_id',
  'migrate_from_chat_id',
  'forum_topic_created',
  'forum_topic_closed',
  'forum_topic_reopened',
  'new_chat_title',
  'group_chat_created',
] as const;

/** Whether the message is meant for the bot, so that it is delivered in spite of privacy mode, and replies to it too. */
export function isMeant(bot: User, stored: FileEntry, rules: { captionCommands: boolean }): boolean {
  const { message, chat, replyTo } = stored;
  if (message.via_bot?.id === bot.id) return true;
  if (replyTo && replyTo.chat === chat && (replyTo.message.from?.id === bot.id || replyTo.meant)) return true;
  return commandsOf(message, rules.captionCommands).some((command) => {
    const [, name] = command.split('@');
    if (name !== undefined) return name.toLowerCase() === bot.username?.toLowerCase();
    return chat.lastBotId === undefined ? !otherBots(chat, bot) : chat.lastBotId === bot.id;
  });
}

export function reachesBot(bot: User, stored: FileEntry): boolean {
  const { chat, message } = stored;
  if (chat.type === 'private') return true;
  if (!isIn(chat, bot.id)) return false;
  if (chat.type === 'channel') return true;
  return (
    chat.openToBot ||
    isAdmin(chat, bot.id) ||
    SERVICE.some((kind) => message[kind] !== undefined) ||
    stored.meant
  );
}

function commandsOf(message: Message, captions: boolean): string[] {
  const text = message.text ?? (captions ? message.caption : undefined) ?? '';
  const entities = message.entities ?? (captions ? message.caption_entities : undefined) ?? [];
  return entities
    .filter(({ type }) => type === 'bot_command')
    .map(({ offset, length }) => text.slice(offset, offset + length));
}

function otherBots(chat: SimChat, bot: User): boolean {
  return [...chat.members.values()].some(
    ({ user }) => user.is_bot && user.id !== bot.id && isIn(chat, user.id),
  );
}
