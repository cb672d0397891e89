/**
 * Which files of ours must stay. A file lies on disk for as long as a job or an offer names it, or work under way may
 * yet put it into a record; with the last of these it goes.
 */

import type { StoredFile } from '../job/job.ts';
import type { ProviderCopies } from '../job/provider-copies.ts';
import { createLocks } from '../locks.ts';
import type { Files, Log } from '../ports.ts';
import { type FileClaims, ownClaims } from './file-claims.ts';

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

/**
 * `records`: everything on disk that names files, each asked before one goes. `copies`: those that providers have go from
 * use before the file does.
 */
export function createFileUse({
  files,
  records,
  copies,
  claims = ownClaims(),
  log,
}: {
  files: Pick<Files, 'keep' | 'has' | 'remove'>;
  records: readonly NamesFile[];
  copies?: Pick<ProviderCopies, 'forget'>;
  claims?: FileClaims;
  log: Log;
}): FileUse {
  const locks = createLocks();
  /** A file that is kept once more is not written again: it must not go between that look and its being in work. */
  const alone = <T>(key: string, work: () => Promise<T>): Promise<T> => locks.run(key, work);

  async function isNeeded(key: string): Promise<boolean> {
    if (await claims.has(key)) return true;
    for (const names of records) if (await names(key)) return true;
    return false;
  }

  async function removeUnneeded(key: string): Promise<void> {
    // Another process may take it up between that look and its end. One that was done with it while it was out of sight
    // has found nothing to remove: what was put back is looked at again.
    for (let wasPutBack = true; wasPutBack && !(await isNeeded(key)); ) {
      wasPutBack = false;
      await copies?.forget(key);
      if (!claims.areShared) await files.remove(key);
      else
        await files.remove(key, async () => {
          wasPutBack = await isNeeded(key);
          return wasPutBack;
        });
    }
  }

  async function tidy(keys: Iterable<string>, work: (key: string) => Promise<void>): Promise<void> {
    for (const key of keys) {
      try {
        await alone(key, () => work(key));
      } catch (err) {
        log.error({ key, err }, 'a file that nobody needs could not be removed');
      }
    }
  }

  const release = (keys: Iterable<string>): Promise<void> => tidy(new Set(keys), removeUnneeded);

  return {
    release,
    isNeeded,
    begin() {
      const mine: string[] = [];
      // Before anybody looks whether the file is there: who removes it looks for this once it is out of sight.
      const take = async (key: string): Promise<void> => {
        await claims.enter(key);
        mine.push(key);
      };
      return {
        keep: (tempPath, mime) =>
          files.keep(tempPath, mime, (key, put) =>
            alone(key, async () => {
              await take(key);
              await put();
            }),
          ),
        hold: (file) =>
          alone(file.key, async () => {
            await take(file.key);
            return files.has(file);
          }),
        async [Symbol.asyncDispose]() {
          await tidy(mine, claims.leave);
          await release(mine);
        },
      };
    },
  };
}
