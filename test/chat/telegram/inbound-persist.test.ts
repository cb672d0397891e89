import { describe, expect, it } from 'vitest';
import { TelegramTrouble } from '../../../src/chat/telegram/api.ts';
import { createPersist } from '../../../src/chat/telegram/inbound/persist.ts';
import type { Incoming } from '../../../src/chat/telegram/inbound/records.ts';

const AWAY = { method: 'getFile', kind: 'network', description: 'ECONNREFUSED' } as const;
const RECORD: Incoming = { kind: 'moved', from: -1, to: -2 };

/** Time goes by as fast as it is waited for. */
function patient() {
  const time = { now: 0 };
  const stopping = new AbortController();
  let told = 0;
  let fails = (): Error | undefined => undefined;
  const persist = createPersist({
    gaveUp: async () => {
      const error = fails();
      if (error) throw error;
      told += 1;
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    clock: { now: () => time.now },
    timers: {
      after(ms, run) {
        setImmediate(() => {
          time.now += ms;
          run();
        });
        return () => {};
      },
    },
    signal: stopping.signal,
  });
  return {
    time,
    stopping,
    told: () => told,
    failing: (how: typeof fails) => {
      fails = how;
    },
    persist: (work: () => Promise<void>) => persist(RECORD, work),
  };
}

const untilMinute = (time: { now: number }, minute: number) => (): Error | undefined =>
  time.now < minute * 60_000 ? new TelegramTrouble(AWAY) : undefined;

describe('what a member asked for', () => {
  it('is done all the same when Telegram is away for ten minutes', async () => {
    const { time, told, persist } = patient();
    const away = untilMinute(time, 10);
    let done = 0;
    const work = async () => {
      const error = away();
      if (error) throw error;
      done += 1;
    };
    expect(await persist(work)).toBe('done');
    expect([done, told()]).toEqual([1, 0]);
  });

  it('is not done any more after an hour, and the member is told as soon as that can be', async () => {
    const { time, told, failing, persist } = patient();
    failing(untilMinute(time, 20));
    const never = async () => {
      throw new TelegramTrouble(AWAY);
    };
    expect(await persist(never)).toBe('done');
    expect(told()).toBe(1);
    expect(time.now).toBeLessThan(25 * 60_000);
  });

  it('is given up within minutes where the fault is ours', async () => {
    const { time, told, persist } = patient();
    let tries = 0;
    await persist(async () => {
      tries += 1;
      throw new Error('ours');
    });
    expect([tries, told()]).toEqual([6, 1]);
    expect(time.now).toBeLessThan(2 * 60_000);
  });

  it('is left for the next start when we stop meanwhile', async () => {
    const { told, stopping, persist } = patient();
    const work = async () => {
      stopping.abort();
      throw new TelegramTrouble(AWAY);
    };
    expect(await persist(work)).toBe('later');
    expect(told()).toBe(0);
  });
});
