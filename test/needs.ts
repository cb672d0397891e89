/** Tests that not every machine can run: each says what it needs, and the end of the run names those left out, and why. */
import 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why it was left out. */
    skipped?: string;
  }
}

/** Options of a test or of a whole `describe`: it runs where the need is met, or is left out for that reason. */
export const needs = (met: boolean, otherwise: string) =>
  met ? {} : { skip: true, meta: { skipped: otherwise } };
