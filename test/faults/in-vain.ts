/** The bot, started on a folder where it can not come up. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPILED } from '../compiled.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Its exit code and what it said. */
export async function startInVain(dataDir: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'src/main.ts')], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: dataDir,
      TMPDIR: tmpdir(),
      NODE_COMPILE_CACHE: COMPILED,
      DATA_DIR: dataDir,
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (said += text.toString()));
  // At its exit, what it said may still be on its way.
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}
