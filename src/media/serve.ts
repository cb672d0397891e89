/** The child's side of the pool: runs one task at a time and answers over IPC. */
import { readdirSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type FromChild, type TaskTable, toChildSchema } from './task.ts';

/** Behind the bot's own process, and renders behind what members wait for. */
const NICENESS = { quick: 2, slow: 5 };
const PROGRESS_EVERY_MS = 100;
const USAGE_EVERY_MS = 250;

/** Serves the tasks of a table to the parent process, until the parent goes away. */
export function serve(tasks: TaskTable): void {
  // Encoding takes every core there is: the bot's own process comes first.
  yieldTo(NICENESS.quick);
  dieWithParent();
  // A Ctrl-C reaches the whole process group; when a child ends is the parent's to say.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  // Where there is no /proc the parent can't measure us.
  if (process.platform !== 'linux') {
    const usage = () => ({ rssBytes: process.memoryUsage.rss(), processorMs: processorMs() });
    setInterval(() => send({ type: 'usage', ...usage() }), USAGE_EVERY_MS).unref();
  }

  let abort = new AbortController();
  process.on('message', (raw) => {
    const message = toChildSchema.parse(raw);
    if (message.type === 'abort') return abort.abort();
    abort = new AbortController();
    void run(tasks, message.name, message.args, abort.signal).then((answer) => {
      send(answer);
      // Node writes it at a clean end, and a child's is a kill. Each task loads its own code; with nothing new, it is nothing.
      flushCompileCache();
    });
  });
}

async function run(tasks: TaskTable, name: string, args: unknown, signal: AbortSignal): Promise<FromChild> {
  try {
    const task = tasks[name];
    if (!task) throw new Error('there is no such task');
    // There is no way back from it for a process: the pool takes up no quick work with a child that has rendered.
    if (task.lane === 'slow') yieldTo(NICENESS.slow);
    send({ type: 'began', processorMs: processorMs() });
    const result: unknown = await task.run(task.args.parse(args), { progress: throttledProgress(), signal });
    return { type: 'done', result };
  } catch (error) {
    return {
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** On Linux each thread has a niceness of its own, which those that it starts later begin with. */
function yieldTo(niceness: number): void {
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [0];
  for (const thread of threads) {
    try {
      setPriority(thread, niceness);
    } catch {
      // The thread has ended meanwhile.
    }
  }
}

function throttledProgress(): (share: number) => void {
  let toldAt = 0;
  return (share) => {
    if (Date.now() - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = Date.now();
    send({ type: 'progress', share: Math.min(1, Math.max(0, share || 0)) });
  };
}

function send(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

/**
 * A child outlives its parent by no more than a second. SIGKILL, as an orderly exit waits for threads that may
 * hang in native code. The thread is for the case that our own event loop is stuck and never hears `disconnect`,
 * which in turn is all there is on Windows, where a dead parent keeps its number.
 */
function dieWithParent(): void {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  const watchdog = `setInterval(() => { if (process.ppid !== ${process.ppid}) process.kill(process.pid, 'SIGKILL'); }, 1000);`;
  new Worker(watchdog, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 8 } }).unref();
}
