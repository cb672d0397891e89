/** Tasks that behave badly in every way a child can, for the tests of the pool. */
import { pbkdf2 } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { task } from '../../../src/media/task.ts';

const nothing = z.object({});
const kept: Buffer[] = [];
/** Of the threads that there are, and of one that is started now, as libraries do. */
async function nicenessOfThreads(): Promise<number[]> {
  await promisify(pbkdf2)('', '', 1, 1, 'sha1');
  return readdirSync('/proc/self/task').map((thread) => getPriority(Number(thread)));
}
const forever = (): Promise<never> => new Promise(() => setInterval(() => {}, 1000));

export const BAD_TASKS = {
  echo: task({
    lane: 'quick',
    budgetMs: 10_000,
    args: z.object({ value: z.string() }),
    result: z.string(),
    run: async ({ value }) => value,
  }),
  pid: task({
    lane: 'quick',
    budgetMs: 10_000,
    args: nothing,
    result: z.number(),
    run: async () => process.pid,
  }),
  environment: task({
    lane: 'quick',
    budgetMs: 10_000,
    args: nothing,
    result: z.array(z.string()),
    run: async () => Object.keys(process.env),
  }),
  progress: task({
    lane: 'quick',
    budgetMs: 10_000,
    args: z.object({ shares: z.array(z.number().nullable()) }),
    result: z.null(),
    async run({ shares }, context) {
      for (const share of shares) {
        context.progress(share ?? Number.NaN);
        await setTimeout(110);
      }
      return null;
    },
  }),
  fail: task({
    lane: 'quick',
    budgetMs: 10_000,
    args: nothing,
    result: z.null(),
    run: () => Promise.reject(new Error('this is no good')),
  }),
  lie: task({
    lane: 'quick',
    budgetMs: 10_000,
    args: nothing,
    result: z.number(),
    run: async () => JSON.parse('"not a number"'),
  }),
  babble: task({
    lane: 'quick',
    budgetMs: 60_000,
    args: nothing,
    result: z.null(),
    run() {
      process.send?.({ type: 'something else' });
      return forever();
    },
  }),
  exit: task({
    lane: 'quick',
    budgetMs: 60_000,
    args: nothing,
    result: z.null(),
    run: () => process.exit(3),
  }),
  /** Waits, as native code does in its own threads. */
  hang: task({ lane: 'quick', budgetMs: 60_000, args: nothing, result: z.null(), run: forever }),
  /** Works for so much processor time, then answers. */
  toil: task({
    lane: 'quick',
    budgetMs: 60_000,
    args: z.object({ processorMs: z.number() }),
    result: z.number(),
    async run({ processorMs }) {
      const begun = process.cpuUsage();
      for (;;) {
        const { user, system } = process.cpuUsage(begun);
        if ((user + system) / 1000 >= processorMs) return process.pid;
      }
    },
  }),
  /** Takes a while, of which it works hardly any. */
  nap: task({
    lane: 'quick',
    budgetMs: 60_000,
    args: z.object({ ms: z.number() }),
    result: z.number(),
    run: ({ ms }) => setTimeout(ms, process.pid),
  }),
  /** What FFmpeg does when it meets what its authors thought could not be. */
  abort: task({
    lane: 'quick',
    budgetMs: 60_000,
    args: nothing,
    result: z.null(),
    run: () => process.abort(),
  }),
  niceness: task({
    lane: 'quick',
    budgetMs: 60_000,
    args: nothing,
    result: z.array(z.number()),
    run: nicenessOfThreads,
  }),
  slowNiceness: task({
    lane: 'slow',
    budgetMs: 60_000,
    args: nothing,
    result: z.array(z.number()),
    run: nicenessOfThreads,
  }),
  slowPid: task({
    lane: 'slow',
    budgetMs: 60_000,
    args: nothing,
    result: z.number(),
    run: async () => process.pid,
  }),
  politeVerdict: task({
    lane: 'quick',
    budgetMs: 60_000,
    args: nothing,
    result: z.null(),
    run: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', reject)),
  }),
  /** Never gives the event loop back. */
  spin: task({
    lane: 'quick',
    budgetMs: 60_000,
    args: nothing,
    result: z.null(),
    async run() {
      for (;;);
    },
  }),
  render: task({ lane: 'slow', budgetMs: 60_000, args: nothing, result: z.null(), run: forever }),
  polite: task({
    lane: 'slow',
    budgetMs: 60_000,
    args: nothing,
    result: z.null(),
    run: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', reject)),
  }),
  /** Keeps memory after it has answered, as a leak does. */
  swell: task({
    lane: 'quick',
    budgetMs: 60_000,
    args: z.object({ bytes: z.number() }),
    result: z.number(),
    async run({ bytes }) {
      kept.push(Buffer.alloc(bytes, 1));
      await setTimeout(500);
      return process.pid;
    },
  }),
  hog: task({
    lane: 'quick',
    budgetMs: 60_000,
    args: z.object({ bytes: z.number() }),
    result: z.null(),
    run({ bytes }) {
      const held = Buffer.alloc(bytes, 1);
      return forever().finally(() => held);
    },
  }),
};
