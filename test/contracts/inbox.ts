import { describe, expect, it } from 'vitest';
import type { Inbox } from '../../src/core/ports.ts';

const DAY = 24 * 3_600_000;

type Made = { open(): Inbox; time: { now: number } };

/** What the chats may count on from any Inbox. `make` gives one on the given clock; again, on the same records. */
export function inboxContract(name: string, make: () => Made | Promise<Made>): void {
  describe(`${name} keeps the contract of an inbox`, () => {
    it('takes an event once, whoever brings it again and whatever it brings', async () => {
      const inbox = (await make()).open();
      const [first, second] = await Promise.all([
        inbox.claim('tg:1', { a: 1 }),
        inbox.claim('tg:1', { a: 2 }),
      ]);
      expect([first, second]).toEqual([true, false]);
      expect(await inbox.claim('tg:1', {})).toBe(false);
      expect((await inbox.pending('tg:')).map(({ record }) => record)).toEqual([{ a: 1 }]);
    });

    it('knows after a restart what was not answered, oldest first, and when it came', async () => {
      const { open, time } = await make();
      const inbox = open();
      for (const id of ['tg:2', 'tg:10', 'tg:1']) {
        time.now += 1000;
        await inbox.claim(id, { id });
      }
      const pending = await open().pending('tg:');
      expect(pending.map(({ id }) => id)).toEqual(['tg:2', 'tg:10', 'tg:1']);
      expect(pending[0]).toEqual({ id: 'tg:2', record: { id: 'tg:2' }, at: time.now - 2000 });
    });

    it('gives exactly the events whose ids begin so', async () => {
      const inbox = (await make()).open();
      for (const id of ['tg', 'tg:', 'tg:1', 'tg:é', 'tg:😀', 'tg;1', 'TG:1', 't', 'dc:1', 'tg%1'])
        await inbox.claim(id, 0);
      expect((await inbox.pending('tg:')).map(({ id }) => id).sort()).toEqual(
        ['tg:', 'tg:1', 'tg:é', 'tg:😀'].sort(),
      );
      expect(await inbox.pending('tg:1%')).toEqual([]);
      expect((await inbox.pending('')).length).toBe(10);
    });

    it.each([{ deep: [1, { a: null }] }, 'text', 0, false, null])(
      'keeps the record %j as it is',
      async (record) => {
        const inbox = (await make()).open();
        await inbox.claim('x', record);
        expect((await inbox.pending('x'))[0]?.record).toEqual(record);
      },
    );

    it('keeps an event that has nothing to say', async () => {
      const inbox = (await make()).open();
      expect(await inbox.claim('x', undefined)).toBe(true);
      expect((await inbox.pending('x')).map(({ id }) => id)).toEqual(['x']);
    });

    it('replaces the record of an event that is not answered, and of no other', async () => {
      const inbox = (await make()).open();
      await inbox.claim('x', 1);
      await inbox.claim('y', 1);
      await inbox.note('x', 2);
      await inbox.done('y');
      await inbox.note('y', 2);
      await inbox.note('nobody', 2);
      expect((await inbox.pending('')).map(({ id, record }) => [id, record])).toEqual([['x', 2]]);
      expect(await inbox.claim('nobody', 1)).toBe(true);
    });

    it('does not take an answered event again, for days and over a restart', async () => {
      const { open, time } = await make();
      const inbox = open();
      await inbox.claim('x', 1);
      await inbox.done('x');
      await inbox.done('x');
      expect(await inbox.pending('')).toEqual([]);
      time.now += 2 * DAY;
      expect(await open().claim('x', 1)).toBe(false);
    });

    it('forgets answered events in the end, and never one that waits for its answer', async () => {
      const { open, time } = await make();
      const inbox = open();
      for (let event = 0; event < 50; event += 1) {
        await inbox.claim(`x${event}`, event);
        if (event > 0) await inbox.done(`x${event}`);
      }
      time.now += 30 * DAY;
      for (let event = 0; event < 10; event += 1) await inbox.claim(`new${event}`, 0);
      expect(await inbox.claim('x0', 0)).toBe(false);
      for (let event = 1; event < 50; event += 1) expect(await inbox.claim(`x${event}`, 0)).toBe(true);
    });
  });
}
