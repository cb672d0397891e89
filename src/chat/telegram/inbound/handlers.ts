/** What is done about each thing that came in. */
import type { Api } from 'grammy';
import type { Commands, Core } from '../../../core/command.ts';
import { createLocks } from '../../../core/locks.ts';
import type { Clock, Files, Inbox, Log, Shelf } from '../../../core/ports.ts';
import { cut } from '../../../core/text.ts';
import { wordsFor } from '../../../words/index.ts';
import type { ApprovalNotes } from '../admin/approvals.ts';
import { createAdmin } from '../admin/index.ts';
import type { People } from '../admin/people.ts';
import { isTrouble } from '../api.ts';
import type { Downloads } from '../download.ts';
import type { Outbound } from '../outbound/index.ts';
import { linesOf } from '../render.ts';
import type { Body } from '../views.ts';
import { answerCommand } from './commands.ts';
import { decide } from './decide.ts';
import { createExpected } from './expected.ts';
import { createHalves } from './halves.ts';
import type { Handlers } from './inlet.ts';
import { greet } from './joined.ts';
import { lateItems } from './late.ts';
import { runPress } from './presses.ts';
import type { Press, Request, Said } from './records.ts';
import { Interrupted, runRequest } from './requests.ts';
import type { Talk } from './talk.ts';
import { createWho, targetOf } from './who.ts';

export type HandlerParts = {
  api: Api;
  shelf: Shelf;
  clock: Clock;
  log: Log;
  outbound: Outbound;
  downloads: Downloads;
  inbox: Inbox;
  commands: Commands;
  files: Files;
  people: People;
  notes: ApprovalNotes;
  core: Promise<Core>;
  privacyMode(): boolean | undefined;
  start(request: Request): Promise<void>;
  signal: AbortSignal;
};

/** The window of a pressed button waits no longer than this; what is said later is said in the chat. */
const ANSWER_WITHIN_MS = 2_500;
/** https://core.telegram.org/bots/api#answercallbackquery, read 2026-11-21. */
const ALERT_LENGTH = 200;

export function createHandlers(parts: HandlerParts): Handlers {
  const { api, shelf, clock, log, outbound, inbox, commands, start, signal } = parts;
  const who = createWho({ api, shelf, clock, log });
  const halves = createHalves(shelf, clock);
  const expected = createExpected(shelf);
  const locks = createLocks();
  const album = lateItems(shelf);

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

  const admin = createAdmin({ ...parts, who, talk, sayWith: outbound.sayWith });

  /** Whether the message is there no more. */
  async function remove(chatId: number, messageId: number): Promise<boolean> {
    try {
      return await api.deleteMessage(chatId, messageId);
    } catch (error) {
      if (isTrouble(error, 'network', 'flood')) throw error;
      // As when it was taken away just before a crash.
      return isTrouble(error) && error.description.includes('message to delete not found');
    }
  }

  async function said(message: Said): Promise<void> {
    const words = wordsFor(message.locale);
    await parts.people.note(message);
    const say = (body: Body): Promise<unknown> => talk.say(targetOf(message), body);
    // One member's halves change one after the other, and what is decided on them with them.
    const place = `${message.chatId} ${message.userId ?? ''}`;
    const decision = await locks.run(place, async () => {
      const made = await decide(message, { halves, expected, tooLarge: parts.downloads.tooLarge });
      if (made.do === 'request') await start(made.request);
      return made;
    });
    if (decision.do === 'say') await say(linesOf([words.t(decision.key)]));
    if (decision.do === 'too-large')
      await say(linesOf([words.t('told.file-too-big', { max: words.size(decision.maxBytes) })]));
    if (decision.do === 'refuse') await say(linesOf([words.refusal(decision.refusal)]));
    if (decision.do === 'command') {
      const core = await parts.core;
      const forAdmins = admin.answers.get(decision.name);
      if (forAdmins) {
        const body = await forAdmins(message, core);
        return void (body && (await say(body)));
      }
      const body = await answerCommand(message, decision.name, decision.text, {
        core,
        commands,
        who,
        privacyMode: parts.privacyMode,
      });
      if (body) await say(body);
    }
  }

  async function pressed(press: Press): Promise<void> {
    const core = await parts.core;
    /** Whether it was this call that answered: there is one answer to a press, however often its deed is tried. */
    async function answer(text?: string): Promise<boolean> {
      if (press.answered) return false;
      press.answered = true;
      await answerPress(press, text);
      return true;
    }
    const timer = setTimeout(() => void answer(), ANSWER_WITHIN_MS);
    try {
      const heard = await runPress(press, {
        core,
        commands,
        who,
        talk,
        expected,
        shelf,
        start,
        remove,
        more: admin.deeds,
      });
      const inWindow = await answer(heard);
      if (heard !== undefined && !inWindow) await talk.say(targetOf(press), linesOf([heard]));
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
    request: async (id, request) =>
      runRequest(id, request, {
        core: await parts.core,
        commands,
        downloads: parts.downloads,
        inbox,
        talk,
        who,
        remove,
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
