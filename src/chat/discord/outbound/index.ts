/** What Discord members get to see of their jobs: one message that tells how it stands, and a new one with the video. */

import type { REST } from 'discord.js';
import type { Delivery, DeliveryOutcome, Target } from '../../../core/chat-port.ts';
import type { Job, JobIn, Requester } from '../../../core/job/job.ts';
import type { QuotaLine } from '../../../core/limits/quota.ts';
import type { Clock, Inbox, JobStore, KeyValueStore, Log, Scheduler } from '../../../core/ports.ts';
import type { Retracted } from '../../../core/takedown/case.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { type DiscordTarget, targetSchema } from '../target.ts';
import type { Tokens } from '../tokens.ts';
import { createBoard } from './board.ts';
import { aloudMessage, altText, resultMessage } from './cards.ts';
import { createEditor } from './editor.ts';
import { createLimits, type PostingPlace } from './limits.ts';
import { mayPost } from './places.ts';
import { type PostOutcome, type PostParts, post } from './post.ts';
import { createRecords, type StatusBinding } from './records.ts';
import { createRetract, RESULT } from './retract.ts';
import { createSender, type Upload } from './sender.ts';

export type OutboundParts = {
  /** For edits and look-ups, which it holds back as Discord's limits ask. Its events name addresses with tokens: don't log them. */
  rest: REST;
  /** For edits by a token, which stand under no limit of the bot's own. */
  webhooks: REST;
  botToken: string;
  tokens: Tokens;
  kv: KeyValueStore;
  inbox: Inbox;
  jobs: Pick<JobStore, 'get'>;
  /** Of its own: the keys are ids of jobs, as in the core's. */
  scheduler: Scheduler;
  clock: Clock;
  log: Log;
  usualMs: (job: Job) => number | undefined;
  quota: (requester: Requester) => Promise<QuotaLine[]>;
  /** Undefined where the server is not known. */
  tierOf: (guildId: string) => number | undefined;
  /** Whether a new message may ping the one who asked. */
  notify: (requester: Requester) => boolean;
  /** The first wait before a post is tried again. */
  pauseMs?: number;
};

type StatusPlace = { eventId: string; channelId: string; messageId: string; guildId?: string };

export type Outbound = {
  /** Begins to tell, with what a restart left untold. */
  start(): Promise<void>;
  /** Says which message tells how the job stands, and the event that it answers. To be called before `show` matters. */
  bind(jobId: string, message: StatusBinding): Promise<void>;
  show(job: Job): void;
  /** Where that message is, and the event whose `@original` it is. Undefined where there is none. */
  statusOf(job: Job): Promise<StatusPlace | undefined>;
  uploadLimitBytes(job: Job, to: Target): number;
  /** Throws DiscordTrouble; its `retryHelps` says whether it may pass. */
  deliver(job: JobIn<'completed' | 'delivered'>, delivery: Delivery, to: Target): Promise<DeliveryOutcome>;
  /** As `Chat.retract` of the core promises. */
  retract(job: Job): Promise<Retracted>;
  forget(job: Job): Promise<void>;
  stop(): Promise<void>;
};

/** The longer side of the picture that stands for a video behind a link. */
const POSTER_SIDE = 1_280;

export function createOutbound(parts: OutboundParts): Outbound {
  const { rest, tokens, clock, log } = parts;
  const apiUrl = `${rest.options.api}/v${rest.options.version}`;
  const sender = createSender({ ...parts, apiUrl });
  const limits = createLimits(parts);
  const records = createRecords(parts.kv);
  const posting: PostParts = { rest, sender, tokens, records, limits, clock, log };
  const board = createBoard({
    ...parts,
    records,
    edit: createEditor(parts),
    notify: tellAloud,
  });

  async function tellAloud(job: Job): Promise<void> {
    if ((job.state !== 'failed' && job.state !== 'asking') || !parts.notify(job.requester)) return;
    const to = targetSchema.parse(job.requester.target);
    await post(posting, {
      jobId: job.id,
      jobCode: job.code,
      to,
      purpose: job.state === 'asking' ? `question ${job.until}` : 'failure',
      message: (rung) => aloudMessage(job, wordsFor(to.locale), to, rung, clock.now()),
      uploads: [],
      bytes: 0,
      ratherNotTwice: true,
    });
  }

  async function left(job: Job): Promise<QuotaLine[]> {
    try {
      return await parts.quota(job.requester);
    } catch (err) {
      log.warn({ job: job.code, err }, 'what is left of the limits is not known');
      return [];
    }
  }

  async function uploadsFor(words: Words, job: Job, delivery: Delivery): Promise<Upload[]> {
    const alt = altText(words, job);
    if (delivery.form !== 'link')
      return [{ path: delivery.path, filename: `strut-${job.code}.mp4`, mime: 'video/mp4', alt }];
    const poster = await delivery.poster(POSTER_SIDE);
    if (poster === undefined) return [];
    return [{ path: poster, filename: `strut-${job.code}.jpg`, mime: 'image/jpeg', alt }];
  }

  return {
    async start() {
      await limits.load();
      await board.start();
    },
    bind: board.bind,
    show: board.show,
    async statusOf(job) {
      const bound = await records.bound.get(job.id);
      if (!bound) return undefined;
      const { guildId } = targetSchema.parse(job.requester.target);
      const { eventId, channelId, statusMessageId: messageId } = bound;
      return { eventId, channelId, messageId, ...(guildId ? { guildId } : {}) };
    },
    uploadLimitBytes(_job, target) {
      const to = targetSchema.parse(target);
      const answers = to.kind === 'interaction' && tokens.seemsAlive(to.eventId);
      const rung: PostingPlace = answers ? 'follow-up' : mayPost(to) ? 'channel' : 'dm';
      return limits.of(rung, to);
    },
    async deliver(job, delivery, target) {
      const to = targetSchema.parse(target);
      // A first follow-up to an answer that is still empty would become that answer.
      if ((await records.bound.get(job.id))?.eventId === to.eventId) await board.first(job.id);
      const words = wordsFor(to.locale);
      const uploads = await uploadsFor(words, job, delivery);
      const facts = {
        words,
        to,
        left: await left(job),
        now: clock.now(),
        notify: parts.notify(job.requester),
        upload: uploads[0],
      };
      const outcome = await post(posting, {
        jobId: job.id,
        jobCode: job.code,
        to,
        purpose: `${RESULT}${to.eventId}`,
        message: (rung) => resultMessage(job, delivery, { ...facts, rung }),
        uploads,
        bytes: delivery.form === 'link' ? 0 : delivery.video.bytes,
      });
      // The click that asked for it once more may have brought a token for a message that stood still.
      if (job.state === 'delivered') board.show(job);
      return outcomeOf(outcome, to);
    },
    retract: createRetract({ ...parts, records }),
    forget: (job) => board.forget(job.id),
    async stop() {
      await parts.scheduler.stop();
      await sender.stop();
    },
  };
}

function outcomeOf(outcome: PostOutcome, { guildId, private: isPrivate }: DiscordTarget): DeliveryOutcome {
  if (outcome.kind !== 'posted') return outcome;
  const { rung, at, channelId, messageId } = outcome;
  // No link leads to a message that only one member sees.
  if (isPrivate && rung === 'follow-up') return { kind: 'delivered', receipt: { rung, at } };
  const details = { channelId, messageId, ...(guildId && rung !== 'dm' ? { guildId } : {}) };
  return { kind: 'delivered', receipt: { rung, at, details } };
}
