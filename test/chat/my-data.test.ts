import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.ts';
import type { Face, Press } from '../../src/chat/face.ts';
import { myData } from '../../src/chat/my-data.ts';
import type { Page } from '../../src/chat/page.ts';
import { createRequests } from '../../src/chat/requests.ts';
import type { Files } from '../../src/core/ports.ts';
import { createFiles } from '../../src/store/files.ts';
import { wordsFor } from '../../src/words/index.ts';
import { freshFolder } from '../fakes/folder.ts';
import { memoryKeyValueStore } from '../fakes/shelf.ts';
import { createWorld, MEMBER } from '../fakes/world.ts';

const words = wordsFor('en');
const HOUR_MS = 3_600_000;

/** A member whose archive fits into no message. `over`: what the disk does differently. */
function withLargeData(over: Partial<Files> = {}) {
  const folder = freshFolder();
  const files: Files = { ...createFiles(folder), ...over };
  const links = {
    media: ({ key }: { key: string }) => `https://strut.example/media/${key}`,
    hook: () => '',
    readMedia: () => undefined,
    readHook: () => undefined,
  };
  const world = createWorld({ files, links });
  const { core } = world.boot();
  const said: Page[] = [];
  const face = {
    alone: true,
    maxBytes: 10,
    async aside(page: Page) {
      said.push(page);
      return 'done';
    },
  } satisfies Partial<Face> as unknown as Face;
  const pressed = {
    words,
    as: (attempt: Parameters<Press['as']>[0]) => attempt(MEMBER),
  } as unknown as Press;
  const requests = createRequests(memoryKeyValueStore(), () => ({}));
  return {
    world,
    said,
    press: () => myData(pressed, face, { core, commands, requests, files }),
    /** The addresses that were said, in their order. */
    links: () =>
      said.flatMap(({ rows = [] }) => rows.flat().flatMap((item) => ('url' in item ? item.url : []))),
    async archives(): Promise<string[]> {
      const all = await readdir(join(folder, 'files'), { recursive: true });
      return all.filter((name) => name.endsWith('.zip'));
    },
    temporary: () => readdir(join(folder, 'temp')),
    isThere: async (link = '') => existsSync(await files.path({ key: link.replace(/.*\//, '') })),
  };
}

describe('"Get my data", pressed again and again', () => {
  it('answers with the archive that was made within the hour, also while that is in the making', async () => {
    const { world, press, links, archives } = withLargeData();
    await Promise.all([press(), press(), press()]);
    world.time.now += HOUR_MS - 1;
    await press();
    expect(await archives()).toHaveLength(1);
    expect(new Set(links()).size).toBe(1);
    expect(links()).toHaveLength(4);
  });

  it('keeps one archive of a member at a time, the newest', async () => {
    const { world, press, links, archives, isThere } = withLargeData();
    for (let hour = 0; hour < 5; hour += 1) {
      await press();
      world.time.now += HOUR_MS;
    }
    expect(new Set(links()).size).toBe(5);
    expect(await archives()).toHaveLength(1);
    expect(await isThere(links().at(-1))).toBe(true);
  });
});

describe('"Get my data" on a disk that is almost full', () => {
  it('says so and leaves nothing behind', async () => {
    const { press, said, archives, temporary } = withLargeData({ hasRoom: async () => false });
    await press();
    expect(said.map(({ lines }) => lines)).toEqual([[words.refusal({ code: 'disk-full' })]]);
    expect([await archives(), await temporary()]).toEqual([[], []]);
  });

  it('ends where the archive itself takes the last of the room', async () => {
    let looks = 0;
    const hasRoom = async () => {
      looks += 1;
      return looks < 3;
    };
    const { press, said, archives, temporary } = withLargeData({ hasRoom });
    await press();
    expect(said.map(({ lines }) => lines)).toEqual([[words.refusal({ code: 'disk-full' })]]);
    expect([await archives(), await temporary()]).toEqual([[], []]);
  });
});
