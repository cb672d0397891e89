/** Where a new message for a member can go, the best place first. */
import { MessageFlags, type REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { MessageBody } from '../render.ts';
import type { DiscordTarget } from '../target.ts';
import type { Tokens } from '../tokens.ts';
import type { PostingPlace } from './limits.ts';
import type { StatusBinding } from './records.ts';
import type { PostedMessage, Sender, Upload } from './sender.ts';
import { DiscordTrouble, troubleOf } from './trouble.ts';

export type Place = {
  rung: PostingPlace;
  channelId: string;
  /**
   * Of the same nonce there is one message, for some minutes at least. A message with `content` goes with as little
   * else as can be. Throws DiscordTrouble.
   */
  post(message: MessageBody, uploads: readonly Upload[], nonce: string): Promise<PostedMessage>;
};

export type PlaceParts = { rest: REST; sender: Sender; tokens: Tokens };

/** Each is made ready only when its turn comes, which may throw DiscordTrouble. */
export async function* placesFor(
  { rest, sender, tokens }: PlaceParts,
  to: DiscordTarget,
  bound: StatusBinding | undefined,
): AsyncGenerator<() => Promise<Place>> {
  const token = await tokens.get(to.eventId);
  if (token)
    yield async () => ({
      rung: 'follow-up',
      channelId: to.channelId,
      post: (message, uploads) =>
        sender.post(
          Routes.webhook(token.applicationId, token.token),
          { ...message, flags: message.flags | (to.private ? MessageFlags.Ephemeral : 0) },
          uploads,
        ),
    });
  if (mayPost(to))
    yield async () => ({
      rung: 'channel',
      channelId: to.channelId,
      post: (message, uploads, nonce) => postReply(sender, message, uploads, { nonce, to, bound }),
    });
  yield async () => {
    const channelId = await openDm(rest, to.userId);
    return {
      rung: 'dm',
      channelId,
      post: (message, uploads, nonce) =>
        sender.post(Routes.channelMessages(channelId), { ...message, nonce, enforce_nonce: true }, uploads),
    };
  };
}

/** The bot has rights of its own there, and everybody may see the answer. */
export const mayPost = (to: DiscordTarget): boolean => to.botIsHere && to.canPost && !to.private;

/** Cannot reply without permission to read message history. */
const CANNOT_REPLY = 160002;

async function postReply(
  sender: Sender,
  message: MessageBody,
  uploads: readonly Upload[],
  { nonce, to, bound }: { nonce: string; to: DiscordTarget; bound: StatusBinding | undefined },
): Promise<PostedMessage> {
  const path = Routes.channelMessages(to.channelId);
  const body = { ...message, nonce, enforce_nonce: true };
  const here = bound?.channelId === to.channelId ? bound.statusMessageId : undefined;
  const answered = here ?? (to.kind === 'message' ? to.eventId : undefined);
  if (answered === undefined || message.content !== undefined) return sender.post(path, body, uploads);
  const message_reference = {
    message_id: answered,
    channel_id: to.channelId,
    fail_if_not_exists: false,
  };
  try {
    return await sender.post(path, { ...body, message_reference }, uploads);
  } catch (error) {
    if (!(error instanceof DiscordTrouble) || error.code !== CANNOT_REPLY) throw error;
    return sender.post(path, body, uploads);
  }
}

const dmChannel = z.object({ id: z.string() });

export async function openDm(rest: REST, userId: string): Promise<string> {
  try {
    return dmChannel.parse(await rest.post(Routes.userChannels(), { body: { recipient_id: userId } })).id;
  } catch (error) {
    throw troubleOf(error);
  }
}
