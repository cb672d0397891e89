/** Tasks that behave badly in every way a child can, for the tests of the pool. */
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { task } from '../../../src/media/task.ts';

const nothing = z.object({});
const kept: Buffer[] = [];
const forever = (): Promise<never> => new Promise(() => setInterval(() => {}, 1000));

export const BAD_TASKS = {
  echo: task({
    lane: 'quick',
    deadlineMs: 10_000,
    args: z.object({ value: z.string() }),
    result: z.string(),
    run: async ({ value }) => value,
  }),
  pid: task({
    lane: 'quick',
    deadlineMs: 10_000,
    args: nothing,
    result: z.number(),
    run: async () => process.pid,
  }),
  environment: task({
    lane: 'quick',
    deadlineMs: 10_000,
    args: nothing,
    result: z.array(z.string()),
    run: async () => Object.keys(process.env),
  }),
  progress: task({
    lane: 'quick',
    deadlineMs: 10_000,
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
    deadlineMs: 10_000,
    args: nothing,
    result: z.null(),
    run: () => Promise.reject(new Error('this is no good')),
  }),
  lie: task({
    lane: 'quick',
    deadlineMs: 10_000,
    args: nothing,
    result: z.number(),
    run: async () => JSON.parse('"not a number"'),
  }),
  babble: task({
    lane: 'quick',
    deadlineMs: 60_000,
    args: nothing,
    result: z.null(),
    run() {
      process.send?.({ type: 'something else' });
      return forever();
    },
  }),
  exit: task({
    lane: 'quick',
    deadlineMs: 60_000,
    args: nothing,
    result: z.null(),
    run: () => process.exit(3),
  }),
  /** Waits, as native code does in its own threads. */
  hang: task({ lane: 'quick', deadlineMs: 60_000, args: nothing, result: z.null(), run: forever }),
  /** Never gives the event loop back. */
  spin: task({
    lane: 'quick',
    deadlineMs: 60_000,
    args: nothing,
    result: z.null(),
    async run() {
      for (;;);
    },
  }),
  render: task({ lane: 'slow', deadlineMs: 60_000, args: nothing, result: z.null(), run: forever }),
  polite: task({
    lane: 'slow',
    deadlineMs: 60_000,
    args: nothing,
    result: z.null(),
    run: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', reject)),
  }),
  /** Keeps memory after it has answered, as a leak does. */
  swell: task({
    lane: 'quick',
    deadlineMs: 60_000,
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
    deadlineMs: 60_000,
    args: z.object({ bytes: z.number() }),
    result: z.null(),
    run({ bytes }) {
      const held = Buffer.alloc(bytes, 1);
      return forever().finally(() => held);
    },
  }),
};
