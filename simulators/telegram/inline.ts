/** People who write the bot's name in front of a few letters, in any chat, and choose from what it offers. */
import { sendsVia } from './people.ts';
import type { InlineAnswer, InlineQuery, Sim } from './sim.ts';
import type { Message, MessageEntity, User } from './wire.ts';
import type { SimChat } from './world.ts';

type Asked = InlineQuery & { done: Promise<InlineAnswer> };
type Where = { chat?: SimChat; chatType?: string; offset?: string };

/**
 * Types `@bot query`. What the bot offers stands in it when it has come, or at once where Telegram still has an answer to
 * the same words: one that is not personal may be another person's. `chatType`: of a chat that the bot knows nothing of;
 * an empty one for an app that does not say.
 */
export function asksInline(
  sim: Sim,
  user: User,
  query: string,
  { chat, chatType = chat ? typeOf(chat) : 'private', offset = '' }: Where = {},
): Asked {
  if (!sim.me.supports_inline_queries) throw new Error('the bot has no inline mode: the app offers nothing');
  const { promise, resolve } = Promise.withResolvers<InlineAnswer>();
  const words = `${query}\n${offset}`;
  const asked: Asked = {
    id: String(5_600_000_000_000_000_000n + BigInt(sim.inline.size + 1) * 6_007n),
    at: sim.time.now(),
    words,
    user,
    answered(answer) {
      asked.answer = answer;
      resolve(answer);
    },
    done: promise,
  };
  const known = [...sim.inline.values()].findLast(
    (one) => one.words === words && (one.user.id === user.id || one.answer?.personal === false),
  );
  sim.inline.set(asked.id, asked);
  if (known?.answer && sim.time.now() < known.answer.until) asked.answered(known.answer);
  else
    sim.updates.push(
      {
        inline_query: {
          id: asked.id,
          from: user,
          query,
          offset,
          ...(chatType === '' ? {} : { chat_type: chatType as 'sender' }),
        },
      },
      `user ${user.id}`,
    );
  return asked;
}

/** In the bot's own chat the app says "sender". */
const typeOf = (chat: SimChat): string => (chat.type === 'private' ? 'sender' : chat.type);

/**
 * Sends one of the results, by its title: the message is the person's own, by way of the bot. `entities`: in the place of
 * what Telegram marks in it; nowhere is it said that commands are among that.
 */
export function picksInline(
  sim: Sim,
  { answer, user }: InlineQuery,
  chat: SimChat,
  title: string,
  how: { replyTo?: Message; entities?: MessageEntity[]; topic?: number } = {},
): Message {
  const result = answer?.results.find((one) => one.title === title);
  const titles = JSON.stringify(answer?.results.map((one) => one.title) ?? []);
  if (!result) throw new Error(`nothing is offered as "${title}", only ${titles}`);
  return sendsVia(sim, user, chat, { text: result.text, ...how });
}
