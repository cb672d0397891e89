/** One forked child process, seen from the parent. */
import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { type FromChild, fromChildSchema, type ToChild, type Usage } from './task.ts';

const LAST_WORDS_CHARACTERS = 2_000;

export type Child = {
  send(message: ToChild): void;
  kill(): void;
  /** What it takes now, or as it last said where there is no /proc. Undefined when not known. */
  usage(): Promise<Usage | undefined>;
};

export type ChildEvents = {
  onMessage(message: Exclude<FromChild, { type: 'usage' }>): void;
  /** Once, when the process is gone. */
  onExit(death: Death): void;
};

/** `byItself`: its own code made it exit, crash or say nonsense; else others killed it, or it never came to be. */
export type Death = { how: string; byItself: boolean };

/** What a process gets for what its own code did: the others come from outside, as when the machine's memory ran out. */
const OWN_SIGNALS: readonly string[] = [
  'SIGABRT',
  'SIGSEGV',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGTRAP',
  'SIGSYS',
];

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
      'NODE_COMPILE_CACHE',
    ]),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let reported: Usage | undefined;
  let lastWords = '';
  let gone = false;
  let rude = false;
  const exit = (how: string, byItself: boolean): void => {
    if (gone) return;
    gone = true;
    events.onExit({ how: [how, lastWords.trim()].filter(Boolean).join(': '), byItself });
  };

  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_CHARACTERS);
  });
  child.on('message', (raw) => {
    const message = fromChildSchema.safeParse(raw);
    if (!message.success) {
      rude = true;
      child.kill('SIGKILL');
    } else if (message.data.type === 'usage') reported = message.data;
    else events.onMessage(message.data);
  });
  child.on('error', (error) => {
    // No process came to be, so there will be no `exit`.
    if (child.pid === undefined) exit(error.message, false);
  });
  child.on('exit', (code, signal) =>
    exit(signal ?? `exit code ${code}`, rude || signal === null || OWN_SIGNALS.includes(signal)),
  );

  return {
    // A child that can't be reached is about to exit, which is told by `onExit`.
    send: (message) => void child.send(message, () => {}),
    kill: () => void child.kill('SIGKILL'),
    usage: async () => (process.platform === 'linux' ? usageFromProc(child.pid) : reported),
  };
}

/** Linux counts in hundredths of a second towards programs, whatever it does inside. */
const TICK_MS = 10;

/** VmRSS, in kB whatever the page size, and utime + stime of all threads; `proc_pid_status(5)`, `proc_pid_stat(5)`. */
async function usageFromProc(pid: number | undefined): Promise<Usage | undefined> {
  const [status, stat] = await Promise.all(
    ['status', 'stat'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
  );
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status ?? '')?.[1];
  // The program's name comes second, in brackets, and may hold anything; user and system time are the 12th and 13th after it.
  const ticks = /^.*\) \S(?: \S+){10} (\d+) (\d+)/s
    .exec(stat ?? '')
    ?.slice(1)
    .map(Number);
  const [user, system] = ticks ?? [];
  if (kilobytes === undefined || user === undefined || system === undefined) return undefined;
  return { rssBytes: Number(kilobytes) * 1024, processorMs: (user + system) * TICK_MS };
}

const pick = (from: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
