/** Finds what a call is about, or refuses as Telegram does. */
import { badRequest, forbidden } from './errors.ts';
import type { Sim } from './sim.ts';
import { type FileEntry, isAdmin, type SimChat } from './world.ts';

const KINDS = { group: 'group', supergroup: 'supergroup', channel: 'channel', private: 'private' } as const;

/** A chat that the bot knows and is in. Throws 400 or 403. */
export function chatFor(sim: Sim, id: number | string): SimChat {
  const chat =
    typeof id === 'number'
      ? sim.world.chats.get(id)
      : [...sim.world.chats.values()].find(({ username }) => `@${username}` === id);
  if (!chat) {
    if (typeof id === 'number' && sim.world.users.has(id) && id !== sim.bot.id)
      throw forbidden("bot can't initiate conversation with a user");
    throw badRequest('chat not found');
  }
  if (chat.migratedTo !== undefined)
    throw badRequest('group chat was upgraded to a supergroup chat', {
      migrate_to_chat_id: chat.migratedTo,
    });
  if (chat.type === 'private') {
    if (!chat.started) throw forbidden("bot can't initiate conversation with a user");
    return chat;
  }
  const status = chat.members.get(sim.bot.id)?.status;
  const kind = KINDS[chat.type];
  if (status === 'kicked') throw forbidden(`bot was kicked from the ${kind} chat`);
  if (status === undefined) throw badRequest('chat not found');
  if (status === 'left') throw forbidden(`bot is not a member of the ${kind} chat`);
  return chat;
}

/** A chat that the bot may write to. */
export function writableChat(sim: Sim, id: number | string, kind: 'text' | 'media'): SimChat {
  const chat = chatFor(sim, id);
  if (chat.blocked) throw forbidden('bot was blocked by the user');
  if (chat.type === 'channel' && !isAdmin(chat, sim.bot.id))
    throw badRequest('need administrator rights in the channel chat');
  if (chat.forbids.has(kind) && !isAdmin(chat, sim.bot.id)) {
    const what = kind === 'text' ? 'text messages' : 'media messages';
    throw badRequest(`not enough rights to send ${what} to the chat`);
  }
  return chat;
}

/** One of the bot's own messages, to be edited. */
export function editable(sim: Sim, chat: SimChat, messageId: number): FileEntry {
  const stored = chat.messages.get(messageId);
  if (!stored) throw badRequest('message to edit not found');
  const own = stored.message.from?.id === sim.bot.id || chat.type === 'channel';
  if (!own || stored.message.forward_origin) throw badRequest("message can't be edited");
  return stored;
}

/** Checks that the topic is there and open. */
export function checkTopic(sim: Sim, chat: SimChat, topicId: number | undefined): void {
  if (topicId === undefined) return;
  const topic = chat.topics.get(topicId);
  if (!topic || topic.deleted) throw badRequest('message thread not found');
  if (topic.closed && !isAdmin(chat, sim.bot.id)) throw badRequest('TOPIC_CLOSED');
}
