import { describe, expect, it } from 'vitest';
import type { HoldRequest, Ledger, LedgerKey, LedgerLine, LineRange } from '../../src/core/limits/ledger.ts';
import { UnknownHold } from '../../src/core/limits/ledger.ts';

export const SPACE_DAY: LedgerKey = { scope: 'space:1', window: 'day:2026-01-31' };
const MEMBER_DAY: LedgerKey = { scope: 'member:1/2', window: 'day:2026-01-31' };
const NEXT_DAY: LedgerKey = { scope: 'space:1', window: 'day:2026-02-01' };
const NOTHING = { heldMicros: 0, settledMicros: 0, heldJobs: 0, settledJobs: 0 };

/** A hold of $0.42 on the space's and the member's day, without any limit, but for what is given. */
export function aHold(over: Partial<HoldRequest> = {}): HoldRequest {
  return {
    jobId: 'web:1',
    micros: 420_000,
    counters: [SPACE_DAY, MEMBER_DAY],
    limits: [],
    at: 1000,
    memberId: '2',
    spaceId: '1',
    provider: 'fal',
    seconds: 4,
    ...over,
  };
}

const aBill = (micros: number, counts = true) => ({ micros, counts, provider: 'fal', at: 2000 });
const usd = (maxMicros: number, key = SPACE_DAY) => ({ ...key, maxMicros, resetsAt: 9000 });
const jobs = (maxJobs: number, key = SPACE_DAY) => ({ ...key, maxJobs, resetsAt: 9000 });

/** What the core may count on from any Ledger. `make` gives an empty one, and sees to its own clean-up. */
export function ledgerContract(name: string, make: () => Ledger | Promise<Ledger>): void {
  describe(`${name} keeps the contract of a ledger: holds`, () => {
    it('knows nothing about a counter that nobody moved', async () => {
      expect(await (await make()).totals(SPACE_DAY)).toEqual(NOTHING);
    });

    it('holds the price on every counter of the job, with or without a limit, and on no other', async () => {
      const ledger = await make();
      expect(await ledger.reserve(aHold({ limits: [usd(420_000)] }))).toEqual({ ok: true });
      for (const key of [SPACE_DAY, MEMBER_DAY]) {
        expect(await ledger.totals(key)).toEqual({ ...NOTHING, heldMicros: 420_000, heldJobs: 1 });
      }
      expect(await ledger.totals(NEXT_DAY)).toEqual(NOTHING);
      expect(await ledger.totals({ ...SPACE_DAY, scope: 'space:10' })).toEqual(NOTHING);
    });

    it('counts a counter that is named twice once', async () => {
      const ledger = await make();
      await ledger.reserve(aHold({ counters: [SPACE_DAY, { ...SPACE_DAY }] }));
      expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, heldMicros: 420_000, heldJobs: 1 });
      await ledger.settle('web:1', aBill(0, false));
      expect(await ledger.totals(SPACE_DAY)).toEqual(NOTHING);
    });

    it('keeps what may still be billed on one scope alone, until the bill is known', async () => {
      const ledger = await make();
      await ledger.reserve(aHold());
      for (let twice = 0; twice < 2; twice += 1) await ledger.suspend('web:1', SPACE_DAY.scope);
      expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, heldMicros: 420_000, heldJobs: 1 });
      expect(await ledger.totals(MEMBER_DAY)).toEqual(NOTHING);
      expect(await ledger.held()).toEqual([]);
      await ledger.release('web:1');
      expect((await ledger.totals(SPACE_DAY)).heldMicros).toBe(420_000);
      await ledger.settle('web:1', aBill(400_000));
      expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, settledMicros: 400_000, settledJobs: 1 });
      expect(await ledger.totals(MEMBER_DAY)).toEqual(NOTHING);
      await expect(ledger.suspend('nobody', 'x')).rejects.toThrow(UnknownHold);
    });

    it('tells which jobs have held since before some time', async () => {
      const ledger = await make();
      for (const at of [1000, 2000]) await ledger.reserve(aHold({ jobId: `web:${at}`, at }));
      expect(await ledger.held(1000)).toEqual([]);
      expect(await ledger.held(2000)).toEqual(['web:1000']);
      expect(await ledger.held(2001)).toEqual(['web:1000', 'web:2000']);
    });

    it('tells which jobs still hold, and takes back the hold of one that was never made', async () => {
      const ledger = await make();
      for (const jobId of ['web:1', 'web:2', 'web:3']) await ledger.reserve(aHold({ jobId }));
      await ledger.settle('web:2', aBill(420_000));
      expect(await ledger.held()).toEqual(['web:1', 'web:3']);
      const before = await ledger.totals(SPACE_DAY);
      for (const jobId of ['web:1', 'web:1', 'web:2', 'nobody']) await ledger.release(jobId);
      expect(await ledger.held()).toEqual(['web:3']);
      expect(await ledger.totals(SPACE_DAY)).toEqual({
        ...before,
        heldMicros: before.heldMicros - 420_000,
        heldJobs: before.heldJobs - 1,
      });
      const full = { limits: [usd(420_000 * 2)] };
      expect(await ledger.reserve(aHold({ jobId: 'web:1', ...full }))).toMatchObject({ ok: false });
    });

    it('tells which jobs have ended, and not those that are still to be made', async () => {
      const ledger = await make();
      const all = ['web:1', 'web:2', 'web:3', 'web:4', 'nobody'];
      for (const jobId of all.slice(0, 4)) await ledger.reserve(aHold({ jobId }));
      expect(await ledger.ended(all)).toEqual([]);
      await ledger.settle('web:4', aBill(420_000));
      await ledger.settle('web:2', aBill(0, false));
      await ledger.suspend('web:3', SPACE_DAY.scope);
      expect(await ledger.ended(all)).toEqual(['web:2', 'web:3', 'web:4']);
      expect(await ledger.ended(['web:1', 'web:4'])).toEqual(['web:4']);
      expect(await ledger.ended([])).toEqual([]);
    });

    it('changes nothing when the same job asks again, whatever became of it and of the room', async () => {
      const ledger = await make();
      const hold = aHold({ limits: [usd(420_000), jobs(1)] });
      await ledger.reserve(hold);
      const held = await ledger.totals(SPACE_DAY);
      expect(await ledger.reserve({ ...hold, micros: 999_999 })).toEqual({ ok: true });
      expect(await ledger.totals(SPACE_DAY)).toEqual(held);
      await ledger.settle('web:1', aBill(400_000));
      const settled = await ledger.totals(SPACE_DAY);
      expect(await ledger.reserve(hold)).toEqual({ ok: true });
      expect(await ledger.totals(SPACE_DAY)).toEqual(settled);
    });

    it('holds another price in the place of the first, with room for it counted without what was held', async () => {
      const ledger = await make();
      await ledger.reserve(aHold());
      const limits = [usd(600_000), jobs(1)];
      for (let twice = 0; twice < 2; twice += 1)
        expect(await ledger.rehold(aHold({ micros: 600_000, limits, provider: 'runpod' }))).toEqual({
          ok: true,
        });
      for (const key of [SPACE_DAY, MEMBER_DAY])
        expect(await ledger.totals(key)).toEqual({ ...NOTHING, heldMicros: 600_000, heldJobs: 1 });
      await ledger.settle('web:1', aBill(500_000));
      expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, settledMicros: 500_000, settledJobs: 1 });
    });

    it('keeps the first price where a limit has no room for the other one', async () => {
      const ledger = await make();
      await ledger.reserve(aHold());
      await ledger.reserve(aHold({ jobId: 'web:2' }));
      const limits = [usd(1_000_000, MEMBER_DAY), usd(1_000_000)];
      expect(await ledger.rehold(aHold({ micros: 580_001, limits }))).toEqual({
        ok: false,
        limit: limits[0],
        leftMicros: 580_000,
      });
      expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, heldMicros: 840_000, heldJobs: 2 });
      await ledger.settle('web:1', aBill(0, false));
      expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, heldMicros: 420_000, heldJobs: 1 });
    });

    it('counts another price in the windows of then', async () => {
      const ledger = await make();
      await ledger.reserve(aHold());
      const hold = aHold({
        micros: 600_000,
        counters: [NEXT_DAY],
        limits: [usd(600_000, NEXT_DAY)],
        at: 5000,
      });
      expect(await ledger.rehold(hold)).toEqual({ ok: true });
      expect(await ledger.totals(SPACE_DAY)).toEqual(NOTHING);
      expect(await ledger.totals(NEXT_DAY)).toEqual({ ...NOTHING, heldMicros: 600_000, heldJobs: 1 });
    });

    it('has no other price for what is not held', async () => {
      const ledger = await make();
      await expect(ledger.rehold(aHold())).rejects.toThrow(UnknownHold);
      await ledger.reserve(aHold());
      await ledger.settle('web:1', aBill(420_000));
      await expect(ledger.rehold(aHold({ micros: 600_000 }))).rejects.toThrow(UnknownHold);
      expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, settledMicros: 420_000, settledJobs: 1 });
    });

    it('takes a hold that fills the limit to the last micro, and refuses one micro more', async () => {
      const ledger = await make();
      const limits = [usd(500_000)];
      expect(await ledger.reserve(aHold({ limits, micros: 500_001 }))).toMatchObject({ ok: false });
      expect(await ledger.reserve(aHold({ limits, micros: 500_000 }))).toEqual({ ok: true });
      expect(await ledger.reserve(aHold({ limits, micros: 1, jobId: 'web:2' }))).toMatchObject({ ok: false });
    });

    it('says which limit has no room and what is left under it, and changes no counter', async () => {
      const ledger = await make();
      await ledger.reserve(aHold({ jobId: 'web:0', micros: 700_000 }));
      const roomy = usd(5_000_000, MEMBER_DAY);
      const tight = { ...usd(1_000_000), maxJobs: 5 };
      const before = await ledger.totals(MEMBER_DAY);
      expect(await ledger.reserve(aHold({ limits: [roomy, tight, usd(0)] }))).toEqual({
        ok: false,
        limit: tight,
        leftMicros: 300_000,
        leftJobs: 4,
      });
      expect(await ledger.totals(MEMBER_DAY)).toEqual(before);
    });

    it('says that nothing is left, never less, under a limit that was lowered below what is used', async () => {
      const ledger = await make();
      await ledger.reserve(aHold({ jobId: 'web:0', micros: 700_000 }));
      const outcome = await ledger.reserve(aHold({ limits: [{ ...usd(100_000), maxJobs: 0 }] }));
      expect(outcome).toMatchObject({ ok: false, leftMicros: 0, leftJobs: 0 });
    });

    it('counts jobs as well as dollars, free ones too', async () => {
      const ledger = await make();
      const limits = [jobs(2)];
      expect(await ledger.reserve(aHold({ limits, micros: 0, jobId: 'web:1' }))).toEqual({ ok: true });
      expect(await ledger.reserve(aHold({ limits, micros: 0, jobId: 'web:2' }))).toEqual({ ok: true });
      expect(await ledger.reserve(aHold({ limits, micros: 0, jobId: 'web:3' }))).toEqual({
        ok: false,
        limit: limits[0],
        leftJobs: 0,
      });
    });

    it('keeps the windows apart', async () => {
      const ledger = await make();
      await ledger.reserve(aHold({ limits: [jobs(1)] }));
      const tomorrow = aHold({ jobId: 'web:2', counters: [NEXT_DAY], limits: [jobs(1, NEXT_DAY)] });
      expect(await ledger.reserve(tomorrow)).toEqual({ ok: true });
    });

    it('lets exactly two of twenty simultaneous holds of $0.42 pass a limit of $1.00', async () => {
      const ledger = await make();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          ledger.reserve(aHold({ jobId: `web:${i}`, limits: [usd(1_000_000)] })),
        ),
      );
      expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(2);
      expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, heldMicros: 840_000, heldJobs: 2 });
    });

    it.each([0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
      'throws on %s micros or jobs',
      async (bad) => {
        const ledger = await make();
        await expect(ledger.reserve(aHold({ micros: bad }))).rejects.toThrow(RangeError);
        await expect(ledger.reserve(aHold({ limits: [usd(bad)] }))).rejects.toThrow(RangeError);
        await expect(ledger.reserve(aHold({ limits: [jobs(bad)] }))).rejects.toThrow(RangeError);
        expect(await ledger.totals(SPACE_DAY)).toEqual(NOTHING);
      },
    );

    it('throws when a limit stands on a counter that the job would not move', async () => {
      const ledger = await make();
      await expect(ledger.reserve(aHold({ limits: [usd(1_000_000, NEXT_DAY)] }))).rejects.toThrow(RangeError);
    });
  });

  describe(`${name} keeps the contract of a ledger: several at once`, () => {
    const three = (over: Partial<HoldRequest> = {}) =>
      ['web:1', 'web:2', 'web:3'].map((jobId) => aHold({ jobId, ...over }));

    it('holds all of them, each beside those before it', async () => {
      const ledger = await make();
      expect(await ledger.reserveAll(three({ limits: [usd(1_260_000), jobs(3)] }))).toEqual({ ok: true });
      expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, heldMicros: 1_260_000, heldJobs: 3 });
    });

    it('holds none where the last one has no room, and says what was left for it', async () => {
      const ledger = await make();
      const short = await ledger.reserveAll(three({ limits: [jobs(2)] }));
      expect(short).toMatchObject({ ok: false, leftJobs: 0 });
      expect(await ledger.totals(SPACE_DAY)).toEqual(NOTHING);
      expect(await ledger.held()).toEqual([]);
    });

    it('leaves those alone that it held before', async () => {
      const ledger = await make();
      const [first] = three();
      if (first) await ledger.reserve(first);
      expect(await ledger.reserveAll(three({ limits: [jobs(2)] }))).toMatchObject({ ok: false });
      expect(await ledger.held()).toEqual(['web:1']);
      expect(await ledger.reserveAll(three({ limits: [jobs(3)] }))).toEqual({ ok: true });
      expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, heldMicros: 1_260_000, heldJobs: 3 });
    });
  });

  describe(`${name} keeps the contract of a ledger: what jobs were made with`, () => {
    const used = { used: 0, delivered: 0, failed: 0, why: [], costMicros: 0 };

    it('counts what became of the jobs of a motion, and why they failed', async () => {
      const ledger = await make();
      const ids = ['web:1', 'web:2', 'web:3', 'web:4', 'web:5', 'web:6'];
      for (const [at, jobId] of ids.entries())
        await ledger.reserve(aHold({ jobId, at: 1000 + at, items: { motion: 'm1' } }));
      await ledger.settle('web:1', { ...aBill(400_000), at: 61_000 });
      await ledger.settle('web:2', { ...aBill(200_000), at: 121_001 });
      await ledger.settle('web:3', { ...aBill(0, false), failure: 'no-person-in-image' });
      await ledger.settle('web:4', { ...aBill(100_000), failure: 'no-person-in-image' });
      await ledger.settle('web:5', aBill(0, false));
      await ledger.suspend('web:6', SPACE_DAY.scope, 'timed-out');
      expect(await ledger.itemNumbers('motion', ['m1', 'm2'])).toEqual(
        new Map([
          [
            'm1',
            {
              used: 6,
              delivered: 2,
              failed: 3,
              why: [
                { failure: 'no-person-in-image', count: 2 },
                { failure: 'timed-out', count: 1 },
              ],
              costMicros: 600_000,
            },
          ],
        ]),
      );
      expect(await ledger.itemUsualMs('motion', 'm1')).toBe(60_000);
      expect(await ledger.itemUsualMs('motion', 'm2')).toBeUndefined();
    });

    it('tells a character from a motion of the same id, and goes through more ids than fit in one question', async () => {
      const ledger = await make();
      await ledger.reserve(aHold({ items: { motion: 'm1', character: 'c1' } }));
      await ledger.reserve(aHold({ jobId: 'web:2' }));
      const many = Array.from({ length: 450 }, (_, at) => `x${at}`);
      expect(await ledger.itemNumbers('character', [...many, 'm1', 'c1'])).toEqual(
        new Map([['c1', { ...used, used: 1 }]]),
      );
      expect(await ledger.itemNumbers('motion', [])).toEqual(new Map());
    });
  });

  describe(`${name} keeps the contract of a ledger: bills`, () => {
    it('turns the hold into the bill and gives the difference back', async () => {
      const ledger = await make();
      const limits = [usd(500_000)];
      await ledger.reserve(aHold({ limits }));
      await ledger.settle('web:1', aBill(300_000));
      for (const key of [SPACE_DAY, MEMBER_DAY]) {
        expect(await ledger.totals(key)).toEqual({ ...NOTHING, settledMicros: 300_000, settledJobs: 1 });
      }
      expect(await ledger.reserve(aHold({ limits, jobId: 'web:2', micros: 200_001 }))).toMatchObject({
        ok: false,
      });
      expect(await ledger.reserve(aHold({ limits, jobId: 'web:2', micros: 200_000 }))).toEqual({ ok: true });
    });

    it('books a bill that is higher than the hold in full, even over the limit', async () => {
      const ledger = await make();
      await ledger.reserve(aHold({ limits: [usd(420_000)] }));
      await ledger.settle('web:1', aBill(630_000));
      expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, settledMicros: 630_000, settledJobs: 1 });
    });

    it('changes nothing the second time, whatever the second bill says', async () => {
      const ledger = await make();
      await ledger.reserve(aHold());
      await ledger.settle('web:1', aBill(300_000));
      const once = await ledger.totals(SPACE_DAY);
      await ledger.settle('web:1', aBill(300_000));
      await ledger.settle('web:1', aBill(999_999));
      await ledger.settle('web:1', aBill(0, false));
      expect(await ledger.totals(SPACE_DAY)).toEqual(once);
    });

    it('frees dollars and jobs altogether when the bill does not count, once', async () => {
      const ledger = await make();
      const hold = aHold({ limits: [usd(420_000), jobs(1)] });
      await ledger.reserve(hold);
      await ledger.settle('web:1', aBill(0, false));
      await ledger.settle('web:1', aBill(0, false));
      await ledger.settle('web:1', aBill(100_000));
      expect(await ledger.totals(SPACE_DAY)).toEqual(NOTHING);
      expect(await ledger.reserve({ ...hold, jobId: 'web:2' })).toEqual({ ok: true });
    });

    it('counts a bill of nothing as a job when it counts', async () => {
      const ledger = await make();
      await ledger.reserve(aHold({ micros: 0 }));
      await ledger.settle('web:1', aBill(0));
      expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, settledJobs: 1 });
    });

    it('throws UnknownHold for a job that never held anything, also for one that was refused', async () => {
      const ledger = await make();
      await ledger.reserve(aHold({ limits: [usd(0)] }));
      await expect(ledger.settle('web:1', aBill(1))).rejects.toThrow(UnknownHold);
      await expect(ledger.settle('web:2', aBill(1))).rejects.toThrow(UnknownHold);
    });

    it.each([0.5, -1, Number.NaN, 2 ** 53])(
      'throws on a bill of %s micros and keeps the hold',
      async (bad) => {
        const ledger = await make();
        await ledger.reserve(aHold());
        await expect(ledger.settle('web:1', aBill(bad))).rejects.toThrow(RangeError);
        expect(await ledger.totals(SPACE_DAY)).toEqual({ ...NOTHING, heldMicros: 420_000, heldJobs: 1 });
      },
    );

    it('throws on a bill that costs something and yet does not count', async () => {
      const ledger = await make();
      await ledger.reserve(aHold());
      await expect(ledger.settle('web:1', aBill(1, false))).rejects.toThrow(RangeError);
    });
  });

  describe(`${name} keeps the contract of a ledger: lines`, () => {
    const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER };
    async function linesOf(ledger: Ledger, range: LineRange = ALL): Promise<LedgerLine[]> {
      const found: LedgerLine[] = [];
      for await (const page of ledger.lines(range)) found.push(...page);
      return found;
    }
    const idsOf = async (ledger: Ledger, range: LineRange) =>
      (await linesOf(ledger, range)).map(({ jobId }) => jobId);
    const HELD = {
      jobId: 'web:1',
      spaceId: '1',
      memberId: '2',
      provider: 'fal',
      seconds: 4,
      heldAt: 1000,
      heldMicros: 420_000,
      state: 'held',
    };

    it('tells of each hold what became of it', async () => {
      const ledger = await make();
      for (const [i, jobId] of ['web:1', 'web:2', 'web:3', 'web:4'].entries())
        await ledger.reserve(aHold({ jobId, at: 1000 + i }));
      await ledger.settle('web:2', { ...aBill(300_000), provider: 'runpod' });
      await ledger.settle('web:3', aBill(0, false));
      await ledger.suspend('web:4', SPACE_DAY.scope);
      const ended = { provider: 'fal', endedAt: 2000 };
      const suspended = { ...HELD, jobId: 'web:4', heldAt: 1003, state: 'suspended' };
      expect(await linesOf(ledger)).toEqual([
        HELD,
        {
          ...HELD,
          ...ended,
          jobId: 'web:2',
          heldAt: 1001,
          state: 'settled',
          provider: 'runpod',
          billMicros: 300_000,
        },
        { ...HELD, ...ended, jobId: 'web:3', heldAt: 1002, state: 'freed' },
        suspended,
      ]);
      expect(await ledger.suspended()).toEqual([suspended]);
      await ledger.settle('web:4', aBill(1));
      expect(await ledger.suspended()).toEqual([]);
    });

    it('gives the lines of a space, or of all, from a moment on and before another, oldest first', async () => {
      const ledger = await make();
      for (const [jobId, spaceId, at] of [
        ['web:5', '1', 30],
        ['web:4', '1', 20],
        ['web:3', '2', 20],
        ['web:2', '1', 10],
        ['web:1', '1', 9],
      ] as const)
        await ledger.reserve(aHold({ jobId, spaceId, at }));
      expect(await idsOf(ledger, { from: 10, to: 30 })).toEqual(['web:2', 'web:3', 'web:4']);
      expect(await idsOf(ledger, { spaceId: '1', from: 10, to: 31 })).toEqual(['web:2', 'web:4', 'web:5']);
      expect(await idsOf(ledger, { spaceId: '3', from: 0, to: 31 })).toEqual([]);
      expect(await idsOf(ledger, { from: 31, to: 31 })).toEqual([]);
    });

    it('forgets the line of a hold that was taken back', async () => {
      const ledger = await make();
      await ledger.reserve(aHold());
      await ledger.release('web:1');
      expect(await linesOf(ledger)).toEqual([]);
    });

    it('leaves no line out and tells none twice, however many there are at one moment', async () => {
      const ledger = await make();
      const ids = Array.from({ length: 1100 }, (_, i) => `web:${String(i).padStart(5, '0')}`);
      for (const jobId of ids) await ledger.reserve(aHold({ jobId, counters: [SPACE_DAY] }));
      expect(await idsOf(ledger, ALL)).toEqual(ids);
      expect(await idsOf(ledger, { ...ALL, spaceId: '1' })).toEqual(ids);
    });
  });
}
