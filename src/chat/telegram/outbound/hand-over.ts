/** One form of the video to one place: by Telegram's own name of the file where it has one, else by upload. */
import type { Api } from 'grammy';
import type { InlineKeyboardMarkup, Message } from 'grammy/types';
import type { Delivery } from '../../../core/chat-port.ts';
import type { Log } from '../../../core/ports.ts';
import type { Words } from '../../../words/index.ts';
import type { Page } from '../../page.ts';
import { type GrammySignal, isTrouble, TelegramTrouble } from '../api.ts';
import { CAPTION_LENGTH, messageOf, plainTextOf } from '../render.ts';
import type { Timers } from '../timers.ts';
import type { SentFile } from './notes.ts';
import type { Address } from './post.ts';
import { typedInstead } from './shapes.ts';
import { posterOf, thumbnailOf, uploadOf } from './upload.ts';

/** What a chat shows of an upload lasts 5 s. https://core.telegram.org/bots/api#sendchataction, read 2026-11-21. */
const ACTION_EVERY_MS = 4_500;

export type HandOver = {
  delivery: Delivery;
  page: Page & { title: string };
  speech: Words;
  /** Telegram has this file from us already. */
  known: SentFile | undefined;
};
export type SentMessage = { messageId: number; file?: SentFile };

type Parts = { api: Api; timers: Timers; log: Log; signal: GrammySignal };
/** One way to send it, the cheapest and the handsomest tried first. */
type SendMethod = () => Promise<Message>;

export function createHandOver({ api: { raw }, timers, log, signal }: Parts) {
  /** Goes on to the next way where Telegram finds fault with the message: what matters is the video. */
  async function handOver(address: Address, what: HandOver): Promise<SentMessage> {
    const [first, ...others] =
      what.delivery.form === 'link' ? linkWays(address, what) : videoWays(address, what);
    let sending = first();
    for (const way of others) {
      sending = sending.catch((error: unknown) => {
        if (!isTrouble(error, 'bad-request')) throw error;
        log.warn({ err: error }, 'Telegram found fault with a message');
        return way();
      });
    }
    return sentOf(await sending);
  }

  function videoWays(address: Address, what: HandOver): [SendMethod, ...SendMethod[]] {
    const { delivery, known } = what;
    if (delivery.form === 'link') throw new Error('a link is no video');
    const { video, path } = delivery;
    const shape = { width: video.width, height: video.height, duration: Math.round(video.durationMs / 1000) };
    const handsome = { ...address, ...trimmingsOf(what) };

    const again: SendMethod | undefined =
      known &&
      (() =>
        known.as === 'video'
          ? raw.sendVideo({ ...handsome, ...shape, video: known.fileId, supports_streaming: true }, signal)
          : raw.sendAnimation({ ...handsome, ...shape, animation: known.fileId }, signal));
    const upload = (trimmings: Address & Caption, withThumbnail: boolean): SendMethod => {
      return () =>
        whileShowing(address, async () => {
          const thumbnail = withThumbnail ? await thumbnailOf(delivery.poster) : undefined;
          const { file, complete } = uploadOf(path, 'video.mp4');
          // The video goes last: while it is not all read, the request is not all sent.
          const call = raw.sendVideo(
            {
              ...trimmings,
              ...shape,
              supports_streaming: true,
              ...(thumbnail ? { thumbnail } : {}),
              video: file,
            },
            signal,
          );
          return call.catch((error: unknown) => {
            throw complete() || !isTrouble(error) ? error : neverArrived(error);
          });
        });
    };
    const bare = plainCaptions(what).map((caption) => upload({ ...address, ...caption }, false));
    return again ? [again, upload(handsome, true), ...bare] : [upload(handsome, true), ...bare];
  }

  function linkWays(address: Address, what: HandOver): [SendMethod, ...SendMethod[]] {
    const { delivery } = what;
    if (delivery.form !== 'link') throw new Error('a video is no link');
    const { caption, ...trimmings } = trimmingsOf(what);
    const handsome: SendMethod = async () => {
      const photo = await posterOf(delivery.poster);
      return photo
        ? raw.sendPhoto({ ...address, caption, ...trimmings, photo }, signal)
        : raw.sendMessage({ ...address, text: caption, ...trimmings }, signal);
    };
    const bare = plainCaptions(what).map(({ caption, ...buttons }): SendMethod => {
      const text = `${caption}\n${delivery.link.url}`;
      return () => raw.sendMessage({ ...address, text, ...buttons }, signal);
    });
    return [handsome, ...bare];
  }

  /** Shows in the chat that a video is on its way, as long as it is. */
  async function whileShowing(
    { chat_id, message_thread_id }: Address,
    work: () => Promise<Message>,
  ): Promise<Message> {
    const where = message_thread_id === undefined ? { chat_id } : { chat_id, message_thread_id };
    let cancel = () => {};
    function show(): void {
      // Nobody misses it where it can't be shown.
      raw.sendChatAction({ ...where, action: 'upload_video' }, signal).catch(() => {});
      cancel = timers.after(ACTION_EVERY_MS, show);
    }
    show();
    try {
      return await work();
    } finally {
      cancel();
    }
  }

  return handOver;
}

type Caption = { caption: string; parse_mode?: 'HTML'; reply_markup?: InlineKeyboardMarkup };

function trimmingsOf({ page, speech }: HandOver): Caption {
  const { text, ...rest } = messageOf(speech, page, { max: CAPTION_LENGTH });
  return { caption: text, ...rest };
}

/** Its words with its buttons, then its words alone, with what can be typed in their place. */
function plainCaptions(what: HandOver): Omit<Caption, 'parse_mode'>[] {
  const { reply_markup } = trimmingsOf(what);
  const caption = plainTextOf(what.page, CAPTION_LENGTH);
  if (reply_markup === undefined) return [{ caption }];
  const typed = typedInstead(reply_markup).join('\n');
  const words = plainTextOf(what.page, CAPTION_LENGTH - typed.length - 1);
  return [{ caption, reply_markup }, { caption: `${words}\n${typed}`.trim() }];
}

/** A video without sound may come back as an animation, and a message that is yet to be re-encoded has the number 0. */
function sentOf({ message_id, video, animation }: Message): SentMessage {
  if (video) return { messageId: message_id, file: { fileId: video.file_id, as: 'video' } };
  if (animation) return { messageId: message_id, file: { fileId: animation.file_id, as: 'animation' } };
  return { messageId: message_id };
}

/** The connection broke before all of the file had been read: Telegram can't have made a message of it. */
function neverArrived({ method, kind, description, code }: TelegramTrouble): TelegramTrouble {
  return new TelegramTrouble({
    method,
    kind,
    description,
    maybeDone: false,
    ...(code === undefined ? {} : { code }),
  });
}
