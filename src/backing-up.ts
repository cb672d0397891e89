/** What `npm run backup` is asked, and what it answers: for a person at a terminal who is no programmer. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
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

With PostgreSQL (STORE_URL) as well. Pictures, clips and videos in a bucket (FILES_URL=s3://…) stay there, and are not in it.
What is in .env is never in it: keep that yourself. The file holds what members sent: keep it where only you can read it.`;

/** What the operator can put right, by the name of the error or the system's code. */
const WHY_NOT: Partial<Record<string, string>> = {
  StoreCorrupt:
    'strut.sqlite in DATA_DIR is damaged. Its last good copies lie in the folder backups there: docs/hosting.md says how to go back to one',
  StoreBusy: 'another program holds strut.sqlite in DATA_DIR; close it, and run this again',
  StoreUnreachable:
    'PostgreSQL can not be reached, or does not let us in: is it running, and is STORE_URL right?',
  StoreTooOld:
    'the records are of an earlier version of Strut. Back them up with that version, or start this one once, which brings them to its shape',
  StoreTooNew: 'the records are of a later version of Strut: back them up with that version',
  NotTheSame:
    'what was copied is not what is in the database. Run this again; if it comes again, please report it',
  StoreUnwritable: 'there is no room for it, or it can not be written there',
  ENOSPC: 'there is no room for it on that disk',
  EACCES: 'it can not be written there, or DATA_DIR not be read: run this as the user that runs the bot',
  EROFS: 'that disk is read-only',
  ENOENT: 'the folder of that file is not there',
};

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
    if (existsSync(toPath)) {
      say(`Not made: ${toPath} is there already, and is not written over.`);
      return 1;
    }
    const files = asked.withoutFiles ? 'left out' : filesOf(config);
    const made = await backUp({
      dataDir: config.DATA_DIR,
      recordsAt: config.STORE_URL,
      toPath,
      strut: await version(),
      filesIn: typeof files === 'object' ? files.folder : undefined,
      withSecrets: asked.withSecrets,
      now,
    });
    if (made) tell(made, toPath, { files, say });
    else if (config.STORE_URL)
      say('There are no records of a bot where STORE_URL says, so there is nothing to back up.');
    else
      say(`There is no bot in ${config.DATA_DIR} (no strut.sqlite there), so there is nothing to back up.`);
    return made ? 0 : 1;
  } catch (error) {
    say(`Not made: ${wordsOf(error)}`);
    return 1;
  }
}

/** Where the files lie that can go in. */
type FilesOf = { folder: string } | 'left out' | 'in a bucket';

function filesOf({ FILES_URL: place, DATA_DIR }: Config): FilesOf {
  if (place?.kind === 's3') return 'in a bucket';
  return { folder: place?.path ?? join(DATA_DIR, 'files') };
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
  { files, say }: { files: FilesOf; say(line: string): void },
): void {
  say(`  records: ${size(made.databaseBytes)}`);
  if (files === 'in a bucket')
    say('  files: not in it. They stay in the bucket of FILES_URL; have that copied by its own means');
  else if (files === 'left out') say('  files: left out');
  else say(`  files: ${number(made.files)} (${size(made.bytes)})`);
  if (made.damaged > 0)
    say(
      `  ${number(made.damaged)} left out, as the disk has damaged ${made.damaged === 1 ? 'it' : 'them'}: what is in there is not what was put in`,
    );
  say(
    made.secrets > 0
      ? '  keys of the bot: in it. Whoever has this file can sign in to the page'
      : '  keys of the bot: left out. After a restore, links that it handed out are dead, and everybody signs in again',
  );
  say(`Made ${toPath}. Keep a copy of .env beside it: no token or key of yours is in there.`);
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof BadConfig || error.name === 'FilesUnusable') return error.message;
  const code = 'code' in error ? String(error.code) : '';
  return WHY_NOT[code] ?? WHY_NOT[error.name] ?? error.message;
}
