/**
 * The queues of due steps in PostgreSQL, by pg-boss: one for each lane, with at most one step of a key that waits and one
 * that runs.
 */
import type { Job as Message } from 'pg-boss';
import type { Lane, QueueFacts } from '../core/ports.ts';
import { type Boss, type NamedQueue, type QueueDb, SILENT_SECONDS } from './boss.ts';

/** A step that this process has taken. `retryCount` tells this taking of it from a later one. */
export type Taken = Pick<Message<{ key: string }>, 'id' | 'retryCount' | 'groupId' | 'data'>;

type NewStep = { key: string; inMs: number; group?: string | undefined };

/** No step takes that long, and one that is silent is found sooner. */
const DAY_SECONDS = 24 * 3_600;
/** Steps of one group at once, in all processes: others must have their turn beside it. */
const GROUP_AT_ONCE = 32;
/** A job is never given up: its own record says when it is over. */
const FOR_EVER = 1_000_000_000;

export type StepQueues = {
  /** Replaces when the key is due, or has it wait. `on`: in a transaction, which the caller ends. */
  put(lane: Lane, step: NewStep, on?: QueueDb): Promise<void>;
  /** Has each of them wait whose key does not wait already, in one statement. */
  putMissing(lane: Lane, steps: readonly NewStep[]): Promise<void>;
  /** Whether that is why `put` failed, and is mended by now: somebody has removed the queues. */
  mend(error: unknown): Promise<boolean>;
  /** What is due, and nobody else has taken. */
  take(lane: Lane, atMost: number): Promise<Taken[]>;
  /** As if they had not been taken. */
  giveBack(lane: Lane, steps: readonly Taken[]): Promise<void>;
  /** They are done with, but for those that were taken for lost meanwhile. */
  done(lane: Lane, steps: readonly Taken[]): Promise<void>;
  /** Still at work on them. */
  beat(lane: Lane, steps: readonly Taken[]): Promise<void>;
  /** Lets go of what waits of that key. */
  drop(key: string): Promise<void>;
  /** Those of the keys that wait or run. */
  known(keys: readonly string[]): Promise<ReadonlySet<string>>;
  count(): Promise<number>;
  /** What waits in each lane. */
  facts(): Promise<QueueFacts[]>;
  stop(): Promise<void>;
};

/** How they are made; see `openBoss`. */
export const stepQueuesFor = (lanes: readonly Lane[]): NamedQueue[] =>
  lanes.map((name) => ({
    name,
    policy: 'stately',
    heartbeatSeconds: SILENT_SECONDS,
    expireInSeconds: DAY_SECONDS,
    retryLimit: FOR_EVER,
    retryDelay: 0,
  }));

export function stepQueuesOn(
  { boss, db, schema, told, mend, mended, stop }: Boss,
  lanes: readonly Lane[],
): StepQueues {
  const LIVE = `FROM ${schema}.job WHERE name = ANY($1) AND state < 'completed'`;

  const messageOf = ({ key, inMs, group }: NewStep) => ({
    singletonKey: key,
    // By the database's clock, as ours may be another.
    startAfter: Math.max(0, Math.round(inMs)) / 1000,
    ...(group ? { group: { id: group } } : {}),
  });

  const put = (lane: Lane, step: NewStep, on?: QueueDb) =>
    boss.upsert(lane, { key: step.key }, { ...messageOf(step), match: 'all', ...(on ? { db: on } : {}) });

  return {
    async put(lane, step, on) {
      if (on) return void (await put(lane, step, on));
      await mended(() => put(lane, step));
    },
    async putMissing(lane, steps) {
      const messages = steps.map((step) => ({ data: { key: step.key }, ...messageOf(step) }));
      await mended(() => boss.insert(lane, messages));
    },
    mend,
    take(lane, atMost) {
      // The number stands in the text of the statement, of which the database shall know few.
      const batchSize = 2 ** Math.floor(Math.log2(atMost));
      return told(() => boss.fetch<{ key: string }>(lane, { batchSize, groupConcurrency: GROUP_AT_ONCE }));
    },
    async giveBack(lane, steps) {
      if (steps.length > 0) await told(() => boss.fail(lane, steps.map(claimOf)));
    },
    async done(lane, steps) {
      await told(() => boss.deleteJob(lane, steps.map(claimOf)));
    },
    async beat(lane, steps) {
      await told(() => boss.touch(lane, steps.map(claimOf)));
    },
    async drop(key) {
      for (const lane of lanes) {
        const waiting = await told(() => boss.findJobs(lane, { key, queued: true }));
        const ids = waiting.map(({ id }) => id);
        if (ids.length > 0) await told(() => boss.deleteJob(lane, ids));
      }
    },
    async known(keys) {
      const text = `SELECT singleton_key AS key ${LIVE} AND singleton_key = ANY($2)`;
      const { rows } = await told(() => db.executeSql(text, [lanes, keys]));
      return new Set(rows.map((row) => String(Object(row).key)));
    },
    async count() {
      const text = `SELECT count(DISTINCT singleton_key)::int AS count ${LIVE}`;
      const { rows } = await told(() => db.executeSql(text, [lanes]));
      return Number(Object(rows[0]).count);
    },
    async facts() {
      const text = `SELECT name AS lane, count(*)::int AS waiting,
        (EXTRACT(EPOCH FROM now() - min(start_after)) * 1000)::float8 AS ms ${LIVE} AND state < 'active' GROUP BY name`;
      const { rows } = await told(() => db.executeSql(text, [lanes]));
      const found = new Map(rows.map((row) => [String(Object(row).lane), Object(row)]));
      return lanes.map((lane) => {
        const { waiting = 0, ms = -1 } = found.get(lane) ?? {};
        return { lane, waiting: Number(waiting), ...(ms > 0 ? { oldestDueMs: Math.round(Number(ms)) } : {}) };
      });
    },
    stop,
  };
}

const claimOf = ({ id, retryCount }: Taken) => ({ id, retryCount });
