/** The outbound half against the simulated Telegram, with a clock that tests turn and a process that can be killed. */

import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import sharp from 'sharp';
import { expect, onTestFinished } from 'vitest';
import { manualTime } from '../../../simulators/sim-time.ts';
import type { Call } from '../../../simulators/telegram/journal.ts';
import {
  type Message,
  type SimChat,
  startTelegram,
  type Telegram,
  type TelegramOptions,
} from '../../../simulators/telegram/telegram.ts';
import { createApi } from '../../../src/chat/telegram/api.ts';
import { createOutbound, type Outbound } from '../../../src/chat/telegram/outbound/index.ts';
import type { TelegramTarget } from '../../../src/chat/telegram/target.ts';
import type { Delivery, SignedLink } from '../../../src/core/chat-port.ts';
import type { Job, JobIn, JobState, StoredVideo } from '../../../src/core/job/job.ts';
import type { QuotaLine } from '../../../src/core/limits/quota.ts';
import type { Log } from '../../../src/core/ports.ts';
import { StoreUnreachable } from '../../../src/store/errors.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { freshFolder } from '../../fakes/folder.ts';
import { memoryInbox } from '../../fakes/inbox.ts';
import { jobIn } from '../../fakes/jobs.ts';
import { memoryKeyValueStore } from '../../fakes/shelf.ts';

const TOKEN = '7000000001:AAsecret-of-this-bot_that-nobody-sees0';
const SECRET = 'secret-of-this-bot';

export type OutboundWorld = Awaited<ReturnType<typeof createOutboundWorld>>;

export async function createOutboundWorld(options: Partial<TelegramOptions> = {}) {
  const time = manualTime(1_700_000_200_000);
  const telegram = await startTelegram({ time, token: TOKEN, ...options });
  const kv = memoryKeyValueStore();
  const inbox = memoryInbox(time);
  const jobs = new Map<string, Job>();
  const folder = freshFolder();
  /** How many reads of a job fail from now on, as of a database that is away. */
  const away = { reads: 0 };
  const logged: string[] = [];
  const line = (level: string) => (facts: object, message: string) =>
    void logged.push(`${level} ${message} ${inspect(facts, { depth: 20, showHidden: true })}`);
  const log: Log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  let underWay = 0;
  const alive: Outbound[] = [];

  /** Another process on the same disk: what was not written down is forgotten. */
  function boot(parts: { quota?: QuotaLine[]; usualMs?: number; apiUrl?: string } = {}): Outbound {
    const { api } = createApi({ token: TOKEN, apiUrl: parts.apiUrl ?? telegram.apiUrl });
    api.config.use(async (prev, ...call) => {
      underWay += 1;
      try {
        return await prev(...call);
      } finally {
        underWay -= 1;
      }
    });
    const outbound = createOutbound({
      api,
      kv,
      words: wordsFor,
      clock: time,
      log,
      timers: {
        after(ms, run) {
          let off = false;
          time.after(ms, async () => void (off || run()));
          return () => {
            off = true;
          };
        },
      },
      usualMs: () => parts.usualMs,
      quota: async () => parts.quota ?? [],
      localServer: () => options.local ?? false,
      inbox,
      jobs: {
        async get(id) {
          away.reads -= 1;
          if (away.reads >= 0) throw new StoreUnreachable('the database can not be reached');
          return jobs.get(id);
        },
      },
    });
    alive.push(outbound);
    return outbound;
  }

  /** A slow disk is no reason to turn the clock either. */
  const isBusy = () =>
    underWay > 0 || process.getActiveResourcesInfo().some((kind) => kind.startsWith('FSReq'));

  /** Lets everything go on that waits for no clock. */
  async function settle(): Promise<void> {
    for (let calm = 0; calm < 12; calm += isBusy() ? 0 : 1) await new Promise(setImmediate);
  }

  /** One turn of everything that waits for neither a clock nor an answer. */
  async function tick(): Promise<void> {
    for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate);
  }

  /** Turns the clock, never past what is still under way. */
  async function pass(ms: number, stepMs = 500): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      await settle();
      await time.advance(Math.min(stepMs, left));
    }
    await settle();
  }

  /** Turns the clock until that is done. */
  async function until<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const end = () => {
      done = true;
    };
    work.then(end, end);
    await settle();
    while (!done) await pass(500);
    return work;
  }

  const jpeg = join(folder, 'poster.jpg');
  await sharp({ create: { width: 180, height: 320, channels: 3, background: 'teal' } })
    .jpeg()
    .toFile(jpeg);
  let files = 0;

  /** A file of so many bytes, none of which take room on the disk but the first. */
  function videoFile(bytes = 3000): string {
    files += 1;
    const path = join(folder, `${files}.mp4`);
    writeFileSync(path, `video ${files}`);
    truncateSync(path, bytes);
    return path;
  }

  function original(job: { video: StoredVideo }, path = videoFile(job.video.bytes)): Delivery {
    return { form: 'original', video: job.video, path, poster: async () => jpeg };
  }

  onTestFinished(async () => {
    await Promise.all(alive.map((outbound) => outbound.stop()));
    await telegram.close();
    expect(logged.join('\n')).not.toContain(SECRET);
  });

  return {
    time,
    telegram,
    /** What the core has on disk. */
    jobs,
    away,
    inbox,
    shelf: kv,
    logged,
    jpeg,
    boot,
    settle,
    tick,
    pass,
    until,
    videoFile,
    original,
    link: (): SignedLink => ({
      url: 'https://strut.example/media/abc?sig=1',
      until: time.now() + 86_400_000,
    }),
  };
}

/** A chat with somebody in it who has asked for something. */
export async function asks(
  telegram: Telegram,
  chat: 'private' | 'group' | SimChat = 'private',
  { topic }: { topic?: number } = {},
) {
  const ada = telegram.user({ first_name: 'Ada' });
  const place =
    typeof chat === 'object'
      ? chat
      : chat === 'private'
        ? telegram.privateChat(ada)
        : telegram.group({ members: [ada], creator: telegram.user({ first_name: 'Zoe' }) });
  place.members.set(ada.id, { user: ada, status: 'member' });
  const asked = await telegram.sends(ada, place, {
    text: '/animate',
    ...(topic === undefined ? {} : { topic }),
  });
  const target: TelegramTarget = {
    chatId: place.id,
    messageId: asked.message_id,
    userId: ada.id,
    chatType: place.type === 'private' ? 'private' : place.type === 'group' ? 'group' : 'supergroup',
    locale: 'en',
    ...(topic === undefined ? {} : { threadId: topic }),
  };
  return { ada, chat: place, asked, target };
}

/** A job of that state, asked for there. */
export function jobOf<S extends JobState>(state: S, target: TelegramTarget, id = 'telegram:1'): JobIn<S> {
  const requester: Job['requester'] = {
    platform: 'telegram',
    spaceId: `telegram:${target.chatId}`,
    memberId: `telegram:${target.userId}`,
    target: { ...target },
  };
  const time = { createdAt: 1_700_000_000_000 };
  return jobIn(state, { id, requester, ...time });
}

export function mustBe<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is none');
  return value;
}

export const uploadsOf = (calls: readonly Call[]): string[][] =>
  calls.map(({ uploads }) => Object.keys(uploads));
export const linkedButtons = (message: Message): unknown[] =>
  (message.reply_markup?.inline_keyboard ?? [])
    .flat()
    .flatMap((button) => ('url' in button ? [button.url] : []));
