import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StoreInUse } from '../../src/store/errors.ts';
import { createStore } from '../../src/store/index.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { freshFolder } from '../fakes/folder.ts';

const LOCK = new URL('../../src/store/lock.ts', import.meta.url).href;

/** Another process that holds the folder until it is killed. */
async function holder(folder: string) {
  const code = `import { lockFolder } from ${JSON.stringify(LOCK)}; lockFolder(${JSON.stringify(folder)}); gc(); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return {
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('the lock on a data folder', () => {
  it('refuses a second process, and lets it in once the first has died, even by kill -9', async () => {
    const folder = await freshFolder();
    const first = await holder(folder);
    expect(() => lockFolder(folder, 0)).toThrow(StoreInUse);
    await first.kill();
    lockFolder(folder, 0)();
  });

  it('is let go when the store closes, and when it could not be opened', async () => {
    const folder = await freshFolder();
    for (let again = 0; again < 2; again += 1) {
      const store = createStore(folder, () => {});
      expect(() => lockFolder(folder, 0)).toThrow(StoreInUse);
      await store.close();
    }
    lockFolder(folder, 0)();
  });
});
