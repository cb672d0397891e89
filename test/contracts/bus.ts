import { describe, expect, it } from 'vitest';
import type { Bus, Origin } from '../../src/core/bus.ts';

/** Buses of as many processes as the adapter has; what a listener throws is kept in `errors`. */
type Made = { buses: Bus[]; errors: unknown[] };

/** What everybody may count on from any Bus. `make` gives one for each process. */
export function busContract(name: string, make: () => Promise<Made>): void {
  const hearing = (bus: Bus | undefined, topic: string) => {
    const heard: [string, Origin][] = [];
    const stop = bus?.subscribe(topic, (payload, origin) => heard.push([payload, origin]));
    return { heard, stop: () => stop?.() };
  };

  describe(`${name} keeps the contract of a bus`, () => {
    it('tells whoever listens to the topic, in the same process before it returns', async () => {
      const { buses } = await make();
      const mine = hearing(buses[0], 'job');
      const other = hearing(buses[0], 'settings');
      buses[0]?.publish('job', 'web:1');
      expect(mine.heard).toEqual([['web:1', 'here']]);
      expect(other.heard).toEqual([]);
    });

    it('tells every other process once and in order, and nobody what they have told themselves', async () => {
      const { buses } = await make();
      const heard = buses.map((bus) => hearing(bus, 'job').heard);
      const payloads = Array.from({ length: 500 }, (_, n) => `web:${n} '"\\\u0000é😀`);
      for (const payload of payloads) buses[0]?.publish('job', payload);
      const last = buses.map((bus) => hearing(bus, 'end').heard);
      buses[0]?.publish('end', '');
      await expect.poll(() => last.flat()).toHaveLength(buses.length);
      heard.forEach((found, n) => {
        expect(found).toEqual(payloads.map((payload) => [payload, n === 0 ? 'here' : 'elsewhere']));
      });
    });

    it('tells nobody who has stopped listening, and goes on with the others', async () => {
      const { buses } = await make();
      const [gone, stays] = [hearing(buses.at(-1), 'job'), hearing(buses.at(-1), 'job')];
      gone.stop();
      buses[0]?.publish('job', 'web:1');
      await expect.poll(() => stays.heard).toHaveLength(1);
      expect(gone.heard).toEqual([]);
    });

    it('tells the others although one who listens throws, and says so', async () => {
      const { buses, errors } = await make();
      buses.at(-1)?.subscribe('job', () => {
        throw new Error('deaf');
      });
      const stays = hearing(buses.at(-1), 'job');
      buses[0]?.publish('job', 'web:1');
      await expect.poll(() => stays.heard).toHaveLength(1);
      expect(errors).toEqual([new Error('deaf')]);
    });

    it('refuses what is too long to be an id, wherever it is used', async () => {
      const { buses } = await make();
      const mine = hearing(buses[0], 'job');
      expect(() => buses[0]?.publish('job', '€'.repeat(400))).toThrow(RangeError);
      expect(mine.heard).toEqual([]);
    });
  });
}
