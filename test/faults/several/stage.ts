/** Several processes on one PostgreSQL with a provider, and everybody who asks: the page, Discord and Telegram. */
import { globSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openPostgres, type PostgresDatabase } from '../../../src/store/postgres.ts';
import { freshSchema } from '../../postgres/open.ts';
import { sampleImage } from '../../samples.ts';
import { FRONTS, type Front, type FrontName, startFront } from '../front.ts';
import { type ProviderName, startProvider } from '../provider.ts';
import { readSharedRecord, strayIn, until } from '../record.ts';
import type { Seen } from '../stage.ts';
import { openWire, type Wire } from '../wire.ts';
import { openDoor } from './door.ts';
import { type Processes, type ProcessOptions, startProcesses } from './processes.ts';

/** Each look is a way to the database and back. */
export const EVERY_MS = 400;
/** The sweep leaves alone what came within the last day. */
const LONG_AGO = new Date(Date.now() - 2 * 24 * 3_600_000);

export type SeveralStage = AsyncDisposable &
  Seen & {
    processes: Processes;
    fronts: Readonly<Record<FrontName, Front>>;
    /** The wires to the chats. */
    wires: Readonly<Record<'discord' | 'telegram', Wire>>;
    db: PostgresDatabase;
    /** Every step that waits is due now. */
    hurry(): Promise<void>;
    /** Ends when each chat is somebody's. */
    ready(): Promise<void>;
    /** What stays for ever of the files, once everybody was stopped and one was started. */
    leftOver(): Promise<string[]>;
  };

type SeveralOptions = ProcessOptions & {
  /** The database, where it is not one of the run's own server. */
  storeUrl?: string;
  /** As the internet knows it; by default as this machine does. */
  publicUrl?: string;
};

export async function startSeveral(
  providerName: ProviderName,
  { env = {}, storeUrl, publicUrl, ...options }: SeveralOptions = {},
): Promise<SeveralStage> {
  await using stack = new AsyncDisposableStack();
  const schema = storeUrl === undefined ? await freshSchema() : { url: storeUrl, async drop() {} };
  stack.defer(schema.drop);
  const db = await openPostgres(schema.url);
  stack.defer(db.close);
  const provider = await startProvider(providerName);
  stack.defer(() => provider.close());
  const started: { processes?: Processes } = {};
  const door = stack.use(await openDoor(() => started.processes?.up().map(({ url }) => url) ?? []));
  const routes = publicUrl === undefined ? {} : { [publicUrl]: door.url };
  const start = async (name: FrontName) => stack.use(await startFront(name, () => door, routes));
  const fronts = {
    page: await start('page'),
    discord: await start('discord'),
    telegram: await start('telegram'),
  };
  const wires = {
    discord: stack.use(await openWire(fronts.discord.apiUrl ?? '')),
    telegram: stack.use(await openWire(fronts.telegram.apiUrl ?? '')),
  };
  // Its own, not the test's: of tests side by side, each would take those of all with it.
  const folder = mkdtempSync(join(tmpdir(), 'strut-several-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const processes = stack.use(
    await startProcesses({
      ...options,
      env: {
        ...provider.env,
        ...fronts.discord.env,
        ...fronts.telegram.env,
        DISCORD_API_URL: wires.discord.url,
        TELEGRAM_API_URL: wires.telegram.url,
        STORE_URL: schema.url,
        FILES_URL: pathToFileURL(folder).href,
        PUBLIC_URL: publicUrl ?? door.url,
        FAULTS_POSTER: await sampleImage({ width: 180, height: 320 }),
        DEFAULT_LIMITS: 'none',
        BUDGET_USD_PER_DAY: '100000',
        BUDGET_USD_PER_MONTH: '100000',
        ...env,
      },
    }),
  );
  started.processes = processes;
  const { log } = processes;
  const record = () => readSharedRecord(db);
  const ready = async () => {
    for (const name of FRONTS) await fronts[name].ready();
  };
  await ready();

  async function leftOver(): Promise<string[]> {
    await Promise.all(processes.up().map((bot) => bot.stop()));
    const temps = globSync(join(folder, 'temp/*'));
    for (const path of [...filesIn(), ...temps]) utimesSync(path, LONG_AGO, LONG_AGO);
    await processes.revive(1);
    const left = async () => strayIn(await record(), filesIn()).map((path) => basename(path));
    await until('a sweep of what nobody needs', async () => (await left()).length === 0, {
      everyMs: EVERY_MS,
    }).catch(() => {});
    return left();
  }
  const filesIn = (): string[] => globSync(join(folder, '**/*.{jpg,png,mp4,bin}'));

  const kept = stack.move();
  return {
    processes,
    fronts,
    wires,
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
