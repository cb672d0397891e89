/** The settings that all processes on one PostgreSQL must have alike: limits, budgets, accounts. */
import { createHmac } from 'node:crypto';
import { CHATS } from './chat/catalog.ts';
import { type Config, SETTING_NAMES } from './config.ts';
import { s3Keys } from './files-url.ts';

/** What is each process's own, or may be written in several ways for the same thing. */
const OWN: ReadonlySet<string> = new Set([
  ...['ROLES', 'HOST', 'PORT', 'LOG_LEVEL', 'DATA_DIR', 'STORE_URL'],
  ...CHATS.flatMap(({ ownSettings = [] }): readonly string[] => ownSettings),
  // That these lead to the same files is tried with the files themselves.
  ...['FILES_URL', ...Object.keys(s3Keys), 'C2PA_CERT', 'C2PA_KEY'],
]);
const SECRET_KEY = 'SECRET_KEY';
const LETTERS = 16;

/** What each is, without saying it: only who has the key can compare. */
export type Marks = Readonly<Record<string, string>>;

export function marksOf(config: Partial<Config>, key: string): Marks {
  const mark = (name: string, value: unknown): string =>
    createHmac('sha256', key)
      .update(`${name} ${plain(value)}`)
      .digest('base64url')
      .slice(0, LETTERS);
  const values = new Map<string, unknown>(Object.entries(config));
  const names = SETTING_NAMES.filter((name) => !OWN.has(name) && name !== SECRET_KEY);
  return {
    [SECRET_KEY]: mark(SECRET_KEY, ''),
    ...Object.fromEntries(names.map((name) => [name, mark(name, values.get(name))])),
  };
}

/** The names of those that differ. Of one that the other does not know, as it is of another version, nothing is said. */
export function differing(mine: Marks, theirs: Marks): string[] {
  if (mine[SECRET_KEY] !== theirs[SECRET_KEY]) return [SECRET_KEY];
  const isKnown = (name: string): boolean => name in mine && name in theirs;
  return Object.keys(mine).filter((name) => isKnown(name) && mine[name] !== theirs[name]);
}

const plain = (value: unknown): string =>
  JSON.stringify(value instanceof Set ? [...value].sort() : value) ?? '';
