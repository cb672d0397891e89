/** Moves a bot that stands still from SQLite to PostgreSQL. What it leaves behind is as it was. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FilesAt, openPlace } from '../files-place.ts';
import { lockFolder } from '../lock.ts';
import { openPostgres } from '../postgres.ts';
import { lockRecords } from '../postgres-lock.ts';
import { checkNoOlderBot } from '../postgres-to-read.ts';
import { openToRead } from '../sqlite.ts';
import { type MovedFiles, moveFiles } from './files.ts';
import { MOVED_FILE } from './moved.ts';
import { homeOf, type MovedRecords, moveRecords } from './records.ts';

/** It goes through whole tables, and nobody waits. */
const ANSWER_WITHIN_MS = 30 * 60_000;

export type Move = {
  dataDir: string;
  /** The address of the database. */
  to: string;
  /** Where files go; they stay in the data folder where it is left out. */
  filesTo?: FilesAt | undefined;
  /** Small texts of the data folder, by the key that they get. */
  secrets: ReadonlyMap<string, string>;
  /** How long a process that is still stopping is waited for. */
  waitMs?: number;
  say(step: 'files' | 'records'): void;
};

export type MovedBot = MovedRecords & { files?: MovedFiles };

/**
 * Undefined where there is no bot in that folder. Throws StoreInUse where one runs, here or there, and what its parts
 * throw.
 */
export async function move(order: Move): Promise<MovedBot | undefined> {
  const { dataDir, to, filesTo, secrets, waitMs, say } = order;
  if (!existsSync(join(dataDir, 'strut.sqlite'))) return undefined;
  await using stack = new AsyncDisposableStack();
  stack.defer(lockFolder(dataDir, waitMs));
  const from = openToRead(dataDir);
  if (!from) return undefined;
  stack.defer(from.close);
  stack.defer(await lockRecords(to, waitMs === undefined ? {} : { waitMs }));
  await checkNoOlderBot(to);
  const target = await openPostgres(to, { answerWithinMs: ANSWER_WITHIN_MS });
  stack.defer(target.close);

  let files: MovedFiles | undefined;
  if (filesTo) {
    say('files');
    const work = join(dataDir, 'moving');
    stack.defer(() => rmSync(work, { recursive: true, force: true }));
    const place = openPlace(work, filesTo);
    stack.defer(place.stop);
    files = await moveFiles(openPlace(dataDir, undefined), place, await homeOf(from));
  }
  say('records');
  const proven = (): void =>
    writeFileSync(join(dataDir, MOVED_FILE), `${hostOf(to)}\n`, { mode: 0o600, flush: true });
  return { ...(await moveRecords(from, target, { secrets, proven })), ...(files ? { files } : {}) };
}

/** Without names and passwords. */
const hostOf = (url: string): string => `${URL.parse(url)?.host ?? ''}${URL.parse(url)?.pathname ?? ''}`;
