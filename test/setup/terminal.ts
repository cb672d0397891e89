/** A program at a real terminal of its own, typed at by a test: `script` of util-linux makes one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'vitest';
import { COMPILED } from '../compiled.ts';
import { needs } from '../needs.ts';
import { PATIENCE_MS } from '../timeouts.ts';

const SCRIPT = '/usr/bin/script';
export const TERMINAL = needs(existsSync(SCRIPT), 'no terminal can be made here: install util-linux');

export const ENTER = '\r';
export const DOWN = '\u001b[B';
export const SPACE = ' ';
const CTRL_U = '\u0015';
export const CTRL_C = '\u0003';

export type Terminal = AsyncDisposable & {
  /** Waits until that is shown, after what was awaited before. Answers what was found. */
  sees(what: RegExp | string): Promise<RegExpExecArray>;
  /** Presses keys, one after the other. */
  press(...keys: string[]): Promise<void>;
  /** Waits for a question, then presses. */
  answer(question: RegExp | string, ...keys: string[]): Promise<void>;
  /** In the place of what stands in the field already. */
  fills(question: RegExp | string, text: string): Promise<void>;
  /** Everything that was shown so far, as it came and without what moves the cursor. */
  shown(): string;
  ended(): Promise<number>;
  /** As when the window is closed. */
  hangUp(): Promise<void>;
};

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export function openTerminal(args: readonly string[], env: Record<string, string>, cwd: string): Terminal {
  const command = [process.execPath, ...args].map(quoted).join(' ');
  const child: ChildProcess = spawn(SCRIPT, ['-qefc', `exec ${command}`, '/dev/null'], {
    cwd,
    env: {
      PATH: process.env.PATH,
      TERM: 'xterm',
      SHELL: '/bin/sh',
      NODE_COMPILE_CACHE: COMPILED,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let text = '';
  let from = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const over = once(child, 'exit').then(([code]) => Number(code));
  const shown = (): string => stripVTControlCharacters(text).replaceAll('\r', '');

  async function sees(what: RegExp | string): Promise<RegExpExecArray> {
    const pattern = typeof what === 'string' ? new RegExp(what.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : what;
    let found: RegExpExecArray | null = null;
    await expect
      .poll(
        () => {
          found = pattern.exec(shown().slice(from));
          return found !== null || `${shown().slice(from)} [looking for ${pattern}]`;
        },
        { timeout: PATIENCE_MS },
      )
      .toBe(true);
    const match = found as unknown as RegExpExecArray;
    from += match.index + match[0].length;
    return match;
  }

  /** A key at a time: what comes together is one paste. */
  async function press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      const before = text.length;
      child.stdin?.write(key);
      await expect.poll(() => text.length, { timeout: PATIENCE_MS }).toBeGreaterThan(before);
    }
  }

  return {
    sees,
    press,
    async answer(question, ...keys) {
      await sees(question);
      await press(...keys);
    },
    async fills(question, value) {
      await sees(question);
      await press(CTRL_U, value, ENTER);
    },
    shown,
    ended: () => over,
    async hangUp() {
      // Whoever held the other end is gone: the system tells the program.
      child.kill('SIGKILL');
      await over;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await over;
    },
  };
}
