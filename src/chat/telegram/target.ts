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
