/**
 * Inline mode: whoever writes the bot's name and a few letters, in any chat, is offered their own motions; the one that they
 * choose stands in the chat as `/animate` with its name. In which chat is not told, so nothing that belongs to one is
 * offered, and a result holds no file.
 */
import type { Api } from 'grammy';
import type { InlineQueryResultArticle, InlineQueryResultsButton } from 'grammy/types';
import type { Core } from '../../../core/command.ts';
import type { ListedItem } from '../../../core/library/library.ts';
import type { Clock, Log } from '../../../core/ports.ts';
import { clean } from '../../../core/text.ts';
import { type WordKey, type Words, wordsFor } from '../../../words/index.ts';
import { factsText } from '../../../words/library.ts';
import { Recent } from '../../recent.ts';
import { isTrouble } from '../api.ts';
import { SHOW_MOTIONS } from './commands.ts';
import type { Bot } from './read.ts';
import type { Membership } from './who.ts';
import type { WireInlineQuery } from './wire.ts';

/** So many Telegram takes with one answer; who scrolls asks for more. */
const AT_ONCE = 50;
/** Short, as what was just kept or removed is to be seen. */
const CACHED_S = 5;
/** Faster than anybody types. */
const MOST = { queries: 30, withinMs: 10_000 };
const KNOWN_MEMBERS = 1_000;
/** Kinds of chats that the bot is in: of two people's own, and of a channel, it hears nothing. */
const HEARD: readonly string[] = ['sender', 'group', 'supergroup'];

type Answer = { results: InlineQueryResultArticle[]; next?: string; button?: InlineQueryResultsButton };

export function createInline({
  api,
  core,
  who,
  clock,
  log,
}: {
  api: Api;
  core: Promise<Core>;
  who: Pick<Membership, 'member'>;
  clock: Clock;
  log: Log;
}): (query: WireInlineQuery, bot: Bot) => Promise<void> {
  const asked = new Recent<number, { since: number; count: number }>(KNOWN_MEMBERS);

  function isTooFast(memberId: number): boolean {
    const now = clock.now();
    const before = asked.get(memberId);
    const isOver = !before || now - before.since >= MOST.withinMs;
    const { since, count } = isOver ? { since: now, count: 0 } : before;
    asked.set(memberId, { since, count: count + 1 });
    return count >= MOST.queries;
  }

  async function answerTo({ from, query, offset, chat_type }: WireInlineQuery, bot: Bot): Promise<Answer> {
    const words = wordsFor(from.language_code ?? 'en');
    if (chat_type !== undefined && !HEARD.includes(chat_type))
      return saying(words, 'library.inline-elsewhere');
    const { library } = await core;
    // As in their own chat with the bot, where nobody else has anything. Whether they may use it there says nothing of here.
    const locale = from.language_code ?? 'en';
    const caller = await who.member({
      chatId: from.id,
      chatType: 'private',
      messageId: 0,
      userId: from.id,
      locale,
    });
    const typed = clean(query);
    const found = await library.list(caller, { kind: 'motion', typed, ownAnywhere: true });
    const mine = found.ok ? found.value : [];
    if (mine.length === 0)
      return saying(words, typed.trim() === '' ? 'library.inline-none' : 'library.inline-no-match');
    const start = /^\d{1,4}$/.test(offset) ? Number(offset) : 0;
    const isPrivate = chat_type === 'sender';
    return {
      results: mine.slice(start, start + AT_ONCE).map((one) => resultOf(words, one, bot, isPrivate)),
      ...(mine.length > start + AT_ONCE ? { next: String(start + AT_ONCE) } : {}),
    };
  }

  return async (query, bot) => {
    try {
      if (query.from.is_bot || isTooFast(query.from.id)) return;
      const { results, next = '', button } = await answerTo(query, bot);
      await api.answerInlineQuery(query.id, results, {
        // Without it, whoever types the same would be shown another member's.
        is_personal: true,
        cache_time: CACHED_S,
        next_offset: next,
        ...(button ? { button } : {}),
      });
    } catch (err) {
      // Too late, or not reachable: they go on typing, or ask again.
      if (isTrouble(err)) log.debug({ err }, 'an inline query could not be answered');
      else log.warn({ err }, 'an inline query could not be answered');
    }
  };
}

/** `isPrivate`: its price is that of this chat; of another the bot does not know what it costs there. */
function resultOf(words: Words, listed: ListedItem, bot: Bot, isPrivate: boolean): InlineQueryResultArticle {
  const { micros, ...unpriced } = listed;
  return {
    type: 'article',
    id: listed.item.id,
    title: listed.item.name,
    description: factsText(words, isPrivate ? listed : unpriced),
    input_message_content: { message_text: `/animate@${bot.username} ${wishFor(listed.item.name)}` },
  };
}

/** As it is written by hand. A name with quotes in it can only follow the command as it is. */
const wishFor = (name: string): string => (/["“”„«»]/.test(name) ? name : `motion="${name}"`);

/** A button above the results, which opens the chat with the bot and shows how motions are kept. */
const saying = ({ t }: Words, key: WordKey): Answer => ({
  results: [],
  button: { text: t(key), start_parameter: SHOW_MOTIONS },
});
