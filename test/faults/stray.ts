/** Files that nothing on record names, and whether the bot gets rid of them by itself. */
import { globSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { strayFiles, until } from './record.ts';
import type { Stage } from './stage.ts';

/** The sweep leaves alone what came within the last day. */
const LONG_AGO = new Date(Date.now() - 2 * 24 * 3_600_000);

/**
 * What stays for ever: a file in the making beyond the next start, any other beyond the sweep of a start a day later.
 * Starts the bot anew where something lies there.
 */
export async function leftOver({ bot }: Stage): Promise<string[]> {
  const none = () => strayFiles(bot.dataDir).length === 0;
  if (none()) return [];
  console.log('a kill left behind for now:', strayFiles(bot.dataDir));
  for (const path of globSync('files/*/*', { cwd: bot.dataDir }))
    utimesSync(join(bot.dataDir, path), LONG_AGO, LONG_AGO);
  await bot.restart();
  await until('a sweep of what nobody needs', none).catch(() => {});
  return strayFiles(bot.dataDir);
}
