/** What the bot says on Telegram: how jobs stand, finished videos, and single messages, none faster than allowed. */

import type { Api } from 'grammy';
import type { Delivery, DeliveryOutcome, Target } from '../../../core/chat-port.ts';
import type { Job, JobIn } from '../../../core/job/job.ts';
import type { QuotaLine } from '../../../core/limits/quota.ts';
import type { Clock, Inbox, JobStore, KeyValueStore, Log } from '../../../core/ports.ts';
import type { Retracted } from '../../../core/takedown/case.ts';
import type { Words } from '../../../words/index.ts';
import { isTrouble, signalOf } from '../api.ts';
import { realTimers, type Timers } from '../timers.ts';
import { createDeliver } from './deliver.ts';
import { createHandOver } from './hand-over.ts';
import { createLanes } from './lanes.ts';
import { createNotes, type MessageRef, type StatusRef } from './notes.ts';
import { type AttachedFile, type Body, createPost, type EditBody, type Place } from './post.ts';
import { createRetract } from './retract.ts';
import { createTelegramStatus } from './status.ts';

export type { Place } from './post.ts';

/** 50 MB are counted over the whole request: https://core.telegram.org/bots/api#sending-files, read 2026-11-21. */
const CLOUD_LIMIT_BYTES = 50 * 1024 * 1024;
/** A server of one's own: https://core.telegram.org/bots/api#using-a-local-bot-api-server, read 2026-11-21. */
const LOCAL_LIMIT_BYTES = 2_000 * 1024 * 1024;
/** For the thumbnail, the caption and the rest of the request. */
const MARGIN_BYTES = 512 * 1024;
/** What is under way when we stop has this long to end. */
const GRACE_MS = 3_000;

export type OutboundParts = {
  api: Api;
  kv: KeyValueStore;
  words: (locale?: string) => Words;
  clock: Clock;
  log: Log;
  timers?: Timers;
  /** How long such jobs usually take, where that is known. */
  usualMs(job: Job): number | undefined;
  quota(requester: Job['requester']): Promise<QuotaLine[]>;
  /** The Bot API server is the operator's own, started with `--local`. */
  localServer(): boolean;
  inbox: Inbox;
  jobs: Pick<JobStore, 'get'>;
};

export type Outbound = {
  /** Takes up the jobs whose last word may not have been told. */
  start(): Promise<void>;
  /** Tells how the job stands in its status message, once `bind` has named one. Answers at once. */
  show(job: Job): void;
  /** As `Chat.deliver` of the core promises. Safe to call again after a crash: at most one video comes twice. */
  deliver(job: JobIn<'completed' | 'delivered'>, delivery: Delivery, to: Target): Promise<DeliveryOutcome>;
  uploadLimitBytes(): number;
  /** As `Chat.retract` of the core promises. */
  retract(job: Job): Promise<Retracted>;
  /** Forgets which messages and files are the job's. */
  forget(job: Job): Promise<void>;
  /** That message, of ours, tells from now on how the job stands. */
  bind(jobId: string, message: StatusRef): Promise<void>;
  /** A new message, as a reply where the place names one. Undefined when it can't be said there. Throws passing trouble. */
  say(place: Place, body: Body): Promise<number | undefined>;
  /** The same with a picture or a file; `open` is asked for it again where it is sent again. Throws one that is too large, too. */
  sayWith(place: Place, file: AttachedFile, body: Body): Promise<number | undefined>;
  /** Says something else in a message of ours, without a keyboard unless one is given. False when it could not. */
  edit(message: MessageRef, body: EditBody): Promise<boolean>;
  /** Ends what waits and breaks off what doesn't end by itself within seconds. */
  stop(): Promise<void>;
};

export function createOutbound(parts: OutboundParts): Outbound {
  const { api, words, clock, log, timers = realTimers, usualMs, quota } = parts;
  const stopping = new AbortController();
  const breakingOff = new AbortController();
  const signal = signalOf(breakingOff.signal);
  const limitBytes = () => (parts.localServer() ? LOCAL_LIMIT_BYTES : CLOUD_LIMIT_BYTES) - MARGIN_BYTES;
  const notes = createNotes(parts.kv);
  const lanes = createLanes({ clock, timers, log });
  const post = createPost({ api, lanes, notes, log, timers, signal, stopping: stopping.signal });
  const handOver = createHandOver({ api, timers, log, signal });
  const { inbox, jobs } = parts;
  const status = createTelegramStatus({
    lanes,
    notes,
    post,
    words,
    clock,
    timers,
    log,
    usualMs,
    inbox,
    jobs,
  });
  const deliver = createDeliver({ notes, post, handOver, words, clock, log, quota, limitBytes });
  let said = 0;

  async function orNowhere(say: (key: string) => Promise<number>): Promise<number | undefined> {
    said += 1;
    try {
      return await say(`say:${said}`);
    } catch (err) {
      if (!isTrouble(err) || isTrouble(err, 'network', 'flood', 'unauthorized', 'too-large')) throw err;
      log.warn({ err }, 'a message could not be sent');
      return undefined;
    }
  }

  return {
    start: status.start,
    show: status.show,
    deliver,
    uploadLimitBytes: limitBytes,
    retract: createRetract({ api, notes, words, signal }),
    forget: (job) => status.forget(job.id),
    bind: status.bind,
    say: (place, body) => orNowhere((key) => post.text(place, key, body)),
    sayWith: (place, file, body) => orNowhere((key) => post.attached(place, key, file, body)),
    async edit(message, body) {
      try {
        return (await post.mustEdit(message, body)) === 'done';
      } catch (err) {
        log.warn({ err }, 'a message could not be changed');
        return false;
      }
    },
    async stop() {
      status.stop();
      stopping.abort();
      const cancel = timers.after(GRACE_MS, () => breakingOff.abort());
      await lanes.stop();
      cancel();
    },
  };
}
