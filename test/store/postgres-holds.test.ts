/** How several processes share what only one of them may have, on one PostgreSQL. */
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Holds } from '../../src/core/holds.ts';
import { type HoldsOptions, openPostgresHolds } from '../../src/store/postgres-holds.ts';
import { holdsContract, noted } from '../contracts/holds.ts';
import { postgresNeeded, postgresOfFile } from '../postgres/open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const SWIFT = { lookEveryMs: 5, retakeWithinMs: 50, againAfterMs: 5 };

async function open(options: Partial<HoldsOptions> = {}, more = ''): Promise<Holds> {
  await postgres.empty();
  const onError = (error: unknown) => expect.fail(String(error));
  return openPostgresHolds((await postgres.url()) + more, { onError, ...SWIFT, ...options });
}

/** Another process on the same database. */
async function another(options?: Partial<HoldsOptions>): Promise<Holds> {
  const holds = await open(options);
  onTestFinished(() => holds.stop());
  return holds;
}

/** Ends the connections that have a lock. */
const cutHolders = async () =>
  (await postgres.empty()).all(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity a WHERE application_name = 'strut holds'
      AND EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = a.pid)`,
  );

describe('what one of several processes has', postgresNeeded, () => {
  holdsContract(() => open());

  it('comes to the next one only once the first has ended what it had begun', async () => {
    const [first, second] = [await another(), await another()];
    const order: string[] = [];
    const ended = Promise.withResolvers<void>();
    const giveBack = first.onHeld('front', {
      gained: async () => void order.push('first'),
      async lost() {
        order.push('first ends');
        await ended.promise;
        order.push('first has ended');
      },
    });
    await expect.poll(() => order).toEqual(['first']);
    second.onHeld('front', { gained: async () => void order.push('second'), lost: async () => {} });
    const given = giveBack();
    await expect.poll(() => order).toEqual(['first', 'first ends']);
    ended.resolve();
    await given;
    await expect.poll(() => order).toEqual(['first', 'first ends', 'first has ended', 'second']);
    expect([first.holds('front'), second.holds('front')]).toEqual([false, true]);
  });

  it('is taken over from one that died without a word', async () => {
    const [first, second] = [await open({ retakeWithinMs: 0 }), await another()];
    onTestFinished(() => first.stop());
    const [one, two] = [noted(), noted()];
    first.onHeld('front', one);
    await expect.poll(() => one.log).toEqual(['gained']);
    second.onHeld('front', two);
    // Whoever gets it once the connection is gone, the other one knows that it has not.
    await cutHolders();
    await expect
      .poll(() => [one.log.at(-1), two.log.at(-1)].filter((last) => last === 'gained').length)
      .toBe(1);
  });

  it('is had again, as if nothing had been, where the database was away and nobody else wants it', async () => {
    const holds = await another();
    const one = noted();
    holds.onHeld('front', one);
    await expect.poll(() => one.log).toEqual(['gained']);
    await cutHolders();
    // A rival that comes afterwards finds it taken.
    const rival = await another();
    const two = noted();
    await expect.poll(async () => (await locks()).length).toBe(1);
    rival.onHeld('front', two);
    expect(holds.holds('front')).toBe(true);
    expect([one.log, two.log]).toEqual([['gained'], []]);
  });

  it('is given up by one whose connection was away, where another has taken it meanwhile', async () => {
    const [first, rival] = [await another(), await another()];
    const [one, two] = [noted(), noted()];
    first.onHeld('front', one);
    await expect.poll(() => one.log).toEqual(['gained']);
    rival.onHeld('front', two);
    // Who of the two is the quicker one does not depend on us.
    for (let tries = 0; !rival.holds('front'); tries += 1) {
      const before = await locks();
      await cutHolders();
      const isSettled = async () =>
        !same(before, await locks()) && first.holds('front') !== rival.holds('front');
      await expect.poll(isSettled).toBe(true);
      if (tries > 200) expect.fail('the rival never got it');
    }
    await expect.poll(() => [one.log.at(-1), two.log.at(-1)]).toEqual(['lost', 'gained']);
    expect([first.holds('front'), rival.holds('front')]).toEqual([false, true]);
  });

  it('is given back where it could not be begun, and tried again', async () => {
    const errors: unknown[] = [];
    const holds = await another({ onError: (error) => errors.push(error) });
    const one = noted();
    let broken = true;
    holds.onHeld('front', {
      ...one,
      async gained() {
        if (!broken) return one.gained();
        broken = false;
        throw new Error('no');
      },
    });
    await expect.poll(() => one.log).toEqual(['lost', 'gained']);
    expect(errors).toEqual([new Error('no')]);
  });

  it('has turns that processes take one after the other', async () => {
    const [first, second] = [await another(), await another()];
    const never = new AbortController().signal;
    const done = await first.turn('identify', never);
    const order: string[] = [];
    const waits = second.turn('identify', never).then((end) => {
      order.push('second');
      end();
    });
    await (await second.turn('something else', never))();
    order.push('first');
    done();
    await waits;
    expect(order).toEqual(['first', 'second']);
  });
});

/** The sessions that have a lock. */
const locks = async () =>
  (await postgres.empty()).all(
    `SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE locktype = 'advisory' AND granted AND application_name = 'strut holds' ORDER BY l.pid`,
  );
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
