/**
 * The whole Telegram side against the simulated Telegram: real polling, downloads and uploads, the records on a real
 * disk, the real core; only pictures and clips are taken as they are, and the provider renders at once.
 */

import { copyFile } from 'node:fs/promises';
import { createServer, connect as openSocket, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { onTestFailed, onTestFinished } from 'vitest';
import { commands } from '../../../commands/index.ts';
import {
  buttonsOf,
  type Message,
  type SimChat,
  startTelegram,
  type TelegramOptions,
  textOf,
  type User,
} from '../../../simulators/telegram/telegram.ts';
import { CHATS } from '../../../src/chat/catalog.ts';
import { createTelegramChat, type TelegramChat } from '../../../src/chat/telegram/index.ts';
import { realTimers, type Timers } from '../../../src/chat/telegram/timers.ts';
import type { RunningChat } from '../../../src/core/command.ts';
import { createHealth } from '../../../src/core/health.ts';
import type { Job } from '../../../src/core/job/job.ts';
import type { Log } from '../../../src/core/ports.ts';
import { createFiles } from '../../../src/store/files.ts';
import { createInbox } from '../../../src/store/inbox.ts';
import { keyValueStoreOn } from '../../../src/store/keyv-sql.ts';
import { openDatabase } from '../../../src/store/sqlite.ts';
import { createTraces } from '../../../src/store/traces.ts';
import { CLIP_FACTS } from '../../fakes/clip-facts.ts';
import { freshFolder } from '../../fakes/folder.ts';
import { createRemote, type Remote } from '../../fakes/remote.ts';
import { createWorld, type Incarnation, type WorldOptions } from '../../fakes/world.ts';
import { sampleClip, sampleImage } from '../../samples.ts';

export const TOKEN = '7000000001:AAsecret-of-this-bot_that-nobody-sees0';

/** What a bot keeps of having told Telegram its commands: one of this file has done it for all. */
let registered: string | undefined;

export type HarnessOptions = {
  telegram?: TelegramOptions;
  world?: WorldOptions;
  remote?: Remote;
  publicUrl?: string;
  /** The bot has never told Telegram its commands: fifty calls, which most tests can do without. */
  unregistered?: boolean;
  /** The simulator is there before the bot is. */
  booted?: boolean;
};

export type Harness = Awaited<ReturnType<typeof createHarness>>;

export async function createHarness(options: HarnessOptions = {}) {
  const folder = freshFolder();
  const remote = options.remote ?? createRemote('paid');
  const files = createFiles(folder);
  const world = createWorld({
    remotes: [remote],
    files,
    access: { allowPrivate: true },
    ...options.world,
    media: { ...mediaThatCopies, ...options.world?.media },
  });
  const clock = swiftClock(world.time);
  const telegram = await startTelegram({
    token: TOKEN,
    time: { now: clock.now, after: (ms, run) => void swiftTimers.after(ms, () => void run()) },
    ...options.telegram,
  });
  const database = openDatabase(folder);
  const kv = keyValueStoreOn(database, 'telegram');
  if (registered !== undefined && !options.unregistered) await kv.set('registered', registered);
  const logged: string[] = [];
  const line = (level: string) => (facts: object, message: string) =>
    void logged.push(`${level} ${message} ${inspect(facts, { depth: 20, showHidden: true })}`);
  const log: Log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  const health = createHealth(() => {});
  const fuse = createFuse();
  let life: Life | undefined;
  let paused: boolean | Job['state'] = false;

  type Life = {
    incarnation: Incarnation;
    chat: TelegramChat;
    wire: Wire;
    state: { dead: boolean };
    driving: Promise<void>;
  };

  /** Starts the bot on what is on disk. */
  async function boot({
    publicUrl = options.publicUrl,
  }: {
    publicUrl?: string | undefined;
  } = {}): Promise<void> {
    const incarnation = world.boot();
    const { ctx, core, jobs, scheduler } = incarnation;
    ctx.fetcher = {
      async fetch(_result, toPath) {
        await copyFile(await sampleClip(), toPath);
        return 'here';
      },
    };
    const wire = await openWire(Number(new URL(telegram.apiUrl).port));
    const state = { dead: false };
    const dead = () => state.dead;
    const mine: Life = {
      incarnation,
      wire,
      state,
      driving: Promise.resolve(),
      chat: await createTelegramChat({
        token: TOKEN,
        apiUrl: wire.url,
        publicUrl,
        secretKey: 'a key of sixteen or more letters',
        commands,
        inbox: fuse.guard(createInbox(database, clock), ['claim', 'note', 'done'], dead),
        kv: fuse.guard(kv, ['set', 'delete'], dead),
        jobs: world.disk.store,
        files: fuse.guard(files, ['temp'], dead),
        clock,
        timers: swiftTimers,
        health,
        log,
        usualMs: () => undefined,
      }),
    };
    life = mine;
    (ctx.chats as Map<RunningChat['platform'], RunningChat>).set('telegram', mine.chat);
    ctx.events.subscribe('*', (job) => job.requester.platform === 'telegram' && mine.chat.show(job));
    await jobs.recover();
    await mine.chat.start(core);
    mine.driving = drive(mine, scheduler);
  }

  /** Steps the jobs as soon as they are due, at a clock that skips the waiting. */
  async function drive(mine: Life, scheduler: Incarnation['scheduler']): Promise<void> {
    while (!mine.state.dead) {
      const stand = paused === true || (paused && (await jobs()).some(({ state }) => state === paused));
      const ran = !stand && (await scheduler.runNext(clock.now() + 60_000));
      if (!ran) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** As SIGKILL does it: nothing more happens, nothing is cleaned up. */
  async function kill(): Promise<void> {
    const old = life;
    life = undefined;
    if (!old) return;
    old.state.dead = true;
    world.fuse.newLife();
    await old.wire.close();
    // Only its timers: whatever it wants to do, it does to a dead wire and a dead disk.
    void old.chat.stop();
  }

  /** As SIGTERM does it. */
  async function stop(): Promise<void> {
    const old = life;
    life = undefined;
    if (!old) return;
    await old.chat.stop();
    old.state.dead = true;
    world.fuse.newLife();
    await old.wire.close();
  }

  onTestFailed(() => console.log(logged.join('\n').slice(0, 4_000)));
  const ends: (() => void)[] = [];
  let ended = false;
  async function end(): Promise<void> {
    if (ended) return;
    ended = true;
    await stop();
    registered ??= await kv.get<string>('registered');
    for (const each of ends) each();
    await telegram.close();
    database.close();
  }
  onTestFinished(end);
  if (options.booted !== false) await boot();

  async function jobs(user?: User | SimChat): Promise<Job[]> {
    const all: Job[] = [];
    for await (const job of everyJob())
      if (!user || job.requester.memberId === `telegram:${user.id}`) all.push(job);
    return all;
  }

  async function* everyJob(): AsyncIterable<Job> {
    const seen = new Set<string>();
    for (const { id } of [...telegram.world.users.values(), ...telegram.world.chats.values()]) {
      for (const job of await world.disk.store.ofMember(`telegram:${id}`, 100)) {
        if (!seen.has(job.id)) yield job;
        seen.add(job.id);
      }
    }
  }

  const isVideo = (message: Message): boolean =>
    message.video !== undefined || message.animation !== undefined;

  return {
    telegram,
    world,
    remote,
    clock,
    logged,
    health,
    fuse,
    folder,
    boot,
    kill,
    stop,
    jobs,
    get chat(): TelegramChat {
      if (!life) throw new Error('the bot is not running');
      return life.chat;
    },
    core() {
      if (!life) throw new Error('the bot is not running');
      return life.incarnation.core;
    },
    /** Jobs stand still where they are, or once one of them is in that state. */
    pause(at: boolean | Job['state'] = true): void {
      paused = at;
    },
    /** The finished videos in a chat. */
    videos: (chat: SimChat): Message[] => telegram.said(chat).filter(isVideo),
    /** Waits for a message of the bot in this chat that says something like this. */
    hears: (chat: SimChat, words: RegExp | string): Promise<Message> =>
      telegram.waitFor(() => telegram.said(chat).find((message) => fits(textOf(message), words))),
    /** Waits for the finished video. */
    video: (chat: SimChat): Promise<Message> => telegram.waitFor(() => telegram.said(chat).find(isVideo)),
    button: (message: Message, label: string): boolean => buttonsOf(message).flat().includes(label),
    /** Waits until some job is in this state, or until something else is so. */
    async until(what: Job['state'] | (() => unknown)): Promise<void> {
      const so = () =>
        typeof what === 'string' ? jobs().then((all) => all.some(({ state }) => state === what)) : what();
      while (!(await so())) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    /** What is noted under that key. */
    noted: (key: string) => kv.get(key),
    note: (key: string, value: unknown) => kv.set(key, value),
    /** As the store does when that member wants to be forgotten. */
    forgets: ({ id }: User) => createTraces(database, CHATS).forget(`telegram:${id}`, (scope) => scope),
    /** Waits until Telegram knows the bot's commands. */
    async registers(): Promise<void> {
      while ((await kv.get('registered')) === undefined)
        await new Promise((resolve) => setTimeout(resolve, 5));
    },
    /** Waits until so many updates lie on the disk unanswered. */
    async claimed(count: number): Promise<void> {
      const inbox = createInbox(database, clock);
      while ((await inbox.pending('telegram:')).length < count)
        await new Promise((resolve) => setTimeout(resolve, 5));
    },
    end,
    onEnd: (run: () => void) => void ends.push(run),
    /** Waits until all that came is answered: nothing is left to be done after a restart. */
    async calm(): Promise<void> {
      const inbox = createInbox(database, clock);
      while ((await inbox.pending('telegram:')).length > 0 || telegram.pending().length > 0)
        await new Promise((resolve) => setTimeout(resolve, 10));
    },
  };
}

const fits = (text: string, words: RegExp | string): boolean =>
  typeof words === 'string' ? text.includes(words) : words.test(text);

/** Somebody in private with the bot, and a picture and a clip of theirs. */
export async function ada(harness: Harness, facts: Partial<User> = {}) {
  const user = harness.telegram.user({ first_name: 'Ada', ...facts });
  return {
    user,
    chat: harness.telegram.privateChat(user),
    photo: await sampleImage(),
    clip: await sampleClip(),
  };
}

/** Looks at nothing and changes nothing. */
const mediaThatCopies: NonNullable<WorldOptions['media']> = {
  normaliseImage: async (path, toPath) => {
    await copyFile(path, toPath);
    return { ok: true, value: { mime: 'image/jpeg', width: 800, height: 800, bytes: 1000 } };
  },
  normaliseClip: async (path, toPath) => {
    await copyFile(path, toPath);
    return { ok: true, value: CLIP_FACTS };
  },
  mark: async (path, toPath) => {
    await copyFile(path, toPath);
    return { width: 720, height: 1280, durationMs: 4000 };
  },
  poster: async (_path, toPath) => copyFile(await sampleImage({ width: 180, height: 320 }), toPath),
};

/** How much faster than the world's the time of these tests goes by, for the bot and for the simulator alike. */
const SPEED = 5;

/** Goes on by itself, and further whenever something turns it. */
function swiftClock(time: { now: number }): { now(): number } {
  const start = Date.now();
  let ahead = 0;
  const goesOn = () => start + Math.round(performance.now() - began) * SPEED;
  const began = performance.now();
  const now = () => goesOn() + Math.ceil(ahead);
  Object.defineProperty(time, 'now', {
    get: now,
    set: (to: number) => {
      ahead = Math.max(ahead, to - goesOn());
    },
  });
  return { now };
}

const swiftTimers: Timers = { after: (ms, run) => realTimers.after(ms / SPEED, run) };

type Wire = { url: string; close(): Promise<void> };

/** The network of one life: cut when it dies, so that nothing of it reaches anybody any more. */
async function openWire(port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = openSocket(port, '127.0.0.1');
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        sockets.delete(one);
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port was given');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Counts writes to the disk, each before and after, and blows at the one that it is set to. */
function createFuse() {
  let count = 0;
  let blowAt = Number.POSITIVE_INFINITY;
  let onBlow = () => {};
  let broken: string | undefined;
  const never = new Promise<never>(() => {});
  const tick = () => {
    count += 1;
    if (count === blowAt) onBlow();
  };
  return {
    count: () => count,
    /** Calls back at the n-th half of a write from now; what it does must happen at once. */
    arm(at: number, blow: () => void): void {
      count = 0;
      blowAt = at;
      onBlow = blow;
    },
    /** The next write of that name fails. */
    breakNext(name: string): void {
      broken = name;
    },
    guard<T extends object>(port: T, writes: readonly (keyof T & string)[], dead: () => boolean): T {
      return new Proxy(port, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          const counts = writes.some((write) => write === name);
          return async (...args: unknown[]) => {
            if (counts) tick();
            if (dead()) return never;
            if (broken === name) {
              broken = undefined;
              throw new Error('the disk is full');
            }
            const answer: unknown = await value.apply(target, args);
            if (counts) tick();
            return dead() ? never : answer;
          };
        },
      });
    },
  };
}
