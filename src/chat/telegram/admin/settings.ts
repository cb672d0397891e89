/** `/settings`: with words after it a change, without any the panel. Rights are asked for each time. */
import type { Api } from 'grammy';
import type { Call, Core } from '../../../core/command.ts';
import type { Caller } from '../../../core/limits/access.ts';
import type { KeyValueStore } from '../../../core/ports.ts';
import type { Refusal } from '../../../core/refusals.ts';
import { HISTORY, SHOW } from '../../../core/settings/settings-parts.ts';
import type { Words } from '../../../words/index.ts';
import type { ACTIONS } from '../../actions.ts';
import { said as saying } from '../../page.ts';
import { refusedPage } from '../../pages.ts';
import { settingsAction } from '../../settings-action.ts';
import { PANEL_VERB } from '../../settings-panel.ts';
import { usageLine } from '../../settings-questions.ts';
import { isTrouble } from '../api.ts';
import { jobIdOf } from '../inbound/decide.ts';
import type { MessageRecord } from '../inbound/records.ts';
import { type DrawParts, drawFor } from '../inbound/speak.ts';
import type { Membership } from '../inbound/who.ts';
import { type Body, linesOf, messageOf } from '../render.ts';
import { readLocation } from '../target.ts';
import { ANONYMOUS_VERB } from './panel.ts';
import { usageOf } from './parts.ts';
import { readWords } from './read-words.ts';

export type SettingsParts = Omit<DrawParts, 'core'> & { api: Api; kv: KeyValueStore; who: Membership };

const DONE_FOR_MS = 3_600_000;
const LOCALE_KEPT_MS = 365 * 24 * 3_600_000;

/** The language of the admins, in which their log channel is told. */
export const localeKey = (spaceId: string): string => `admin-locale:${spaceId}`;

export type SettingsAnswers = {
  answer(said: MessageRecord, words: Words, core: Core): Promise<Body>;
  /** What the buttons of the panel do, pressed by somebody who speaks that language. */
  actions(locale: string): typeof ACTIONS;
};

export function createSettingsAnswers(parts: SettingsParts): SettingsAnswers {
  const { api, kv, people, who, commands } = parts;

  const noteLocale = async ({ requester }: Caller, locale: string): Promise<void> =>
    void (await kv.set(localeKey(requester.spaceId), locale, LOCALE_KEPT_MS));

  async function answer(said: MessageRecord, words: Words, core: Core): Promise<Body> {
    const call: Call = { ...(await who.fresh(said)), id: jobIdOf(said), options: {}, files: {} };
    const shut = await commands.settings.execute({ ...call, part: SHOW }, core);
    if (!shut.ok) return messageOf(words, refusedPage(words, shut.refusal));
    const read = await readWords(said, { find: people.find, chatNamed });
    switch (read.kind) {
      case 'stranger':
        return linesOf([words.t('settings.unknown-member', { name: read.name })]);
      case 'too-many':
        return messageOf(words, saying(usageLine(words, usageOf(read.part))));
      case 'wrong':
        return wrong(words, read.refusal, read.part);
      case 'call':
        if (read.part === SHOW || read.part === HISTORY) return run(said, words, { ...call, ...read }, core);
        if (read.location !== undefined) {
          const notTheirs = await refusalOfLocation(said, read.location, words);
          if (notTheirs) return linesOf([notTheirs]);
        }
        return once(said, words, async () => {
          await noteLocale(call, said.locale);
          return run(said, words, { ...call, ...read }, core);
        });
    }
  }

  async function run(
    said: MessageRecord,
    words: Words,
    call: Call & { part: string },
    core: Core,
  ): Promise<Body> {
    const done = await commands.settings.execute(call, core);
    if (!done.ok)
      return wrong(words, done.refusal, done.refusal.code === 'bad-option' ? call.part : undefined);
    const draw = drawFor({ ...parts, core }, said, words);
    return messageOf(words, await draw((facts) => commands.settings.show(words, done.value, facts)));
  }

  /**
   * A message that is read again, after a crash or because its answer could not be sent, changes nothing once more:
   * some changes undo themselves when they are made twice.
   */
  async function once(said: MessageRecord, { t }: Words, make: () => Promise<Body>): Promise<Body> {
    const key = `settings-done:${said.chatId}:${said.messageId}`;
    const before = await kv.get<{ body?: Body }>(key);
    if (before) return before.body ?? linesOf([t('told.trouble')]);
    await kv.set(key, {}, DONE_FOR_MS);
    try {
      const body = await make();
      await kv.set(key, { body }, DONE_FOR_MS);
      return body;
    } catch (error) {
      await kv.delete(key);
      throw error;
    }
  }

  /** Whoever names another chat must run that one too: else its members would read what is none of their business. */
  async function refusalOfLocation(
    said: MessageRecord,
    channel: string,
    { t }: Words,
  ): Promise<string | undefined> {
    const location = readLocation(channel);
    if (!location || location.chatId === said.chatId) return undefined;
    const { anonymousAdmin: _, ...person } = said;
    const there = await who.fresh({ ...person, chatId: location.chatId });
    return there.standing.moderator ? undefined : t('settings.not-yours');
  }

  async function chatNamed(name: string): Promise<number | undefined> {
    try {
      return (await api.getChat(name)).id;
    } catch (error) {
      if (isTrouble(error, 'network', 'flood')) throw error;
      return undefined;
    }
  }

  return {
    answer,
    actions(locale) {
      const onChange = (caller: Caller): Promise<void> => noteLocale(caller, locale);
      return {
        [PANEL_VERB]: settingsAction({ onChange }),
        [ANONYMOUS_VERB]: settingsAction({ onChange, refused: 'told.anonymous-admin' }),
      };
    },
  };
}

/** Why it can't be, and how it would be written. */
function wrong(words: Words, refusal: Refusal, part: string | undefined): Body {
  return messageOf(words, saying(words.refusal(refusal), ...(part ? [usageLine(words, usageOf(part))] : [])));
}
