/** Keeps a bot off records that were moved: it would send the same jobs as the one that works on the copy. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreMoved } from '../errors.ts';

/** Beside the records; who wants to go on there removes it. */
export const MOVED_FILE = 'moved-to-postgres';

/** Throws StoreMoved. */
export function checkNotMoved(dataDir: string): void {
  if (existsSync(join(dataDir, MOVED_FILE))) throw new StoreMoved('these records were moved to PostgreSQL');
}
