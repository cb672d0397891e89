/** Several processes on one PostgreSQL with a provider, and everybody who asks: the page, Discord and Telegram. */
import { globSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openPostgres, type PostgresDatabase } from '../../../src/store/postgres.ts';
import { freshFolder } from '../../fakes/folder.ts';
import { freshSchema } from '../../postgres/open.ts';
import { sampleImage } from '../../samples.ts';
import { FRONTS, type Front, type FrontName, startFront } from '../front.ts';
import { type ProviderName, startProvider } from '../provider.ts';
import { readSharedRecord, strayIn, until } from '../record.ts';
import type { Seen } from '../stage.ts';
import { type Processes, startProcesses } from './processes.ts';

/** Each look is a way to the database and back. */
export const EVERY_MS = 150;
/** The sweep leaves alone what came within the last day. */
const LONG_AGO = new Date(Date.now() - 2 * 24 * 3_600_000);

export type SeveralStage = AsyncDisposable &
  Seen & {
    processes: Processes;
    fronts: Readonly<Record<FrontName, Front>>;
    db: PostgresDatabase;
    /** Every step that waits is due now. */
    hurry(): Promise<void>;
    /** Ends when each chat is somebody's. */
    ready(): Promise<void>;
    /** What stays for ever of the files, once everybody was stopped and one was started. */
    leftOver(): Promise<string[]>;
  };

type SeveralOptions = {
  count?: number;
  env?: Record<string, string>;
  /** What each process has for itself. */
  envOf?: (index: number) => Record<string, string>;
  /** The database, where it is not one of the run's own server. */
  storeUrl?: string;
};

export async function startSeveral(
  providerName: ProviderName,
  { count = 3, env = {}, envOf, storeUrl }: SeveralOptions = {},
): Promise<SeveralStage> {
  await using stack = new AsyncDisposableStack();
  const schema = storeUrl === undefined ? await freshSchema() : { url: storeUrl, async drop() {} };
  stack.defer(schema.drop);
  const db = await openPostgres(schema.url);
  stack.defer(db.close);
  const provider = await startProvider(providerName);
  stack.defer(() => provider.close());
  const page = { url: '' };
  const fronts = {
    page: stack.use(await startFront('page', () => page)),
    discord: stack.use(await startFront('discord', () => page)),
    telegram: stack.use(await startFront('telegram', () => page)),
  };
  const folder = freshFolder();
  const processes = stack.use(
    await startProcesses(
      count,
      {
        ...provider.env,
        ...fronts.discord.env,
        ...fronts.telegram.env,
        STORE_URL: schema.url,
        FILES_URL: pathToFileURL(folder).href,
        FAULTS_POSTER: await sampleImage({ width: 180, height: 320 }),
        DEFAULT_LIMITS: 'none',
        BUDGET_USD_PER_DAY: '100000',
        BUDGET_USD_PER_MONTH: '100000',
        ...env,
      },
      envOf,
    ),
  );
  const { all, log } = processes;
  page.url = processes.url;
  const record = () => readSharedRecord(db);
  const ready = async () => {
    for (const name of FRONTS) await fronts[name].ready();
  };
  await ready();

  async function leftOver(): Promise<string[]> {
    for (const bot of all) await bot.stop();
    const temps = globSync(join(folder, 'temp/*'));
    for (const path of [...filesIn(), ...temps]) utimesSync(path, LONG_AGO, LONG_AGO);
    await all[0]?.start();
    const left = async () => strayIn(await record(), filesIn()).map((path) => basename(path));
    await until('a sweep of what nobody needs', async () => (await left()).length === 0, {
      everyMs: EVERY_MS,
    }).catch(() => {});
    return left();
  }
  const filesIn = (): string[] => globSync(join(folder, '**/*.{jpg,png,mp4}'));

  const kept = stack.move();
  return {
    processes,
    fronts,
    provider,
    db,
    record,
    log,
    ready,
    leftOver,
    async hurry() {
      const { schema: own } = db.queues;
      await db.queues.executeSql(
        `UPDATE ${own === 'public' ? 'strut' : own}_steps.job SET start_after = now() WHERE state < 'active'`,
      );
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
