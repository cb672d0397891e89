/** A PostgreSQL of our own for the tests of one run: an ordinary user's, in a temporary folder, on a socket there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** PostgreSQL refuses to run as root; then it is `nobody`, whom every system has. */
const NOBODY = 65534;

/** The folder of the server's programs: Debian keeps them off the path. The newest version that is installed. */
const binaries = (): string | undefined =>
  [
    ...(process.env.PATH ?? '').split(delimiter),
    ...globSync('/usr/lib/postgresql/*/bin').sort((a, b) => b.localeCompare(a, 'en', { numeric: true })),
  ].find((folder) => globSync(join(folder, 'initdb')).length > 0);

export const isInstalled = binaries() !== undefined;

/**
 * Answers when it takes connections. It ends with us, even where we are killed. `syncs`: every commit reaches the disk, as
 * it does in earnest.
 */
export async function startPostgres({
  syncs = false,
  ...more
}: {
  syncs?: boolean;
  settings?: readonly string[];
} = {}): Promise<{
  url: string;
  stop(): Promise<void>;
}> {
  const bin = binaries();
  if (!bin) throw new Error('PostgreSQL is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'strut-pg-'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const options = {
    cwd: folder,
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  };
  const data = join(folder, 'data');
  const made = spawn(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'strut', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    { ...options, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code] = await once(made, 'close');
  if (code !== 0) throw new Error(`initdb ended with ${code}`);

  // Nothing of a test outlives its run, so nothing need reach the disk.
  const quick = ['fsync=off', 'full_page_writes=off', 'autovacuum=off', 'deadlock_timeout=20ms'];
  const settings = ['shared_buffers=16MB', ...(syncs ? [] : quick), ...(more.settings ?? [])];
  const server = spawn(
    'sh',
    [
      ...['-c', '"$@" & read -r _; kill -QUIT $!; wait', 'sh'],
      ...[join(bin, 'postgres'), '-D', data, '-k', folder, '-h', ''],
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    { ...options, stdio: ['pipe', 'ignore', 'pipe'] },
  );
  const ended = once(server, 'close');
  await isReady(server.stderr);
  return {
    url: `postgres://strut@localhost/postgres?host=${folder}`,
    async stop() {
      server.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function isReady(output: NodeJS.ReadableStream): Promise<void> {
  const said: string[] = [];
  for await (const line of createInterface({ input: output })) {
    said.push(line);
    if (!line.includes('ready to accept connections')) continue;
    output.resume();
    return;
  }
  throw new Error(`PostgreSQL did not start:\n${said.join('\n')}`);
}
