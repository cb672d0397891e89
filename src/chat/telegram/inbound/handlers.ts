/** Handlers for everything that comes in, one per kind of event. */
import type { Api } from 'grammy';
import type { Commands } from '../../../../commands/index.ts';
import type { Core } from '../../../core/command.ts';
import { createLocks } from '../../../core/locks.ts';
import type { Clock, Files, Inbox, KeyValueStore, Log } from '../../../core/ports.ts';
import { cut } from '../../../core/text.ts';
import { wordsFor } from '../../../words/index.ts';
import { runAction } from '../../actions.ts';
import type { ChatCommand } from '../../command.ts';
import { said as saying } from '../../page.ts';
import type { Requests } from '../../requests.ts';
import { samplesPage } from '../../samples.ts';
import type { People } from '../admin/people.ts';
import { createSettingsAnswers } from '../admin/settings.ts';
import type { Downloads } from '../download.ts';
import type { Outbound } from '../outbound/index.ts';
import { type Body, linesOf, readCallbackData } from '../render.ts';
import { lateItems } from './albums.ts';
import { answerCommand } from './commands.ts';
import { decide } from './decide.ts';
import { createExpected } from './expected.ts';
import { createHalves } from './halves.ts';
import type { Handlers } from './inlet.ts';
import { createInline } from './inline.ts';
import { greet } from './joined.ts';
import { askForHalf, askForVideo, ownActions } from './own-actions.ts';
import { ALERT_LENGTH, faceOf, pressOf, remove } from './press.ts';
import type { MessageRecord, Press, Request } from './records.ts';
import { Interrupted, runRequest } from './requests.ts';
import type { Talk } from './speak.ts';
import { sayPage } from './speak.ts';
import { besideThemselves, createWho, targetOf } from './who.ts';

export type HandlerParts = {
  api: Api;
  kv: KeyValueStore;
  clock: Clock;
  log: Log;
  outbound: Outbound;
  downloads: Downloads;
  inbox: Inbox;
  commands: Commands;
  files: Files;
  people: People;
  requests: Requests;
  core: Promise<Core>;
  privacyMode(): boolean | undefined;
  start(request: Request): Promise<void>;
  signal: AbortSignal;
};

/** The window of a pressed button waits no longer than this; what is said later is said in the chat. */
const ANSWER_WITHIN_MS = 2_500;

export function createHandlers(parts: HandlerParts): Handlers {
  const { api, kv, clock, log, outbound, inbox, commands, start, signal } = parts;
  const who = createWho({ api, kv, clock, log });
  const halves = createHalves(kv, clock);
  const expected = createExpected(kv);
  const locks = createLocks();
  const album = lateItems(kv);

  const talk: Talk = {
    async say(target, body) {
      const messageId = await outbound.say(target, body);
      // What could not be said because we stop is to be said after the next start.
      if (messageId === undefined && signal.aborted) throw new Interrupted();
      return messageId;
    },
    async edit(target, messageId, body) {
      const { reply_markup, ...text } = body;
      const keyboard = reply_markup && 'inline_keyboard' in reply_markup ? { reply_markup } : {};
      const message = { chatId: target.chatId, messageId };
      if (await outbound.edit(message, { ...text, ...keyboard })) return;
      await talk.say(target, body);
    },
    bind: outbound.bind,
    show: outbound.show,
  };

  const settings = createSettingsAnswers({ ...parts, who });
  const { sayWith } = outbound;
  const isForThemAlone = (name: string): boolean => {
    const known: Readonly<Record<string, ChatCommand>> = commands;
    return Object.hasOwn(known, name) && known[name]?.privately === true;
  };

  async function said(message: MessageRecord): Promise<void> {
    const words = wordsFor(message.locale);
    await parts.people.note(message);
    const say = (body: Body): Promise<unknown> => talk.say(targetOf(message), body);
    // One member's halves change one after the other, and what is decided on them with them.
    const place = `${message.chatId} ${message.userId ?? ''}`;
    const decision = await locks.run(place, async () => {
      const made = await decide(message, {
        halves,
        expected,
        tooLarge: parts.downloads.tooLarge,
        hasMotion,
      });
      if (made.do === 'request') await start(made.request);
      return made;
    });
    if (decision.do === 'say') await say(linesOf([words.t(decision.key)]));
    if (decision.do === 'too-large')
      await say(linesOf([words.t('told.file-too-big', { max: words.size(decision.maxBytes) })]));
    if (decision.do === 'samples')
      await sayPage({ talk, sayWith, log }, targetOf(message), words, samplesPage(words));
    if (decision.do === 'ask-half') await askForHalf(message, words, decision, { talk, expected });
    if (decision.do === 'ask-video') await askForVideo(message, words, { talk, expected });
    if (decision.do === 'refuse') await say(linesOf([words.refusal(decision.refusal)]));
    if (decision.do === 'command') {
      const core = await parts.core;
      if (decision.name === 'settings') return void (await say(await settings.answer(message, words, core)));
      const page = await answerCommand(message, words, decision, { ...parts, core, who });
      if (!page) return;
      const speech = { talk, sayWith, log };
      if (!isForThemAlone(decision.name)) return void (await sayPage(speech, targetOf(message), words, page));
      const alone = besideThemselves(targetOf(message));
      const there = alone && (await sayPage(speech, alone, words, page)) === 'done';
      if (!there) await say(linesOf([words.t('told.not-started')]));
    }
  }

  /** Also where several have it in their names: whoever means one of these is told which there are. */
  async function hasMotion(message: MessageRecord, name: string): Promise<boolean> {
    const { library } = await parts.core;
    const caller = await who.member(message);
    if (library.closed(caller)) return false;
    const found = await library.find(caller, 'motion', name);
    return found.ok || found.refusal.code === 'several-items';
  }

  async function pressed(press: Press): Promise<void> {
    const core = await parts.core;
    const words = wordsFor(press.locale);
    const again = press.begun === true;
    press.begun = true;
    /** Whether it was this call that answered: there is one answer to a press, however often it is tried. */
    async function answer(text?: string): Promise<boolean> {
      if (press.answered) return false;
      press.answered = true;
      await answerPress(press, text);
      return true;
    }
    const timer = setTimeout(() => void answer(), ANSWER_WITHIN_MS);
    try {
      const action = readCallbackData(press.data);
      const maxBytes = outbound.uploadLimitBytes();
      const pressParts = { ...parts, core, who, talk, sayWith, answer, maxBytes };
      const face = faceOf(press, words, pressParts);
      if (!action) return void (await face.aside(saying(words.t('told.too-old'))));
      const tools = { core, commands, requests: parts.requests, files: parts.files };
      await runAction(pressOf(press, { ...action, again }, words, pressParts), face, tools, {
        ...ownActions(press, words, { talk, expected, start }),
        ...settings.actions(press.locale),
      });
    } finally {
      clearTimeout(timer);
      // Also before it is tried again: the button must not look stuck.
      await answer();
    }
  }

  async function answerPress({ pressId }: Press, text?: string): Promise<void> {
    const shown = text && cut(text, ALERT_LENGTH);
    await api
      .answerCallbackQuery(pressId, shown === undefined ? {} : { text: shown, show_alert: true })
      .catch(
        // Too late, or not reachable: the press itself counts all the same.
        (error: unknown) => log.debug({ err: error }, 'a press could not be answered'),
      );
  }

  return {
    said,
    album,
    inline: createInline({ ...parts, who }),
    request: async (id, request) =>
      runRequest(id, request, {
        core: await parts.core,
        commands,
        downloads: parts.downloads,
        inbox,
        talk,
        who,
        people: parts.people,
        files: parts.files,
        sayWith,
        log,
        privacyMode: parts.privacyMode,
        remove: (chatId, messageId) => remove(api, chatId, messageId),
        signal,
      }),
    async other(record) {
      if (record.kind === 'press') return pressed(record);
      if (record.kind === 'moved') return who.moved(record.from, record.to);
      return greet(record, { api, core: await parts.core, who, talk });
    },
    async gaveUp(record) {
      if (record.kind === 'moved' || record.kind === 'joined') return;
      const body = linesOf([wordsFor(record.locale).t('told.trouble')]);
      if (record.kind === 'request' && record.statusId !== undefined)
        await talk.edit(targetOf(record), record.statusId, body);
      else await talk.say(targetOf(record), body);
    },
  };
}
