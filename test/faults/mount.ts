/** A disk of its own for one test, small enough to fill and free to be made read-only; only root can make one. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Disk = Disposable & {
  path: string;
  /** For good, as from the start. Only while nobody has a file of it open. */
  freeze(): void;
  /**
   * Nothing new can be opened for writing from now on. What is open stays so: Linux makes no disk read-only that is being
   * written to, and the database goes on.
   */
  setReadOnly(on: boolean): void;
  /** Not a byte more fits. */
  fill(): void;
  /** What filled it is gone. */
  free(): void;
};

const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'ignore' });

/** Undefined where nothing may be mounted. */
export function makeDisk(megabytes: number): Disk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'strut-disk-'));
  const path = join(folder, 'data');
  const ballast = join(path, 'ballast');
  mkdirSync(path);
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path);
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  let readOnly = false;
  const disk: Disk = {
    path,
    freeze: () => run('mount', '-o', 'remount,ro', path),
    setReadOnly(on) {
      if (on === readOnly) return;
      readOnly = on;
      if (on) {
        run('mount', '--bind', path, path);
        run('mount', '-o', 'remount,bind,ro', path);
      } else run('umount', '-l', path);
    },
    fill() {
      const { bavail, bsize } = statfsSync(path);
      run('fallocate', '-l', String(bavail * bsize), ballast);
    },
    free: () => rmSync(ballast),
    [Symbol.dispose]() {
      disk.setReadOnly(false);
      run('umount', '-l', path);
      rmSync(folder, { recursive: true });
    },
  };
  return disk;
}

export const NO_MOUNT = 'a disk of its own can be made by root only';
