/**
 * The folder beside an archive in which it is made. A process that is killed leaves its own behind, as large as a database: the
 * next one in the same place clears it away, and leaves alone what a living one works in.
 */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { missing } from '../file-keys.ts';
import { lockFolder } from '../lock.ts';

const START = '.strut-';
/** As `mkdtemp` names them. */
const OURS = /^\.strut-[A-Za-z0-9]{6}$/;
/** Written once the folder is locked: before that, another process can't tell it from a dead one's. */
const MARK = 'backup-in-the-making';

/** `stack`: clears it away at its end. */
export async function openWorkFolder(beside: string, stack: AsyncDisposableStack): Promise<string> {
  await clearDead(beside);
  const folder = await mkdtemp(join(beside, START));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  stack.defer(lockFolder(folder, 0));
  await writeFile(join(folder, MARK), '');
  return folder;
}

/** What can't be cleared now is in nobody's way. */
async function clearDead(beside: string): Promise<void> {
  for (const name of ((await readdir(beside).catch(missing)) ?? []).filter((one) => OURS.test(one))) {
    const folder = join(beside, name);
    if (!(await stat(join(folder, MARK)).catch(() => undefined))) continue;
    try {
      // The system has taken the lock of a dead process back.
      const unlock = lockFolder(folder, 0);
      await rm(folder, { recursive: true, force: true }).finally(unlock);
    } catch {}
  }
}
