/** A PostgreSQL of our own for the tests of one run: an ordinary user's, in a temporary folder, on a socket there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, globSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** PostgreSQL refuses to run as root; then it is `nobody`, whom every system has. */
const NOBODY = 65534;

/** The folder of the server's programs: Debian keeps them off the path. The newest version that is installed. */
function binaries(): string | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...globSync('/usr/lib/postgresql/*/bin').sort((a, b) => b.localeCompare(a, 'en', { numeric: true })),
  ];
  const [found] = folders.flatMap((folder) => globSync(join(folder, 'initdb')));
  // On the path there may be a link to it, and not to all that lies beside it.
  return found && dirname(realpathSync(found));
}

export const isInstalled = binaries() !== undefined;

// Nothing of a test outlives its run, so nothing need reach the disk.
const QUICK = ['fsync=off', 'full_page_writes=off', 'autovacuum=off', 'deadlock_timeout=20ms'];
// All tests of a run share one: of the long fault suite, five times three processes at once, of sixteen connections each.
const SMALL = ['shared_buffers=16MB', 'max_connections=400'];

/** Where servers of one test lie, and as whom they run. */
type Home = {
  folder: string;
  run(program: string, args: readonly string[]): Promise<void>;
  /** Ends with us, even where we are killed. `end`: at once, as by `pg_ctl stop -m immediate`. */
  serve(data: string, settings: readonly string[]): Promise<{ end(): Promise<void> }>;
};

function makeHome(): Home {
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
  return {
    folder,
    async run(program, args) {
      const child = spawn(join(bin, program), args, { ...options, stdio: ['ignore', 'ignore', 'inherit'] });
      const [code] = await once(child, 'close');
      if (code !== 0) throw new Error(`${program} ended with ${code}`);
    },
    async serve(data, settings) {
      const at = socketsOf(data);
      mkdirSync(at, { recursive: true });
      if (isRoot) chownSync(at, NOBODY, NOBODY);
      const server = spawn(
        'sh',
        [
          ...['-c', '"$@" & read -r _; kill -QUIT $!; wait', 'sh'],
          ...[join(bin, 'postgres'), '-D', data, '-k', at, '-h', ''],
          ...settings.flatMap((setting) => ['-c', setting]),
        ],
        { ...options, stdio: ['pipe', 'ignore', 'pipe'] },
      );
      const ended = once(server, 'close');
      await isReady(server.stderr);
      return {
        async end() {
          server.stdin.end();
          await ended;
        },
      };
    },
  };
}

const socketsOf = (data: string): string => `${data}-at`;
const urlOf = (data: string): string => `postgres://strut@localhost/postgres?host=${socketsOf(data)}`;

const initialise = ({ run }: Home, data: string): Promise<void> =>
  run('initdb', [
    ...[
      '-D',
      data,
      '-U',
      'strut',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ],
  ]);

/**
 * Answers when it takes connections. It ends with us, even where we are killed. `syncs`: every commit reaches the disk, as
 * it does in earnest.
 */
export async function startPostgres({
  syncs = false,
  settings = [],
}: {
  syncs?: boolean;
  settings?: readonly string[];
} = {}): Promise<{ url: string; stop(): Promise<void> }> {
  const home = makeHome();
  const data = join(home.folder, 'data');
  await initialise(home, data);
  const server = await home.serve(data, [...SMALL, ...(syncs ? [] : QUICK), ...settings]);
  return {
    url: urlOf(data),
    async stop() {
      await server.end();
      rmSync(home.folder, { recursive: true, force: true });
    },
  };
}

export type PostgresPair = AsyncDisposable & {
  /** Of the first one. */
  url: string;
  /** The first one ends at once, without a word to anybody, and starts again. */
  restart(): Promise<void>;
  /** The first one ends at once and for good, and the second takes its place: at this address. */
  promote(): Promise<string>;
};

/** Two servers, of which the second follows the first: nothing is kept before both have it. */
export async function startPostgresPair(): Promise<PostgresPair> {
  const home = makeHome();
  const [first, second] = [join(home.folder, 'first'), join(home.folder, 'second')];
  // Not without full pages: a server that ends at once is read back from its log.
  const settings = [...SMALL, 'fsync=off', 'deadlock_timeout=20ms'];
  await initialise(home, first);
  let server = await home.serve(first, settings);
  await home.run('pg_basebackup', [
    ...['-h', socketsOf(first), '-U', 'strut', '-D', second, '-R', '-X', 'stream', '-c', 'fast', '--no-sync'],
  ]);
  const standby = await home.serve(second, settings);
  await home.run('psql', [
    ...[
      '-q',
      '-h',
      socketsOf(first),
      '-U',
      'strut',
      'postgres',
      '-c',
      "ALTER SYSTEM SET synchronous_standby_names = '*'",
    ],
    ...['-c', 'SELECT pg_reload_conf()'],
  ]);
  return {
    url: urlOf(first),
    async restart() {
      await server.end();
      server = await home.serve(first, settings);
    },
    async promote() {
      await server.end();
      await home.run('pg_ctl', ['-D', second, '-w', 'promote']);
      return urlOf(second);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([server.end(), standby.end()]);
      rmSync(home.folder, { recursive: true, force: true });
    },
  };
}

async function isReady(output: NodeJS.ReadableStream): Promise<void> {
  const said: string[] = [];
  for await (const line of createInterface({ input: output })) {
    said.push(line);
    if (!/ready to accept (read-only )?connections/.test(line)) continue;
    output.resume();
    return;
  }
  throw new Error(`PostgreSQL did not start:\n${said.join('\n')}`);
}
