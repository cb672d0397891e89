/**
 * Checks that the files that are kept belong to the database. A database that was made anew, or put in another's place,
 * knows nothing of them: to it they would all look like nobody's.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Files } from '../core/ports.ts';
import { FilesUnusable } from './errors.ts';
import { HOME_MARK } from './file-keys.ts';
import type { OpenPlace } from './files-place.ts';
import type { Sql } from './sql.ts';

const KEY = 'home:id';
const OF_ANOTHER =
  'The files where FILES_URL says belong to another database: give each a place of its own. If that database is gone for good, remove the file "home" there';
const idRow = z.object({ value: z.string() }).optional();

/**
 * Both carry the same mark. It is put on files only where there are none yet, or where the database knew jobs before
 * there were marks. Throws StoreError, or what the disk throws; and FilesUnusable where others may use the place, too, and
 * it bears another mark: what one of two databases does not know, and deletes, the other may need.
 */
export async function findHome(
  sql: Sql,
  { texts, files, isShared }: Pick<OpenPlace, 'texts' | 'isShared'> & { files: Pick<Files, 'olderThan'> },
): Promise<boolean> {
  const [row] = await sql.all('SELECT value FROM keyv WHERE key = ?', KEY);
  const known = idRow.parse(row)?.value;
  const marked = await texts.read(HOME_MARK);
  if (marked !== undefined && marked !== known && isShared) throw new FilesUnusable(OF_ANOTHER);
  if (marked !== undefined) return marked === known;
  const jobs = await sql.all("SELECT 1 FROM keyv WHERE key >= 'jobs:' AND key < 'jobs;' LIMIT 1");
  if ((known !== undefined || jobs.length === 0) && (await areThere(files))) return false;
  const id = known ?? randomUUID();
  // The database first: a mark without its like would never be believed.
  await sql.run('INSERT INTO keyv (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING', KEY, id);
  await texts.write(HOME_MARK, id);
  return true;
}

export async function areThere(files: Pick<Files, 'olderThan'>): Promise<boolean> {
  for await (const _ of files.olderThan(Number.POSITIVE_INFINITY)) return true;
  return false;
}
