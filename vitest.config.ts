import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    // Media tests fork children of their own: more files at once than cores would only make them wait for each other.
    maxWorkers: 2,
  },
});
