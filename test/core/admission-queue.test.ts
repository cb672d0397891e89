import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobIn } from '../../src/core/job/job.ts';
import {
  type AdmissionLimits,
  admissionLimitsFor,
  createAdmissionQueue,
} from '../../src/core/limits/admission-queue.ts';
import { createQueueOrder, type Waiter } from '../../src/core/limits/queue-order.ts';
import { jobIn } from '../fakes/jobs.ts';
import { createRemote } from '../fakes/remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS } from '../fakes/world.ts';

const RULES: AdmissionLimits = { perMember: 1, perSpace: 2, overall: 3 };

let made = 0;
function jobOf(name: string, over: { state?: 'created' | 'queued' } = {}): JobIn<'created' | 'queued'> {
  const [space = '', member = ''] = name.split('/');
  made += 1;
  const job = jobIn(over.state ?? 'created', { id: name, createdAt: made });
  const requester = { ...job.requester, platform: 'discord' as const, spaceId: space, memberId: member };
  return { ...job, requester };
}

function make(rules: AdmissionLimits = RULES) {
  const admitted: string[] = [];
  const moved: [string, number][] = [];
  const admissionQueue = createAdmissionQueue({
    rules: () => rules,
    now: () => 5,
    onAdmit: (id) => void admitted.push(id),
    onMoved: (job, place) => void moved.push([job.id, place]),
  });
  return {
    line: admissionQueue,
    admitted,
    moved,
    enter: (name: string) => admissionQueue.enter(jobOf(name)),
  };
}

describe('the queue', () => {
  it('lets a member render one at a time, a space a few, and everybody together only so many', () => {
    const { enter } = make();
    expect(enter('a/1/x').admitted).toBe(true);
    expect(enter('a/1/y')).toEqual({ admitted: false, place: 1 });
    expect(enter('a/2/x').admitted).toBe(true);
    expect(enter('a/3/x').admitted).toBe(false);
    expect(enter('b/1/x').admitted).toBe(true);
    expect(enter('c/1/x')).toEqual({ admitted: false, place: 1 });
  });

  it('answers the same when it is asked again', () => {
    const { line: admissionQueue } = make();
    const job = jobOf('a/1/x');
    expect([admissionQueue.enter(job), admissionQueue.enter(job)]).toEqual([
      { admitted: true, at: 5 },
      { admitted: true, at: 5 },
    ]);
  });

  it('lets those in for whom there is room by now, in their order, when one of them asks again', () => {
    const rules = { perMember: 9, perSpace: 9, overall: 1 };
    const { line: admissionQueue, admitted } = make(rules);
    const jobs = ['a/1/x', 'a/1/y', 'b/1/x', 'c/1/x'].map((name) => jobOf(name));
    for (const job of jobs) admissionQueue.enter(job);
    const [, last = jobOf('a/1/y')] = jobs;
    rules.overall = 3;
    // Whoever asks is not let in before those who stand before it.
    expect(admissionQueue.enter(last)).toEqual({ admitted: false, place: 1 });
    expect(admitted).toEqual(['b/1/x', 'c/1/x']);
    rules.overall = 4;
    expect(admissionQueue.enter(last)).toEqual({ admitted: true, at: 5 });
    expect(admitted).toEqual(['b/1/x', 'c/1/x', 'a/1/y']);
  });

  it('goes round the spaces, then round the members, whoever asked most', () => {
    const { line: admissionQueue, enter, admitted } = make({ perMember: 9, perSpace: 9, overall: 1 });
    enter('a/1/now');
    for (const name of ['a/1/x', 'a/1/y', 'a/1/z', 'a/2/x', 'b/1/x', 'b/1/y']) enter(name);
    for (let i = 0; i < 6; i += 1) admissionQueue.leave(['a/1/now', ...admitted][i] ?? '');
    expect(admitted).toEqual(['b/1/x', 'a/2/x', 'b/1/y', 'a/1/x', 'a/1/y', 'a/1/z']);
  });

  it('tells who moved up, and wakes who comes in', () => {
    const { line: admissionQueue, enter, admitted, moved } = make({ perMember: 9, perSpace: 9, overall: 1 });
    for (const name of ['a/1/x', 'a/1/y', 'a/1/z']) enter(name);
    admissionQueue.leave('a/1/x');
    expect(admitted).toEqual(['a/1/y']);
    expect(moved).toContainEqual(['a/1/z', 1]);
  });

  it('tells those far back only now and then that they moved, and those near the front each time', () => {
    const {
      line: admissionQueue,
      enter,
      moved,
      admitted,
    } = make({ perMember: 9, perSpace: 999, overall: 1 });
    const names = Array.from({ length: 201 }, (_, i) => `a/${i}/x`);
    for (const name of names) enter(name);
    admissionQueue.leave('a/0/x');
    expect(moved.map(([, place]) => place)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (let i = 0; i < 199; i += 1) admissionQueue.leave(admitted[i] ?? '');
    expect(admitted).toEqual(names.slice(1));
    const toldLast = moved.filter(([id]) => id === 'a/200/x').map(([, place]) => place);
    expect(toldLast.slice(-10)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(toldLast.length).toBeLessThan(45);
  });

  it('names each its place as it would be let in, whoever comes, and goes', () => {
    const names = fc.constantFrom('a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c/1');
    fc.assert(
      fc.property(fc.array(names, { minLength: 2, maxLength: 40 }), fc.nat(30), (asked, left) => {
        const served = new Map([
          ['b', 3],
          ['a', 2],
          ['a a/2', 1],
        ]);
        const order = createQueueOrder<Waiter>((key) => served.get(key) ?? 0);
        asked.forEach((name, i) => {
          const space = name.slice(0, 1);
          order.add({ id: `${i}`, space, member: `${space} ${name}`, since: (i * 7) % 5 });
        });
        order.remove(`${left}`);
        const all = order.all();
        expect(all).toHaveLength(order.size());
        expect(all.map(({ id }) => order.placeOf(id))).toEqual(all.map((_, i) => i + 1));
        expect(order.first(() => true)).toBe(all[0]);
        const notA = all.find(({ space }) => space !== 'a');
        expect(order.first(({ space }) => space !== 'a')).toBe(notA);
        const notFirst = all.find(({ member }) => member !== all[0]?.member);
        expect(order.first(({ member }) => member !== all[0]?.member)).toBe(notFirst);
      }),
    );
  });

  it('forgets a job that stops waiting, and lets nobody in for it', () => {
    const { line: admissionQueue, enter, admitted } = make();
    enter('a/1/x');
    enter('a/1/y');
    admissionQueue.leave('a/1/y');
    expect([admissionQueue.waits('a/1/y'), admitted]).toEqual([false, []]);
  });

  it('counts what a provider has already, even beyond the rules', () => {
    const { line: admissionQueue, enter } = make();
    for (const member of ['1', '2', '3', '4']) {
      expect(admissionQueue.enter(jobOf(`a/${member}/x`, { state: 'queued' })).admitted).toBe(true);
    }
    expect(enter('b/1/x').admitted).toBe(false);
  });

  it('never lets more in than the rules say, and leaves nobody waiting who could go', () => {
    const names = fc.constantFrom('a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c/1');
    fc.assert(
      fc.property(fc.array(fc.record({ who: names, leave: fc.nat(9) }), { maxLength: 60 }), (steps) => {
        const { line: admissionQueue, admitted } = make();
        const inside: string[] = [];
        const waiting: string[] = [];
        steps.forEach(({ who, leave }, i) => {
          const id = `${who}/${i}`;
          (admissionQueue.enter(jobOf(id)).admitted ? inside : waiting).push(id);
          if (leave < 4 && inside.length > 0) {
            admissionQueue.leave(inside.splice(leave % inside.length, 1)[0] ?? '');
            for (const one of admitted.splice(0)) {
              waiting.splice(waiting.indexOf(one), 1);
              inside.push(one);
            }
          }
          const spaceOf = (name: string) => name.split('/')[0];
          const memberOf = (name: string) => name.split('/').slice(0, 2).join('/');
          const fits = (name: string) =>
            inside.length < RULES.overall &&
            inside.filter((one) => spaceOf(one) === spaceOf(name)).length < RULES.perSpace &&
            inside.filter((one) => memberOf(one) === memberOf(name)).length < RULES.perMember;
          expect(inside.length).toBeLessThanOrEqual(RULES.overall);
          expect(waiting.filter(fits)).toEqual([]);
          expect(waiting.every((name) => admissionQueue.waits(name))).toBe(true);
        });
      }),
    );
  });

  it('always serves the one whose space, and then whose self, was served longest ago', () => {
    const names = fc.constantFrom('a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c/1');
    fc.assert(
      fc.property(fc.array(names, { minLength: 2, maxLength: 30 }), (asked) => {
        const { line: admissionQueue, admitted } = make({ perMember: 9, perSpace: 9, overall: 1 });
        const ids = asked.map((name, i) => `${name}/${i}`);
        for (const id of ids) admissionQueue.enter(jobOf(id));
        for (let i = 1; i < ids.length; i += 1)
          admissionQueue.leave(i === 1 ? (ids[0] ?? '') : (admitted.at(-1) ?? ''));

        const [first = '', ...left] = ids;
        const served = new Map<string, number>();
        const spaceOf = (id: string) => id.slice(0, 1);
        const memberOf = (id: string) => id.slice(0, 3);
        const serve = (id: string) => {
          turn += 1;
          served.set(spaceOf(id), turn).set(memberOf(id), turn);
          return id;
        };
        let turn = 0;
        serve(first);
        const since = (who: string) => served.get(who) ?? 0;
        const expected: string[] = [];
        while (left.length > 0) {
          const next = left.reduce((a, b) => {
            const later = since(spaceOf(b)) - since(spaceOf(a)) || since(memberOf(b)) - since(memberOf(a));
            return later < 0 ? b : a;
          });
          left.splice(left.indexOf(next), 1);
          expected.push(serve(next));
        }
        expect(admitted).toEqual(expected);
      }),
    );
  });

  it('knows only the limit over everything on the page', () => {
    const rulesOf = admissionLimitsFor(RULES);
    expect(rulesOf({ ...EVENT.requester, platform: 'discord' })).toEqual(RULES);
    expect(rulesOf(EVENT.requester)).toEqual({ perMember: 3, perSpace: 3, overall: 3 });
  });
});

describe('a job in the queue', () => {
  const discord = {
    ...EVENT.requester,
    platform: 'discord' as const,
    spaceId: 'discord:1',
    memberId: 'discord:2',
  };

  async function two() {
    const world = createWorld();
    const life = world.boot();
    await life.jobs.recover();
    const choices = { orientation: 'auto' as const, quality: 'standard' as const, sound: true, trim: false };
    for (const id of ['discord-1', 'discord-2']) {
      const made = await createJob(life.intake, { id, requester: discord }, UPLOADS, choices);
      if (!made.ok) throw new Error(made.refusal.code);
      world.time.now += 1;
    }
    await life.scheduler.runNext();
    await life.scheduler.runNext();
    return { world, life, state: async (id: string) => (await world.disk.store.get(id))?.state };
  }

  it('is not sent before the one before it has ended, and is then', async () => {
    const { world, life, state } = await two();
    expect([await state('discord-1'), await state('discord-2')]).toEqual(['queued', 'created']);
    expect(await world.disk.store.get('discord-2')).toMatchObject({ place: 1 });
    expect(world.remotes[0]?.submits).toHaveLength(1);
    await life.jobs.cancel('discord-1');
    await life.scheduler.runNext();
    expect(await state('discord-2')).not.toBe('created');
  });

  it('waits for one that was lost and is found again, too', async () => {
    const remote = createRemote('paid');
    remote.answers = ['lost'];
    let found = false;
    remote.provider.find = async () => (found ? { id: 'op-1' } : undefined);
    remote.statuses = [{ state: 'queued', position: 1 }];
    const world = createWorld({ remotes: [remote] });
    const life = world.boot();
    await life.jobs.recover();
    const state = async () => (await world.disk.store.get('discord-1'))?.state;
    await createJob(life.intake, { id: 'discord-1', requester: discord }, UPLOADS, CHOICES);
    while ((await state()) !== 'unknown') await life.scheduler.runNext();
    found = true;
    while ((await state()) !== 'queued') await life.scheduler.runNext();
    const next = { ...jobIn('created', { id: 'discord-2' }), requester: discord };
    expect(life.ctx.admissionQueue.enter(next)).toEqual({ admitted: false, place: 1 });
  });

  it('can be called off, and costs nothing then', async () => {
    const { world, life, state } = await two();
    expect((await life.jobs.cancel('discord-2')).ok).toBe(true);
    expect([await state('discord-2'), world.remotes[0]?.submits.length]).toEqual(['cancelled', 1]);
  });

  it('has its whole time to render, however long it waited', async () => {
    const { world, life } = await two();
    world.time.now += 50 * 60_000;
    await life.jobs.cancel('discord-1');
    await life.scheduler.runNext();
    const job = await world.disk.store.get('discord-2');
    expect((job?.deadlineAt ?? 0) - world.time.now).toBe(3_600_000);
  });

  it('still waits after a restart', async () => {
    const { world, state } = await two();
    world.fuse.newLife();
    const life = world.boot();
    await life.jobs.recover();
    for (let i = 0; i < 3; i += 1) await life.scheduler.runNext();
    expect(await state('discord-2')).toBe('created');
  });
});
