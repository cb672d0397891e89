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
import { asksInline, picksInline } from './inline.ts';
import type { Call } from './journal.ts';
import { messagesIn, waitFor } from './look.ts';
import type { MediaContent } from './media.ts';
import { changeMember } from './membership.ts';
import { wireOf } from './messages.ts';
import { addChannel, addGroup, type ChannelOptions, type GroupOptions } from './new-places.ts';
import { createPage } from './page.ts';
import * as people from './people.ts';
import * as places from './places.ts';
import { presses } from './presses.ts';
import { loadSchemas } from './schemas.ts';
import { startServer } from './server.ts';
import type { Settings, Sim } from './sim.ts';
import { createUpdates } from './updates.ts';
import { createWebhook } from './webhook.ts';
import type { Message, Update, User, UserFromGetMe } from './wire.ts';
import { createWorld, type Member, type SimChat } from './world.ts';

export { buttonsOf, textOf } from './look.ts';
export type { Message, SimChat, Update, User };

export type TelegramOptions = {
  port?: number;
  token?: string;
  time?: SimTime;
  bot?: { username?: string; first_name?: string };
  /** Privacy mode, on as it is for new bots: a group then shows the bot only what is meant for it. */
  privacy?: boolean;
  /** Inline mode, off as it is for new bots. */
  inline?: boolean;
  /** The server is a local one, as with `TELEGRAM_API_URL`: files come as paths and limits rise. */
  local?: boolean;
  /** Where addresses of the internet are found on this machine, by origin: for webhooks. */
  routes?: Record<string, string>;
} & Partial<Omit<Settings, 'local'>>;

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
    supports_inline_queries: options.inline ?? false,
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
    webhook: createWebhook({ time, updates, routes, changed: world.changed }),
    faults: createFaults(),
    floods: createFloods(time),
    presses: new Map(),
    inline: new Map(),
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
    otherwise: createPage(sim),
  });

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
    group: (facts?: GroupOptions) => addGroup(sim, facts),
    channel: (facts?: ChannelOptions) => addChannel(sim, facts),

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
    press: (user: User, message: Message, label: string, how?: { inaccessible?: boolean; madeUp?: string }) =>
      presses(sim, user, message, label, how),
    asksInline: (user: User, query: string, where?: Parameters<typeof asksInline>[3]) =>
      asksInline(sim, user, query, where),
    picksInline: (
      asked: ReturnType<typeof asksInline>,
      chat: SimChat,
      title: string,
      how?: Parameters<typeof picksInline>[4],
    ) => picksInline(sim, asked, chat, title, how),
    starts: (chat: SimChat) => places.starts(sim, chat),
    blocks: (chat: SimChat) => places.blocks(sim, chat),
    migrates: (chat: SimChat) => places.migrates(sim, chat),
    topic: (user: User, chat: SimChat, name: string) => places.opensTopic(sim, user, chat, name),
    /** Makes somebody, by default the bot, something else in a group; by default its creator does it. */
    becomes(
      chat: SimChat,
      status: Member['status'],
      { user = bot, by, anonymous = false }: { user?: User; by?: User; anonymous?: boolean } = {},
    ) {
      const creator = [...chat.members.values()].find((member) => member.status === 'creator');
      changeMember(sim, chat, by ?? creator?.user ?? user, { user, status, anonymous });
    },
    changesTopic: (chat: SimChat, id: number, to: 'closed' | 'deleted') =>
      places.changesTopic(sim, chat, id, to),

    /** Oldest first, as they stand now. */
    messages: messagesIn,
    message: (message: Message): Message | undefined => {
      const found = people.find(sim, message);
      return found && wireOf(found);
    },
    /** The bot's messages in a chat. */
    said: (chat: SimChat): Message[] => messagesIn(chat).filter(({ from }) => from?.id === bot.id),
    /** What the bot answered to a message. */
    replies(message: Message): Message[] {
      const chat = world.chats.get(message.chat.id);
      return (chat ? messagesIn(chat) : []).filter(
        ({ from, reply_to_message }) =>
          from?.id === bot.id && reply_to_message?.message_id === message.message_id,
      );
    },
    /** Waits until `condition` gives something, looking on every change; rejects with what lies in the chats. */
    waitFor: <T>(condition: () => T | undefined | null | false, how?: { timeoutMs?: number }) =>
      waitFor(world, condition, how),

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
    sim.webhook.remove();
    await server.close();
    await sim.files.close();
  }
}
