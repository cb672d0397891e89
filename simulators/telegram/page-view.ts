/** What the page shows: everybody, every chat, the last messages of each. */
import { wireOf } from './messages.ts';
import type { Sim } from './sim.ts';
import type { BotCommand, Message, User } from './wire.ts';
import { isAdmin, isIn, type SimChat } from './world.ts';

const SHOWN_MESSAGES = 200;
/** A chat action fades after so long, or with the bot's next message. */
const ACTION_MS = 5_000;

type MessageView = Message & { reactions: string[]; silent: boolean; poster?: string };

export function snapshot(sim: Sim) {
  const chats = [...sim.world.chats.values()].filter(({ migratedTo }) => migratedTo === undefined);
  return {
    bot: sim.bot,
    people: [...sim.world.users.values()].filter(({ is_bot }) => !is_bot),
    chats: chats.map((chat) => ({
      id: chat.id,
      type: chat.type,
      title: chat.title,
      blocked: chat.blocked,
      started: chat.started,
      forum: chat.forum,
      topics: [...chat.topics.values()].filter(({ deleted }) => !deleted),
      people: peopleOf(chat),
      admins: peopleOf(chat).filter((id) => isAdmin(chat, id)),
      bot: chat.type === 'private' ? 'member' : (chat.members.get(sim.bot.id)?.status ?? 'left'),
      botName: sim.bot.username,
      hearsAll: chat.openToBot || isAdmin(chat, sim.bot.id),
      action: actionIn(sim, chat),
      commands: commandsIn(sim, chat),
      messages: [...chat.messages.values()].slice(-SHOWN_MESSAGES).map(
        (stored): MessageView => ({
          ...wireOf(stored),
          reactions: stored.reactions,
          silent: stored.silent,
          ...posterOf(sim, stored.message),
        }),
      ),
    })),
  };
}

/** The preview that the bot sent; one made up here would only hide the first picture. */
function posterOf(sim: Sim, { video, animation }: Message): { poster?: string } {
  const preview = sim.files.get((video ?? animation)?.thumbnail?.file_id ?? '');
  return preview?.name === undefined ? {} : { poster: `/_sim/file/${preview.id}` };
}

const peopleOf = (chat: SimChat): number[] =>
  chat.person
    ? [chat.person.id]
    : [...chat.members.values()]
        .filter(({ user }) => !user.is_bot && isIn(chat, user.id))
        .map(({ user }) => user.id);

function actionIn(sim: Sim, chat: SimChat): string | undefined {
  const last = sim.actions.findLast(({ chatId }) => chatId === chat.id);
  if (!last || last.at < sim.time.now() - ACTION_MS) return undefined;
  const said = [...chat.messages.values()].findLast(({ message }) => message.from?.id === sim.bot.id);
  return (said?.message.date ?? 0) * 1000 > last.at ? undefined : last.action;
}

/** By person, as each has a language: the narrowest scope that has commands for it, else for everybody. */
function commandsIn(sim: Sim, chat: SimChat): Record<string, BotCommand[]> {
  return Object.fromEntries(
    peopleOf(chat).map((id) => [id, commandsFor(sim, chat, sim.world.users.get(id)) ?? []]),
  );
}

function commandsFor(sim: Sim, chat: SimChat, person: User | undefined): BotCommand[] | undefined {
  if (!person) return undefined;
  const wide =
    chat.type === 'private'
      ? ['all_private_chats']
      : isAdmin(chat, person.id)
        ? ['all_chat_administrators', 'all_group_chats']
        : ['all_group_chats'];
  const near = [`chat_member ${chat.id} ${person.id}`];
  if (isAdmin(chat, person.id)) near.push(`chat_administrators ${chat.id}`);
  const scopes = [...near, `chat ${chat.id}`, ...wide, 'default'];
  return scopes
    .flatMap((scope) => [`${scope} ${person.language_code ?? ''}`, `${scope} `])
    .map((key) => sim.commands.get(key))
    .find((commands) => commands !== undefined);
}
