/**
 * Which files of ours must stay. A file lies on disk for as long as a job or an offer names it, or work under way may
 * yet put it into a record; with the last of these it goes.
 */

import type { StoredFile } from '../job/job.ts';
import { createLocks } from '../locks.ts';
import type { Files, Log } from '../ports.ts';

/** Whether records of one kind name the file of that key. */
export type NamesFile = (key: string) => Promise<boolean>;

/** One piece of work with files. What it kept or held, and no record names when it ends, is removed then. */
export type FileWork = AsyncDisposable & {
  /** Like `Files.keep`: moves a finished temporary file in. */
  keep(tempPath: string, mime: string): Promise<StoredFile>;
  /** Makes sure of a file that lies there already. False when it is gone. */
  hold(file: StoredFile): Promise<boolean>;
};

export type FileUse = {
  begin(): FileWork;
  /** Whether a record names the file, or work under way has it. */
  isNeeded(key: string): Promise<boolean>;
  /** Removes those of the files that nobody needs any more. One that can't be removed is logged. */
  release(keys: Iterable<string>): Promise<void>;
};

/** `records`: everything on disk that names files, each asked before one goes. */
export function createFileUse({
  files,
  records,
  log,
}: {
  files: Pick<Files, 'keep' | 'has' | 'remove'>;
  records: readonly NamesFile[];
  log: Log;
}): FileUse {
  const inWork = new Map<string, number>();
  const locks = createLocks();
  /** A file that is kept once more is not written again: it must not go between that look and its being in work. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => locks.run('files', work);

  function enter(key: string): void {
    inWork.set(key, (inWork.get(key) ?? 0) + 1);
  }

  function leave(key: string): void {
    const left = (inWork.get(key) ?? 0) - 1;
    if (left > 0) inWork.set(key, left);
    else inWork.delete(key);
  }

  async function isNeeded(key: string): Promise<boolean> {
    if (inWork.has(key)) return true;
    for (const names of records) if (await names(key)) return true;
    return false;
  }

  async function removeUnneeded(key: string): Promise<void> {
    if (!(await isNeeded(key))) await files.remove(key);
  }

  async function release(keys: Iterable<string>): Promise<void> {
    for (const key of new Set(keys)) {
      try {
        await alone(() => removeUnneeded(key));
      } catch (err) {
        log.error({ key, err }, 'a file that nobody needs could not be removed');
      }
    }
  }

  return {
    release,
    isNeeded,
    begin() {
      const mine: string[] = [];
      const take = (key: string): void => {
        mine.push(key);
        enter(key);
      };
      return {
        keep: (tempPath, mime) =>
          alone(async () => {
            const file = await files.keep(tempPath, mime);
            take(file.key);
            return file;
          }),
        hold: (file) =>
          alone(async () => {
            if (!(await files.has(file))) return false;
            take(file.key);
            return true;
          }),
        async [Symbol.asyncDispose]() {
          for (const key of mine) leave(key);
          await release(mine);
        },
      };
    },
  };
}
