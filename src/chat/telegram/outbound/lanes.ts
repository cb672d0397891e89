/**
 * How fast we talk in each chat. Telegram counts edits as messages and refuses what is too much for as long as it
 * likes; so what must be said goes first, and progress takes what is left over. Limits: core.telegram.org/bots/faq and
 * tdlib/telegram-bot-api#648, read 2026-11-21.
 */
import type { Clock, Log } from '../../../core/ports.ts';
import { isTrouble } from '../api.ts';
import type { Timers } from '../timers.ts';

/** Videos first, then what a member must hear, then what may be dropped. */
const RANKS = ['video', 'word', 'progress'] as const;
type Rank = (typeof RANKS)[number];

type Window = { ms: number; most: number };
/** A little slower than Telegram's own figures: what leaves here a second apart may arrive closer together. */
const BURST: Window = { ms: 5_500, most: 5 };
const GROUP_MINUTE: Window = { ms: 62_000, most: 19 };
/** What progress leaves free of each window for what matters more. */
const KEPT_FREE = { burst: 1, minute: 7 };
/** An upload takes its time, and there must be room for words meanwhile. */
const VIDEOS_AT_ONCE = 3;
const PROGRESS_EVERY_MS = { private: 5_000, group: 12_000 };

type Item = { key: string; rank: Rank; run: () => Promise<boolean>; broken: (error: unknown) => void };
type Lane = {
  group: boolean;
  waiting: Item[];
  active: Map<string, Rank>;
  /** When the latest calls ended, oldest first: Telegram counts a video when it has all of it. */
  ended: number[];
  pausedUntil: number;
  /** The last call was refused as too much: until one is taken they go one by one, so that the best goes first. */
  flooded: boolean;
  progressFrom: number;
  cancelWake?: () => void;
};

export type Lanes = {
  /** Runs when there is room, again after a flood, and answers what came of it. Throws what `run` threw, or Stopped. */
  soon<T>(chatId: number, key: string, rank: 'video' | 'word', run: () => Promise<T>): Promise<T>;
  /** Runs when there is room to spare; dropped on any trouble. `run` answers whether it made a call at all. */
  whenever(chatId: number, key: string, run: () => Promise<boolean>): void;
  /** Ends what waits, and waits for the end of what runs already. */
  stop(): Promise<void>;
};

/** Thrown to those who still waited when we stopped; they are to come back after the next start. */
class Stopped extends Error {
  override name = 'Stopped';
  constructor() {
    super('stopped before it could be sent');
  }
}

export function createLanes({ clock, timers, log }: { clock: Clock; timers: Timers; log: Log }): Lanes {
  const lanes = new Map<number, Lane>();
  const running = new Set<Promise<void>>();
  let stopped = false;

  function laneOf(chatId: number): Lane {
    const known = lanes.get(chatId);
    if (known) return known;
    // Ids of groups are negative: https://core.telegram.org/bots/api#chat, read 2026-11-21.
    const lane: Lane = {
      group: chatId < 0,
      waiting: [],
      active: new Map(),
      ended: [],
      pausedUntil: 0,
      flooded: false,
      progressFrom: 0,
    };
    lanes.set(chatId, lane);
    return lane;
  }

  /** Starts whatever may start now, and sets the alarm for what may start later. */
  function pump(chatId: number, lane: Lane): void {
    lane.cancelWake?.();
    delete lane.cancelWake;
    if (stopped) return;
    const wakeIn = (ms: number) => {
      lane.cancelWake = timers.after(ms, () => pump(chatId, lane));
    };
    for (;;) {
      const item = nextOf(lane);
      if (!item) break;
      const waitMs = readyAt(lane, item.rank) - clock.now();
      if (waitMs > 0) {
        // Infinite: the end of a call under way makes room, and comes here.
        if (Number.isFinite(waitMs)) wakeIn(waitMs);
        return;
      }
      lane.waiting.splice(lane.waiting.indexOf(item), 1);
      const run = perform(chatId, lane, item);
      running.add(run);
      void run.then(() => running.delete(run));
    }
    if (lane.waiting.length > 0 || lane.active.size > 0) return;
    const quietIn = quietFrom(lane) - clock.now();
    if (quietIn > 0) wakeIn(quietIn);
    else lanes.delete(chatId);
  }

  async function perform(chatId: number, lane: Lane, item: Item): Promise<void> {
    lane.active.set(item.key, item.rank);
    let called = true;
    try {
      called = await item.run();
      if (called) lane.flooded = false;
    } catch (error) {
      if (isTrouble(error, 'flood') && !stopped) {
        const waitMs = error.retryAfterMs ?? 1_000;
        lane.flooded = true;
        lane.pausedUntil = Math.max(lane.pausedUntil, clock.now() + waitMs);
        log.warn({ method: error.method, waitMs }, 'Telegram asks us to slow down in a chat');
        if (item.rank !== 'progress') lane.waiting.unshift(item);
      } else item.broken(error);
    } finally {
      lane.active.delete(item.key);
      if (called) {
        lane.ended = [...lane.ended, clock.now()].slice(-GROUP_MINUTE.most);
        if (item.rank === 'progress')
          lane.progressFrom = clock.now() + PROGRESS_EVERY_MS[lane.group ? 'group' : 'private'];
      }
    }
    pump(chatId, lane);
  }

  function add(chatId: number, item: Item): void {
    const lane = laneOf(chatId);
    lane.waiting.push(item);
    pump(chatId, lane);
  }

  function soon<T>(chatId: number, key: string, rank: 'video' | 'word', work: () => Promise<T>): Promise<T> {
    if (stopped) return Promise.reject(new Stopped());
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const run = async () => {
      resolve(await work());
      return true;
    };
    add(chatId, { key, rank, run, broken: reject });
    return promise;
  }

  function whenever(chatId: number, key: string, run: () => Promise<boolean>): void {
    if (stopped || laneOf(chatId).waiting.some((item) => item.key === key && item.rank === 'progress'))
      return;
    const broken = (error: unknown) => log.debug({ err: error }, 'progress was not shown');
    add(chatId, { key, rank: 'progress', run, broken });
  }

  async function stop(): Promise<void> {
    stopped = true;
    for (const lane of lanes.values()) {
      lane.cancelWake?.();
      for (const item of lane.waiting.splice(0)) item.broken(new Stopped());
    }
    await Promise.all(running);
  }

  return { soon, whenever, stop };
}

/** The first of the best rank whose message nobody is changing right now: two edits at once may land in any order. */
function nextOf({ waiting, active }: Lane): Item | undefined {
  const videos = [...active.values()].filter((rank) => rank === 'video').length;
  for (const rank of RANKS) {
    if (rank === 'video' && videos >= VIDEOS_AT_ONCE) continue;
    const item = waiting.find((one) => one.rank === rank && !active.has(one.key));
    if (item) return item;
  }
  return undefined;
}

/** When a call of that rank may begin; Infinity while only the end of another can make room. */
function readyAt(lane: Lane, rank: Rank): number {
  const progress = rank === 'progress';
  const alone = lane.flooded
    ? lane.active.size > 0
    : progress && [...lane.active.values()].includes('progress');
  if (alone) return Number.POSITIVE_INFINITY;
  const rooms = [
    roomFrom(lane, BURST, progress ? KEPT_FREE.burst : 0),
    lane.group ? roomFrom(lane, GROUP_MINUTE, progress ? KEPT_FREE.minute : 0) : 0,
  ];
  return Math.max(lane.pausedUntil, progress ? lane.progressFrom : 0, ...rooms);
}

function roomFrom({ ended, active }: Lane, { ms, most }: Window, keptFree: number): number {
  const room = most - keptFree - active.size;
  if (room <= 0) return Number.POSITIVE_INFINITY;
  const freeing = ended.at(-room);
  return freeing === undefined ? 0 : freeing + ms;
}

/** From when on a lane need not remember anything. */
const quietFrom = (lane: Lane): number =>
  Math.max(lane.pausedUntil, lane.progressFrom, (lane.ended.at(-1) ?? 0) + GROUP_MINUTE.ms);
