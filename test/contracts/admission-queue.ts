import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobIn } from '../../src/core/job/job.ts';
import type {
  AdmissionLimits,
  AdmissionQueue,
  AdmissionQueueParts,
} from '../../src/core/limits/admission-queue.ts';
import { jobIn } from '../fakes/jobs.ts';

const LIMITS: AdmissionLimits = { perMember: 1, perSpace: 2, overall: 3 };
const ONE_AT_ONCE: AdmissionLimits = { perMember: 9, perSpace: 9, overall: 1 };
const NAMES = fc.constantFrom('a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c/1');

const spaceOf = (name: string): string => name.split('/')[0] ?? '';
const memberOf = (name: string): string => name.split('/').slice(0, 2).join('/');

type Open = (parts: AdmissionQueueParts) => AdmissionQueue;
export type MakeQueue = () => { open: Open } | Promise<{ open: Open }>;

let made = 0;
/** A job by the name `space/member/job`. Each is younger than the one before it. */
function jobOf(
  name: string,
  over: { state?: 'created' | 'queued'; own?: boolean } = {},
): JobIn<'created' | 'queued'> {
  made += 1;
  const job = jobIn(over.state ?? 'created', { id: name, createdAt: made });
  const platform = over.own ? ('web' as const) : ('discord' as const);
  const requester = { ...job.requester, platform, spaceId: spaceOf(name), memberId: memberOf(name) };
  return { ...job, requester };
}

/** Whether one more of that name could be inside, beside those. */
const fitsBeside = (inside: readonly string[], limits: AdmissionLimits, name: string): boolean =>
  inside.length < limits.overall &&
  inside.filter((one) => spaceOf(one) === spaceOf(name)).length < limits.perSpace &&
  inside.filter((one) => memberOf(one) === memberOf(name)).length < limits.perMember;

/**
 * What the core may count on from any AdmissionQueue. `make` gives an empty one, which may be opened again: after a
 * restart, or by another process beside the first. `numRuns`: of each property.
 */
export function admissionQueueContract(name: string, make: MakeQueue, numRuns: number): void {
  async function start(limits: AdmissionLimits = LIMITS) {
    const { open } = await make();
    const admitted: string[] = [];
    const another = (over: Partial<AdmissionQueueParts> = {}) =>
      open({ limits, now: () => 5, onAdmit: (id) => void admitted.push(id), ...over });
    const queue = another();
    return { queue, another, admitted, enter: (job: string) => queue.enter(jobOf(job)) };
  }

  describe(`${name} keeps the contract of an admission queue`, () => {
    it('lets a member render one at a time, a space a few, and everybody together only so many', async () => {
      const { enter } = await start();
      expect((await enter('a/1/x')).admitted).toBe(true);
      expect(await enter('a/1/y')).toEqual({ admitted: false, place: 1 });
      expect((await enter('a/2/x')).admitted).toBe(true);
      expect((await enter('a/3/x')).admitted).toBe(false);
      expect((await enter('b/1/x')).admitted).toBe(true);
      expect(await enter('c/1/x')).toMatchObject({ admitted: false });
    });

    it('counts a member in each space apart', async () => {
      const { queue } = await start();
      const inOther = jobOf('b/1/x');
      const ofSame = { ...inOther, requester: { ...inOther.requester, memberId: memberOf('a/1/x') } };
      expect((await queue.enter(jobOf('a/1/x'))).admitted).toBe(true);
      expect((await queue.enter(ofSame)).admitted).toBe(true);
    });

    it('knows only the limit over everything on the page, which is the operator’s own', async () => {
      const { queue } = await start();
      const answers: boolean[] = [];
      for (const id of ['w/1/a', 'w/1/b', 'w/1/c', 'w/1/d'])
        answers.push((await queue.enter(jobOf(id, { own: true }))).admitted);
      expect(answers).toEqual([true, true, true, false]);
      await queue.leave('w/1/a');
      expect(await queue.waits('w/1/d')).toBe(false);
    });

    it('answers the same when it is asked again', async () => {
      const { queue } = await start();
      const job = jobOf('a/1/x');
      const answers = [await queue.enter(job), await queue.enter(job)];
      expect(answers).toEqual([
        { admitted: true, at: 5 },
        { admitted: true, at: 5 },
      ]);
      expect(await queue.ids('inside')).toEqual(['a/1/x']);
    });

    it('lets those in for whom there is room by now, in their order, when one of them asks again', async () => {
      const limits = { perMember: 9, perSpace: 9, overall: 1 };
      const { queue, admitted } = await start(limits);
      const jobs = ['a/1/x', 'a/1/y', 'b/1/x', 'c/1/x'].map((id) => jobOf(id));
      for (const job of jobs) await queue.enter(job);
      const [, last = jobOf('a/1/y')] = jobs;
      limits.overall = 3;
      // Whoever asks is not let in before those who stand before it.
      expect(await queue.enter(last)).toEqual({ admitted: false, place: 1 });
      expect(admitted).toEqual(['b/1/x', 'c/1/x']);
      limits.overall = 4;
      expect(await queue.enter(last)).toEqual({ admitted: true, at: 5 });
    });

    it('lets nobody who comes overtake those for whom there is room by now', async () => {
      const limits = { perMember: 9, perSpace: 9, overall: 1 };
      const { enter, admitted } = await start(limits);
      for (const id of ['a/1/x', 'b/1/x']) await enter(id);
      limits.overall = 2;
      expect((await enter('c/1/x')).admitted).toBe(false);
      expect(admitted).toEqual(['b/1/x']);
    });

    it('lets somebody in whose space has room, past those whose space has none', async () => {
      const { queue, enter, admitted } = await start({ perMember: 1, perSpace: 9, overall: 2 });
      for (const id of ['a/1/x', 'b/1/x', 'a/1/y', 'c/1/x', 'a/2/x']) await enter(id);
      await queue.leave('b/1/x');
      expect(admitted).toEqual(['c/1/x']);
      await queue.leave('c/1/x');
      expect(admitted).toEqual(['c/1/x', 'a/2/x']);
    });

    it('goes round the spaces, then round the members, whoever asked most', async () => {
      const { queue, enter, admitted } = await start(ONE_AT_ONCE);
      await enter('a/1/now');
      for (const id of ['a/1/x', 'a/1/y', 'a/1/z', 'a/2/x', 'b/1/x', 'b/1/y']) await enter(id);
      for (let i = 0; i < 6; i += 1) await queue.leave(['a/1/now', ...admitted][i] ?? '');
      expect(admitted).toEqual(['b/1/x', 'a/2/x', 'b/1/y', 'a/1/x', 'a/1/y', 'a/1/z']);
    });

    it('wakes who comes in, wherever it waits, and names the next its new place', async () => {
      const woken: string[] = [];
      const { queue, another, enter, admitted } = await start(ONE_AT_ONCE);
      for (const id of ['a/1/x', 'a/1/y', 'a/1/z']) await enter(id);
      const elsewhere = another({ onAdmit: async (id) => void woken.push(id) });
      await elsewhere.leave('a/1/x');
      expect([admitted, woken]).toEqual([[], ['a/1/y']]);
      expect((await enter('a/1/y')).admitted).toBe(true);
      expect(await enter('a/1/z')).toEqual({ admitted: false, place: 1 });
      expect([await queue.waits('a/1/y'), await queue.waits('a/1/z')]).toEqual([false, true]);
    });

    it('forgets a job that stops waiting, and lets nobody in for it', async () => {
      const { queue, enter, admitted } = await start();
      await enter('a/1/x');
      await enter('a/1/y');
      await queue.leave('a/1/y');
      expect([await queue.waits('a/1/y'), admitted]).toEqual([false, []]);
      await queue.leave('a/1/x');
      expect([admitted, await queue.ids('all')]).toEqual([[], []]);
    });

    it('frees one place only, however often one leaves, and none for a stranger', async () => {
      const { queue, enter, admitted } = await start(ONE_AT_ONCE);
      for (const id of ['a/1/x', 'b/1/x', 'c/1/x']) await enter(id);
      await queue.leave('nobody');
      for (let i = 0; i < 3; i += 1) await queue.leave('a/1/x');
      expect(admitted).toEqual(['b/1/x']);
      expect(await queue.ids('inside')).toEqual(['b/1/x']);
      expect((await queue.ids('all')).sort()).toEqual(['b/1/x', 'c/1/x']);
    });

    it('counts what a provider has already, even beyond the rules, and though it stood in line before', async () => {
      const { queue, enter } = await start();
      for (const member of ['1', '2', '3']) await enter(`a/${member}/x`);
      expect(await queue.waits('a/3/x')).toBe(true);
      for (const member of ['3', '4', '5', '6'])
        expect((await queue.enter(jobOf(`a/${member}/x`, { state: 'queued' }))).admitted).toBe(true);
      expect((await enter('b/1/x')).admitted).toBe(false);
      expect((await queue.ids('inside')).length).toBe(6);
    });

    it('is the same after a restart: who is inside and since when, who waits, and whose turn it is', async () => {
      const { queue, another, enter, admitted } = await start(ONE_AT_ONCE);
      for (const id of ['a/1/x', 'a/1/y', 'b/1/x', 'c/1/x']) await enter(id);
      await queue.leave('a/1/x');
      await enter('b/2/x');
      const later = another({ now: () => 99 });
      expect(await later.enter(jobOf('b/1/x'))).toEqual({ admitted: true, at: 5 });
      expect(await later.enter(jobOf('b/2/x'))).toEqual({ admitted: false, place: 3 });
      for (const id of ['b/1/x', 'c/1/x', 'a/1/y']) await later.leave(id);
      // The space `a` was served before `b`, and `b` before `c`.
      expect(admitted).toEqual(['b/1/x', 'c/1/x', 'a/1/y', 'b/2/x']);
    });

    it('gives one place to a job that several processes bring at once', async () => {
      const { another } = await start(ONE_AT_ONCE);
      const job = jobOf('a/1/x');
      const answers = await Promise.all([1, 2, 3, 4].map(() => another().enter(job)));
      expect(answers.every(({ admitted }) => admitted)).toBe(true);
      expect(await another().ids('all')).toEqual(['a/1/x']);
    });

    it('lets exactly as many in as may be when four processes ask at once', async () => {
      const { another, admitted } = await start({ perMember: 1, perSpace: 2, overall: 5 });
      const ids = Array.from({ length: 40 }, (_, i) => `${'abcd'[i % 4]}/${i % 12}/${i}`);
      const queues = [another(), another(), another(), another()];
      await Promise.all(ids.map((id, i) => queues[i % 4]?.enter(jobOf(id))));
      const inside = await another().ids('inside');
      expect([inside.length, admitted]).toEqual([5, []]);
      for (const id of inside) {
        const others = inside.filter((one) => one !== id);
        expect(fitsBeside(others, { perMember: 1, perSpace: 2, overall: 5 }, id)).toBe(true);
      }
      // Everybody ends at once, wherever: the next ones are as many again.
      await Promise.all(inside.map((id, i) => queues[i % 4]?.leave(id)));
      expect(new Set(admitted)).toEqual(new Set(await another().ids('inside')));
      expect(admitted.length).toBe(5);
    });

    it('never lets more in than may be, and leaves nobody waiting who could go, in whatever order they come', async () => {
      const acts = fc.array(
        fc.record({ who: NAMES, leaves: fc.nat(9), at: fc.nat(3), together: fc.boolean() }),
        { maxLength: 40 },
      );
      await fc.assert(
        fc.asyncProperty(acts, async (list) => {
          const { another, admitted } = await start();
          const queues = [another(), another(), another(), another()];
          const known = new Set<string>();
          let under: Promise<unknown>[] = [];
          for (const [i, { who, leaves, at, together }] of list.entries()) {
            const queue = queues[at] ?? another();
            const id = `${who}/${i}`;
            known.add(id);
            under.push(queue.enter(jobOf(id)));
            const [gone] = leaves < 4 ? [...known].slice(leaves) : [];
            if (gone !== undefined) {
              known.delete(gone);
              // Not before it has come: a job is one step at a time.
              under.push(Promise.all(under).then(() => queue.leave(gone)));
            }
            if (together) continue;
            await Promise.all(under);
            under = [];
            const inside = await queue.ids('inside');
            const waiting = (await queue.ids('all')).filter((one) => !inside.includes(one));
            expect(new Set([...inside, ...waiting])).toEqual(known);
            for (const one of inside)
              expect(
                fitsBeside(
                  inside.filter((other) => other !== one),
                  LIMITS,
                  one,
                ),
              ).toBe(true);
            expect(waiting.filter((one) => fitsBeside(inside, LIMITS, one))).toEqual([]);
            for (const one of waiting) expect(await queue.waits(one)).toBe(true);
          }
          await Promise.all(under);
          // Nobody is woken twice.
          expect(new Set(admitted).size).toBe(admitted.length);
        }),
        { numRuns },
      );
    });

    it('always serves the one whose space, and then whose self, was served longest ago, and names each its place so', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(NAMES, { minLength: 2, maxLength: 20 }),
          fc.nat(20),
          async (asked, other) => {
            const { queue, admitted } = await start(ONE_AT_ONCE);
            const jobs = asked.map((who, i) => jobOf(`${who}/${i}`));
            for (const job of jobs) await queue.enter(job);
            // One goes without having been let in, wherever it stands.
            const [now, ...rest] = jobs;
            const gone = rest[other % rest.length];
            await queue.leave(gone?.id ?? '');
            const waiting = rest.filter((job) => job !== gone);
            const places = await Promise.all(waiting.map((job) => queue.enter(job)));
            for (let i = 0; i < waiting.length; i += 1)
              await queue.leave(i === 0 ? (now?.id ?? '') : (admitted.at(-1) ?? ''));
            expect(admitted).toEqual(
              byFairness(
                now?.id ?? '',
                waiting.map(({ id }) => id),
              ),
            );
            expect(places).toEqual(
              waiting.map(({ id }) => ({ admitted: false, place: admitted.indexOf(id) + 1 })),
            );
          },
        ),
        { numRuns },
      );
    });

    it('lets one who comes after a flood of fifty spaces in within 51 admissions, though one of three processes is gone by then', async () => {
      const { queue, another, admitted } = await start({ ...ONE_AT_ONCE, overall: 2 });
      const processes = [queue, another(), another()];
      let turn = 0;
      const next = (): AdmissionQueue => {
        turn += 1;
        return processes[turn % processes.length] ?? queue;
      };
      const leave = async (): Promise<void> => {
        const inside = await queue.ids('inside');
        expect(inside.length).toBeLessThanOrEqual(2);
        await next().leave(inside[0] ?? '');
      };
      for (let i = 0; i < 150; i += 1) await next().enter(jobOf(`s${i % 50}/${i % 3}/${i}`));
      for (let i = 0; i < 20; i += 1) await leave();
      const before = admitted.length;
      await next().enter(jobOf('single/1/x'));
      for (let i = 0; i < 15; i += 1) await leave();
      processes.pop();
      while (!admitted.includes('single/1/x')) await leave();
      expect(admitted.length - before).toBeLessThanOrEqual(51);
    });
  });
}

/** The order in which they should be let in, one at a time, after the first one. */
function byFairness(first: string, waiting: readonly string[]): string[] {
  const served = new Map<string, number>();
  const since = (who: string): number => served.get(who) ?? 0;
  const serve = (id: string): void => {
    const turn = served.size + 1 + Math.max(0, ...served.values());
    served.set(spaceOf(id), turn).set(memberOf(id), turn);
  };
  serve(first);
  const left = [...waiting];
  const order: string[] = [];
  while (left.length > 0) {
    const next = left.reduce((a, b) => {
      const later = since(spaceOf(b)) - since(spaceOf(a)) || since(memberOf(b)) - since(memberOf(a));
      return later < 0 ? b : a;
    });
    left.splice(left.indexOf(next), 1);
    order.push(next);
    serve(next);
  }
  return order;
}
