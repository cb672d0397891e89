/**
 * Sends replies to a member that are not a job's status: in place of the first answer, or as an ephemeral reply beside
 * it.
 */
import { MessageFlags, type REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { Log } from '../../../core/ports.ts';
import { inSomeShape, shapesOf } from '../outbound/bare.ts';
import { DiscordTrouble, troubleOf } from '../outbound/trouble.ts';
import { type MessageBody, notice } from '../render.ts';
import type { DiscordTarget } from '../target.ts';
import type { Tokens } from '../tokens.ts';

/** Where the answer to an event stands: `@original`, or our own message below a mention. */
export type ReplyTarget = { target: DiscordTarget; answerId?: string | undefined };

/** Trouble with Discord is logged and not thrown: whatever the words are about has happened, or not, by then. */
export type Replies = {
  /** Puts these words in the place of what the answer said; answers the message's id where it worked. */
  say(replyTarget: ReplyTarget, body: MessageBody): Promise<string | undefined>;
  /** Tells them to this member alone, leaving the answer as it is. */
  replyPrivately(replyTarget: ReplyTarget, body: MessageBody): Promise<void>;
  /** Tells them to this member alone, in the place of an answer that everybody would see. */
  refuse(replyTarget: ReplyTarget, body: MessageBody): Promise<void>;
  /** By the event's token itself: in the place of its first answer, or to the member alone beside it. */
  sayBy(event: EventToken, isInstead: boolean, body: MessageBody): Promise<void>;
  /** Below the message that mentions the bot. Undefined where the bot may not write. */
  answerMention(target: DiscordTarget, body: MessageBody): Promise<string | undefined>;
  /** Removes a message of ours: by the token of an event whose `@original` it is, or by the bot's own right. */
  remove(where: { eventId?: string | undefined; channelId?: string; messageId?: string }): Promise<boolean>;
};

type EventToken = { application_id: string; token: string };

const message = z.object({ id: z.string() });

const PLACEHOLDER = notice('…');

/** `webhooks` goes by tokens, `rest` by the bot's own rights. */
export function createReplies(parts: { rest: REST; webhooks: REST; tokens: Tokens; log: Log }): Replies {
  const { rest, webhooks, tokens, log } = parts;

  /** In plainer words where Discord can't read how they look. Undefined, and a line in the log, where it says no. */
  const told = <T>(what: string, body: MessageBody, send: (body: MessageBody) => Promise<T>) =>
    tried(what, () => inSomeShape(log, shapesOf(body), send));

  async function tried<T>(what: string, act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (thrown) {
      const err = troubleOf(thrown);
      if (!(err instanceof DiscordTrouble)) throw err;
      log.info({ err }, `${what} could not be told`);
      return undefined;
    }
  }

  const idOf = (answered: unknown): string | undefined => message.safeParse(answered).data?.id;

  const answerMention: Replies['answerMention'] = async ({ channelId, eventId }, body) => {
    const sent = await told('an answer', body, (shape) =>
      rest.post(Routes.channelMessages(channelId), {
        body: {
          ...shape,
          nonce: `a${eventId}`,
          enforce_nonce: true,
          message_reference: { message_id: eventId, channel_id: channelId, fail_if_not_exists: false },
        },
      }),
    );
    return idOf(sent);
  };

  const say: Replies['say'] = async ({ target, answerId }, body) => {
    const { kind, eventId, channelId } = target;
    if (kind === 'message') {
      if (answerId === undefined) return answerMention(target, body);
      return idOf(
        await told('an answer', body, (shape) =>
          rest.patch(Routes.channelMessage(channelId, answerId), { body: shape }),
        ),
      );
    }
    const live = await tokens.get(eventId);
    // Without the token there is nothing that leads to the answer; whoever waits for it is told in the channel.
    if (!live) return target.private || !target.canPost ? undefined : tellInChannel(target, body);
    return edit(live.applicationId, live.token, body);
  };

  const edit = async (applicationId: string, token: string, body: MessageBody) =>
    idOf(
      await told('an answer', body, (shape) =>
        webhooks.patch(Routes.webhookMessage(applicationId, token), { auth: false, body: shape }),
      ),
    );

  const addPrivately = (applicationId: string, token: string, body: MessageBody) =>
    told('something', body, (shape) =>
      webhooks.post(Routes.webhook(applicationId, token), {
        auth: false,
        body: { ...shape, flags: shape.flags | MessageFlags.Ephemeral },
      }),
    );

  async function tellInChannel({ channelId, userId }: DiscordTarget, body: MessageBody) {
    const named: MessageBody = { ...body, allowed_mentions: { parse: [], users: [userId] } };
    return idOf(
      await told('an answer', named, (shape) =>
        rest.post(Routes.channelMessages(channelId), { body: shape }),
      ),
    );
  }

  const replyPrivately: Replies['replyPrivately'] = async (replyTarget, body) => {
    const { target } = replyTarget;
    if (target.kind === 'message') {
      await answerMention(target, body);
      return;
    }
    const live = await tokens.get(target.eventId);
    if (live) await addPrivately(live.applicationId, live.token, body);
  };

  const remove: Replies['remove'] = async ({ eventId, channelId, messageId }) => {
    const live = eventId === undefined ? undefined : await tokens.get(eventId);
    const byToken =
      live &&
      (await tried('a deletion', async () => {
        await webhooks.delete(Routes.webhookMessage(live.applicationId, live.token), { auth: false });
        return true;
      }));
    if (byToken || channelId === undefined || messageId === undefined) return byToken === true;
    const byRight = await tried('a deletion', async () => {
      await rest.delete(Routes.channelMessage(channelId, messageId));
      return true;
    });
    return byRight === true;
  };

  return {
    say,
    replyPrivately,
    answerMention,
    remove,
    async sayBy({ application_id: applicationId, token }, isInstead, body) {
      await (isInstead ? edit : addPrivately)(applicationId, token, body);
    },
    async refuse(replyTarget, body) {
      // What only the member sees can be said right there.
      if (replyTarget.target.kind === 'message' || replyTarget.target.private) {
        await say(replyTarget, body);
        return;
      }
      // As long as an answer is still "thinking", a message beside it would take its place.
      await say(replyTarget, PLACEHOLDER);
      await remove({ eventId: replyTarget.target.eventId });
      await replyPrivately(replyTarget, body);
    },
  };
}
