import { describe, expect, it, onTestFinished } from 'vitest';
import type { Bus } from '../../src/core/bus.ts';
import { createJobEvents } from '../../src/core/events.ts';
import type { Job } from '../../src/core/job/job.ts';
import type { JobStore } from '../../src/core/ports.ts';
import { type SharedJobEvents, shareJobEvents } from '../../src/core/shared-events.ts';
import { memoryBuses } from '../fakes/buses.ts';
import { jobIn } from '../fakes/jobs.ts';
import { memoryJobStore } from '../fakes/store.ts';

const throws = (error: unknown): never => {
  throw error;
};

function processOn(bus: Bus | undefined, store: Pick<JobStore, 'get' | 'open'>, errors?: unknown[]) {
  if (!bus) throw new Error('a process too many');
  const onError = errors ? (error: unknown) => void errors.push(error) : throws;
  const events = shareJobEvents(createJobEvents(throws), { bus, store, onError, againMs: 1 });
  onTestFinished(() => events.stop());
  return events;
}

/** What is told there, in few words. */
function toldBy(events: SharedJobEvents, key = '*'): string[] {
  const told: string[] = [];
  const stop = events.subscribe(key, (job) => {
    told.push(`${job.id} ${job.state} rev ${job.rev}`);
  });
  onTestFinished(stop);
  return told;
}

function setUp() {
  const wires = memoryBuses(2);
  const store = memoryJobStore();
  const reads = { count: 0 };
  const counted: typeof store = {
    ...store,
    get(id) {
      reads.count += 1;
      return store.get(id);
    },
  };
  const [here, there] = wires.buses.map((bus) => processOn(bus, counted)) as [
    SharedJobEvents,
    SharedJobEvents,
  ];
  /** Saves the job and tells of it here, as a move does. */
  async function move(job: Job, by = here): Promise<Job> {
    const saved = await store.save(job);
    by.publish(saved);
    return saved;
  }
  const next = (before: Job, after: Job): Job => ({ ...after, ...(before.rev ? { rev: before.rev } : {}) });
  return { ...wires, store, reads, here, there, move, next };
}

describe('what a process publishes of a job', () => {
  it('is told by it at once, and by the others once they have read the job', async () => {
    const { here, there, move } = setUp();
    const [mine, theirs] = [toldBy(here), toldBy(there)];
    const saving = move(jobIn('created'));
    await saving;
    expect(mine).toEqual(['web:1 created rev 1']);
    await expect.poll(() => theirs).toEqual(['web:1 created rev 1']);
  });

  it('has its effects in that process alone, and what is only to be seen anew has none', async () => {
    const { here, there, move } = setUp();
    const moved: string[] = [];
    here.onMove(({ state }) => moved.push(`here ${state}`));
    there.onMove(({ state }) => moved.push(`there ${state}`));
    const theirs = toldBy(there);
    const job = await move(jobIn('queued'));
    await expect.poll(() => theirs).toHaveLength(1);
    here.refresh({ ...job, rev: 1 });
    expect(moved).toEqual(['here queued']);
  });

  it('is told once by the others, however often they hear of it, and in its latest state', async () => {
    const { there, store, here, next } = setUp();
    const theirs = toldBy(there);
    const first = await store.save(jobIn('queued'));
    const second = await store.save(next(first, jobIn('running')));
    for (const job of [first, second, second, first]) here.publish(job);
    await expect.poll(() => theirs).toEqual(['web:1 running rev 2']);
    const third = await store.save(next(second, jobIn('completed')));
    here.publish(third);
    await expect.poll(() => theirs).toEqual(['web:1 running rev 2', 'web:1 completed rev 3']);
  });

  it('is not read by a process where nobody listens to that job', async () => {
    const { there, move, reads } = setUp();
    const other = toldBy(there, 'web:2');
    await move(jobIn('queued'));
    await move(jobIn('queued', { id: 'web:2' }));
    await expect.poll(() => other).toHaveLength(1);
    expect(reads.count).toBe(1);
  });

  it('that is gone by the time it is read is told to nobody', async () => {
    const { there, here, store, move } = setUp();
    const theirs = toldBy(there);
    const job = await store.save(jobIn('queued'));
    await store.remove(job.id);
    here.publish(job);
    await move(jobIn('queued', { id: 'web:2' }));
    await expect.poll(() => theirs).toEqual(['web:2 queued rev 1']);
  });
});

describe('after a gap', () => {
  it('every job that has moved on is told once, also one that has ended or began meanwhile', async () => {
    const { there, move, next, cut, mend } = setUp();
    const theirs = toldBy(there);
    const [same, ends] = [await move(jobIn('queued')), await move(jobIn('queued', { id: 'web:2' }))];
    await expect.poll(() => theirs).toHaveLength(2);
    cut();
    await move(next(ends, jobIn('failed', { id: 'web:2' })));
    await move(jobIn('created', { id: 'web:3' }));
    mend();
    await expect.poll(() => theirs.slice(2).sort()).toEqual(['web:2 failed rev 2', 'web:3 created rev 1']);
    await move(next(same, jobIn('running')));
    await expect.poll(() => theirs.at(-1)).toBe('web:1 running rev 2');
    expect(theirs).toHaveLength(5);
  });

  it('one who listens to a single job hears of its end', async () => {
    const { there, move, next, cut, mend } = setUp();
    const theirs = toldBy(there, 'web:1');
    cut();
    await move(next(await move(jobIn('queued')), jobIn('delivered')));
    mend();
    await expect.poll(() => theirs).toEqual(['web:1 delivered rev 2']);
  });
});

describe('where the database can not be read', () => {
  it('the others are told once it can be, of jobs and of gaps', async () => {
    const wires = memoryBuses(2);
    const store = memoryJobStore();
    const errors: unknown[] = [];
    let isAway = true;
    const away = { ...store, open: () => open(), get: (id: string) => get(id) };
    const get = async (id: string) => (isAway ? throws(new Error('away')) : store.get(id));
    async function* open() {
      if (isAway) throw new Error('away');
      yield* store.open();
    }
    const here = processOn(wires.buses[0], store);
    const there = processOn(wires.buses[1], away, errors);
    const theirs = toldBy(there);
    here.publish(await store.save(jobIn('queued')));
    wires.mend();
    await store.save(jobIn('queued', { id: 'web:2' }));
    await expect.poll(() => errors.length).toBeGreaterThan(1);
    isAway = false;
    await expect.poll(() => theirs.sort()).toEqual(['web:1 queued rev 1', 'web:2 queued rev 1']);
  });

  it('one record that can never be read keeps no other from being told', async () => {
    const wires = memoryBuses(2);
    const store = memoryJobStore();
    const errors: unknown[] = [];
    const bad = { ...store, get: async (id: string) => (id === 'web:1' ? throws(id) : store.get(id)) };
    const [here, there] = [processOn(wires.buses[0], store), processOn(wires.buses[1], bad, errors)];
    const theirs = toldBy(there);
    for (const id of ['web:1', 'web:2']) here.publish(await store.save(jobIn('queued', { id })));
    await expect.poll(() => theirs).toEqual(['web:2 queued rev 1']);
    await expect.poll(() => errors).toHaveLength(5);
    // Ends although a record is still bad.
    here.publish(await store.save(jobIn('queued', { id: 'web:3' })));
    await expect.poll(() => theirs).toEqual(['web:2 queued rev 1', 'web:3 queued rev 1']);
  });
});
