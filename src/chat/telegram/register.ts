/** What Telegram's apps show of the bot before it says a word: its commands and what it is, in each language. */
import { createHash } from 'node:crypto';
import type { Api } from 'grammy';
import type { BotCommand, LanguageCode } from 'grammy/types';
import type { Commands } from '../../../commands/index.ts';
import type { KeyValueStore, Log } from '../../core/ports.ts';
import { cut } from '../../core/text.ts';
import { LOCALES, type WordKey, wordsFor } from '../../words/index.ts';
import { namesFor } from '../command.ts';

const SHELF_KEY = 'registered';
/** https://core.telegram.org/bots/api#setmydescription and the methods beside it, read 2026-11-21. */
const DESCRIPTION_LENGTH = 512;
const SHORT_DESCRIPTION_LENGTH = 120;
const COMMAND_DESCRIPTION_LENGTH = 256;

/** Who is shown which commands, in the order of the list. */
function scopesOf(commands: Commands) {
  const forMembers = namesFor(commands, 'members');
  return [
    { type: 'all_private_chats', names: [...forMembers, 'start'] },
    { type: 'all_group_chats', names: forMembers },
    { type: 'all_chat_administrators', names: [...forMembers, ...namesFor(commands, 'admins')] },
  ] as const;
}

/** Only shows: what a member may do is looked up when they do it. Asks Telegram nothing where nothing has changed. */
export async function register(api: Api, commands: Commands, kv: KeyValueStore, log: Log): Promise<void> {
  const all = scopesOf(commands);
  const wanted = LOCALES.map((locale: string) => {
    const { t } = wordsFor(locale);
    const described = (name: string): BotCommand => ({
      command: name,
      description: cut(t(`command.${name}.description` as WordKey), COMMAND_DESCRIPTION_LENGTH),
    });
    return {
      language: languageOf(locale),
      description: cut(t('help.intro'), DESCRIPTION_LENGTH),
      short: cut(t('command.animate.description'), SHORT_DESCRIPTION_LENGTH),
      scopes: all.map(({ type, names }) => ({ type, commands: names.map(described) })),
    };
  });
  const hash = createHash('sha256').update(JSON.stringify(wanted)).digest('hex');
  if ((await kv.get(SHELF_KEY)) === hash) return;
  for (const { language, description, short, scopes } of wanted) {
    for (const { type, commands } of scopes)
      await api.raw.setMyCommands({ commands, scope: { type }, ...language });
    await api.raw.setMyDescription({ description, ...language });
    await api.raw.setMyShortDescription({ short_description: short, ...language });
  }
  await kv.set(SHELF_KEY, hash);
  log.info({ languages: LOCALES.length }, 'telegram: commands and descriptions are set');
}

/** Our locales begin with Telegram's two letters. English has none: it is for everybody without a language of ours. */
const languageOf = (locale: string): { language_code?: LanguageCode } =>
  locale === 'en' ? {} : { language_code: locale.slice(0, 2) as LanguageCode };
