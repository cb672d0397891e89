/**
 * Telegram's Bot API over real HTTP, with the people in it:
 *
 *   await using telegram = await startTelegram();
 *   const ada = telegram.user({ first_name: 'Ada' });
 *   const chat = telegram.privateChat(ada);
 *   const asked = await telegram.sends(ada, chat, { photo: path, caption: '/animate' });
 *   const answer = await telegram.waitFor(() => telegram.replies(asked).at(-1));
 *   await telegram.press(ada, answer, 'Cancel').done;
 */
import { realTime, type SimTime } from '../sim-time.ts';
import { createFaults, type Fault } from './faults.ts';
import { createFiles } from './files.ts';
import { createFloods, type FloodLimits, USUAL_LIMITS } from './floods.ts';
import type { Call } from './journal.ts';
import type { MediaContent } from './media.ts';
import { changeMember } from './membership.ts';
import { wireOf } from './messages.ts';
import * as people from './people.ts';
import { loadSchemas } from './schemas.ts';
import { startServer } from './server.ts';
import type { Settings, Sim } from './sim.ts';
import { createUpdates } from './updates.ts';
import { createWebhook } from './webhook.ts';
import type { Message, Update, User, UserFromGetMe } from './wire.ts';
import { createWorld, type Member, type SimChat } from './world.ts';

export type { Content } from './people.ts';
export type { Message, SimChat, Update, User };

export type TelegramOptions = {
  port?: number;
  token?: string;
  time?: SimTime;
  bot?: { username?: string; first_name?: string };
  /** Privacy mode, on as it is for new bots: a group then shows the bot only what is meant for it. */
  privacy?: boolean;
  /** The server is a local one, as with `TELEGRAM_API_URL`: files come as paths and limits rise. */
  local?: boolean;
  /** Where addresses of the internet are found on this machine, by origin: for webhooks. */
  routes?: Record<string, string>;
} & Partial<Omit<Settings, 'local'>>;

export type GroupOptions = {
  title?: string;
  username?: string;
  type?: 'group' | 'supergroup';
  forum?: boolean;
  creator?: User;
  admins?: readonly User[];
  members?: readonly User[];
  /** `absent`: it was never there. */
  bot?: 'member' | 'administrator' | 'absent';
} & Partial<Pick<SimChat, 'hidesMembers' | 'schedulesVideos'>>;

export type Telegram = Awaited<ReturnType<typeof startTelegram>>;

export async function startTelegram(options: TelegramOptions = {}) {
  const { time = realTime(), token = '7000000001:AAsimulated-token_of-a-simulated-bot00' } = options;
  const bot: User & { username: string; is_bot: true } = {
    id: Number(token.split(':')[0]),
    is_bot: true,
    first_name: options.bot?.first_name ?? 'Strut',
    username: options.bot?.username ?? 'strut_sim_bot',
  };
  const me: UserFromGetMe = {
    ...bot,
    can_join_groups: true,
    can_read_all_group_messages: options.privacy === false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
    supports_join_request_queries: false,
  };
  const settings: Settings = {
    local: options.local ?? false,
    captionCommands: options.captionCommands ?? false,
    silentVideosBecomeAnimations: options.silentVideosBecomeAnimations ?? false,
  };
  const schemas = loadSchemas();
  const world = createWorld({ time, bot });
  const updates = createUpdates({ time });
  updates.onArrival(({ update }) => schemas?.update(update));
  const routes = new Map(Object.entries(options.routes ?? {}));
  const sim: Sim = {
    world,
    bot,
    me,
    time,
    settings,
    updates,
    files: await createFiles({ time, local: () => settings.local }),
    webhook: createWebhook({ time, updates, routes }),
    faults: createFaults(),
    floods: createFloods(time),
    presses: new Map(),
    commands: new Map(),
    about: new Map(),
    actions: [],
    loggedOut: false,
  };
  const server = await startServer({
    sim,
    token,
    port: options.port,
    schemas,
    otherwise: async (_, response) => void response.writeHead(404).end(),
  });

  function group(facts: GroupOptions = {}): SimChat {
    const { type = 'supergroup', creator, admins = [], members = [], bot: place = 'member' } = facts;
    const chat = world.addChat({
      type,
      title: facts.title ?? 'Dancers',
      forum: facts.forum ?? false,
      hidesMembers: facts.hidesMembers ?? false,
      schedulesVideos: facts.schedulesVideos ?? false,
      ...(facts.username === undefined ? {} : { username: facts.username }),
    });
    const all: Member[] = [
      ...members.map((user): Member => ({ user, status: 'member' })),
      ...admins.map((user): Member => ({ user, status: 'administrator' })),
      ...(creator ? [{ user: creator, status: 'creator' } satisfies Member] : []),
    ];
    for (const member of all) chat.members.set(member.user.id, member);
    if (place !== 'absent') {
      chat.members.set(bot.id, { user: bot, status: place });
      chat.openToBot = me.can_read_all_group_messages;
    }
    return chat;
  }

  function channel(facts: { title?: string; admins?: readonly User[]; discussion?: SimChat } = {}): SimChat {
    const chat = world.addChat({
      type: 'channel',
      title: facts.title ?? 'News',
      ...(facts.discussion ? { discussion: facts.discussion } : {}),
    });
    chat.members.set(bot.id, { user: bot, status: 'administrator' });
    for (const user of facts.admins ?? []) chat.members.set(user.id, { user, status: 'administrator' });
    return chat;
  }

  function messages(chat: SimChat): Message[] {
    return [...chat.messages.values()].map(wireOf);
  }

  /**
   * Waits until `condition` gives something that is not undefined, null or false, looking on every change. Rejects
   * after `timeoutMs`, saying what lies in the chats.
   */
  async function waitFor<T>(
    condition: () => T | undefined | null | false,
    { timeoutMs = 10_000 }: { timeoutMs?: number } = {},
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
      () => reject(new Error(`waited in vain for ${condition}\n${summary()}`)),
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

  function summary(): string {
    return [...world.chats.values()]
      .map((chat) => {
        const lines = messages(chat).map((message) => {
          const who = message.from?.first_name ?? message.sender_chat?.id;
          return `  ${message.message_id} ${who}: ${textOf(message)} ${JSON.stringify(buttonsOf(message))}`;
        });
        return [`${chat.type} ${chat.title} (${chat.id})`, ...lines].join('\n');
      })
      .join('\n');
  }

  return {
    apiUrl: server.url,
    token,
    bot,
    time,
    settings,
    world,
    files: sim.files,
    /** Every call that came, in order. */
    journal: server.journal,
    calls: (method: string): Call[] =>
      server.journal.filter((call) => call.method.toLowerCase() === method.toLowerCase()),
    /** What the bot showed to be doing. */
    actions: sim.actions,
    commands: sim.commands,
    deliveries: sim.webhook.deliveries,
    routes,

    user: (facts: Partial<User> = {}): User => world.addUser(facts),
    /** The chat of a person with the bot, which they have started unless told otherwise. */
    privateChat: (person: User, facts: { started?: boolean; blocked?: boolean } = {}): SimChat =>
      world.chats.get(person.id) ??
      world.addChat({ id: person.id, type: 'private', title: person.first_name, person, ...facts }),
    group,
    channel,

    sends: (user: User, chat: SimChat, content: people.Content) => people.sends(sim, user, chat, content),
    album: (
      user: User,
      chat: SimChat,
      items: readonly (MediaContent & { caption?: string })[],
      rest?: Parameters<typeof people.sendsAlbum>[4],
    ) => people.sendsAlbum(sim, user, chat, items, rest),
    edits: (message: Message, words: { text?: string; caption?: string }) =>
      people.edits(sim, message, words),
    deletes: (message: Message) => people.deletes(sim, message),
    forwards: (user: User, message: Message, chat: SimChat) => people.forwards(sim, user, message, chat),
    press: (user: User, message: Message, label: string, how?: { inaccessible?: boolean }) =>
      people.presses(sim, user, message, label, how),
    starts: (chat: SimChat) => people.starts(sim, chat),
    blocks: (chat: SimChat) => people.blocks(sim, chat),
    migrates: (chat: SimChat) => people.migrates(sim, chat),
    topic: (user: User, chat: SimChat, name: string) => people.opensTopic(sim, user, chat, name),
    /** Makes somebody, by default the bot, something else in a group; by default its creator does it. */
    becomes(chat: SimChat, status: Member['status'], { user = bot, by }: { user?: User; by?: User } = {}) {
      const creator = [...chat.members.values()].find((member) => member.status === 'creator');
      changeMember(sim, chat, by ?? creator?.user ?? user, { user, status });
    },

    messages,
    message: (message: Message): Message | undefined => {
      const found = people.find(sim, message);
      return found && wireOf(found);
    },
    /** The bot's messages in a chat. */
    said: (chat: SimChat): Message[] => messages(chat).filter(({ from }) => from?.id === bot.id),
    /** What the bot answered to a message. */
    replies(message: Message): Message[] {
      const chat = world.chats.get(message.chat.id);
      return (chat ? messages(chat) : []).filter(
        ({ from, reply_to_message }) =>
          from?.id === bot.id && reply_to_message?.message_id === message.message_id,
      );
    },
    waitFor,

    fault: (fault: Fault) => sim.faults.add(fault),
    /** Privacy mode, as BotFather switches it: groups that the bot is in already stay as they are. */
    setPrivacy(on: boolean) {
      me.can_read_all_group_messages = !on;
    },
    clearFaults: () => sim.faults.clear(),
    /** Limits how fast the bot may talk; `undefined` lifts them. */
    limitFloods: (limits: FloodLimits | undefined = USUAL_LIMITS) => sim.floods.limit(limits),
    liftFloods: () => sim.floods.limit(undefined),
    deliverTwice: (on = true) => updates.deliverTwice(on),
    /** Gives updates once more that were given before: the last one, or those that fit. */
    redeliver: (which?: (update: Update) => boolean) => updates.redeliver(which),
    /** Updates that nobody confirmed yet. */
    pending: (): Update[] => updates.pending().map(({ update }) => update),
    /** A raw update, for what the people here can't do. */
    pushes: (update: Omit<Update, 'update_id'>, lane = 'raw') => updates.push(update, lane),

    close,
    [Symbol.asyncDispose]: close,
  };

  async function close(): Promise<void> {
    await server.close();
    await sim.files.close();
  }
}

/** What a message says, be it text or caption. */
export const textOf = (message: Message): string => message.text ?? message.caption ?? '';

/** The labels of a message's buttons, row by row. */
export const buttonsOf = (message: Message): string[][] =>
  (message.reply_markup?.inline_keyboard ?? []).map((row) => row.map(({ text }) => text));
