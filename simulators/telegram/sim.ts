/** Everything the methods and the people of one simulator share. */
import type { SimTime } from '../sim-time.ts';
import type { Faults } from './faults.ts';
import type { Files } from './files.ts';
import type { Floods } from './floods.ts';
import type { Call, Upload } from './journal.ts';
import { wireOf } from './messages.ts';
import { isMeant, reachesBot } from './privacy.ts';
import type { Updates, UpdateType } from './updates.ts';
import type { Webhook } from './webhook.ts';
import type { BotCommand, Update, User, UserFromGetMe } from './wire.ts';
import type { FileEntry, World } from './world.ts';

export type Settings = {
  /** Files come as absolute paths, limits rise, webhooks may be plain HTTP. */
  local: boolean;
  /** A command in a caption gets through privacy mode. Nobody promises that it does. */
  captionCommands: boolean;
  /** A video without sound becomes an animation, as Telegram may do. */
  silentVideosBecomeAnimations: boolean;
};

/** What a person hears of a button that they pressed. */
export type PressAnswer = { text?: string; alert: boolean };
export type Press = { id: string; at: number; answered(answer: PressAnswer): void; answer?: PressAnswer };

/** What a person is offered to what they typed after the bot's name. `until`: so long Telegram gives it to others, too. */
export type InlineAnswer = {
  results: { title: string; description?: string; text: string }[];
  personal: boolean;
  until: number;
  nextOffset: string;
  button?: { text: string; start_parameter?: string | undefined };
};
export type InlineQuery = {
  id: string;
  at: number;
  words: string;
  user: User;
  answered(answer: InlineAnswer): void;
  answer?: InlineAnswer;
};

export type Sim = {
  world: World;
  /** As it stands in messages, and as it sees itself. */
  bot: User;
  me: UserFromGetMe;
  time: SimTime;
  files: Files;
  updates: Updates;
  webhook: Webhook;
  faults: Faults;
  floods: Floods;
  settings: Settings;
  presses: Map<string, Press>;
  inline: Map<string, InlineQuery>;
  /** By scope and language, as `setMyCommands` stores them. */
  commands: Map<string, BotCommand[]>;
  /** Name and descriptions of the bot, by method and language. */
  about: Map<string, string>;
  /** What the bot shows to be doing, newest last. */
  actions: { at: number; chatId: number; topic?: number; action: string }[];
  loggedOut: boolean;
};

/** One call under way. */
export type Request = { call: Call; signal: AbortSignal };
export type { Upload };

/** Tells the bot of a message, if it may see it. */
export function announce(sim: Sim, stored: FileEntry, type: UpdateType): void {
  stored.meant ||= isMeant(sim.bot, stored, sim.settings);
  if (!reachesBot(sim.bot, stored)) return;
  sim.updates.push({ [type]: wireOf(stored) } as Omit<Update, 'update_id'>, `chat ${stored.chat.id}`);
}
