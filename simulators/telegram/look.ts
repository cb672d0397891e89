/** For tests: what lies in the chats, and waiting until it does. */

import { PATIENCE_MS } from '../../test/timeouts.ts';
import { wireOf } from './messages.ts';
import type { Message } from './wire.ts';
import type { SimChat, World } from './world.ts';

/** The messages of a chat as they stand now, oldest first. */
export const messagesIn = (chat: SimChat): Message[] => [...chat.messages.values()].map(wireOf);

/** What a message says, be it text or caption. */
export const textOf = (message: Message): string => message.text ?? message.caption ?? '';

/** The labels of a message's buttons, row by row. */
export const buttonsOf = (message: Message): string[][] =>
  (message.reply_markup?.inline_keyboard ?? []).map((row) => row.map(({ text }) => text));

/**
 * Waits until `condition` gives something that is not undefined, null or false, looking on every change. Rejects
 * after `timeoutMs`, saying what lies in the chats.
 */
export async function waitFor<T>(
  world: World,
  condition: () => T | undefined | null | false,
  { timeoutMs = PATIENCE_MS }: { timeoutMs?: number } = {},
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const look = () => {
    try {
      const found = condition();
      if (found !== undefined && found !== null && found !== false) resolve(found);
    } catch (error) {
      reject(error);
    }
  };
  const stop = world.onChange(look);
  const timer = setTimeout(
    () => reject(new Error(`waited in vain for ${condition}\n${summary(world)}`)),
    timeoutMs,
  );
  look();
  try {
    return await promise;
  } finally {
    stop();
    clearTimeout(timer);
  }
}

function summary(world: World): string {
  return [...world.chats.values()]
    .map((chat) => {
      const lines = messagesIn(chat).map((message) => {
        const who = message.from?.first_name ?? message.sender_chat?.id;
        return `  ${message.message_id} ${who}: ${textOf(message)} ${JSON.stringify(buttonsOf(message))}`;
      });
      return [`${chat.type} ${chat.title} (${chat.id})`, ...lines].join('\n');
    })
    .join('\n');
}
