/**
 * Calls a function of another module in a process of its own. FFmpeg is native code: what the tests do with it must
 * not be able to take the test runner down, and a crash there is no verdict on the code under test, so it is tried anew.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';

const TRIES = 3;

/** Rejects with what the function throws, or when its process keeps dying. */
export async function inChild(module: URL, name: string, args: unknown[]): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    const child = fork(new URL('./in-child-entry.ts', import.meta.url), [module.href, name], {
      serialization: 'advanced',
      execArgv: [],
    });
    const answered = once(child, 'message');
    answered.catch(() => {});
    child.send(args);
    const [code, signal] = (await Promise.race([once(child, 'exit'), answered.then(() => [0, null])])) as [
      number | null,
      NodeJS.Signals | null,
    ];
    if (code === 0) {
      const [answer] = (await answered) as [{ value: unknown } | { error: string }];
      child.kill('SIGKILL');
      if ('error' in answer) throw new Error(answer.error);
      return answer.value;
    }
    if (tries === TRIES) throw new Error(`${name} died ${TRIES} times, at last with ${signal ?? code}`);
  }
}
