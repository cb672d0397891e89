/**
 * What methods take. The Bot API reads every value from JSON or from the strings of a form, and says no to nothing it
 * doesn't know; here an unknown name is refused, as it is nearly always a misspelt one.
 */
import { z } from 'zod';
import { badRequest } from './errors.ts';

export const int = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
]);
export const bool = z.union([
  z.boolean(),
  z.enum(['True', 'False']).transform((word) => word === 'True'),
  z.literal([0, 1]).transform((bit) => bit === 1),
]);
export const chatId = z.union([z.string().regex(/^@\w+$/), int]);
export const parseMode = z.string();

export const entity = z.strictObject({
  type: z.string(),
  offset: z.int().min(0),
  length: z.int().min(1),
  url: z.string().optional(),
  user: z.looseObject({ id: z.int() }).optional(),
  language: z.string().optional(),
  custom_emoji_id: z.string().optional(),
});

export const replyParameters = z.strictObject({
  message_id: int,
  chat_id: chatId.optional(),
  allow_sending_without_reply: bool.optional(),
  quote: z.string().max(1024).optional(),
  quote_parse_mode: parseMode.optional(),
  quote_entities: z.array(entity).optional(),
  quote_position: int.optional(),
});

const button = z.strictObject({
  text: z.string().min(1),
  icon_custom_emoji_id: z.string().optional(),
  style: z.enum(['danger', 'success', 'primary']).optional(),
  url: z.string().optional(),
  callback_data: z.string().optional(),
  web_app: z.strictObject({ url: z.string() }).optional(),
  switch_inline_query: z.string().optional(),
  switch_inline_query_current_chat: z.string().optional(),
  copy_text: z.strictObject({ text: z.string().min(1).max(256) }).optional(),
  pay: z.boolean().optional(),
});
export const inlineKeyboard = z.strictObject({ inline_keyboard: z.array(z.array(button)) });
export type InlineKeyboard = z.output<typeof inlineKeyboard>;

const replyMarkup = z.union([
  inlineKeyboard,
  z.strictObject({
    keyboard: z.array(z.array(z.union([z.string(), z.looseObject({ text: z.string() })]))),
    is_persistent: bool.optional(),
    resize_keyboard: bool.optional(),
    one_time_keyboard: bool.optional(),
    input_field_placeholder: z.string().min(1).max(64).optional(),
    selective: bool.optional(),
  }),
  z.strictObject({ remove_keyboard: z.literal(true), selective: bool.optional() }),
  z.strictObject({
    force_reply: z.literal(true),
    input_field_placeholder: z.string().min(1).max(64).optional(),
    selective: bool.optional(),
  }),
]);
export type ReplyMarkup = z.output<typeof replyMarkup>;

/** Where a message goes and how: what all `send…` methods share. */
export const sendFields = {
  chat_id: chatId,
  message_thread_id: int.optional(),
  disable_notification: bool.optional(),
  protect_content: bool.optional(),
  message_effect_id: z.string().optional(),
  reply_parameters: replyParameters.optional(),
  reply_markup: replyMarkup.optional(),
};

export const captionFields = {
  caption: z.string().optional(),
  parse_mode: parseMode.optional(),
  caption_entities: z.array(entity).optional(),
};

/** Values that may come as JSON inside a string. */
const NESTED = new Set([
  'reply_markup',
  'reply_parameters',
  'link_preview_options',
  'media',
  'entities',
  'caption_entities',
  'allowed_updates',
  'commands',
  'scope',
  'reaction',
  'message_ids',
  'results',
  'button',
]);

/** Reads what lies as JSON inside a form's strings. Throws as the Bot API does when it isn't JSON. */
export function unpack(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (!NESTED.has(name) || typeof value !== 'string' || !/^\s*[[{]/.test(value)) return [name, value];
      try {
        return [name, JSON.parse(value)];
      } catch {
        throw badRequest(`can't parse ${name.replaceAll('_', ' ')} JSON object`);
      }
    }),
  );
}

/** Throws a 400 that names the first field that is missing, misspelt or of another type. */
export function readParams<S extends z.ZodType>(schema: S, params: Record<string, unknown>): z.output<S> {
  const read = schema.safeParse(params);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const path = issue?.path.join('.') ?? '';
  if (issue?.code === 'unrecognized_keys') {
    throw badRequest(`unknown field ${[path, issue.keys[0]].filter(Boolean).join('.')}`);
  }
  const top = String(issue?.path[0] ?? '');
  if (params[top] === undefined || params[top] === '') throw badRequest(EMPTY[top] ?? `${top} is empty`);
  if (top === 'chat_id') throw badRequest('chat not found');
  if (NESTED.has(top))
    throw badRequest(`can't parse ${top.replaceAll('_', ' ')} JSON object: field ${path} is invalid`);
  throw badRequest(`invalid ${path} specified`);
}

const EMPTY: Record<string, string> = {
  text: 'message text is empty',
  message_id: 'message identifier is not specified',
  user_id: 'invalid user_id specified',
  file_id: 'file_id not specified',
  action: 'wrong parameter action in request',
  commands: "can't parse commands JSON array",
  video: 'there is no video in the request',
  photo: 'there is no photo in the request',
  document: 'there is no document in the request',
  animation: 'there is no animation in the request',
};
