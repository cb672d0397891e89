/** Waiting for what is seen, on change and never by the clock. */
import { PATIENCE_MS } from '../../test/timeouts.ts';

/** `describe`: how things stood, for a wait that ran out. */
export function waiter(describe: () => string) {
  const listeners = new Set<() => void>();

  const onChange = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

  /** Resolves with what `condition` answers once that is neither false nor empty. Rejects after `timeoutMs`. */
  function waitFor<T>(
    condition: () => T,
    { timeoutMs = PATIENCE_MS }: { timeoutMs?: number } = {},
  ): Promise<Exclude<T, false | 0 | '' | null | undefined>> {
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => {
        stop();
        clearTimeout(timer);
        act();
      };
      const look = () => {
        try {
          const value = condition();
          if (value) end(() => resolve(value as Exclude<T, false | 0 | '' | null | undefined>));
        } catch (error) {
          end(() => reject(error));
        }
      };
      const timer = setTimeout(
        () => end(() => reject(new Error(`never came true: ${condition}\n${describe()}`))),
        timeoutMs,
      );
      const stop = onChange(look);
      look();
    });
  }

  return {
    onChange,
    waitFor,
    changed(): void {
      for (const listener of [...listeners]) listener();
    },
  };
}
