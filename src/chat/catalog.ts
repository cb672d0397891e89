/**
 * The chats that Strut knows. A chat is a folder here and a line in this list; everything else that names chats reads
 * it. The page is none of them: it is always there, and the operator's own.
 */
import { PAGE } from '../core/job/job.ts';
import type { AllSettings, Setting, Values } from '../environment.ts';
import { discord } from './discord/module.ts';
import { telegram } from './telegram/module.ts';

export const CHATS = [discord, telegram] as const;

/** Where a job on record may come from. */
export const PLATFORMS: readonly string[] = [PAGE, ...CHATS.map(({ platform }) => platform)];

type ChatSettings = AllSettings<(typeof CHATS)[number]>;
/** What the environment says of the chats, once it was read. */
export type ChatValues = Values<ChatSettings>;

/** Every setting of every chat, by the name of its variable. */
export const CHAT_SETTINGS: Record<keyof ChatSettings, Setting> = Object.assign(
  {},
  ...CHATS.map(({ settings }) => settings),
);
