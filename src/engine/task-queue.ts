/** The queue of media tasks in PostgreSQL, by pg-boss. Each is tried once: who has asked does by itself what did not succeed. */
import { z } from 'zod';
import type { TaskQueue } from '../core/task-queue.ts';
import { type Boss, type NamedQueue, SILENT_SECONDS } from './boss.ts';

const NAME = 'media';
/** A task that nobody has taken by then has lost its asker, too. */
const WAITS_SECONDS = 3_600;
/** What has ended is dropped by its asker at once, unless that has died. */
const KEPT_SECONDS = 3_600;
/** Longer than the longest task may take by the clock. */
const ENDS_WITHIN_SECONDS = 2 * 3_600;

export const TASK_QUEUE: NamedQueue = {
  name: NAME,
  heartbeatSeconds: SILENT_SECONDS,
  expireInSeconds: ENDS_WITHIN_SECONDS,
  retentionSeconds: WAITS_SECONDS,
  deleteAfterSeconds: KEPT_SECONDS,
  retryLimit: 0,
};

const file = z.object({ argument: z.string(), key: z.string(), bytes: z.number() });
const sharedTask = z.object({
  from: z.string(),
  name: z.string(),
  args: z.record(z.string(), z.unknown()),
  own: z.array(z.string()),
  budgetMs: z.number().optional(),
  reads: z.array(file),
  writes: z.object({ argument: z.string(), extension: z.string() }).optional(),
});
const taskAnswer = z.object({
  result: z.unknown(),
  file: z.object({ key: z.string(), bytes: z.number() }).optional(),
});
const row = z.object({ state: z.string(), output: z.unknown() });

export function taskQueueOn({ boss, db, schema, told, mended }: Boss): TaskQueue {
  const LOOK = `SELECT state, output FROM ${schema}.job WHERE name = $1 AND id = $2`;
  const WANTED = `SELECT id FROM ${schema}.job WHERE name = $1 AND id = ANY($2) AND state = 'active'`;

  return {
    async put(task) {
      const id = await mended(() => boss.send(NAME, task));
      if (!id) throw new Error('a media task was not taken into the queue');
      return id;
    },
    async look(id) {
      const { rows } = await told(() => db.executeSql(LOOK, [NAME, id]));
      const { state, output } = row.safeParse(rows[0]).data ?? { state: 'gone', output: null };
      if (state === 'created') return { state: 'waits' };
      if (state === 'active') return { state: 'taken' };
      const answer = taskAnswer.safeParse(output).data;
      return state === 'completed' && answer ? { state: 'done', answer } : { state: 'lost' };
    },
    async drop(id) {
      await told(() => boss.deleteJob(NAME, id));
    },
    async take(atMost) {
      const taken = await told(() => boss.fetch<unknown>(NAME, { batchSize: atMost }));
      return taken.flatMap(({ id, data }) => {
        const task = sharedTask.safeParse(data).data;
        return task ? [{ id, task }] : [];
      });
    },
    async beat(ids) {
      await told(() => boss.touch(NAME, [...ids]));
      const { rows } = await told(() => db.executeSql(WANTED, [NAME, ids]));
      return new Set(rows.map((one) => String(Object(one).id)));
    },
    async done(id, answer) {
      await told(() => boss.complete(NAME, id, answer));
    },
    async fail(id) {
      await told(() => boss.fail(NAME, id));
    },
  };
}
