import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { previewDrawer } from '../../src/chat/previews.ts';
import type { Core } from '../../src/core/command.ts';
import { freshFolder } from '../fakes/folder.ts';

describe('the sheets of previews that were drawn', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('are kept for who leafs back, and forgotten soon, whatever of them was removed', async () => {
    let drawn = 0;
    const library = {
      async draw(_previews: unknown, _numbered: boolean, toPath: string) {
        drawn += 1;
        await writeFile(toPath, `sheet ${drawn}`);
        return true;
      },
    } as Pick<Core, 'library'>['library'];
    const path = join(freshFolder(), 'sheet.gif');
    const draw = previewDrawer({ library }, async () => ({ path, async [Symbol.asyncDispose]() {} }));
    const previews = [{ key: 'of-this-test.webp', bytes: 1, mime: 'image/webp' }];
    await draw(previews, { numbered: true });
    vi.advanceTimersByTime(119_999);
    await draw(previews, { numbered: true });
    expect(drawn).toBe(1);
    vi.advanceTimersByTime(1);
    await draw(previews, { numbered: true });
    expect(drawn).toBe(2);
  });
});
