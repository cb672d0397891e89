/** Messages to where they are wanted: through the chat's lane, to where the chat lives now. */
import type { Api, InputFile } from 'grammy';
import type { ForceReply, InlineKeyboardMarkup, Message } from 'grammy/types';
import type { Log } from '../../../core/ports.ts';
import { type GrammySignal, isTrouble } from '../api.ts';
import type { Text } from '../render.ts';
import type { TelegramTarget } from '../target.ts';
import { pause, type Timers } from '../timers.ts';
import type { Lanes } from './lanes.ts';
import type { MessageRef, Notes } from './notes.ts';
import { inSomeShape } from './shapes.ts';

/** Where a new message goes; with `messageId`, as a reply. */
export type Place = { chatId: number; threadId?: number | undefined; messageId?: number | undefined };
type Keyboard = InlineKeyboardMarkup | ForceReply;
export type Body = Text & { reply_markup?: Keyboard | undefined };
export type EditBody = Text & { reply_markup?: InlineKeyboardMarkup | undefined };

/** A picture or a file beside the words. */
export type AttachedFile = { as: 'photo' | 'document' | 'animation'; open(): InputFile };

/** The same as Telegram wants it. */
export type Address = {
  chat_id: number;
  message_thread_id?: number;
  reply_parameters?: { message_id: number; allow_sending_without_reply: true };
};

/** Waits before trying once more what surely did nothing, or what does no harm when done twice. */
const PAUSES_MS = [2_000, 10_000];

export type Post = ReturnType<typeof createPost>;
type Parts = {
  api: Api;
  lanes: Lanes;
  notes: Notes;
  log: Log;
  timers: Timers;
  /** Breaks off calls under way. */
  signal: GrammySignal;
  /** Nothing is waited for any more. */
  stopping: AbortSignal;
};

export function createPost({ api, lanes, notes, log, timers, signal, stopping }: Parts) {
  /** Sends one message. `send` is called again where the chat has moved or the topic is gone. */
  async function send<T>(
    place: Place,
    key: string,
    rank: 'video' | 'word',
    perform: (address: Address) => Promise<T>,
  ): Promise<T> {
    const movedTo = await notes.movedTo(place.chatId);
    const address = movedTo === undefined ? addressOf(place) : { chat_id: movedTo };
    return lanes.soon(address.chat_id, key, rank, async () => {
      try {
        return await inSomeTopic(address, perform);
      } catch (error) {
        if (!isTrouble(error, 'migrated') || error.migratedTo === undefined) throw error;
        await noteMove(address.chat_id, error.migratedTo);
        return perform({ chat_id: error.migratedTo });
      }
    });
  }

  /** Numbers of messages start over in a supergroup: those of the group name others there, or none. */
  async function noteMove(from: number, to: number): Promise<void> {
    log.info({ from, to }, 'a group became a supergroup');
    await notes.noteMove(from, to);
  }

  /** A text. Answers its message's id. Throws when it could not be said. */
  async function text(place: Place, key: string, body: Body): Promise<number> {
    const message = await retry(
      () =>
        send(place, key, 'word', (address) =>
          inSomeShape(log, body, (shape) =>
            api.raw.sendMessage({ ...address, ...shape, link_preview_options: QUIET }, signal),
          ),
        ),
      'never-sent',
    );
    return message.message_id;
  }

  /** A text under a picture or a file, as long as a caption may be. */
  async function attached(
    place: Place,
    key: string,
    { as, open }: AttachedFile,
    body: Body,
  ): Promise<number> {
    const message = await retry(
      () =>
        send(place, key, 'word', (address) =>
          inSomeShape<Keyboard, Message>(log, body, ({ text: caption, ...shape }) => {
            const words = { ...address, ...shape, caption };
            return as === 'photo'
              ? api.raw.sendPhoto({ ...words, photo: open() }, signal)
              : as === 'animation'
                ? api.raw.sendAnimation({ ...words, animation: open() }, signal)
                : api.raw.sendDocument({ ...words, document: open() }, signal);
          }),
        ),
      'never-sent',
    );
    return message.message_id;
  }

  /** Says something else in a message of ours; without a keyboard, its buttons go. `lost`: there is none to change. */
  async function edit({ chatId, messageId }: MessageRef, body: EditBody): Promise<'done' | 'lost'> {
    if ((await notes.movedTo(chatId)) !== undefined) return 'lost';
    try {
      const message = { chat_id: chatId, message_id: messageId };
      await inSomeShape(log, body, (shape) =>
        api.raw.editMessageText({ ...message, ...shape, link_preview_options: QUIET }, signal),
      );
    } catch (error) {
      if (isTrouble(error, 'not-modified')) return 'done';
      if (isTrouble(error, 'migrated') && error.migratedTo !== undefined)
        await noteMove(chatId, error.migratedTo);
      if (isTrouble(error, 'edit-lost', 'blocked', 'gone', 'migrated')) return 'lost';
      throw error;
    }
    return 'done';
  }

  /** An edit that must not be dropped. */
  function mustEdit(ref: MessageRef, body: EditBody): Promise<'done' | 'lost'> {
    return retry(() => lanes.soon(ref.chatId, keyOf(ref), 'word', () => edit(ref, body)), 'harmless');
  }

  async function retry<T>(run: () => Promise<T>, twice: 'harmless' | 'never-sent'): Promise<T> {
    for (const pauseMs of PAUSES_MS) {
      try {
        return await run();
      } catch (error) {
        if (!isTrouble(error, 'network') || (error.maybeDone && twice === 'never-sent')) throw error;
        await pause(timers, pauseMs, stopping);
      }
    }
    return run();
  }

  return { send, text, attached, edit, mustEdit };
}

/** Where the topic is closed or gone: in the chat itself, at last without a reply, which would go into that topic. */
async function inSomeTopic<T>(address: Address, perform: (address: Address) => Promise<T>): Promise<T> {
  const { message_thread_id, ...elsewhere } = address;
  const places = message_thread_id === undefined ? [] : [elsewhere, { chat_id: address.chat_id }];
  let sending = perform(address);
  for (const place of places) {
    sending = sending.catch((error: unknown) => {
      if (!isTrouble(error, 'no-topic')) throw error;
      return perform(place);
    });
  }
  return sending;
}

const QUIET = { is_disabled: true };

function addressOf({ chatId, threadId, messageId }: Place): Address {
  return {
    chat_id: chatId,
    ...(threadId === undefined ? {} : { message_thread_id: threadId }),
    ...(messageId === undefined
      ? {}
      : { reply_parameters: { message_id: messageId, allow_sending_without_reply: true } }),
  };
}

/** Edits of one message wait for each other. */
export const keyOf = ({ chatId, messageId }: MessageRef): string => `message:${chatId}:${messageId}`;

export type PostingPlace = 'chat' | 'private';

/** Where the member can be reached, the best first: where they asked, then in private. */
export function placesOf(target: TelegramTarget): (Place & { rung: PostingPlace })[] {
  const { chatId, threadId, messageId, userId } = target;
  const chat = { rung: 'chat' as const, chatId, threadId, messageId };
  if (userId === undefined || userId === chatId) return [chat];
  return [chat, { rung: 'private', chatId: userId }];
}

/** Nothing can be put there, now or soon. */
export const isClosed = (error: unknown): boolean => isTrouble(error, 'blocked', 'gone', 'no-topic');
