/** Where a Telegram member asked, and so where the answer goes. */
import { z } from 'zod';

export const targetSchema = z.object({
  chatId: z.number(),
  /** The topic, in chats that have them. */
  threadId: z.number().optional(),
  /** The message that asked; the answers are replies to it. */
  messageId: z.number(),
  /** Missing for an anonymous admin: then the chat itself asks. */
  userId: z.number().optional(),
  chatType: z.enum(['private', 'group', 'supergroup']),
  /** As Telegram names it, `en` or `pt-br`. */
  locale: z.string(),
});
export type TelegramTarget = z.infer<typeof targetSchema>;

/** Where a message of ours stands that waits for an admin. */
export const placeSchema = z.object({ chatId: z.number(), messageId: z.number() });

/** A chat, or a topic of one, as one text: `-1001234`, `-1001234/7`. So the core keeps log channels. */
export type Location = { chatId: number; threadId?: number };

export const locationId = ({
  chatId,
  threadId,
}: {
  chatId: number;
  threadId?: number | undefined;
}): string => (threadId === undefined ? String(chatId) : `${chatId}/${threadId}`);

/** Undefined for what is none; groups and channels have negative numbers. */
export function readLocation(id: string): Location | undefined {
  const [, chat, thread] = /^(-\d{1,16})(?:\/(\d{1,10}))?$/.exec(id) ?? [];
  if (chat === undefined) return undefined;
  return { chatId: Number(chat), ...(thread === undefined ? {} : { threadId: Number(thread) }) };
}
