/** The Bot API's own shapes, under one roof. */
import type { Message } from 'grammy/types';

export type {
  Animation,
  BotCommand,
  BotCommandScope,
  ChatMember,
  Document,
  ExternalReplyInfo,
  InlineKeyboardButton,
  InlineKeyboardMarkup,
  Message,
  MessageEntity,
  MessageOrigin,
  PhotoSize,
  Sticker,
  Update,
  User,
  UserFromGetMe,
  Video,
  VideoNote,
} from 'grammy/types';

export type ReplyMessage = NonNullable<Message['reply_to_message']>;
