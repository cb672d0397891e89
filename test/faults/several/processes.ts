/** Several processes of the bot on the same records and files, and which of them are there. */
import { type HookedBot, startHookedBot } from '../bot.ts';

/** Undefined until one of them has done as it was told. */
type Look = () => HookedBot | undefined;

export type Processes = AsyncDisposable & {
  all: readonly HookedBot[];
  /** Those that run, and do not stand still. */
  up(): HookedBot[];
  /** Whoever passes the point first dies there, as by kill -9. */
  killAt(point: string): Look;
  /** The same at the n-th point that doesn't fit. */
  killBut(fits: RegExp, nth: number): Look;
  /** Whoever passes the point first stands still there. */
  stopAt(point: string): Look;
  /** Those that stand still go on. */
  goOn(): void;
  /** From now on nobody has such an order any more, and whoever stood still beside the one that was meant goes on. */
  spare(): void;
  /** Starts those that have ended, or so many of them. */
  revive(most?: number): Promise<void>;

  /** Every point that each of them passes while `work` runs, each once. */
  record(work: () => Promise<unknown>): Promise<Map<HookedBot, string[]>>;
  /** The clocks of all of them are off by so much from now on, beside what they are anyway. */
  setClocks(offMs: number): void;
  log(): string;
};

export type ProcessOptions = {
  /** How many. */
  count?: number;
  env?: Record<string, string>;
  /** What each has for itself. */
  envOf?: (index: number) => Record<string, string>;
  /** By how much the clock of each is off. */
  clocksOffMs?: readonly number[];
};

export async function startProcesses({
  count = 3,
  env = {},
  envOf = () => ({}),
  clocksOffMs = [],
}: ProcessOptions): Promise<Processes> {
  await using stack = new AsyncDisposableStack();
  const all: HookedBot[] = [];
  const dead = new Set<HookedBot>();
  const frozen = new Set<HookedBot>();
  const up = (): HookedBot[] => all.filter((bot) => !dead.has(bot) && !frozen.has(bot));

  const watch = (bot: HookedBot): void =>
    void bot.ended().then(() => {
      dead.add(bot);
      frozen.delete(bot);
      // All have the same order, and one was meant.
      for (const other of up()) other.dieAt('');
    });
  for (let index = 0; index < count; index += 1) {
    const FAULTS_ORDER = JSON.stringify({ clockOffMs: clocksOffMs[index] ?? 0 });
    const bot = stack.use(await startHookedBot({ ...env, FAULTS_ORDER, ...envOf(index) }));
    all.push(bot);
    watch(bot);
  }
  const firstDead = (): Look => {
    const before = new Set(dead);
    return () => [...dead].find((bot) => !before.has(bot));
  };

  const wake = (bot: HookedBot): void => void process.kill(bot.pid() ?? 0, 'SIGCONT');

  const kept = stack.move();
  return {
    all,
    up,
    killAt(point) {
      for (const bot of up()) bot.dieAt(point);
      return firstDead();
    },
    killBut(fits, nth) {
      for (const bot of up()) bot.dieBut(fits, nth);
      return firstDead();
    },
    stopAt(point) {
      const from = new Map(all.map((bot) => [bot, bot.log().length]));
      for (const bot of up()) bot.stopAt(point);
      return () => {
        const found = up().find((bot) => bot.log().includes(`stands still at ${point}`, from.get(bot)));
        if (found) frozen.add(found);
        return found;
      };
    },
    goOn() {
      for (const bot of frozen) wake(bot);
      frozen.clear();
    },
    spare() {
      for (const bot of up()) {
        bot.dieAt('');
        bot.stopAt('');
        wake(bot);
      }
    },
    async revive(most = all.length) {
      for (const bot of [...dead].slice(0, most)) {
        await bot.start();
        dead.delete(bot);
        watch(bot);
      }
    },
    async record(work) {
      const passed = new Map<HookedBot, string[]>();
      let inner = work;
      for (const bot of up()) {
        const within = inner;
        inner = async () => passed.set(bot, await bot.record(within));
      }
      await inner();
      return passed;
    },
    setClocks(offMs) {
      for (const [index, bot] of all.entries())
        if (!dead.has(bot)) bot.setClock((clocksOffMs[index] ?? 0) + offMs);
    },
    log: () => all.map((bot, index) => `--- process ${index + 1}\n${bot.log()}`).join('\n'),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
