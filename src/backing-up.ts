/** What `npm run backup` is asked, and what it answers: for a person at a terminal who is no programmer. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { version } from './at-start.ts';
import { BadConfig, type Config, readConfig, secretsIn } from './config.ts';
import { createScrub } from './scrub.ts';
import { type Backup, backUp } from './store/copies/back-up.ts';
import { formatsOf } from './words/formats.ts';

const HELP = `Makes a backup of the bot in one file, while it runs.

  npm run backup -- FILE                    records, settings, and the pictures, clips and videos that are kept
  npm run backup -- FILE --without-files    records and settings alone
  npm run backup -- FILE --with-secrets     also the keys that the bot made for itself at its first start, so that links that
                                            were handed out stay good; whoever has that file can sign in to the page

What is in .env is never in it: keep that yourself. The file holds what members sent: keep it where only you can read it.`;

/** What the operator can put right, by the name of the error or the system's code. */
const WHY_NOT: Partial<Record<string, string>> = {
  StoreCorrupt:
    'strut.sqlite in DATA_DIR is damaged. Its last good copies lie in the folder backups there: docs/hosting.md says how to go back to one',
  StoreBusy: 'another program holds strut.sqlite in DATA_DIR; close it, and run this again',
  StoreUnwritable: 'there is no room for it, or it can not be written there',
  ENOSPC: 'there is no room for it on that disk',
  EACCES: 'it can not be written there, or DATA_DIR not be read: run this as the user that runs the bot',
  EROFS: 'that disk is read-only',
  ENOENT: 'the folder of that file is not there',
};

const POSTGRES =
  'The records lie in PostgreSQL (STORE_URL): back them up by its own means, such as pg_dump -Fc -f FILE, and the place of the files as well. docs/hosting.md says how, and what to run after pg_restore.';

const { number, size } = formatsOf('en');

/** Answers the process's exit code. */
export async function backUpBot(
  args: string[],
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
  now = Date.now(),
): Promise<number> {
  const scrub = createScrub(secretsIn(env));
  const say = (line: string): void => print(scrub(line));
  const asked = read(args);
  if (asked.file === undefined || asked.help) {
    say(HELP);
    return asked.help || args.length === 0 ? 0 : 1;
  }
  // `npm run` begins in the folder of the package, wherever its caller stands.
  const toPath = resolve(env.INIT_CWD ?? '.', asked.file);
  try {
    const config = readConfig(env);
    if (config.STORE_URL) {
      say(POSTGRES);
      return 1;
    }
    if (existsSync(toPath)) {
      say(`Not made: ${toPath} is there already, and is not written over.`);
      return 1;
    }
    const withFiles = !asked.withoutFiles && config.FILES_URL === undefined;
    const made = await backUp({
      dataDir: config.DATA_DIR,
      toPath,
      strut: await version(),
      withFiles,
      withSecrets: asked.withSecrets,
      now,
    });
    if (made) tell(made, toPath, { withFiles, config, say });
    else
      say(`There is no bot in ${config.DATA_DIR} (no strut.sqlite there), so there is nothing to back up.`);
    return made ? 0 : 1;
  } catch (error) {
    say(`Not made: ${wordsOf(error)}`);
    return 1;
  }
}

type Asked = { file?: string; withoutFiles: boolean; withSecrets: boolean; help: boolean };

function read(args: string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        'without-files': { type: 'boolean', default: false },
        'with-secrets': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [file, ...others] = positionals;
    return {
      ...(file === undefined || others.length > 0 ? {} : { file }),
      withoutFiles: values['without-files'],
      withSecrets: values['with-secrets'],
      help: values.help,
    };
  } catch {
    return { withoutFiles: false, withSecrets: false, help: false };
  }
}

function tell(
  made: Backup,
  toPath: string,
  { withFiles, config, say }: { withFiles: boolean; config: Config; say(line: string): void },
): void {
  say(`  records: ${size(made.databaseBytes)}`);
  if (withFiles) say(`  files: ${number(made.files)} (${size(made.bytes)})`);
  else if (config.FILES_URL) say('  files: left where FILES_URL says; back that place up by its own means');
  else say('  files: left out');
  say(
    made.secrets > 0
      ? '  keys of the bot: in it. Whoever has this file can sign in to the page'
      : '  keys of the bot: left out. After a restore, links that it handed out are dead, and everybody signs in again',
  );
  say(`Made ${toPath}. Keep a copy of .env beside it: no token or key of yours is in there.`);
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof BadConfig) return error.message;
  const code = 'code' in error ? String(error.code) : '';
  return WHY_NOT[code] ?? WHY_NOT[error.name] ?? error.message;
}
