/**
 * What it costs that a media task is done by another process: `node bench/offload.ts [clip]`. The same task in a pool of this
 * process, and offered by a front that has no core free to a process that does nothing else, on a PostgreSQL of its own,
 * which syncs each commit, with one folder for the files.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedClaims } from '../src/core/intake/file-claims.ts';
import { createFileUse } from '../src/core/intake/file-use.ts';
import { openBoss } from '../src/engine/boss.ts';
import { TASK_QUEUE, taskQueueOn } from '../src/engine/task-queue.ts';
import { offloading } from '../src/media/offload.ts';
import { createPool, type Pool } from '../src/media/pool.ts';
import { takeTasks } from '../src/media/take-tasks.ts';
import type { RunOptions } from '../src/media/task.ts';
import { TASKS } from '../src/media/tasks.ts';
import { createSharedFiles } from '../src/store/files.ts';
import { keyValueStoreOn } from '../src/store/keyv-sql.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { openPostgresBus } from '../src/store/postgres-bus.ts';
import { personClip } from '../test/people.ts';
import { startPostgres } from '../test/postgres/server.ts';

const TIMES = 15;
const [clip = await personClip({ seconds: 6, sound: true })] = process.argv.slice(2);
const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
const folder = await mkdtemp(join(tmpdir(), 'strut-bench-offload-'));
const server = await startPostgres({ syncs: true });

async function aProcess(name: string) {
  const db = await openPostgres(server.url);
  const boss = await openBoss({
    db: db.queues,
    schema: 'strut_steps',
    queues: [TASK_QUEUE],
    onError: console.error,
  });
  const bus = await openPostgresBus(server.url, console.error);
  const files = createSharedFiles(folder);
  const claims = sharedClaims(keyValueStoreOn(db, 'file-claims'), name);
  const fileUse = createFileUse({ files, records: [], claims, log });
  const stop = async () => {
    await boss.stop();
    await bus.close();
    await db.close();
  };
  return { parts: { queue: taskQueueOn(boss), bus, files, fileUse, log }, stop };
}

/** Every core is taken, for as long as anybody waits. */
const full = {
  run: (_name: string, _args: unknown, { signal, onQueue }: RunOptions) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
      onQueue?.(1);
    }),
  room: () => 0,
  stop: async () => {},
} as unknown as Pool;

const front = await aProcess('front');
const worker = await aProcess('worker');
const pool = createPool({ log });
const offered = offloading(TASKS, full, {
  ...front.parts,
  self: 'front',
  hasTakers: () => true,
  keyOf: () => undefined,
});
const endTaking = takeTasks(TASKS, pool, { ...worker.parts, own: {}, isThere: () => true });

async function medianMs(by: Pick<Pool, 'run'>, name: 'checkClip' | 'normaliseClip'): Promise<number> {
  const all: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const toPath = join(folder, 'out.mp4');
    const began = performance.now();
    await by.run(name, { path: clip, toPath } as never);
    all.push(performance.now() - began);
    await rm(toPath, { force: true });
  }
  return Math.round(all.sort((a, b) => a - b)[Math.floor(TIMES / 2)] ?? 0);
}

const megabytes = ((await stat(clip)).size / 1e6).toFixed(2);
console.log(`a clip of ${megabytes} MB, ${TIMES} times each, load ${loadavg()[0]?.toFixed(1)}`);
for (const name of ['checkClip', 'normaliseClip'] as const) {
  // Loads the child's libraries.
  await pool.run(name, { path: clip, toPath: join(folder, 'first.mp4') } as never);
  console.log(
    `${name}: ${await medianMs(pool, name)} ms here, ${await medianMs(offered, name)} ms by another process`,
  );
}
await endTaking();
await offered.stop();
await pool.stop();
await Promise.all([front.stop(), worker.stop()]);
await server.stop();
await rm(folder, { recursive: true, force: true });
