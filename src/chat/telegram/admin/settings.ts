/** `/settings`: with words after it a change, without any the panel. Rights are asked for each time. */
import type { Api } from 'grammy';
import type { Commands } from '../../../../commands/index.ts';
import type { Call, Core } from '../../../core/command.ts';
import type { KeyValueStore } from '../../../core/ports.ts';
import type { Refusal } from '../../../core/refusals.ts';
import { HISTORY, SHOW } from '../../../core/settings/settings-parts.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { changedLines, historyLines } from '../../../words/settings.ts';
import { said as saying } from '../../page.ts';
import {
  panelWithQuestions,
  type QuestionFacts,
  questionPage,
  usageLine,
  wantedByAnswer,
} from '../../settings-questions.ts';
import { isTrouble } from '../api.ts';
import { jobIdOf } from '../inbound/decide.ts';
import type { PressHandler } from '../inbound/press-handlers.ts';
import type { MessageRecord, Place } from '../inbound/records.ts';
import type { Talk } from '../inbound/talk.ts';
import { type Membership, targetOf } from '../inbound/who.ts';
import { type Body, linesOf } from '../render.ts';
import { readLocation } from './location.ts';
import { bodyOf, placeFacts } from './panel.ts';
import { usageOf } from './parts.ts';
import type { People } from './people.ts';
import { readWords } from './read-words.ts';

export type SettingsParts = {
  api: Api;
  kv: KeyValueStore;
  people: People;
  who: Membership;
  talk: Talk;
  settings: Commands['settings'];
};

/** Of panels that an earlier version posted. */
const OLD_CODES: ReadonlyMap<string, string> = new Map([['log', 'log-channel']]);

const DONE_FOR_MS = 3_600_000;
const LOCALE_KEPT_MS = 365 * 24 * 3_600_000;

/** The language of the admins, in which their log channel is told. */
export const localeKey = (spaceId: string): string => `admin-locale:${spaceId}`;

type Facts = Omit<QuestionFacts, 'naming'>;

export type SettingsAnswers = {
  answer(said: MessageRecord, core: Core): Promise<Body>;
  pressed: { known: PressHandler; anonymous: PressHandler };
};

export function createSettingsAnswers(parts: SettingsParts): SettingsAnswers {
  const { api, kv, people, who, talk, settings } = parts;

  async function callOf(place: Place, id: string): Promise<Call> {
    return { ...(await who.fresh(place)), id, options: {}, files: {} };
  }

  /** Everything in force, or why this caller may not see it. */
  async function panelFacts(place: Place, call: Call, core: Core): Promise<Facts | { refused: string }> {
    const words = wordsFor(place.locale);
    const outcome = await settings.execute({ ...call, part: SHOW }, core);
    if (!outcome.ok) return { refused: words.refusal(outcome.refusal) };
    if (outcome.value.kind !== 'settings') throw new Error('/settings shows something else');
    const { settings: inForce, own } = outcome.value;
    return { words, settings: inForce, own, ...placeFacts(place, own) };
  }

  const draw = (
    place: Place,
    { t }: Words,
    write: (naming: QuestionFacts['naming']) => Body,
  ): Promise<Body> => people.named(place.chatId, t('settings.anonymous-admin'), write);

  async function answer(said: MessageRecord, core: Core): Promise<Body> {
    const call = await callOf(said, jobIdOf(said));
    const facts = await panelFacts(said, call, core);
    if ('refused' in facts) return linesOf([facts.refused]);
    const { words } = facts;
    const read = await readWords(said, { find: people.find, chatNamed });
    switch (read.kind) {
      case 'stranger':
        return linesOf([words.t('settings.unknown-member', { name: read.name })]);
      case 'too-many':
        return bodyOf(saying(usageLine(words, usageOf(read.part))));
      case 'wrong':
        return wrong(words, read.refusal, read.part);
      case 'call':
        if (read.part === SHOW)
          return draw(said, words, (naming) =>
            bodyOf(panelWithQuestions({ ...facts, naming }), said.anonymousAdmin),
          );
        if (read.part === HISTORY) return history(said, call, core, words);
        if (read.location !== undefined) {
          const notTheirs = await refusalOfLocation(said, read.location, words);
          if (notTheirs) return linesOf([notTheirs]);
        }
        return once(said, () => change(said, { ...call, ...read }, core, words));
    }
  }

  async function history(said: MessageRecord, call: Call, core: Core, words: Words): Promise<Body> {
    const outcome = await settings.execute({ ...call, part: HISTORY }, core);
    if (!outcome.ok) return linesOf([words.refusal(outcome.refusal)]);
    const entries = outcome.value.kind === 'history' ? outcome.value.entries : [];
    const { timeZone } = core.settings.of(call.requester.spaceId);
    return draw(said, words, (naming) =>
      linesOf([words.t('settings.history'), ...historyLines(words, entries, naming, timeZone)]),
    );
  }

  async function change(
    said: MessageRecord,
    call: Call & { part: string },
    core: Core,
    words: Words,
  ): Promise<Body> {
    await kv.set(localeKey(call.requester.spaceId), said.locale, LOCALE_KEPT_MS);
    const outcome = await settings.execute(call, core);
    if (!outcome.ok) {
      const { refusal } = outcome;
      return wrong(words, refusal, refusal.code === 'bad-option' ? call.part : undefined);
    }
    const entries = outcome.value.kind === 'changed' ? outcome.value.entries : [];
    return draw(said, words, (naming) => linesOf(changedLines(words, entries, naming)));
  }

  /**
   * A message that is read again, after a crash or because its answer could not be sent, changes nothing once more:
   * some changes undo themselves when they are made twice.
   */
  async function once(said: MessageRecord, make: () => Promise<Body>): Promise<Body> {
    const key = `settings-done:${said.chatId}:${said.messageId}`;
    const before = await kv.get<{ body?: Body }>(key);
    if (before) return before.body ?? linesOf([wordsFor(said.locale).t('told.trouble')]);
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

  const pressed =
    (anonymous: boolean): PressHandler =>
    async ({ press, words, code: pressedCode, arg }, { core }) => {
      const code = OLD_CODES.get(pressedCode) ?? pressedCode;
      const call = await callOf(press, press.pressId);
      let facts = await panelFacts(press, call, core);
      if ('refused' in facts) return anonymous ? words.t('told.anonymous-admin') : facts.refused;
      const wanted = wantedByAnswer({ code, arg }, facts);
      if (wanted) {
        await kv.set(localeKey(call.requester.spaceId), press.locale, LOCALE_KEPT_MS);
        for (const { part, texts } of wanted) {
          const outcome = await settings.execute({ ...call, part, options: texts }, core);
          if (!outcome.ok) return words.refusal(outcome.refusal);
        }
        facts = await panelFacts(press, call, core);
        if ('refused' in facts) return facts.refused;
      }
      const known = facts;
      // Back to everything once something is chosen, so that it is seen at once.
      const body = await draw(press, words, (naming) => {
        const page = wanted ? undefined : questionPage({ ...known, naming }, code);
        return bodyOf(page ?? panelWithQuestions({ ...known, naming }), anonymous);
      });
      if (press.ofMessage) await talk.edit(targetOf(press), press.messageId, body);
      else await talk.say(targetOf(press), body);
      return undefined;
    };

  return { answer, pressed: { known: pressed(false), anonymous: pressed(true) } };
}

/** Why it can't be, and how it would be written. */
function wrong(words: Words, refusal: Refusal, part: string | undefined): Body {
  return bodyOf(saying(words.refusal(refusal), ...(part ? [usageLine(words, usageOf(part))] : [])));
}
