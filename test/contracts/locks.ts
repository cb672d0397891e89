import { describe, expect, it } from 'vitest';
import type { Locks } from '../../src/core/locks.ts';

/** What everybody may count on from any Locks. `make` gives those of as many processes as the adapter is for. */
export function locksContract(name: string, make: () => Promise<Locks[]>): void {
  /** Work that has begun, and ends when it is told to. */
  function begun(locks: Locks | undefined, key: string) {
    const started = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const done = locks?.run(key, async () => {
      started.resolve();
      await end.promise;
    });
    return { started: started.promise, end: end.resolve, done };
  }

  describe(`${name} keep the contract of locks`, () => {
    it('let one work at a time on a key, whoever asks', async () => {
      const all = await make();
      let inside = 0;
      let most = 0;
      let count = 0;
      await Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          all[n % all.length]?.run('web:1', async () => {
            inside += 1;
            most = Math.max(most, inside);
            const before = count;
            await new Promise(setImmediate);
            count = before + 1;
            inside -= 1;
          }),
        ),
      );
      expect({ most, count }).toEqual({ most: 1, count: 30 });
    });

    it('let different keys be worked on at once', async () => {
      const all = await make();
      const first = begun(all[0], 'web:1');
      await first.started;
      expect(await all[0]?.run('web:2', async () => 'done')).toBe('done');
      expect(await all.at(-1)?.run('web:3', async () => 'done')).toBe('done');
      first.end();
      await first.done;
    });

    it('let work of one process come in the order in which it was asked for', async () => {
      const [locks] = await make();
      const order: number[] = [];
      await Promise.all([1, 2, 3].map((n) => locks?.run('web:1', async () => void order.push(n))));
      expect(order).toEqual([1, 2, 3]);
    });

    it('let the next one work where the one before has failed, which hears of it', async () => {
      const all = await make();
      const failed = all[0]?.run('web:1', async () => {
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await all.at(-1)?.run('web:1', async () => 'done')).toBe('done');
    });

    it('tell whether whoever comes now has to wait, and disturb nobody by it', async () => {
      const all = await make();
      const last = all.at(-1);
      expect(await last?.isBusy('web:1')).toBe(false);
      const first = begun(all[0], 'web:1');
      await first.started;
      for (const locks of all) {
        expect(await locks.isBusy('web:1')).toBe(true);
        expect(await locks.isBusy('web:2')).toBe(false);
      }
      first.end();
      await first.done;
      expect(await last?.isBusy('web:1')).toBe(false);
      expect(await all[0]?.run('web:1', async () => 'done')).toBe('done');
    });
  });
}
