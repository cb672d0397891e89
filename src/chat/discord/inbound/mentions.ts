/** Receives messages that mention the bot: its answer first, then what Discord finds behind their links. */
import type { ChatInbox } from '../../inbox.ts';
import { notice } from '../render.ts';
import { preparing } from './make.ts';
import { type Mention, mentionOf } from './mention.ts';
import type { InboundParts } from './parts.ts';
import { eventOf, type InboundRecord, inboxIdOf } from './record.ts';
import type { Message } from './wire.ts';

export function createMentions(
  parts: InboundParts,
  incoming: ChatInbox,
  handle: (asked: InboundRecord) => Promise<void>,
): (message: Message, botId: string) => Promise<void> {
  const { inbox, replies, unfurling } = parts;

  /** What is to be done about it, once it has its answer and all that belongs to it is on disk; undefined for nothing. */
  async function answer(
    { asked, help }: Mention,
    embeds: ReturnType<typeof unfurling.of> | undefined,
    message: Message,
    botId: string,
  ): Promise<InboundRecord | undefined> {
    const { target } = asked;
    const id = inboxIdOf(target.eventId);
    const { words, call } = eventOf(asked);
    if (!(await inbox.claim(id, { ...asked, partly: true }))) return undefined;
    const shut = parts.core.access.refusalFor(call);
    const instead = shut ? words.refusal(shut) : embeds ? undefined : help?.(words);
    const answerId = await replies.answerMention(target, instead ? notice(instead) : preparing(words));
    // Where the bot may not write, nobody could be told what became of it.
    if (instead !== undefined || answerId === undefined) {
      await incoming.done(id);
      return undefined;
    }
    const answered = { ...asked, ask: { ...asked.ask, answerId } };
    await inbox.note(id, embeds ? { ...answered, partly: true } : answered);
    if (!embeds) return answered;
    const shown = (await embeds) ?? [];
    const whole = mentionOf({ ...message, embeds: shown }, botId, parts.origins) ?? { asked, help };
    if (incoming.stopping()) return undefined;
    if (whole.help) {
      await replies.say({ target, answerId }, notice(whole.help(words)));
      await incoming.done(id);
      return undefined;
    }
    const wanted = { ...answered, ask: { ...whole.asked.ask, answerId } };
    await inbox.note(id, wanted);
    return wanted;
  }

  return async (message, botId) => {
    const first = mentionOf(message, botId, parts.origins);
    if (!first) return;
    // From here on: what Discord tells of it while we look something up must not be missed.
    const embeds = first.unseen ? unfurling.of(message.id) : undefined;
    const { asked } = first;
    const { target } = asked;
    if (target.guildId) await parts.servers.learn(target.guildId);
    target.locale = parts.servers.localeOf(target.guildId ?? '') ?? target.locale;
    asked.channelId = (await parts.admin.channels.threadParent(target.channelId)) ?? target.channelId;
    const received = incoming.receive(inboxIdOf(target.eventId));
    const whole = await answer(first, embeds, message, botId).catch((error: unknown) => {
      received.leave();
      throw error;
    });
    if (whole) received.deal(() => handle(whole));
    else received.leave();
  };
}
