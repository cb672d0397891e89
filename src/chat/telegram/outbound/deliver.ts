/** The finished video to its member: the places in turn, each send noted before it begins and when it has ended. */

import type { Delivery, DeliveryOutcome, Target } from '../../../core/chat-port.ts';
import type { JobIn } from '../../../core/job/job.ts';
import type { QuotaLine } from '../../../core/limits/quota.ts';
import type { Clock, Log } from '../../../core/ports.ts';
import type { Words } from '../../../words/index.ts';
import { resultPage } from '../../cards.ts';
import { isTrouble } from '../api.ts';
import { targetSchema } from '../target.ts';
import type { createHandOver, SentMessage } from './hand-over.ts';
import type { Notes, SendNote } from './notes.ts';
import { type Address, isClosed, type Place, type Post, type PostingPlace, placesOf } from './post.ts';

/** The first send and one more: after that a video may be there twice, and must not come a third time. */
const SENDS_OF_UNKNOWN_FATE = 2;

type JobWithVideo = JobIn<'completed' | 'delivered'>;
type Parts = {
  notes: Notes;
  post: Post;
  handOver: ReturnType<typeof createHandOver>;
  words: (locale?: string) => Words;
  clock: Clock;
  log: Log;
  quota(requester: JobWithVideo['requester']): Promise<QuotaLine[]>;
  limitBytes(): number;
};

type ResultPage = ReturnType<typeof resultPage>;

export type Deliver = (job: JobWithVideo, delivery: Delivery, to: Target) => Promise<DeliveryOutcome>;

export function createDeliver(parts: Parts): Deliver {
  const { notes, post, handOver, clock, log } = parts;

  async function deliver(job: JobWithVideo, delivery: Delivery, to: Target): Promise<DeliveryOutcome> {
    const target = targetSchema.parse(to);
    const speech = parts.words(target.locale);
    const left = await parts.quota(job.requester).catch((err: unknown) => {
      log.warn({ job: job.code, err }, 'what is left was not found out');
      return [];
    });
    const link = delivery.form === 'original' ? undefined : delivery.link;
    const page = resultPage(speech, job, { left, form: delivery.form, now: clock.now(), link });

    for (const place of placesOf(target)) {
      const key = `${delivery.form}:${place.chatId}:${target.messageId}`;
      const outcome = await sendTo(job, delivery, place, key, {
        page: forPlace(page, place, speech),
        speech,
      });
      if (outcome) return outcome;
    }
    return { kind: 'nowhere' };
  }

  /** Undefined where that place is closed. */
  async function sendTo(
    job: JobWithVideo,
    delivery: Delivery,
    place: Place & { rung: PostingPlace },
    key: string,
    shown: { page: ResultPage; speech: Words },
  ): Promise<DeliveryOutcome | undefined> {
    const noted = await notes.sends.get(job.id);
    // A video that the member has and asks for once more is another matter than what became of it then.
    const before: SendNote = (job.state === 'completed' ? noted?.[key] : undefined) ?? { unknown: 0 };
    if (before.sent) return delivered(before.sent);
    if (before.unknown >= SENDS_OF_UNKNOWN_FATE) return { kind: 'nowhere' };
    if (before.unknown > 0)
      log.warn(
        { job: job.code, form: delivery.form },
        'sent once more: whether it arrived before is not known',
      );

    const { sent: last, earlier = [] } = noted?.[key] ?? {};
    const others = !before.sent && last ? [...earlier, last] : earlier;
    const kept = others.length > 0 ? { earlier: others } : {};
    const note = async (entry: SendNote) =>
      notes.sends.set(job.id, { ...(await notes.sends.get(job.id)), [key]: { ...entry, ...kept } });
    const known =
      delivery.form === 'link' ? undefined : (await notes.files.get(job.id))?.[delivery.video.key];
    let begun = before;

    async function attempt(address: Address): Promise<SentMessage & { chatId: number }> {
      begun = { unknown: before.unknown + 1 };
      await note(begun);
      try {
        return { ...(await handOver(address, { delivery, ...shown, known })), chatId: address.chat_id };
      } catch (error) {
        if (!isTrouble(error) || !error.maybeDone) {
          begun = before;
          await note(begun);
        }
        throw error;
      }
    }

    try {
      const { messageId, chatId, file } = await post.send(place, `video:${job.id}:${key}`, 'video', attempt);
      const sent = { chatId, messageId, rung: place.rung, at: clock.now() };
      await note({ unknown: before.unknown, sent });
      if (file && delivery.form !== 'link')
        await notes.files.set(job.id, { ...(await notes.files.get(job.id)), [delivery.video.key]: file });
      return delivered(sent);
    } catch (error) {
      if (isTrouble(error, 'too-large')) return { kind: 'too-large', maxBytes: parts.limitBytes() };
      if (isClosed(error)) return undefined;
      if (isTrouble(error, 'bad-request')) {
        log.error({ job: job.code, err: error }, 'Telegram does not take the video in any way');
        return undefined;
      }
      if (begun === before) throw error;
      log.warn(
        { job: job.code, form: delivery.form, sends: begun.unknown, err: error },
        'the answer to a send was lost',
      );
      if (begun.unknown < SENDS_OF_UNKNOWN_FATE) throw error;
      return { kind: 'nowhere' };
    }
  }

  return deliver;
}

const delivered = ({ rung, at, chatId, messageId }: NonNullable<SendNote['sent']>): DeliveryOutcome => ({
  kind: 'delivered',
  receipt: { rung, at, details: { chatId, messageId } },
});

/** In private the member must know why the video comes there. */
const forPlace = (page: ResultPage, { rung }: { rung: PostingPlace }, { t }: Words): ResultPage =>
  rung === 'private' ? { ...page, lines: [t('told.sent-private'), ...page.lines] } : page;
