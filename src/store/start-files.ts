/** Looks at start whether files can be kept where they should be, and again while that place can not be reached. */
import { setTimeout } from 'node:timers/promises';
import { FilesUnreachable } from './errors.ts';
import type { Store } from './index.ts';

const AGAIN_MS = 60_000;

type Log = { info(text: string): void; warn(text: string): void; error(facts: object, text: string): void };

type StartedFiles = {
  /** Whether the files are those of the database, as far as is known. */
  isAtHome(): boolean;
  stop(): void;
};

/**
 * An outage of the place passes, and must not end a bot that worked yesterday: it is told, and looked at again. Throws
 * FilesUnusable for what an operator has to mend.
 */
export async function startFiles(
  store: Pick<Store, 'checkFiles' | 'isAtHome'>,
  log: Log,
  againMs = AGAIN_MS,
): Promise<StartedFiles> {
  const stopped = new AbortController();
  let isAtHome = false;
  async function look(): Promise<void> {
    await store.checkFiles();
    isAtHome = await store.isAtHome();
  }

  async function lookAgain(): Promise<void> {
    try {
      for (;;) {
        await setTimeout(againMs, undefined, { ref: false, signal: stopped.signal });
        if (await look().then(() => true, isOutage)) break;
      }
      log.info('the place of FILES_URL is there again');
    } catch (err) {
      if (!stopped.signal.aborted)
        log.error({ err }, 'the place of FILES_URL is there again, but not usable');
    }
  }

  try {
    await look();
  } catch (error) {
    isOutage(error);
    log.warn(
      `The place of FILES_URL can not be reached (${(error as Error).message}). Without its files nothing is made or sent until it is back`,
    );
    void lookAgain();
  }
  return { isAtHome: () => isAtHome, stop: () => stopped.abort() };
}

/** For `catch`: false where it may pass, or else it is thrown. */
function isOutage(error: unknown): false {
  if (error instanceof FilesUnreachable) return false;
  throw error;
}
