/**
 * How long a test waits, said in this one place. Whoever waits looks for what should come and goes on the moment it is
 * there; these only end a run in which it never comes. They are so long that no busy machine decides a test by them.
 */

/** For one thing: a process that starts or ends, a message, a state, a file. Shorter while one writes a test: what never comes fails at once. */
export const PATIENCE_MS = Number(process.env.STRUT_PATIENCE_MS || 600_000);
/** For a whole test or hook, in which several such waits may follow each other. */
export const TEST_MS = 1_800_000;
/** For a test of the long fault suite, which goes through everything that can break. */
export const LONG_TEST_MS = 3_600_000;
