/** Reads the configuration, starts the bot, and stops it cleanly when asked to. */
import { flushCompileCache } from 'node:module';
import { type App, startApp } from './app.ts';
import { BadConfig, type Config, readConfig, secretsIn } from './config.ts';
import { createLog, logTheUncaught } from './log.ts';
import { createScrub } from './scrub.ts';

/** A container is killed 10 s after it was asked to stop. */
const STOP_WITHIN_MS = 9_000;

/** What the operator can put right, in one line each. */
const WHY_NOT: Partial<Record<string, string>> = {
  EADDRINUSE: 'that port is taken by another program; set PORT to another number',
  StoreInUse:
    'Strut is running already with this DATA_DIR, or on the database of STORE_URL; stop that one first, or give this one its own. On one database several can share the work, each with a DATA_DIR of its own, once all have the same FILES_URL (a folder that they share, or a bucket)',
  StoreUnreachable:
    'PostgreSQL can not be reached, or does not let us in: is it running, and is STORE_URL right? Unset, SQLite in DATA_DIR is used',
  StoreUnfit: 'PostgreSQL must be of version 14 or later, and the database of STORE_URL in UTF8',
  StoreUnwritable:
    'DATA_DIR can not be written to: is the disk full or read-only, the folder somebody else’s?',
  StoreBusy: 'another program holds the database, strut.sqlite in DATA_DIR; close it and start again',
  StoreMoved:
    'the records in DATA_DIR were moved to PostgreSQL: set STORE_URL. To go on with the old ones all the same, remove the file moved-to-postgres there, and never start a bot on the others: each would send the same jobs',
  StoreHalfRestored:
    'a restore was ended in the middle, and this DATA_DIR has but a part of that bot. Run npm run restore again with the same file. To begin without it, remove the folder restoring in DATA_DIR',
  StoreTooNew: 'the database was written by a later version of Strut; start that version',
  StoreCorrupt:
    'the database is damaged, strut.sqlite in DATA_DIR. It was left as it is, with a copy in strut.sqlite.damaged. Move strut.sqlite and what begins with that name away and put the newest copy in its place (npm run restore -- with the newest file in DATA_DIR/backups), or repair it (sqlite3 strut.sqlite .recover); without it, jobs under way and the book are lost. Delete strut.sqlite.damaged and strut.sqlite-wal.damaged afterwards: what members have deleted since is still in there',
};

/** Their messages are for the operator. */
const SAID_BY_ITSELF: ReadonlySet<string> = new Set(['FilesUnusable', 'StoreForbidden']);

const log = createLog('info', createScrub(secretsIn(process.env)));
logTheUncaught(log);
const config = configure();
log.level = config.LOG_LEVEL;
const app = await start();

function configure(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error;
    log.fatal(error.message);
    process.exit(1);
  }
}

async function start(): Promise<App> {
  try {
    const app = await startApp(config, log, endAsTaken);
    // Node writes them down at its end, and an end by kill -9 would come before that.
    flushCompileCache();
    return app;
  } catch (error) {
    const words = error instanceof Error ? WHY_NOT[nameOf(error)] : undefined;
    if (words) log.fatal(words);
    else if (error instanceof Error && SAID_BY_ITSELF.has(error.name)) log.fatal(error.message);
    else log.fatal({ err: error }, 'the bot could not start');
    process.exit(1);
  }
}

/** Two that go on with the same jobs would each send them. Open jobs are on disk: whoever has the records goes on. */
function endAsTaken(): void {
  log.fatal(`the database was away, and another Strut has taken our place there: ${WHY_NOT.StoreInUse}`);
  process.exit(1);
}

let asked = false;
async function stop(signal: string): Promise<void> {
  if (asked) return;
  asked = true;
  log.info(`${signal}: stopping; open jobs go on at the next start`);
  setTimeout(() => {
    log.warn('not everything stopped in time; open jobs go on at the next start');
    process.exit(0);
  }, STOP_WITHIN_MS).unref();
  await app.stop();
  log.info('stopped');
  process.exit(0);
}

process.on('SIGTERM', (signal) => void stop(signal));
process.on('SIGINT', (signal) => void stop(signal));

function nameOf(error: Error): string {
  return 'code' in error && error.code === 'EADDRINUSE' ? error.code : error.name;
}
