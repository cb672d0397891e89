/** Work on pictures and clips among processes on one PostgreSQL with one folder of files, each with its own pool. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createBus } from '../src/core/bus.ts';
import { sharedClaims } from '../src/core/intake/file-claims.ts';
import { createFileUse, type FileUse } from '../src/core/intake/file-use.ts';
import type { SeenProcess } from '../src/core/processes.ts';
import { openBoss } from '../src/engine/boss.ts';
import { TASK_QUEUE, taskQueueOn } from '../src/engine/task-queue.ts';
import { offloading } from '../src/media/offload.ts';
import type { Pool } from '../src/media/pool.ts';
import { takeTasks } from '../src/media/take-tasks.ts';
import { type RunOptions, type Task, task } from '../src/media/task.ts';
import { PoolStopped } from '../src/media/task-errors.ts';
import { shareMedia } from '../src/shared-media.ts';
import type { Queues } from '../src/steps.ts';
import { createSharedFiles } from '../src/store/files.ts';
import { keyValueStoreOn } from '../src/store/keyv-sql.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { openPostgresBus } from '../src/store/postgres-bus.ts';
import { freshFolder } from './fakes/folder.ts';
import { fakePool } from './fakes/pool.ts';
import { postgresNeeded, postgresOfFile } from './postgres/open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

type Doubled = { path: string; toPath: string; signer?: string | undefined; gate?: string | undefined };

/** Each process has a table of its own: a test says what its tasks wait for, and what they make of it. */
type Gate = (progress: (share: number) => void, signal: AbortSignal) => Promise<void>;

function tableOf(parts: { gate?: Gate; answer?: () => unknown }) {
  const double: Task<Doubled, { bytes: number; signer: string | null }> = task({
    lane: 'quick',
    budgetMs: 10_000,
    args: z.object({ path: z.string(), toPath: z.string(), signer: z.string().optional() }),
    result: z.object({ bytes: z.number(), signer: z.string().nullable() }),
    files: { reads: ['path'], writes: 'toPath', own: ['signer'] },
    async run({ path, toPath, signer }, { progress, signal }) {
      await parts.gate?.(progress, signal);
      const text = readFileSync(path, 'utf8');
      writeFileSync(toPath, text + text);
      return (parts.answer?.() ?? { bytes: text.length * 2, signer: signer ?? null }) as never;
    },
  });
  const hold: Task<{ until: Promise<void> }, null> = task({
    lane: 'quick',
    budgetMs: 10_000,
    args: z.object({ until: z.promise(z.void()) }),
    result: z.null(),
    run: async ({ until }) => until.then(() => null),
  });
  return { double, hold };
}

async function world() {
  const db = await postgres.empty();
  const folder = freshFolder();
  const warned: string[] = [];
  const log = {
    debug() {},
    info() {},
    error: console.error,
    warn: (_: object, text: string) => void warned.push(text),
  };
  const alive = new Set<string>();

  async function aProcess(
    name: string,
    parts: { gate?: Gate; answer?: () => unknown; signer?: string } = {},
  ) {
    const own = await openPostgres(await postgres.url());
    onTestFinished(() => own.close());
    const onError = (error: unknown) => console.error(error);
    const schema = `${own.queues.schema}_steps`;
    const boss = await openBoss({ db: own.queues, schema, queues: [TASK_QUEUE], onError });
    onTestFinished(boss.stop);
    const bus = await openPostgresBus(await postgres.url(), onError);
    onTestFinished(() => bus.close());
    const files = createSharedFiles(folder);
    const fileUse = createFileUse({
      files,
      records: [],
      claims: sharedClaims(keyValueStoreOn(own, 'file-claims'), name),
      log,
    });
    const table = tableOf(parts);
    const { pool, began } = fakePool(table, 1);
    const both = { queue: taskQueueOn(boss), bus, fileUse, files, log };
    alive.add(name);
    const takers = { are: true };
    const shared = offloading(table, pool, {
      ...both,
      self: name,
      hasTakers: () => takers.are,
      keyOf: () => undefined,
    });
    return {
      began,
      takers,
      bus,
      pool: shared,
      job: `${schema}.job`,
      /** Its only core is taken until the answer is called. */
      busy() {
        const { promise: until, resolve } = Promise.withResolvers<void>();
        const done = pool.run('hold', { until });
        return () => {
          resolve();
          return done;
        };
      },
      async double(
        text: string,
        more: { signer?: string; signal?: AbortSignal; onProgress?(share: number): void } = {},
      ) {
        const { signer, ...options } = more;
        const [from, to] = [await files.temp('img'), await files.temp('img')];
        writeFileSync(from.path, text);
        const args = { path: from.path, toPath: to.path, ...(signer ? { signer } : {}) };
        const result = await shared.run('double', args, options);
        return { ...result, text: readFileSync(to.path, 'utf8') };
      },
      take() {
        const isThere = (process: string) => alive.has(process);
        const end = takeTasks(table, pool, { ...both, own: { signer: parts.signer }, isThere });
        onTestFinished(end);
        return end;
      },
    };
  }
  const rows = (of: { job: string }) =>
    db.all(`SELECT state, data::text AS data FROM ${of.job} WHERE name = 'media'`);
  const leftFiles = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.bin'))
      .map(({ name }) => name);
  return { db, aProcess, rows, alive, warned, leftFiles, folder };
}

describe('work on pictures and clips among several processes', postgresNeeded, () => {
  it('is done where it came in while there is a core for it, and nobody else hears of it', async () => {
    const { aProcess, rows, leftFiles } = await world();
    const [front, worker] = [await aProcess('front'), await aProcess('worker')];
    worker.take();
    const offered: string[] = [];
    worker.bus.subscribe('media-offered', (payload) => void offered.push(payload));
    expect(await front.double('abc')).toEqual({ bytes: 6, signer: null, text: 'abcabc' });
    expect([front.began, worker.began]).toEqual([['double'], []]);
    expect(await rows(front)).toEqual([]);
    expect([offered, leftFiles()]).toEqual([[], []]);
  });

  it('is done by another process where it would have to wait, and leaves nothing behind', async () => {
    const { aProcess, rows, leftFiles } = await world();
    const [front, worker] = [await aProcess('front'), await aProcess('worker')];
    worker.take();
    const free = front.busy();
    expect(await front.double('abc')).toEqual({ bytes: 6, signer: null, text: 'abcabc' });
    expect([front.began, worker.began]).toEqual([['hold'], ['double']]);
    await free();
    await expect.poll(async () => [await rows(front), leftFiles()]).toEqual([[], []]);
  });

  it('is taken back from the queue once a core is free here first', async () => {
    const { aProcess, rows, leftFiles } = await world();
    const front = await aProcess('front');
    const free = front.busy();
    const doubled = front.double('abc');
    await expect.poll(async () => (await rows(front)).length).toBe(1);
    await free();
    expect(await doubled).toMatchObject({ text: 'abcabc' });
    await expect.poll(async () => [await rows(front), leftFiles()]).toEqual([[], []]);
    // One that comes later finds nothing to do.
    const worker = await aProcess('worker');
    worker.take();
    expect(worker.began).toEqual([]);
  });

  it('is left to others, and to whoever has asked, beyond the cores that are free', async () => {
    const { aProcess, rows } = await world();
    const front = await aProcess('front');
    const ending = Promise.withResolvers<void>();
    const worker = await aProcess('worker', { gate: () => ending.promise });
    const free = front.busy();
    const all = ['abc', 'def', 'ghi'].map((text) => front.double(text));
    await expect.poll(async () => (await rows(front)).length).toBe(3);
    worker.take();
    await expect.poll(() => worker.began).toEqual(['double']);
    const states = (await rows(front)).map((row) => Object(row).state);
    expect(states.sort()).toEqual(['active', 'created', 'created']);
    await free();
    await expect.poll(() => front.began).toEqual(['hold', 'double', 'double']);
    ending.resolve();
    expect((await Promise.all(all)).map(({ text }) => text)).toEqual(['abcabc', 'defdef', 'ghighi']);
  });

  it('tells its progress from there, too', async () => {
    const { aProcess } = await world();
    const front = await aProcess('front');
    const gate: Gate = async (progress) => progress(0.25);
    const worker = await aProcess('worker', { gate });
    worker.take();
    const free = front.busy();
    const shares: number[] = [];
    await front.double('abc', { onProgress: (share) => void shares.push(share) });
    expect(shares).toEqual([0.25]);
    await free();
  });

  it('is done here, before what came after it, where it fails there', async () => {
    const { aProcess, rows, warned, leftFiles } = await world();
    const front = await aProcess('front');
    const failing = Promise.withResolvers<void>();
    const worker = await aProcess('worker', { gate: () => failing.promise });
    worker.take();
    const free = front.busy();
    const doubled = front.double('abc');
    await expect.poll(() => worker.began).toEqual(['double']);
    const later = front.busy();
    failing.reject(new Error('no'));
    await expect.poll(() => rows(front)).toEqual([]);
    expect(warned).toEqual(['a media task of another process did not succeed']);
    await free();
    expect(await doubled).toMatchObject({ text: 'abcabc' });
    await later();
    expect(front.began).toEqual(['hold', 'double', 'hold']);
    await expect.poll(leftFiles).toEqual([]);
  });

  it('is done here where what is answered from there is not what the task promises', async () => {
    const { aProcess } = await world();
    const front = await aProcess('front');
    const worker = await aProcess('worker', { answer: () => ({ bytes: 'many' }) });
    worker.take();
    const free = front.busy();
    const doubled = front.double('abc');
    await expect.poll(() => worker.began).toEqual(['double']);
    await free();
    expect(await doubled).toEqual({ bytes: 6, signer: null, text: 'abcabc' });
  });

  it('is done here where the other one has died with it', async () => {
    const { aProcess, db, rows } = await world();
    const front = await aProcess('front');
    const worker = await aProcess('worker', { gate: () => new Promise(() => {}) });
    worker.take();
    const free = front.busy();
    const doubled = front.double('abc');
    await expect.poll(() => worker.began).toEqual(['double']);
    await free();
    // What pg-boss does with what nobody has been heard of for ten seconds.
    await db.run(`UPDATE ${front.job} SET state = 'failed' WHERE name = 'media'`);
    expect(await doubled).toMatchObject({ text: 'abcabc' });
    await expect.poll(() => rows(front)).toEqual([]);
  });

  it('ends there once nobody wants it any more', async () => {
    const { aProcess, rows, leftFiles } = await world();
    const front = await aProcess('front');
    const ended = Promise.withResolvers<void>();
    const gate: Gate = (_progress, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended.resolve();
          reject(new Error('called off'));
        });
      });
    const worker = await aProcess('worker', { gate });
    worker.take();
    const free = front.busy();
    const calling = new AbortController();
    const doubled = front.double('abc', { signal: calling.signal });
    await expect.poll(() => worker.began).toEqual(['double']);
    calling.abort(new Error('never mind'));
    await expect(doubled).rejects.toThrow('never mind');
    await ended.promise;
    await free();
    await expect.poll(async () => [await rows(front), leftFiles()]).toEqual([[], []]);
  });

  it('ends there with that process, and is done here', async () => {
    const { aProcess } = await world();
    const front = await aProcess('front');
    const worker = await aProcess('worker', { gate: () => new Promise(() => {}) });
    const end = worker.take();
    const free = front.busy();
    const doubled = front.double('abc');
    await expect.poll(() => worker.began).toEqual(['double']);
    await end();
    await free();
    expect(await doubled).toMatchObject({ text: 'abcabc' });
  });

  it('holds up nobody who stops while another process has it', async () => {
    const { aProcess, rows, leftFiles } = await world();
    const front = await aProcess('front');
    const ended = Promise.withResolvers<void>();
    const gate: Gate = (_progress, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended.resolve();
          reject(new Error('called off'));
        });
      });
    const worker = await aProcess('worker', { gate });
    worker.take();
    front.busy();
    const doubled = front.double('abc');
    doubled.catch(() => {});
    await expect.poll(() => worker.began).toEqual(['double']);
    await front.pool.stop();
    expect(await rows(front)).toEqual([]);
    await expect(doubled).rejects.toThrow(PoolStopped);
    await ended.promise;
    await expect.poll(leftFiles).toEqual([]);
  });

  it('is signed there with what that process has, and the database never sees a key or a path', async () => {
    const { aProcess, rows, folder } = await world();
    const front = await aProcess('front');
    const free = front.busy();
    const doubled = front.double('abc', { signer: 'key of the front' });
    await expect.poll(async () => (await rows(front)).length).toBe(1);
    const [row] = await rows(front);
    expect(String(Object(row).data)).not.toMatch(/key of the front|temp/);
    expect(String(Object(row).data)).not.toContain(folder);
    const worker = await aProcess('worker', { signer: 'key of the worker' });
    worker.take();
    expect(await doubled).toMatchObject({ signer: 'key of the worker', text: 'abcabc' });
    await free();
  });

  it('is not done unsigned by one that has no key: it is done here', async () => {
    const { aProcess, warned } = await world();
    const front = await aProcess('front');
    (await aProcess('worker')).take();
    const free = front.busy();
    const doubled = front.double('abc', { signer: 'key of the front' });
    await expect.poll(() => warned).toHaveLength(1);
    await free();
    expect(await doubled).toMatchObject({ signer: 'key of the front' });
  });

  it('is left alone by all where whoever asked for it is gone', async () => {
    const { aProcess, rows, alive } = await world();
    const front = await aProcess('front');
    const free = front.busy();
    const doubled = front.double('abc');
    await expect.poll(async () => (await rows(front)).length).toBe(1);
    alive.delete('front');
    const worker = await aProcess('worker');
    worker.take();
    await expect.poll(async () => (await rows(front)).length).toBe(0);
    expect(worker.began).toEqual([]);
    await free();
    await doubled;
  });

  it('is offered to nobody where there is nobody to take it', async () => {
    const { aProcess, rows } = await world();
    const front = await aProcess('front');
    front.takers.are = false;
    const free = front.busy();
    const doubled = front.double('abc');
    await free();
    expect(await doubled).toMatchObject({ text: 'abcabc' });
    expect(await rows(front)).toEqual([]);
  });

  it('goes on here while the database is away', async () => {
    const { aProcess, db, warned } = await world();
    const front = await aProcess('front');
    const free = front.busy();
    await db.run(`ALTER TABLE ${front.job} RENAME TO away`);
    const doubled = front.double('abc');
    await expect.poll(() => warned).toEqual(['a media task could not be given to another process']);
    await db.run(`ALTER TABLE ${front.job.replace(/job$/, 'away')} RENAME TO job`);
    await free();
    expect(await doubled).toMatchObject({ text: 'abcabc' });
  });
});

describe('a media task that would have to wait', () => {
  const seen = (id: string, more: Partial<SeenProcess> = {}): SeenProcess => ({
    id,
    host: 'one',
    roles: ['worker'],
    holds: [],
    version: '2.0.0',
    startedAt: 0,
    seenMs: 0,
    ...more,
  });

  /** Whether it is offered by `me`, where these are there. */
  async function isOffered(...others: SeenProcess[]): Promise<boolean> {
    let isBegun = false;
    const full = { run: async (_name: string, _args: object, options: RunOptions) => options.onQueue?.(1) };
    const begin = (): never => {
      isBegun = true;
      throw new Error('enough');
    };
    const { pool } = shareMedia(
      full as unknown as Pool,
      { files: createSharedFiles(freshFolder()), filesAreShared: true },
      {
        fileUse: { begin } as unknown as FileUse,
        signer: undefined,
        queues: { tasks: {} } as Queues,
        shared: {
          id: 'me',
          lanes: [],
          processes: { alive: () => [seen('me'), ...others], stop: async () => {} },
        },
        bus: createBus(console.error),
        log: { warn() {} } as unknown as Logger,
      },
    );
    await pool.run('checkImage', { path: 'any' });
    return isBegun;
  }

  it('is offered where there is another process with the role of a worker, and only there', async () => {
    expect(await isOffered()).toBe(false);
    expect(await isOffered(seen('other', { roles: ['page'] }))).toBe(false);
    expect(await isOffered(seen('other'))).toBe(true);
  });

  it('is not offered to another version, which may do it without what it does not know of', async () => {
    expect(await isOffered(seen('other', { version: '1.9.0' }))).toBe(false);
    expect(await isOffered(seen('other', { version: '1.9.0' }), seen('third'))).toBe(true);
  });
});
