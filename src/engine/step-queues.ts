/**
 * The queues of due steps in PostgreSQL, by pg-boss: one for each lane, with at most one step of a key that waits and one
 * that runs. What is loaded here is so only where STORE_URL asks for it.
 */
import { getConstructionPlans, type Job as Message, PgBoss } from 'pg-boss';
import type { Lane, QueueFacts } from '../core/ports.ts';

/** What pg-boss, and we beside it, ask of the database. Errors come as they are: pg-boss reads their codes. */
export type QueueDb = {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: object[] }>;
};

/** A step that this process has taken. `retryCount` tells this taking of it from a later one. */
export type Taken = Pick<Message<{ key: string }>, 'id' | 'retryCount' | 'groupId' | 'data'>;

type NewStep = { key: string; inMs: number; group?: string | undefined };

/** As short as pg-boss has it: a process that says nothing for so long has lost its steps. */
const SILENT_SECONDS = 10;
/** So often any one of the processes looks for steps of those that are silent. */
const LOOK_SECONDS = 5;
/** No step takes that long, and one that is silent is found sooner. */
const DAY_SECONDS = 24 * 3_600;
/** Steps of one group at once, in all processes: others must have their turn beside it. */
const GROUP_AT_ONCE = 32;
/** Its upkeep runs every few seconds, and fails each time while the database is away. */
const TELL_EVERY_MS = 60_000;
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

/** Makes the queues, in a schema of their own, or brings them to the present shape. */
export async function openStepQueues({
  db,
  schema,
  lanes,
  onError,
}: {
  db: QueueDb & {
    errorOf(error: unknown): unknown;
    startErrorOf(error: unknown, schema: string): Promise<unknown>;
  };
  schema: string;
  lanes: readonly Lane[];
  onError: (error: unknown) => void;
}): Promise<StepQueues> {
  /** An operator who lets nobody make a schema may have made it. */
  const isMade = async (): Promise<boolean> => {
    const { rows } = await db.executeSql('SELECT to_regnamespace($1) IS NOT NULL AS made', [schema]);
    return Object(rows[0]).made === true;
  };
  const createSchema = !(await isMade().catch((error: unknown) => Promise.reject(db.errorOf(error))));
  const boss = new PgBoss({
    db,
    schema,
    createSchema,
    // What is done now and then, the jobs say themselves.
    schedule: false,
    registerInstance: false,
    superviseIntervalSeconds: LOOK_SECONDS,
    monitorIntervalSeconds: LOOK_SECONDS,
    // Nothing here depends on anything else.
    flowIntervalSeconds: DAY_SECONDS,
    // Ten thousand jobs wait for their next look: that is no backlog.
    warningQueueSize: FOR_EVER,
  });
  let toldAt = Number.NEGATIVE_INFINITY;
  boss.on('error', (error) => {
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    onError(db.errorOf(error));
  });
  const LIVE = `FROM ${schema}.job WHERE name = ANY($1) AND state < 'completed'`;

  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw db.errorOf(error);
    }
  };

  async function make(): Promise<void> {
    for (const lane of lanes)
      await boss.createQueue(lane, {
        policy: 'stately',
        heartbeatSeconds: SILENT_SECONDS,
        expireInSeconds: DAY_SECONDS,
        retryLimit: FOR_EVER,
        retryDelay: 0,
      });
  }

  /** Of several processes that find it gone, one makes it. */
  async function makeSchema(): Promise<void> {
    try {
      await db.executeSql(getConstructionPlans(schema, { createSchema: !(await isMade()) }));
    } catch (error) {
      if (!isThere(error)) throw error;
    }
  }

  const messageOf = ({ key, inMs, group }: NewStep) => ({
    singletonKey: key,
    // By the database's clock, as ours may be another.
    startAfter: Math.max(0, Math.round(inMs)) / 1000,
    ...(group ? { group: { id: group } } : {}),
  });

  const put = (lane: Lane, step: NewStep, on?: QueueDb) =>
    boss.upsert(lane, { key: step.key }, { ...messageOf(step), match: 'all', ...(on ? { db: on } : {}) });

  /** Once more, where somebody has removed the queues. */
  const mended = (work: () => Promise<unknown>): Promise<unknown> =>
    told(() =>
      work().catch(async (error: unknown) => {
        if (!(await mend(error))) throw error;
        return work();
      }),
    );

  async function mend(error: unknown): Promise<boolean> {
    if (isSchemaGone(error)) await told(makeSchema);
    else if (!isQueueGone(error)) return false;
    await told(make);
    return true;
  }

  try {
    await boss.start();
    await make();
  } catch (error) {
    throw await db.startErrorOf(error, schema);
  }

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
    stop: () => boss.stop({ close: false, graceful: false }),
  };
}

const claimOf = ({ id, retryCount }: Taken) => ({ id, retryCount });

/** Emptied by hand, they are made anew; what should lie in them is told by the records of the jobs. */
const isQueueGone = (error: unknown): boolean =>
  error instanceof Error &&
  (/^Queue .* does not exist$/.test(error.message) || Object(error).constraint === 'q_fkey');

const codeOf = (error: unknown): unknown => Object(error).code;
/** All of it was dropped: no such table, no such schema, no such function. */
const isSchemaGone = (error: unknown): boolean => ['42P01', '3F000', '42883'].includes(String(codeOf(error)));
const isThere = (error: unknown): boolean =>
  ['42P06', '42P07', '42710', '23505', '42723'].includes(String(codeOf(error)));
