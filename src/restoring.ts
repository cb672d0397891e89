/** What `npm run restore` is asked, and what it answers: for a person at a terminal who is no programmer. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BadConfig, type Config, filesAt, readConfig, secretsIn } from './config.ts';
import { createScrub } from './scrub.ts';
import { type ArchiveFault, BadArchive } from './store/copies/archive.ts';
import { NotEmpty, type Restored, restore } from './store/copies/restore.ts';
import { formatsOf } from './words/formats.ts';

const HELP = `Puts the bot back from a backup. Stop the bot first.

  npm run restore -- FILE              of npm run backup, into a DATA_DIR in which nothing is yet; with PostgreSQL (STORE_URL)
                                       the records go to that database, in which nothing may be either
  npm run restore -- COPY.sqlite       a copy that the bot made by itself (DATA_DIR/backups): the records alone, beside the files
                                       that are there; move the old strut.sqlite, and what begins with that name, away first
  npm run restore -- --postgres        after pg_restore, before the first start: tells the database of STORE_URL that it is a copy

What was open when the backup was made may have been sent and billed since: nothing of it is sent again.`;

/** What the operator can put right, by the name of the error or the system's code. */
const WHY_NOT: Partial<Record<string, string>> = {
  StoreTaken:
    'the database of STORE_URL has records of a bot already, which would be lost. Give this bot an empty database (or empty that one yourself, if nobody needs what is in it)',
  NotTheSame:
    'what arrived in PostgreSQL is not what was sent, so nothing was kept there. Run this again; if it comes again, please report it',
  StoreInUse: 'a bot is running on it. Stop it, and run this again',
  StoreCorrupt: 'the database in it is damaged, or not one of Strut. Take an earlier backup',
  StoreTooNew: 'it was made by a later version of Strut; install that version, and run this again',
  StoreUnwritable:
    'DATA_DIR can not be written to: is the disk full or read-only, the folder somebody else’s?',
  StoreUnreachable:
    'PostgreSQL can not be reached, or does not let us in: is it running, and is STORE_URL right?',
  // PostgreSQL's own code: there is a table of that name.
  '42P07': 'the database of STORE_URL has tables of another program: give Strut a database of its own',
  StoreUnfit: 'PostgreSQL must be of version 14 or later, and the database in UTF8',
  ENOSPC: 'there is no room for it on the disk of DATA_DIR',
  EACCES: 'it can not be read, or DATA_DIR not be written to: run this as the user that runs the bot',
  ENOENT: 'there is no such file',
  EISDIR: 'that is a folder, not a file',
};

const FAULTS: Record<ArchiveFault, string> = {
  other: 'that file is no backup of Strut',
  damaged:
    'the backup is damaged: what is in it is not what was put in. Take another copy of it, or an earlier one',
  'cut-off':
    'the backup ends in the middle: it was not copied as a whole. Copy it again, or take an earlier one',
  'too-new': 'the backup was made by a later version of Strut; install that version, and run this again',
};

const { number, size } = formatsOf('en');

/** Answers the process's exit code. */
export async function restoreBot(
  args: string[],
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
  options: { waitMs?: number; now?: number } = {},
): Promise<number> {
  const scrub = createScrub(secretsIn(env));
  const say = (line: string): void => print(scrub(line));
  const asked = read(args);
  if (!asked) {
    say(HELP);
    return args.length === 0 || args.includes('--help') ? 0 : 1;
  }
  try {
    const config = readConfig(env);
    if (asked === 'postgres') {
      if (!config.STORE_URL) {
        say('STORE_URL is not set, in .env or the environment.');
        return 1;
      }
      const { markPostgres } = await import('./store/copies/mark-postgres.ts');
      await markPostgres(config.STORE_URL, options.now ?? Date.now());
      say('Noted. Start Strut: of what was open in that copy, nothing is sent again.');
      return 0;
    }
    const restored = await restore({
      dataDir: config.DATA_DIR,
      fromPath: resolve(env.INIT_CWD ?? '.', asked.file),
      filesAt: filesAt(config),
      recordsAt: config.STORE_URL,
      ...options,
    });
    tell(restored, config, say);
    return 0;
  } catch (error) {
    say(`Not restored, and nothing that was there is changed: ${wordsOf(error)}`);
    return 1;
  }
}

function read(args: string[]): { file: string } | 'postgres' | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { postgres: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    const [file, ...others] = positionals;
    if (values.help || others.length > 0) return undefined;
    if (values.postgres) return file === undefined ? 'postgres' : undefined;
    return file === undefined ? undefined : { file };
  } catch {
    return undefined;
  }
}

function tell(
  { copiedAt, files, bytes, secrets, strut }: Restored,
  config: Config,
  say: (line: string) => void,
): void {
  const madeBy = strut === undefined ? '' : ` by Strut ${strut}`;
  say(`  as it was on ${new Date(copiedAt).toISOString()}, written${madeBy}`);
  if (strut !== undefined) {
    say(
      `  files: ${files === 0 ? 'none in it' : `${number(files)} (${size(bytes)}), all there and as they were`}`,
    );
    say(`  keys of the bot: ${secrets > 0 ? 'in it' : 'not in it; made anew at the first start'}`);
  }
  const where = config.STORE_URL ? 'the database of STORE_URL' : config.DATA_DIR;
  say(`Restored to ${where}. See that .env is there, and start Strut.`);
  say(
    'What came after that moment is not in it. Of what was open then, nothing is sent again; jobs of unknown fate may have been billed: look at your providers’ bills.',
  );
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof BadConfig || /^Files(?:Unusable|Unreachable|Refused)$/.test(error.name))
    return error.message;
  if (error instanceof BadArchive)
    return FAULTS[error.fault] + (error.madeBy === undefined ? '' : ` (made by Strut ${error.madeBy})`);
  if (error instanceof NotEmpty)
    return `DATA_DIR is not empty (${error.found.slice(0, 5).join(', ')}${error.found.length > 5 ? ', …' : ''}). Set it to a new folder, or move away what is there`;
  const code = 'code' in error ? String(error.code) : '';
  return WHY_NOT[code] ?? WHY_NOT[error.name] ?? error.message;
}
