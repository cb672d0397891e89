import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { COMPILED } from '../compiled.ts';
import { freshFolder } from '../fakes/folder.ts';

const WIZARD = join(import.meta.dirname, '../../src/setup/main.ts');

const run = (args: string[], env: Record<string, string> = {}, cwd = freshFolder()) =>
  new Promise<{ status: number; text: string }>((resolve) => {
    const whole = {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: COMPILED,
      DATA_DIR: join(cwd, 'data'),
      ...env,
    };
    execFile(process.execPath, [WIZARD, ...args], { cwd, env: whole }, (error, stdout) =>
      resolve({ status: error ? Number(error.code) : 0, text: stdout }),
    );
  });

it('where there is no terminal, says what to do in Docker, over ssh, and without being asked', async () => {
  const { status, text } = await run([]);
  expect(text).toContain('docker compose run --rm strut setup');
  expect(text).toContain('.env.example');
  expect(status).toBe(2);
});

it('what it does not know is answered with what it takes', async () => {
  const { status, text } = await run(['everything']);
  expect(text).toContain('npm run setup -- --check');
  expect(status).toBe(2);
});

it('--check asks nothing, reads .env, and ends as the doctor does, without a secret', async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, '.env'), 'PORT=eighty\nFAL_KEY=rpa_ABCDEFGHIJKLMNOPQRSTUVWXYZ012\n', {
    mode: 0o600,
  });
  const { status, text } = await run(['--check'], {}, folder);
  expect(text).toMatch(/BROKEN\s+PORT must be a port number/);
  expect(text).toMatch(/FAL_KEY looks like a key of RunPod/);
  expect(text).not.toContain('rpa_ABC');
  expect(text).not.toContain('\u001b');
  expect(status).toBe(2);
});
