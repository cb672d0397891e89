/** The other side of in-child.ts. */
import { flushCompileCache } from 'node:module';

type Call = { module: string; name: string; args: unknown[] };

let isCompiledKept = false;

process.on('message', async ({ module, name, args }: Call) => {
  try {
    const work = ((await import(module)) as Record<string, (...args: unknown[]) => unknown>)[name];
    process.send?.({ value: await work?.(...args) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  // Node writes it at a clean end, and this ends by a kill.
  if (!isCompiledKept) flushCompileCache();
  isCompiledKept = true;
});
// An orderly exit would wait for threads that may hang in native code.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
