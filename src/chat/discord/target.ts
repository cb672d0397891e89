/** Where a Discord member asked, and so where the reply goes. The secret part of it is in tokens.ts. */
import { z } from 'zod';

/**
 * `interaction`: a command, a menu, a button or a form, which can be answered through its token for 15 minutes;
 * `message`: a mention, answered like any message.
 */
export const targetSchema = z.object({
  kind: z.enum(['interaction', 'message']),
  /** The interaction or the message that asked. */
  eventId: z.string(),
  userId: z.string(),
  channelId: z.string(),
  guildId: z.string().optional(),
  /** As Discord names it, `en-US` or `pt-BR`. */
  locale: z.string(),
  /** Only the member sees the answer. */
  private: z.boolean(),
  /** The bot is a member of that server: it has rights of its own there, also when the token has died. */
  botIsHere: z.boolean(),
  /** What the bot could do in the channel when it was asked. */
  canPost: z.boolean(),
  /** The largest file in bytes that an answer through the token may carry. */
  uploadLimitBytes: z.number(),
});
export type DiscordTarget = z.infer<typeof targetSchema>;

/** Where a message of ours stands that waits for an admin, and whom it answers. */
export const placeSchema = z.object({
  target: targetSchema,
  channelId: z.string(),
  messageId: z.string(),
});
