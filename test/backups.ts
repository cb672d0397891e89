/** The commands that back a bot up and put it back, as somebody at a terminal has them. */
import { backUpBot } from '../src/backing-up.ts';
import { restoreBot } from '../src/restoring.ts';

/** When a backup is made: all that was written before lies before it. */
export const NOW = Date.now() + 60_000;

type Answer = { code: number; said: string };

async function run(
  bot: (args: string[], env: NodeJS.ProcessEnv, print: (line: string) => void) => Promise<number>,
  args: string[],
  env: Record<string, string>,
): Promise<Answer> {
  const said: string[] = [];
  const code = await bot(args, env, (line) => said.push(line));
  return { code, said: said.join('\n') };
}

export const backUp = (args: string[], env: Record<string, string> = {}) =>
  run((a, e, print) => backUpBot(a, e, print, NOW), args, env);
export const restore = (args: string[], env: Record<string, string> = {}) =>
  run((a, e, print) => restoreBot(a, e, print, { waitMs: 0, now: NOW }), args, env);
