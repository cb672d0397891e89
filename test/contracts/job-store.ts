import { describe, expect, it } from 'vitest';
import { isOver, type Job, type JobState, MOVES } from '../../src/core/job/job.ts';
import { StaleJob } from '../../src/core/job/stale-job.ts';
import type { JobStore } from '../../src/core/ports.ts';
import { jobIn } from '../fakes/jobs.ts';

const STATES = Object.keys(MOVES) as JobState[];

async function idsOf(jobs: AsyncIterable<Job>): Promise<string[]> {
  const ids: string[] = [];
  for await (const job of jobs) ids.push(job.id);
  return ids.sort();
}

/** Saves it over what is there, as somebody who has just read that. */
async function put(store: JobStore, job: Job): Promise<void> {
  const { rev } = (await store.get(job.id)) ?? {};
  await store.save({ ...job, ...(rev === undefined ? {} : { rev }) });
}

/** What the core may count on from any JobStore. `make` gives an empty one, and sees to its own clean-up. */
export function jobStoreContract(name: string, make: () => JobStore | Promise<JobStore>): void {
  describe(`${name} keeps the contract of a job store`, () => {
    it('does not know a job that was never saved', async () => {
      expect(await (await make()).get('web:nobody')).toBeUndefined();
    });

    it.each(STATES)('gives back a %s job exactly as it was saved', async (state) => {
      const store = await make();
      const job = jobIn(state);
      const saved = await store.save(job);
      expect(saved).toStrictEqual({ ...job, rev: 1 });
      expect(await store.get(job.id)).toStrictEqual(saved);
    });

    it.each([
      'plain',
      ':starts with a colon',
      ':base64:AAAA',
      `quotes ' " and a percent % _`,
      'emoji 🕺 and\nlines',
    ])('keeps the text %j as it is, in ids, spaces and prompts', async (text) => {
      const store = await make();
      const job = jobIn('queued', { id: text });
      job.requester.spaceId = text;
      job.requester.target = { [text]: text };
      job.request.prompt = text;
      const saved = await store.save(job);
      expect(await store.get(text)).toStrictEqual(saved);
      expect(await store.recent(text, 5)).toStrictEqual([saved]);
      expect(await idsOf(store.open())).toEqual([text]);
    });

    it('keeps a copy: what a caller changes afterwards is not saved', async () => {
      const store = await make();
      const job = jobIn('queued');
      await store.save(job);
      job.position = 99;
      const read = await store.get(job.id);
      expect(read).toMatchObject({ position: 2 });
      if (read) read.deadlineAt = 0;
      expect(await store.get(job.id)).not.toMatchObject({ deadlineAt: 0 });
    });

    it('replaces the whole record, so that fields of the old state are gone', async () => {
      const store = await make();
      const { rev = 0 } = await store.save(jobIn('running'));
      await store.save({ ...jobIn('failed'), rev });
      expect(await store.get('web:1')).toStrictEqual({ ...jobIn('failed'), rev: 2 });
    });

    it('takes a save of what was read last alone, and leaves the record to whoever was first', async () => {
      const store = await make();
      const first = await store.save(jobIn('queued'));
      const second = await store.save({ ...first, position: 7 });
      for (const stale of [jobIn('queued'), first, { ...second, rev: 9 }])
        await expect(store.save(stale)).rejects.toThrow(StaleJob);
      expect(await store.get(first.id)).toStrictEqual(second);
    });

    it('lets one of several go on who have read the same, also where all are new', async () => {
      const store = await make();
      for (const job of [jobIn('created'), jobIn('queued')]) {
        const read = (await store.get(job.id)) ?? job;
        const tries = Array.from({ length: 8 }, (_, n) => store.save({ ...read, deadlineAt: n }));
        const outcomes = await Promise.allSettled(tries);
        const [won, ...others] = outcomes.filter(({ status }) => status === 'fulfilled');
        expect(others).toEqual([]);
        expect(await store.get(job.id)).toStrictEqual(Object(won).value);
        for (const one of outcomes) if (one !== won) expect(Object(one).reason).toBeInstanceOf(StaleJob);
      }
    });

    it('brings no job back that was forgotten', async () => {
      const store = await make();
      const saved = await store.save(jobIn('queued'));
      await store.remove(saved.id);
      await expect(store.save(saved)).rejects.toThrow(StaleJob);
      expect(await store.get(saved.id)).toBeUndefined();
    });

    it('lists as open exactly the jobs that are not over', async () => {
      const store = await make();
      const jobs = STATES.map((state) => jobIn(state, { id: `web:${state}` }));
      for (const job of jobs) await store.save(job);
      const expected = jobs.filter((job) => !isOver(job)).map((job) => job.id);
      expect(await idsOf(store.open())).toEqual(expected.sort());
    });

    it('no longer lists a job as open once it is over', async () => {
      const store = await make();
      await store.save(jobIn('queued'));
      await put(store, jobIn('cancelled'));
      expect(await idsOf(store.open())).toEqual([]);
    });

    it('lists every open job once, also when jobs end and come while the list is read', async () => {
      const store = await make();
      // Each id is the beginning of the next: a list read by pages must not step over any.
      const ids = Array.from({ length: 220 }, (_, i) => `web:${'x'.repeat(i)}`);
      for (const id of ids) await store.save(jobIn('queued', { id }));
      const endEarly = [ids[100], ids[210]].filter((id) => id !== undefined);
      const seen: string[] = [];
      for await (const job of store.open()) {
        seen.push(job.id);
        // Each job read ends itself; two not yet reached, near and far, end too; a new one comes.
        await put(store, jobIn('failed', { id: job.id }));
        if (seen.length !== 50) continue;
        for (const id of endEarly) await put(store, jobIn('failed', { id }));
        await store.save(jobIn('queued', { id: 'web:new' }));
      }
      const old = seen.filter((id) => id !== 'web:new');
      expect(old).toEqual(ids.filter((id) => !endEarly.includes(id)));
    });

    it('gives an open job as it is when it is reached, not as it was when the list was begun', async () => {
      const store = await make();
      for (const id of ['web:a', 'web:b']) await store.save(jobIn('queued', { id }));
      const states: JobState[] = [];
      for await (const job of store.open()) {
        states.push(job.state);
        await put(store, jobIn('running', { id: 'web:a' }));
        await put(store, jobIn('running', { id: 'web:b' }));
      }
      expect(states).toEqual(['queued', 'running']);
    });

    it('lists the newest jobs of one space, newest first, over or not', async () => {
      const store = await make();
      for (const [id, createdAt] of [
        ['web:old', 1000],
        ['web:new', 3000],
        ['web:middle', 2000],
      ] as const) {
        await store.save(jobIn(id === 'web:new' ? 'failed' : 'queued', { id, createdAt }));
      }
      const elsewhere = jobIn('queued', { id: 'web:elsewhere', createdAt: 4000 });
      elsewhere.requester.spaceId = 'discord:1';
      await store.save(elsewhere);
      expect((await store.recent('web:page', 2)).map((job) => job.id)).toEqual(['web:new', 'web:middle']);
      expect((await store.recent('web:page', 10)).map((job) => job.id)).toEqual([
        'web:new',
        'web:middle',
        'web:old',
      ]);
      expect((await store.recent('discord:1', 10)).map((job) => job.id)).toEqual(['web:elsewhere']);
      expect(await store.recent('discord:2', 10)).toEqual([]);
    });

    it('lists the newest jobs of one member, newest first, over or not, wherever they were asked for', async () => {
      const store = await make();
      const requester = { ...jobIn('queued').requester, memberId: 'discord:7' };
      const there = { ...requester, spaceId: 'discord:2' };
      await store.save(jobIn('queued', { id: 'a', createdAt: 1000, requester }));
      await store.save(jobIn('failed', { id: 'b', createdAt: 3000, requester: there }));
      await store.save(jobIn('delivered', { id: 'c', createdAt: 2000, requester }));
      await store.save(jobIn('queued', { id: 'd', createdAt: 4000 }));
      expect((await store.ofMember('discord:7', 9)).map((job) => job.id)).toEqual(['b', 'c', 'a']);
      expect((await store.ofMember('discord:7', 2)).map((job) => job.id)).toEqual(['b', 'c']);
      expect(await store.ofMember('discord:77', 9)).toEqual([]);
    });

    it('finds jobs by the code that members see, all of them where a code came up twice', async () => {
      const store = await make();
      for (const id of ['a', 'b']) await store.save(jobIn('queued', { id, code: 'K7M2QX' }));
      await store.save(jobIn('queued', { id: 'c', code: 'K7M2QY' }));
      expect((await store.byCode('K7M2QX')).map((job) => job.id)).toEqual(['a', 'b']);
      expect(await store.byCode('')).toEqual([]);
    });

    it('forgets a job in every list, and no other', async () => {
      const store = await make();
      for (const id of ['a', 'b']) await store.save(jobIn('delivered', { id }));
      await store.remove('a');
      await store.remove('a');
      await store.remove('nobody');
      expect(await store.get('a')).toBeUndefined();
      expect((await store.recent('web:page', 9)).map((job) => job.id)).toEqual(['b']);
      expect((await store.ofMember('web:me', 9)).map((job) => job.id)).toEqual(['b']);
      expect(await store.byCode(jobIn('delivered', { id: 'a' }).code)).toEqual([]);
    });

    it('says of each file whether any job needs it, until the last one is forgotten', async () => {
      const store = await make();
      const done = jobIn('delivered', { id: 'a' });
      const smaller = { ...done.video, key: `${'d'.repeat(64)}.mp4` };
      const { image, clip } = done.inputs;
      await store.save({ ...done, smaller });
      await store.save(jobIn('queued', { id: 'b' }));
      const uses = async () =>
        Promise.all([image, clip, done.video, smaller].map(({ key }) => store.uses(key)));
      expect(await uses()).toEqual([true, true, true, true]);
      expect(await store.uses(`${'e'.repeat(64)}.mp4`)).toBe(false);
      await store.remove('a');
      expect(await uses()).toEqual([true, true, false, false]);
      await store.remove('b');
      expect(await uses()).toEqual([false, false, false, false]);
    });

    it('says whether any job has a handle, whatever else is noted of it', async () => {
      const store = await make();
      const operation = { id: 'x-1', at: 7, more: null };
      await store.save({ ...jobIn('queued', { id: 'a' }), operation });
      await store.save({ ...jobIn('unknown', { id: 'b' }), candidate: { id: 'x-2' } });
      await store.save(jobIn('created', { id: 'c' }));
      expect(await store.holds({ id: 'x-1' })).toBe(true);
      expect(await store.holds({ id: 'x-1', at: 7 })).toBe(true);
      expect(await store.holds({ id: 'x-1', at: 8 })).toBe(true);
      expect(await store.holds({ id: 'x-2' })).toBe(false);
      expect(await store.holds({ id: 7 })).toBe(false);
      expect(await store.holds({ other: 'x-1' })).toBe(false);
      expect(await store.holds({ at: 7 })).toBe(false);
      expect(await store.holds({})).toBe(false);
      await store.remove('a');
      expect(await store.holds({ id: 'x-1' })).toBe(false);
    });

    it('names every space that has jobs, once', async () => {
      const store = await make();
      for (const [id, spaceId] of [
        ['a', 'x'],
        ['b', 'y'],
        ['c', 'x'],
      ] as const) {
        const job = jobIn('queued', { id });
        await store.save({ ...job, requester: { ...job.requester, spaceId } });
      }
      expect(await store.spaces()).toEqual(['x', 'y']);
    });

    it('gives the jobs of a space, the oldest first and only those from before, also while they go', async () => {
      const store = await make();
      for (const [id, createdAt] of [
        ['new', 30],
        ['old', 10],
        ['middle', 20],
      ] as const)
        await store.save(jobIn('delivered', { id, createdAt }));
      await store.save(jobIn('completed', { id: 'open', createdAt: 10 }));
      const { requester } = jobIn('queued');
      const elsewhere = { ...requester, spaceId: 'discord:2' };
      await store.save(jobIn('delivered', { id: 'elsewhere', createdAt: 1, requester: elsewhere }));
      const ids: string[] = [];
      for await (const { id } of store.oldest(requester.spaceId, 30)) {
        ids.push(id);
        await store.remove(id);
      }
      expect(ids).toEqual(['old', 'open', 'middle']);
      for await (const { id } of store.oldest(requester.spaceId, 30)) expect.fail(`${id} is still there`);
      expect(await store.unreadableOf(requester.memberId)).toEqual([]);
    });
  });
}
