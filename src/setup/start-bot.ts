/** Starts the bot as `npm start` does, and waits until it says that it works. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../start.js', import.meta.url));
const PAGE_AT = /page at (https?:\/\/[^\s]+)/;

export type StartedBot = {
  url: string;
  /** Everything that it logged until it was followed. */
  log(): string;
  /** From now on its log is the terminal's. */
  follow(): void;
  /** Ends when it does, with the status that it ended with. */
  ended(): Promise<number>;
};

/** Throws BotEnded where it ends in place of listening. Secrets reach it by its environment alone. */
export async function startBot(env: NodeJS.ProcessEnv): Promise<StartedBot> {
  const child: ChildProcess = spawn(process.execPath, [START], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const read = (chunk: Buffer): void => {
    log += chunk.toString();
    const [, url] = PAGE_AT.exec(log) ?? [];
    if (url) resolve(url);
  };
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  const over = once(child, 'exit').then(([code]): number => {
    reject(new BotEnded(log));
    return typeof code === 'number' ? code : 1;
  });
  // The bot stops by itself when the terminal says so: what comes to us comes to it as well.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const url = await promise;
  return {
    url,
    log: () => log,
    follow() {
      process.stdout.write(log);
      // It may run for months: nobody reads from here what the terminal has.
      child.stdout?.off('data', read);
      child.stderr?.off('data', read);
      child.stdout?.on('data', (chunk: Buffer) => process.stdout.write(chunk));
      child.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    },
    ended: () => over,
  };
}

/** It ended at once; its log says why. */
export class BotEnded extends Error {
  override name = 'BotEnded';
  readonly log: string;
  constructor(log: string) {
    super('the bot ended at once');
    this.log = log;
  }
}
