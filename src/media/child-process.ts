/** One forked child process, seen from the parent. */
import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { type FromChild, fromChildSchema, type ToChild } from './task.ts';

const LAST_WORDS_CHARACTERS = 2_000;

export type Child = {
  send(message: ToChild): void;
  kill(): void;
  /** Resident memory now, or as last reported where there is no /proc. Undefined when not known. */
  rssBytes(): Promise<number | undefined>;
};

export type ChildEvents = {
  onMessage(message: Exclude<FromChild, { type: 'memory' }>): void;
  /** Once, when the process is gone; `how` is for the log. */
  onExit(how: string): void;
};

/** Starts a child that serves tasks; `entry` is the TypeScript file it runs. */
export function startChild(entry: URL, events: ChildEvents): Child {
  const child = fork(entry, [], {
    execPath: process.execPath,
    execArgv: [],
    // The child decodes bytes of strangers: it gets no token and no key.
    env: pick(process.env, [
      'PATH',
      'HOME',
      'TMPDIR',
      'TEMP',
      'TMP',
      'SystemRoot',
      'LANG',
      'TZ',
      'LD_LIBRARY_PATH',
    ]),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let reportedRss: number | undefined;
  let lastWords = '';
  let gone = false;
  const exit = (how: string): void => {
    if (gone) return;
    gone = true;
    events.onExit([how, lastWords.trim()].filter(Boolean).join(': '));
  };

  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_CHARACTERS);
  });
  child.on('message', (raw) => {
    const message = fromChildSchema.safeParse(raw);
    if (!message.success) child.kill('SIGKILL');
    else if (message.data.type === 'memory') reportedRss = message.data.rssBytes;
    else events.onMessage(message.data);
  });
  child.on('error', (error) => {
    // No process came to be, so there will be no `exit`.
    if (child.pid === undefined) exit(error.message);
  });
  child.on('exit', (code, signal) => exit(signal ?? `exit code ${code}`));

  return {
    // A child that can't be reached is about to exit, which is told by `onExit`.
    send: (message) => void child.send(message, () => {}),
    kill: () => void child.kill('SIGKILL'),
    rssBytes: async () => (process.platform === 'linux' ? rssFromProc(child.pid) : reportedRss),
  };
}

/** VmRSS, in kB whatever the page size; `proc_pid_status(5)`, man-pages 6.9. */
async function rssFromProc(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

const pick = (from: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
