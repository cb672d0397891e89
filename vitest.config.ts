import { defineConfig } from 'vitest/config';
import { COMPILED } from './test/compiled.ts';
import { PATIENCE_MS, TEST_MS } from './test/timeouts.ts';

/** These start whole processes and keep both cores busy by themselves: side by side they would only wait for each other. */
const HEAVY = [
  'test/media/**/*.test.ts',
  'puppet/test/**/*.test.ts',
  'test/e2e/{page,page-coach,page-library,page-models,samples}.test.ts',
  'test/e2e/{usage,health,reports,hard-files}.test.ts',
];
/** Whole processes too, but they spend most of their time waiting for what does not come. */
const WAITING = [
  'test/faults/**/*.test.ts',
  'test/e2e/{files,backup,postgres,database-away,several,cluster,restart,hosted,kling,runware,comfyui,chat-models,discord-http,secrets,secrets-public,privacy}.test.ts',
  'test/chat/telegram/token-proof.test.ts',
  'test/store/limits.test.ts',
  'test/setup/wizard.test.ts',
  'test/e2e/told.test.ts',
];

const SHARED = {
  testTimeout: TEST_MS,
  hookTimeout: TEST_MS,
  expect: { poll: { timeout: PATIENCE_MS } },
  // A worker loads the bot's parts once for all of its files: loading them anew for each was most of the work. So hooks
  // stand in test files alone, as a shared module's would count for the first file only; `architecture.test.ts` sees to it.
  isolate: false,
  // For the media children that tests start.
  env: { NODE_COMPILE_CACHE: COMPILED },
  unstubEnvs: true,
  unstubGlobals: true,
  // Real processes and sockets on whatever machine CI has: what fails twice in a row there is a fault of ours.
  retry: process.env.CI ? 1 : 0,
};

/** What is awaited there comes from other processes, within seconds: each look costs several of them processor time. */
const PATIENT = { ...SHARED, expect: { poll: { timeout: PATIENCE_MS, interval: 250 } } };

export default defineConfig({
  test: {
    reporters: ['default', './test/skipped.ts'],
    globalSetup: './test/postgres/global-setup.ts',
    projects: [
      {
        test: {
          ...SHARED,
          name: 'quick',
          include: ['test/**/*.test.ts', 'simulators/test/**/*.test.ts'],
          exclude: [...HEAVY, ...WAITING],
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...PATIENT,
          name: 'heavy',
          include: HEAVY,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...PATIENT,
          name: 'waiting',
          include: WAITING,
          maxWorkers: 4,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
