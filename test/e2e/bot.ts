/** The whole bot as its own process, as `npm start` runs it, on a free port and with a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPILED } from '../compiled.ts';
import { PATIENCE_MS } from '../timeouts.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A module that is loaded before the bot is, and what it says to its parent; `onStart` gets a way to say something to it. */
export type Hooks = {
  preload: string;
  onMessage(message: unknown): void;
  onStart(send: (message: object) => void): void;
};

export type Bot = AsyncDisposable & {
  url: string;
  dataDir: string;
  /** Ends when the process does, however it does. */
  ended(): Promise<void>;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again, on the same folder and port, this once with more in its environment. */
  start(more?: Record<string, string>): Promise<void>;
  /** Both, one after the other. */
  restart(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** What it logged so far. */
  log(): string;
  /** Of the process that runs now, or ran last. */
  pid(): number | undefined;
};

/** Starts the bot and waits until its log names the page. Throws with its log when it does not come up. */
export async function startBot(env: Record<string, string> = {}, hooks?: Hooks): Promise<Bot> {
  const folder = await mkdtemp(join(tmpdir(), 'strut-bot-'));
  const dataDir = env.DATA_DIR ?? join(folder, 'data');
  let child: ChildProcess | undefined;
  let log = '';
  let url = '';
  let port = '0';

  async function start(more: Record<string, string> = {}): Promise<void> {
    const preload = hooks ? ['--import', hooks.preload] : [];
    const started = spawn(process.execPath, [...preload, join(ROOT, 'src/start.js')], {
      cwd: ROOT,
      // Nothing of the machine's own settings: a developer's keys must not turn a test into a bill.
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        TMPDIR: tmpdir(),
        NODE_COMPILE_CACHE: COMPILED,
        DATA_DIR: dataDir,
        PORT: port,
        ...env,
        ...more,
      },
      stdio: ['ignore', 'pipe', 'pipe', ...(hooks ? (['ipc'] as const) : [])],
    });
    child = started;
    if (hooks) {
      started.on('message', hooks.onMessage);
      hooks.onStart((message) => void started.send(message, () => {}));
    }
    const from = log.length;
    url = await new Promise<string>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`the bot ${why}:\n${log.slice(from)}`));
      const timer = setTimeout(() => fail('did not start in time'), PATIENCE_MS);
      const read = (chunk: Buffer) => {
        log += chunk.toString();
        const [, found] = /page at (https?:\/\/[\d.:[\]a-z]+)/.exec(log.slice(from)) ?? [];
        if (found) {
          clearTimeout(timer);
          resolve(found);
        }
      };
      started.stdout?.on('data', read);
      started.stderr?.on('data', read);
      started.once('exit', (code, signal) => {
        clearTimeout(timer);
        log += `(ended with ${code ?? signal})\n`;
        fail(`ended with ${code ?? signal}`);
      });
    });
    port = new URL(url).port;
  }

  async function stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async function ended(): Promise<void> {
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  await start();
  return {
    dataDir,
    ended,
    get url() {
      return url;
    },
    start,
    stop,
    async restart(signal) {
      await stop(signal);
      await start();
    },
    log: () => log,
    pid: () => child?.pid,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
