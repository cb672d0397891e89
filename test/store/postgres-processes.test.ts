/** How processes on one PostgreSQL know of each other. */
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createBus } from '../../src/core/bus.ts';
import { createJobEvents } from '../../src/core/events.ts';
import type { Job } from '../../src/core/job/job.ts';
import { followProcesses, type ProcessFacts } from '../../src/core/processes.ts';
import { shareJobEvents } from '../../src/core/shared-events.ts';
import { createProcessTable } from '../../src/store/postgres-processes.ts';
import { jobIn } from '../fakes/jobs.ts';
import { postgresNeeded, postgresOfFile } from '../postgres/open.ts';
import { silent } from '../providers/subject.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const facts = (id: string, over: Partial<ProcessFacts> = {}): ProcessFacts => ({
  id,
  host: 'one',
  roles: ['page', 'worker'],
  holds: [],
  version: '1.0.0',
  startedAt: 5,
  ...over,
});

function follow(
  table: ReturnType<typeof createProcessTable>,
  own: () => ProcessFacts,
  onGone: () => void = () => {},
) {
  const processes = followProcesses({ table, facts: own, onGone, log: silent, everyMs: 5 });
  onTestFinished(() => processes.stop());
  return processes;
}

describe('the processes on one PostgreSQL', postgresNeeded, () => {
  it('hear of each other what each is there for and has, as that changes, and of the end of one', async () => {
    const table = createProcessTable(await postgres.empty());
    let holds = ['front:discord'];
    const first = follow(table, () => facts('a', { holds }));
    const second = follow(table, () => facts('b', { roles: ['telegram'], startedAt: 6 }));
    const seen = () => second.alive().map(({ id, roles, holds }) => ({ id, roles, holds }));
    const b = { id: 'b', roles: ['telegram'], holds: [] };
    await expect.poll(seen).toEqual([{ id: 'a', roles: ['page', 'worker'], holds: ['front:discord'] }, b]);
    holds = [];
    await expect.poll(seen).toEqual([{ id: 'a', roles: ['page', 'worker'], holds: [] }, b]);
    await first.stop();
    await expect.poll(seen).toEqual([b]);
  });

  it('count one as gone that has said nothing for a while, by the clock of the database, and forget it after a day', async () => {
    const db = await postgres.empty();
    const table = createProcessTable(db);
    await table.say(facts('a'));
    await table.say(facts('b'));
    await db.run("UPDATE processes SET seen_at = seen_at - 20000 WHERE id = 'a'");
    const processes = follow(table, () => facts('c'));
    await expect.poll(() => processes.alive().map(({ id }) => id)).toEqual(['b', 'c']);
    expect((await table.all()).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    await db.run("UPDATE processes SET seen_at = seen_at - 90000000 WHERE id = 'a'");
    await expect.poll(async () => (await table.all()).map(({ id }) => id)).toEqual(['b', 'c']);
  });

  it('tell what one of them has saved and did not come to tell, once it is gone', async () => {
    const db = await postgres.empty();
    const table = createProcessTable(db);
    const bus = createBus(() => {});
    let job = { ...jobIn('running'), rev: 4 } as Job;
    const store = { get: async () => job, async *open() {} };
    const local = createJobEvents(() => {});
    const events = shareJobEvents(local, { bus, store, onError: () => {} });
    onTestFinished(() => events.stop());
    const told: string[] = [];
    events.subscribe('*', ({ state }) => void told.push(state));
    events.publish(job);
    await table.say(facts('a'));
    const processes = follow(table, () => facts('b'), bus.miss);
    await expect.poll(() => processes.alive().length).toBe(2);
    job = { ...jobIn('failed', { id: job.id }), rev: 5 };
    await db.run("UPDATE processes SET seen_at = seen_at - 20000 WHERE id = 'a'");
    await expect.poll(() => told).toEqual(['running', 'failed']);
  });

  it('stay as they were last known while the database is away', async () => {
    const table = createProcessTable(await postgres.empty());
    await table.say(facts('b'));
    let isAway = false;
    const asked: boolean[] = [];
    const processes = follow(
      {
        ...table,
        async all() {
          asked.push(isAway);
          if (isAway) throw new Error('away');
          return table.all();
        },
      },
      () => facts('a'),
    );
    await expect.poll(() => processes.alive().length).toBe(2);
    isAway = true;
    await expect.poll(() => asked.filter(Boolean).length).toBeGreaterThan(2);
    expect(processes.alive().map(({ id }) => id)).toEqual(['a', 'b']);
  });
});
