/** Copies a bot's files to another place, one by one: what lies there already is passed over, so it can be run again. */
import { copyFile, stat } from 'node:fs/promises';
import { FilesUnusable } from '../errors.ts';
import { HOME_MARK, mimeOf } from '../file-keys.ts';
import type { OpenPlace } from '../files-place.ts';
import { areThere } from '../home.ts';

export type MovedFiles = {
  count: number;
  bytes: number;
  /** Whose bytes are not those that their name says: nothing would ever read them, so they stay where they are. */
  damaged: number;
};

/** `home`: the mark that the database and its files bear. Throws FilesUnusable or FilesUnreachable. */
export async function moveFiles(
  from: OpenPlace,
  to: OpenPlace,
  home: string | undefined,
): Promise<MovedFiles> {
  await to.check();
  await checkMarks(from, to, home);
  const moved: MovedFiles = { count: 0, bytes: 0, damaged: 0 };
  const sent = new Set<string>();
  for await (const key of from.files.olderThan(Number.POSITIVE_INFINITY)) {
    const path = await from.files.path({ key });
    const { size: bytes } = await stat(path);
    if (!(await to.files.has({ key, bytes, mime: mimeOf(key) })) && !(await copy(key, path, to))) {
      moved.damaged += 1;
      continue;
    }
    sent.add(key);
    moved.count += 1;
    moved.bytes += bytes;
  }
  for await (const key of to.files.olderThan(Number.POSITIVE_INFINITY)) sent.delete(key);
  if (sent.size > 0) throw new FilesUnusable(`${sent.size} files were sent, and are not there`);
  return moved;
}

/** False where its bytes are not those of its name. */
async function copy(key: string, path: string, to: OpenPlace): Promise<boolean> {
  await using temp = await to.files.temp(key.slice(key.lastIndexOf('.') + 1));
  await copyFile(path, temp.path);
  const kept = await to.files.keep(temp.path, mimeOf(key));
  if (kept.key === key) return true;
  await to.files.remove(kept.key);
  return false;
}

/** First of all: an interrupted copy must be known again as ours. */
async function checkMarks(from: OpenPlace, to: OpenPlace, home: string | undefined): Promise<void> {
  const [ours, theirs] = [await from.texts.read(HOME_MARK), await to.texts.read(HOME_MARK)];
  if (home === undefined || (ours !== home && (await areThere(from.files))))
    throw new FilesUnusable('The files in DATA_DIR do not belong to its database: they are not moved');
  if (theirs === home) return;
  if (theirs !== undefined) throw new FilesUnusable('The files there belong to another bot');
  if (await areThere(to.files))
    throw new FilesUnusable('There are files there already, and nothing says whose: give an empty place');
  await to.texts.write(HOME_MARK, home);
}
