import { defineConfig } from 'vitest/config';

/** These start whole processes and keep both cores busy by themselves: side by side they would only wait for each other. */
const HEAVY = ['test/media/**/*.test.ts', 'test/e2e/page.test.ts', 'test/e2e/usage.test.ts'];
/** Whole processes too, but they spend most of their time waiting for what does not come. */
const WAITING = [
  'test/faults/**/*.test.ts',
  'test/e2e/{restart,hosted,secrets,secrets-public,privacy}.test.ts',
  'test/chat/telegram/token-proof.test.ts',
];

/** Whoever waits for something to show waits by what it shows; only a busy machine comes near this. */
const PATIENT = { poll: { timeout: 15_000 } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [...HEAVY, ...WAITING],
          maxWorkers: 3,
          testTimeout: 30_000,
          expect: PATIENT,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'heavy',
          include: HEAVY,
          maxWorkers: 2,
          testTimeout: 120_000,
          expect: PATIENT,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'waiting',
          include: WAITING,
          maxWorkers: 4,
          testTimeout: 120_000,
          expect: PATIENT,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
