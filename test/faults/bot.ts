/** The bot with hook points in it, driven from outside: told where to die, looked at on its own disk. */
import { z } from 'zod';
import { type Bot, startBot } from '../e2e/bot.ts';
import type { Memory } from './hooks/memory.ts';
import type { Order } from './hooks/points.ts';

const memory = z.object({ neededMb: z.number(), takenMb: z.number() });
const PRELOAD = new URL('./hooks/preload.ts', import.meta.url).href;

export type HookedBot = Bot & {
  /** It dies, as by kill -9, when it passes the point for the n-th time from now. */
  dieAt(point: string, nth?: number): void;
  /** It dies so when it passes the n-th point from now that does not fit. */
  dieBut(fits: RegExp, nth: number): void;
  /** It stands still when it passes the point, and says so in its log, until it gets SIGCONT. */
  stopAt(point: string): void;
  /** What happens at the point fails so many times, as on a full disk. */
  failAt(point: string, times: number): void;
  /** Every point that is passed while `work` runs, each once, in order. */
  record(work: () => Promise<unknown>): Promise<string[]>;
  /** Starts it again with an order that holds from the first. False when it died before it was up. */
  startTold(order: Order): Promise<boolean>;
  /** As `record`, of a new start and the work after it. */
  recordStart(work: () => Promise<unknown>): Promise<string[]>;
  /** A name under `.test` is known no more, or again. */
  hide(name: string, gone: boolean): void;
  /** How often such a name was looked up in vain. */
  missed(name: string): number;
  /** Its clock is off by so much from now on. */
  setClock(offMs: number): void;
  memory(): Promise<Memory>;
};

export async function startHookedBot(env: Record<string, string>): Promise<HookedBot> {
  let send: (order: Order) => void = () => {};
  let passed = new Set<string>();
  const missed: string[] = [];
  let measured = Promise.withResolvers<Memory>();
  let obeyed = Promise.withResolvers<void>();
  const bot = await startBot(env, {
    preload: PRELOAD,
    onMessage(message) {
      if (typeof message !== 'object' || !message) return;
      if ('passed' in message) passed.add(String(message.passed));
      if ('memory' in message) measured.resolve(memory.parse(message.memory));
      if ('recording' in message) obeyed.resolve();
      if ('missed' in message) missed.push(String(message.missed));
    },
    onStart(say) {
      send = say;
    },
  });
  const startTold = (order: Order): Promise<boolean> =>
    bot.start({ FAULTS_ORDER: JSON.stringify(order) }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && error.message.startsWith('the bot ended with SIGKILL')) return false;
        throw error;
      },
    );
  async function whileRecording(begin: () => unknown, work: () => Promise<unknown>): Promise<string[]> {
    passed = new Set();
    obeyed = Promise.withResolvers();
    await begin();
    await obeyed.promise;
    await work();
    obeyed = Promise.withResolvers();
    send({ record: false });
    await obeyed.promise;
    return [...passed];
  }
  const driven = {
    memory: () => {
      measured = Promise.withResolvers<Memory>();
      send({ measure: 'memory' });
      return measured.promise;
    },
    dieAt: (point: string, nth = 1) => send({ dieAt: point, nth }),
    dieBut: ({ source }: RegExp, nth: number) => send({ dieBut: source, nth }),
    stopAt: (point: string) => send({ stopAt: point }),
    failAt: (point: string, times: number) => send({ failAt: point, times }),
    startTold,
    record: (work: () => Promise<unknown>) => whileRecording(() => send({ record: true }), work),
    recordStart: (work: () => Promise<unknown>) => whileRecording(() => startTold({ record: true }), work),
    hide: (name: string, gone: boolean) => send({ hide: name, gone }),
    missed: (name: string) => missed.filter((one) => one === name).length,
    setClock: (offMs: number) => send({ clockOffMs: offMs }),
  };
  // The bot's own getters go on telling of the process that runs now.
  return Object.setPrototypeOf(driven, bot) as typeof driven & Bot;
}
