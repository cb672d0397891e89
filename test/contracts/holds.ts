/** What whoever wants something for one process alone may count on, with one process and with several. */
import { expect, it, onTestFinished } from 'vitest';
import type { Holder, Holds } from '../../src/core/holds.ts';

/** A holder that writes down what it hears. */
export function noted(log: string[] = []): Holder & { log: string[] } {
  return {
    log,
    async gained() {
      log.push('gained');
    },
    async lost() {
      log.push('lost');
    },
  };
}

const never = new AbortController().signal;

/** `open`: a process; each call is another one, where there can be others. */
export function holdsContract(open: () => Promise<Holds>): void {
  async function fresh(): Promise<Holds> {
    const holds = await open();
    onTestFinished(() => holds.stop());
    return holds;
  }

  it('gives a process what nobody has, and tells it so', async () => {
    const holds = await fresh();
    const one = noted();
    holds.onHeld('front', one);
    await expect.poll(() => one.log).toEqual(['gained']);
    expect([holds.holds('front'), holds.holds('another')]).toEqual([true, false]);
    expect(holds.held()).toEqual(['front']);
  });

  it('takes it back when the process gives it up: what has begun ends, and is over when that has answered', async () => {
    const holds = await fresh();
    const one = noted();
    const giveBack = holds.onHeld('front', one);
    await expect.poll(() => one.log).toEqual(['gained']);
    await giveBack();
    await giveBack();
    expect(one.log).toEqual(['gained', 'lost']);
    expect(holds.holds('front')).toBe(false);
  });

  it('lets a begin end before the end begins', async () => {
    const holds = await fresh();
    const going = Promise.withResolvers<void>();
    const one = noted();
    const giveBack = holds.onHeld('front', {
      ...one,
      async gained() {
        one.log.push('begins');
        await going.promise;
        one.log.push('gained');
      },
    });
    await expect.poll(() => one.log).toEqual(['begins']);
    const given = giveBack();
    going.resolve();
    await given;
    expect(one.log).toEqual(['begins', 'gained', 'lost']);
  });

  it('gives all back when it stops', async () => {
    const holds = await open();
    const both = [noted(), noted()];
    holds.onHeld('front', both[0] ?? noted());
    holds.onHeld('shard', both[1] ?? noted());
    await expect.poll(() => both.map(({ log }) => log)).toEqual([['gained'], ['gained']]);
    await holds.stop();
    expect(both.map(({ log }) => log.at(-1))).toEqual(['lost', 'lost']);
  });

  it('hands out turns one after the other', async () => {
    const holds = await fresh();
    const order: string[] = [];
    const first = await holds.turn('identify', never);
    const second = holds.turn('identify', never).then((done) => {
      order.push('second');
      done();
    });
    const other = await holds.turn('something else', never);
    order.push('other');
    other();
    first();
    await second;
    expect(order).toEqual(['other', 'second']);
  });

  it('hands the turn of one that stopped waiting to the next', async () => {
    const holds = await fresh();
    const first = await holds.turn('identify', never);
    const impatient = new AbortController();
    const second = holds.turn('identify', impatient.signal);
    const third = holds.turn('identify', never);
    impatient.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    first();
    (await third)();
  });
}
