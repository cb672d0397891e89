/** Two processes on one PostgreSQL, as app.ts puts them together: each has connections, locks and memory of its own. */
import { Hono } from 'hono';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createHistory } from '../src/core/job/history.ts';
import { accept } from '../src/core/refusals.ts';
import type { Case } from '../src/core/takedown/case.ts';
import { createCases } from '../src/core/takedown/cases.ts';
import { jobEvents } from '../src/http/events.ts';
import type { JobView } from '../src/http/page/contract.ts';
import { secretKey } from '../src/secrets.ts';
import { openSharing, type Shared } from '../src/sharing.ts';
import { createJobStore } from '../src/store/jobs.ts';
import { keyValueStoreOn } from '../src/store/keyv-sql.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { freshFolder } from './fakes/folder.ts';
import { jobIn } from './fakes/jobs.ts';
import { postgresNeeded, postgresOfFile } from './postgres/open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

async function startProcess() {
  const url = await postgres.url();
  const db = await openPostgres(url);
  const jobs = createJobStore(db, (error) => expect.fail(error.message));
  const keyv = (namespace: string) => keyValueStoreOn(db, namespace);
  const log = { error: ({ err }: { err: unknown }) => expect.fail(String(err)) };
  const shared = await openSharing({ STORE_URL: url, DATA_DIR: freshFolder() }, { jobs, keyv }, log);
  onTestFinished(async () => {
    await shared.stop();
    await db.close();
  });
  return { jobs, keyv, ...shared };
}
type Process = Awaited<ReturnType<typeof startProcess>>;

async function two(): Promise<[Process, Process]> {
  await postgres.empty();
  return [await startProcess(), await startProcess()];
}

describe('two processes on one database', postgresNeeded, () => {
  it('send what happens to a job to whoever watches it, at whichever of them', async () => {
    const [worker, page] = await two();
    const queued = await worker.jobs.save(jobIn('queued'));
    const app = new Hono().get('/', (c) =>
      jobEvents(c, queued.id, {
        events: page.events,
        read: async () => accept(queued),
        present: ({ id, state }) => ({ id, state }) as JobView,
      }),
    );
    const watched = (await app.request('/')).text();
    let job: Parameters<typeof worker.jobs.save>[0] = queued;
    for (const state of ['running', 'completed', 'delivered'] as const) {
      job = await worker.jobs.save({ ...jobIn(state), rev: job.rev ?? 0 });
      worker.events.publish(job);
    }
    const states = [...(await watched).matchAll(/"state":"(\w+)"/g)].map(([, state]) => state);
    expect([states[0], states.at(-1)]).toEqual(['queued', 'delivered']);
    expect(new Set(states).size).toBe(states.length);
  });

  it('have one case of a report, whichever takes the next one', async () => {
    const processes = await two();
    const cases = processes.map(({ keyv, locks }) => createCases(keyv('takedown'), locks));
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        cases[n % 2]?.change('web:1', (before) => {
          const revision = (before?.revision ?? 0) + 1;
          return { ...before, jobId: 'web:1', revision, todo: [], told: [] } as unknown as Case;
        }),
      ),
    );
    expect((await cases[0]?.get('web:1'))?.revision).toBe(10);
  });

  it('know the same secrets and learn from each other', async () => {
    const [here, there] = await two();
    expect(await secretKey(there.secrets)).toBe(await secretKey(here.secrets));
    const { request } = jobIn('queued');
    const histories = await Promise.all(
      [here, there].map(({ keyv, sharing }) => createHistory(keyv('history'), sharing)),
    );
    await Promise.all([60_000, 62_000].map((ms, n) => histories[n]?.learn('fal', request, ms)));
    await histories[0]?.learn('fal', request, 64_000);
    await expect.poll(() => histories[1]?.usualMs('fal', request)).toBe(62_000);
  });

  it('end without waiting for each other', async () => {
    const [here, there] = await two();
    const held = Promise.withResolvers<void>();
    const work = here.locks.run('web:1', () => held.promise);
    await expect.poll(() => there.locks.isBusy('web:1')).toBe(true);
    await there.stop();
    held.resolve();
    await work;
  });
});

describe('a process that is alone', () => {
  it('shares nothing, and needs no database for it', async () => {
    const unused = () => expect.fail('not asked for');
    const store = { jobs: {}, keyv: unused } as unknown as Parameters<typeof openSharing>[1];
    const alone: Shared = await openSharing({ DATA_DIR: freshFolder() }, store, { error: unused });
    expect([alone.sharing, alone.limiter]).toEqual([undefined, undefined]);
    expect(await alone.locks.run('web:1', async () => 'done')).toBe('done');
    await alone.stop();
  });
});
