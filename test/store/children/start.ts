import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** Runs one of the scripts beside this file in a process of its own and talks to it by lines. */
export function startChild(script: string, ...args: string[]) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => {
    const { done, value } = await lines.next();
    return done ? undefined : value;
  };
  return {
    /** The next line; undefined once the process is gone. */
    line: next,
    /** Everything it says from here until it is gone. */
    async rest(): Promise<string[]> {
      const all: string[] = [];
      for (let line = await next(); line !== undefined; line = await next()) all.push(line);
      return all;
    },
    tell: (line: string) => child.stdin.write(`${line}\n`),
    /** kill -9: the process does nothing more, not even by a handler. */
    kill: () => child.kill('SIGKILL'),
  };
}
