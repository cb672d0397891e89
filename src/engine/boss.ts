/** pg-boss in PostgreSQL, with the queues that are kept there. What is loaded here is so only where STORE_URL asks for it. */
import { getConstructionPlans, PgBoss, type QueueOptions, type QueuePolicy } from 'pg-boss';

/** What pg-boss, and we beside it, ask of the database. Errors come as they are: pg-boss reads their codes. */
export type QueueDb = {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: object[] }>;
};

export type BossDb = QueueDb & {
  errorOf(error: unknown): unknown;
  startErrorOf(error: unknown, schema: string): Promise<unknown>;
};

export type NamedQueue = { name: string } & QueueOptions & { policy?: QueuePolicy };

/** As short as pg-boss has it: a process that says nothing for so long has lost what it had taken. */
export const SILENT_SECONDS = 10;
/** Well within that silence. */
export const BEAT_EVERY_MS = 3_000;
/** So often any one of the processes looks for what silent ones had taken. */
const LOOK_SECONDS = 5;
const DAY_SECONDS = 24 * 3_600;
/** Its upkeep runs every few seconds, and fails each time while the database is away. */
const TELL_EVERY_MS = 60_000;
/** Ten thousand jobs wait for their next look: that is no backlog. */
const NEVER = 1_000_000_000;

export type Boss = {
  boss: PgBoss;
  db: QueueDb;
  schema: string;
  /** Errors in our own words. */
  told<T>(work: () => Promise<T>): Promise<T>;
  /** Whether that is why something failed, and is mended by now: somebody has removed the queues. */
  mend(error: unknown): Promise<boolean>;
  /** Once more, where somebody has removed the queues. */
  mended<T>(work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
};

/** Makes the queues, in a schema of their own, or brings them to the present shape. */
export async function openBoss({
  db,
  schema,
  queues,
  onError,
}: {
  db: BossDb;
  schema: string;
  queues: readonly NamedQueue[];
  onError: (error: unknown) => void;
}): Promise<Boss> {
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
    warningQueueSize: NEVER,
  });
  let toldAt = Number.NEGATIVE_INFINITY;
  boss.on('error', (error) => {
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    onError(db.errorOf(error));
  });

  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw db.errorOf(error);
    }
  };

  async function make(): Promise<void> {
    for (const { name, ...options } of queues) await boss.createQueue(name, options);
  }

  /** Of several processes that find it gone, one makes it. */
  async function makeSchema(): Promise<void> {
    try {
      await db.executeSql(getConstructionPlans(schema, { createSchema: !(await isMade()) }));
    } catch (error) {
      if (!isThere(error)) throw error;
    }
  }

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
    boss,
    db,
    schema,
    told,
    mend,
    mended: (work) =>
      told(() =>
        work().catch(async (error: unknown) => {
          if (!(await mend(error))) throw error;
          return work();
        }),
      ),
    stop: () => boss.stop({ close: false, graceful: false }),
  };
}

/** Emptied by hand, they are made anew; what should lie in them is told by the records of the jobs. */
const isQueueGone = (error: unknown): boolean =>
  error instanceof Error &&
  (/^Queue .* does not exist$/.test(error.message) || Object(error).constraint === 'q_fkey');

const codeOf = (error: unknown): unknown => Object(error).code;
/** All of it was dropped: no such table, no such schema, no such function. */
const isSchemaGone = (error: unknown): boolean => ['42P01', '3F000', '42883'].includes(String(codeOf(error)));
const isThere = (error: unknown): boolean =>
  ['42P06', '42P07', '42710', '23505', '42723'].includes(String(codeOf(error)));
