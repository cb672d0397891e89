/** Library items as they lie on disk. */
import type { Character, LibraryItem, Motion } from '../../src/core/library/item.ts';

export const aMotion = (over: Partial<Motion> = {}): Motion => ({
  kind: 'motion',
  id: 'k7qx2mabcdef',
  name: 'Shuffle',
  scope: 'space',
  spaceId: 'discord:10',
  ownerId: 'discord:7',
  file: { key: `${'a'.repeat(64)}.mp4`, bytes: 1000, mime: 'video/mp4' },
  preview: { key: `${'b'.repeat(64)}.webp`, bytes: 100, mime: 'image/webp' },
  createdAt: 1000,
  facts: {
    container: 'MP4',
    width: 720,
    height: 1280,
    durationMs: 6000,
    fps: 30,
    hasSound: true,
    bytes: 1000,
    cameraMoves: false,
  },
  stretch: { fromSeconds: 2, toSeconds: 8 },
  ...over,
});

export const aCharacter = (over: Partial<Character> = {}): Character => ({
  kind: 'character',
  id: 'c7qx2mabcdef',
  name: 'Rob',
  scope: 'mine',
  spaceId: 'discord:10',
  ownerId: 'discord:7',
  file: { key: `${'c'.repeat(64)}.jpg`, bytes: 500, mime: 'image/jpeg' },
  createdAt: 1000,
  facts: { mime: 'image/jpeg', width: 800, height: 800, bytes: 500 },
  shows: 'no-person',
  ...over,
});

/** So many of them, each with a name and files of its own. */
export const manyMotions = (count: number, over: Partial<Motion> = {}): LibraryItem[] =>
  Array.from({ length: count }, (_, at) =>
    aMotion({
      id: `m${String(at).padStart(11, '0')}`,
      name: `Motion ${at}`,
      file: { key: `${String(at).padStart(64, '0')}.mp4`, bytes: 1000, mime: 'video/mp4' },
      createdAt: 1000 + at,
      ...over,
    }),
  );
