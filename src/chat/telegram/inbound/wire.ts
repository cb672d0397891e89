/**
 * What of Telegram's updates is read here, checked where it comes in. Everything else in them is dropped.
 * https://core.telegram.org/bots/api#available-types, read 2026-11-21.
 */
import { z } from 'zod';

const file = z.object({
  file_id: z.string(),
  file_unique_id: z.string(),
  file_size: z.number().optional(),
});
const named = file.extend({ file_name: z.string().optional(), mime_type: z.string().optional() });
const photo = z.array(file.extend({ width: z.number(), height: z.number() }));

/** Where a message may hold files; a reply to another chat's message holds them in the same way. */
const media = z.object({
  photo: photo.optional(),
  live_photo: file.extend({ photo: photo.optional() }).optional(),
  video: named.optional(),
  animation: named.optional(),
  video_note: file.optional(),
  document: named.optional(),
  sticker: file.extend({ is_animated: z.boolean(), is_video: z.boolean() }).optional(),
});
export type WireMedia = z.infer<typeof media>;

const user = z.object({
  id: z.number(),
  is_bot: z.boolean(),
  first_name: z.string().optional(),
  username: z.string().optional(),
  language_code: z.string().optional(),
});

const chat = z.object({ id: z.number(), type: z.string(), is_forum: z.boolean().optional() });
const entity = z.object({
  type: z.string(),
  offset: z.number(),
  length: z.number(),
  user: z.object({ id: z.number() }).optional(),
});
export type WireEntity = z.infer<typeof entity>;

/** Who wrote it first, as far as they let that be seen. */
const origin = z
  .object({ sender_user: user.optional(), sender_chat: chat.optional(), chat: chat.optional() })
  .optional()
  .catch(undefined);
export type WireOrigin = z.infer<typeof origin>;

const answered = media.extend({
  message_id: z.number(),
  from: user.optional(),
  sender_chat: z.object({ id: z.number() }).optional(),
  forward_origin: origin,
  forum_topic_created: z.object({ name: z.string() }).optional(),
});

const message = media.extend({
  message_id: z.number(),
  message_thread_id: z.number().optional(),
  is_topic_message: z.boolean().optional(),
  from: user.optional(),
  sender_chat: z.object({ id: z.number() }).optional(),
  chat,
  media_group_id: z.string().optional(),
  forward_origin: origin,
  text: z.string().optional(),
  entities: z.array(entity).optional(),
  caption: z.string().optional(),
  caption_entities: z.array(entity).optional(),
  reply_to_message: answered.optional(),
  external_reply: media.extend({ origin }).optional(),
  is_automatic_forward: z.boolean().optional(),
  migrate_to_chat_id: z.number().optional(),
  migrate_from_chat_id: z.number().optional(),
  /** The bot whose inline result it is. */
  via_bot: z.object({ id: z.number() }).optional(),
});
export type WireMessage = z.infer<typeof message>;

const press = z.object({
  id: z.string(),
  from: user,
  /** Missing for inline results, which have no buttons of ours; only its place is left once it is too old. */
  message: z
    .object({ message_id: z.number(), message_thread_id: z.number().optional(), chat })
    .extend({
      is_topic_message: z.boolean().optional(),
      photo: photo.optional(),
      animation: named.optional(),
      /** As it is at the moment of the press. */
      reply_markup: z
        .object({
          inline_keyboard: z.array(z.array(z.object({ callback_data: z.string().optional() }))),
        })
        .optional(),
    })
    .optional(),
  data: z.string().optional(),
});
export type WirePress = z.infer<typeof press>;

const membership = z.object({
  chat,
  from: user,
  old_chat_member: z.object({ status: z.string() }),
  new_chat_member: z.object({ status: z.string() }),
});
export type WireMembership = z.infer<typeof membership>;

/** What somebody types after the bot's name, in whatever chat: which one is not said, only of what kind, and not always. */
const inlineQuery = z.object({
  id: z.string(),
  from: user,
  query: z.string(),
  offset: z.string(),
  chat_type: z.string().optional(),
});
export type WireInlineQuery = z.infer<typeof inlineQuery>;

export const updateSchema = z.object({
  update_id: z.number(),
  message: message.optional(),
  callback_query: press.optional(),
  my_chat_member: membership.optional(),
  inline_query: inlineQuery.optional(),
});
export type WireUpdate = z.infer<typeof updateSchema>;

/** The kinds of updates that are asked for; edits and channels' posts start nothing, so they aren't. */
const ALLOWED_UPDATES = ['message', 'callback_query', 'my_chat_member'] as const;

export const updatesFor = ({ supports_inline_queries: inline }: { supports_inline_queries: boolean }) =>
  inline ? ([...ALLOWED_UPDATES, 'inline_query'] as const) : ALLOWED_UPDATES;
