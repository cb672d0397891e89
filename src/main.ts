/** Reads the configuration, starts the bot, and stops it cleanly when asked to. */
import { type App, startApp } from './app.ts';
import { BadConfig, type Config, readConfig, secretsIn } from './config.ts';
import { createLog, logTheUncaught } from './log.ts';
import { createScrub } from './scrub.ts';

/** A container is killed 10 s after it was asked to stop. */
const STOP_WITHIN_MS = 9_000;

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
    return await startApp(config, log);
  } catch (error) {
    if (error instanceof Error && error.name === 'StoreInUse')
      log.fatal(
        'Strut is running already with this DATA_DIR; stop that one first, or give this one a folder of its own',
      );
    else if (isAddressInUse(error))
      log.fatal('that port is taken by another program; set PORT to another number');
    else log.fatal({ err: error }, 'the bot could not start');
    process.exit(1);
  }
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

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
