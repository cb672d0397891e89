/**
 * Calls a function of another module in another process. FFmpeg is native code: what the tests do with it must not be able
 * to take the test runner down, and a crash there is no verdict on the code under test, so it is tried anew.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

const TRIES = 3;

/** Starting one costs more than most of what is asked of it, so the next call takes one that has nothing to do. */
const idle = new Set<ChildProcess>();

/** Rejects with what the function throws, or when its process keeps dying. */
export async function inChild(module: URL, name: string, args: unknown[]): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    const child = takeIdle() ?? startChild();
    const over = new AbortController();
    const { signal } = over;
    const answered = once(child, 'message', { signal }).then(([answer]) => ({ answer }));
    const died = once(child, 'exit', { signal }).then(([code, by]) => ({ how: by ?? code }));
    for (const one of [answered, died]) one.catch(() => {});
    child.send({ module: module.href, name, args }, () => {});
    const end = await Promise.race([answered, died]);
    over.abort();
    if ('answer' in end) {
      letRest(child);
      const answer = end.answer as { value: unknown } | { error: string };
      if ('error' in answer) throw new Error(answer.error);
      return answer.value;
    }
    if (tries === TRIES) throw new Error(`${name} died ${TRIES} times, at last with ${end.how}`);
  }
}

function startChild(): ChildProcess {
  const child = fork(new URL('./in-child-entry.ts', import.meta.url), {
    serialization: 'advanced',
    execArgv: [],
  });
  child.once('exit', () => idle.delete(child));
  return child;
}

function takeIdle(): ChildProcess | undefined {
  for (const child of idle) {
    idle.delete(child);
    if (!child.connected) continue;
    child.ref();
    child.channel?.ref();
    return child;
  }
  return undefined;
}

/** It ends with this process, which it does not keep alive. */
function letRest(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
  idle.add(child);
}
