/**
 * Checks that the files beside the database belong to it. A database that was made anew, or put in another's place,
 * knows nothing of them: to it they would all look like nobody's.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Sql } from './sql.ts';

const KEY = 'home:id';
const idRow = z.object({ value: z.string() }).optional();

/**
 * Both carry the same mark. It is put on files only where there are none yet, or where the database knew jobs before
 * there were marks. Throws StoreError, or what the disk throws.
 */
export async function findHome(sql: Sql, filesDir: string): Promise<boolean> {
  const path = join(filesDir, 'home');
  const [row] = await sql.all('SELECT value FROM keyv WHERE key = ?', KEY);
  const known = idRow.parse(row)?.value;
  const marked = read(path);
  if (marked !== undefined) return marked === known;
  const folders = readdirSync(filesDir).length;
  const jobs = await sql.all("SELECT 1 FROM keyv WHERE key >= 'jobs:' AND key < 'jobs;' LIMIT 1");
  if (folders > 0 && (known !== undefined || jobs.length === 0)) return false;
  const id = known ?? randomUUID();
  // The database first: a mark without its like would never be believed.
  await sql.run('INSERT INTO keyv (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING', KEY, id);
  writeFileSync(path, id, { mode: 0o600, flush: true });
  return true;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
