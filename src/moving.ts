/** What `npm run migrate` is asked, and what it answers: for a person at a terminal who is no programmer. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BadConfig, type Config, filesAt, readConfig, secretsIn } from './config.ts';
import { createScrub } from './scrub.ts';
import { type Move, type MovedBot, move } from './store/move/index.ts';
import { MOVED_FILE } from './store/move/moved.ts';
import { formatsOf } from './words/formats.ts';

const HELP = `Moves the records of a bot that stands still from SQLite in DATA_DIR to PostgreSQL.

  npm run migrate -- --to env                  to the database that STORE_URL names, in .env
  npm run migrate -- --to postgres://…         to this one; others on this machine can read a password in it, while it runs
                                               and in the history of your shell
  npm run migrate -- --to env --files env      pictures, clips and videos as well, to where FILES_URL says
  npm run migrate -- --to env --files file:///mnt/strut

What is in DATA_DIR stays as it is. Stop the bot first. It can be run again at any time before a bot works on the copy.`;

/** What the operator can put right, by the name of the error. */
const WHY_NOT: Partial<Record<string, string>> = {
  StoreInUse:
    'a bot is running, in this DATA_DIR or on that database. Stop it, and run this again: only what stands still can be moved',
  StoreTaken:
    'the database has records of a bot already, which would be lost. Nothing was changed. Give this bot an empty database (or empty that one yourself, if nobody needs what is in it)',
  StoreUnreachable:
    'PostgreSQL can not be reached, or does not let us in: is it running, and is its address right?',
  StoreUnfit: 'PostgreSQL must be of version 14 or later, and the database in UTF8',
  StoreTooOld:
    'this bot was run by an earlier version of Strut. Start it once with this version, without STORE_URL, stop it, and run this again',
  StoreTooNew: 'one of the databases was written by a later version of Strut; run the move with that version',
  StoreCorrupt: 'strut.sqlite in DATA_DIR is damaged; start the bot on it, which says what to do',
  StoreBusy: 'another program holds strut.sqlite in DATA_DIR; close it, and run this again',
  StoreUnwritable: 'DATA_DIR, the database or the place of the files can not be written to',
  NotTheSame:
    'what arrived is not what was sent, so nothing was kept. Run this again; if it comes again, please report it',
};
/** PostgreSQL's own code: there is a table of that name. */
const DUPLICATE_TABLE = '42P07';

const NAMES: Record<string, string> = {
  keyv: 'jobs and small records',
  ledger_lines: 'lines of the ledger',
  ledger_counters: 'counters of limits',
  admissions: 'jobs that render or wait for it',
  admission_spaces: 'spaces with their turn to render',
  admission_members: 'members with their turn to render',
  library: 'motions and characters of the library',
  inbox: 'events of the chats',
  settings: 'settings of spaces',
  audit: 'changes of settings',
  audit_log: 'entries of the audit log',
  video_frames: 'fingerprints of videos',
  video_files: 'fingerprints of files',
};
/** Made at first start, in files of their own beside the database. */
const SECRETS = ['secret-key', 'page-password-digest', 'signing-key'];

const { number, money, size } = formatsOf('en');

/** Answers the process's exit code. */
export async function moveBot(
  args: string[],
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
  options: Pick<Move, 'waitMs'> = {},
): Promise<number> {
  const scrub = createScrub([...secretsIn(env), ...args.filter((arg) => arg.includes('://'))]);
  const say = (line: string): void => print(scrub(line));
  try {
    const asked = read(args, env);
    if (typeof asked === 'string') {
      print(asked);
      return args.length === 0 || args.includes('--help') ? 0 : 1;
    }
    const { config, to, filesTo } = asked;
    if (args.some((arg) => URL.parse(arg.replace(/^--\w+=/, ''))?.password))
      say('The password was on the command line, so it is in the history of your shell now.');
    const moved = await move({
      dataDir: config.DATA_DIR,
      to,
      filesTo,
      secrets: await secretsOf(config.DATA_DIR),
      ...options,
      say: (step) => say(step === 'files' ? 'Copying the files …' : 'Copying the records …'),
    });
    if (moved) tell(moved, config, say);
    else say(`There is no bot in ${config.DATA_DIR} (no strut.sqlite there), so there is nothing to move.`);
    return moved ? 0 : 1;
  } catch (error) {
    say(`Not moved: ${wordsOf(error)}`);
    return 1;
  }
}

type Asked = { config: Config; to: string; filesTo: Move['filesTo'] };

/** Or what to say in its place. Throws BadConfig. */
function read(args: string[], env: NodeJS.ProcessEnv): Asked | string {
  let given: { to?: string; files?: string; help?: boolean };
  try {
    given = parseArgs({
      args,
      options: { to: { type: 'string' }, files: { type: 'string' }, help: { type: 'boolean' } },
    }).values;
  } catch {
    return HELP;
  }
  if (given.help || given.to === undefined) return HELP;
  const or = (value: string | undefined, name: string): string | undefined =>
    value === 'env' ? env[name] : value;
  const config = readConfig({
    ...env,
    STORE_URL: or(given.to, 'STORE_URL'),
    FILES_URL: given.files === undefined ? env.FILES_URL : or(given.files, 'FILES_URL'),
  });
  if (config.STORE_URL === undefined) return 'STORE_URL is not set, in .env or the environment.';
  if (given.files !== undefined && config.FILES_URL === undefined)
    return 'FILES_URL is not set, in .env or the environment.';
  const filesTo = given.files === undefined ? undefined : filesAt(config);
  return { config, to: config.STORE_URL, filesTo };
}

/** By the keys that they have among the records. */
async function secretsOf(dataDir: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of SECRETS) {
    const text = await readFile(join(dataDir, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return '';
    });
    if (text.trim()) found.set(`secrets:${name}`, JSON.stringify({ value: text.trim() }));
  }
  return found;
}

function tell({ tables, mended, files }: MovedBot, config: Config, say: (line: string) => void): void {
  if (files) {
    say(`  files: ${number(files.count)} (${size(files.bytes)}), all there`);
    if (files.damaged > 0)
      say(`  damaged in DATA_DIR, so nothing can read them, and not copied: ${number(files.damaged)}`);
  }
  for (const { table, tally } of tables) {
    const [held = 0, billed = 0] = tally.money;
    const sums = table.money ? ` (${money(held)} set aside, ${money(billed)} billed)` : '';
    say(`  ${NAMES[table.name] ?? table.name}: ${number(tally.count)}${sums}, the same on both sides`);
  }
  if (mended > 0)
    say(
      `  of them without letters that PostgreSQL can not hold (U+0000, halves of letters): ${number(mended)}`,
    );
  say(`Moved. ${config.DATA_DIR} is as it was; keep it until you are sure.`);
  say(
    `Set STORE_URL${files ? ' and FILES_URL' : ''} in .env and start Strut. It does not start on the old records while the file ${MOVED_FILE} lies beside them: two bots on the same jobs would each send them.`,
  );
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof BadConfig || /^Files(?:Unusable|Unreachable|Refused)$/.test(error.name))
    return error.message;
  if ('code' in error && error.code === DUPLICATE_TABLE)
    return 'the database has tables of another program: give Strut a database of its own';
  return WHY_NOT[error.name] ?? error.message;
}
