import { describe, expect, it } from 'vitest';
import { memberShelf, spaceShelf } from '../../src/core/library/item.ts';
import type { LibraryStore } from '../../src/core/library/store.ts';
import { aCharacter, aMotion, manyMotions } from '../fakes/items.ts';

const ROOM = { shelf: 200, owner: 20 };
const SPACE = spaceShelf('discord:10');
const MINE = memberShelf('discord:7');

/** What the core may count on from any store of the library. `make` gives an empty one. */
export function libraryContract(name: string, make: () => LibraryStore | Promise<LibraryStore>): void {
  describe(`${name} keeps the contract of a library`, () => {
    it('gives back what was kept, by its id and on its shelf, the newest first', async () => {
      const library = await make();
      const old = aMotion();
      const young = aMotion({ id: 'z7qx2mabcdef', name: 'Twist', createdAt: 2000, pinned: true });
      const character = aCharacter({ looks: { plain: '0', mirrored: '1', middles: ['2'] } });
      for (const item of [old, young, character]) expect(await library.add(item, ROOM)).toBe('kept');
      expect(await library.get(old.id)).toStrictEqual(old);
      expect(await library.get(character.id)).toStrictEqual(character);
      expect(await library.get('nothing')).toBeUndefined();
      expect(await library.on([SPACE], 'motion')).toStrictEqual([young, old]);
      expect(await library.on([SPACE], 'character')).toEqual([]);
      expect(await library.on([SPACE, MINE], 'character')).toStrictEqual([character]);
      expect(await library.on([spaceShelf('discord:11')], 'motion')).toEqual([]);
      expect((await library.ofOwner('discord:7')).map(({ id }) => id)).toEqual(
        [character.id, old.id, young.id].sort(),
      );
    });

    it('lets one of many have a name who ask for it at once, whatever its case and accents', async () => {
      const library = await make();
      const names = ['Café', 'cafe', 'CAFÉ', 'ｃａｆé', ' café'];
      const outcomes = await Promise.all(
        names.map((name, at) => library.add(aMotion({ id: `m${at}`, name }), ROOM)),
      );
      expect(outcomes.filter((outcome) => outcome === 'kept')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'name-taken')).toHaveLength(4);
      expect(await library.on([SPACE], 'motion')).toHaveLength(1);
    });

    it('tells names apart on a shelf alone, and each kind by itself', async () => {
      const library = await make();
      const name = 'Rob';
      expect(await library.add(aMotion({ id: 'm1', name }), ROOM)).toBe('kept');
      expect(await library.add(aMotion({ id: 'm2', name, spaceId: 'discord:11' }), ROOM)).toBe('kept');
      expect(await library.add(aMotion({ id: 'm3', name, scope: 'mine' }), ROOM)).toBe('kept');
      expect(await library.add(aCharacter({ id: 'c1', name }), ROOM)).toBe('kept');
      expect(await library.add(aCharacter({ id: 'c2', name }), ROOM)).toBe('name-taken');
    });

    it('keeps the same one once', async () => {
      const library = await make();
      for (let twice = 0; twice < 2; twice += 1) expect(await library.add(aMotion(), ROOM)).toBe('kept');
      expect(await library.on([SPACE], 'motion')).toHaveLength(1);
    });

    it('has no room beyond the end of a shelf, nor beyond what may be one member’s', async () => {
      const library = await make();
      const [first, second, third] = manyMotions(3);
      const others = aMotion({ id: 'other', name: 'Other', ownerId: 'discord:8' });
      if (!first || !second || !third) throw new Error('three were made');
      const limits = { shelf: 3, owner: 2 };
      expect(await library.add(first, limits)).toBe('kept');
      expect(await library.add(second, limits)).toBe('kept');
      expect(await library.add(third, limits)).toBe('owner-full');
      expect(await library.add(others, limits)).toBe('kept');
      expect(await library.add({ ...others, id: 'another', name: 'Another' }, limits)).toBe('shelf-full');
      expect(await library.add(aCharacter({ scope: 'space' }), limits)).toBe('kept');
      expect(await library.size(SPACE)).toEqual({ motion: 3, character: 1, bytes: 3 * 1100 + 500 });
    });

    it('changes a name and a shelf where there is room, and else nothing', async () => {
      const library = await make();
      const item = aMotion();
      await library.add(item, ROOM);
      await library.add(aMotion({ id: 'other', name: 'Twist' }), ROOM);
      const change = (over: Partial<typeof item>, room = ROOM) =>
        library.change(
          item.id,
          (one) => ({ ...one, ...over }) as typeof one,
          () => room,
        );
      expect(await change({ name: 'TWIST' })).toBe('name-taken');
      expect(await library.get(item.id)).toStrictEqual(item);
      expect(await change({ name: 'SHUFFLE' })).toStrictEqual({ ...item, name: 'SHUFFLE' });
      expect(await change({ scope: 'mine' }, { shelf: 0, owner: 0 })).toBe('shelf-full');
      expect(await change({ scope: 'mine' })).toStrictEqual({ ...item, name: 'SHUFFLE', scope: 'mine' });
      expect(await library.on([MINE], 'motion')).toHaveLength(1);
      expect(
        await library.change(
          item.id,
          () => undefined,
          () => ROOM,
        ),
      ).toBeUndefined();
      expect(
        await library.change(
          'nothing',
          (one) => one,
          () => ROOM,
        ),
      ).toBeUndefined();
    });

    it('lets a name go with its item, and knows which files are needed', async () => {
      const library = await make();
      const item = aMotion();
      await library.add(item, ROOM);
      expect(await library.uses(item.file.key)).toBe(true);
      expect(await library.uses(item.preview?.key ?? '')).toBe(true);
      expect(await library.uses('nothing')).toBe(false);
      expect(await library.remove(item.id)).toStrictEqual(item);
      expect(await library.remove(item.id)).toBeUndefined();
      expect(await library.uses(item.file.key)).toBe(false);
      expect(await library.add({ ...item, id: 'again' }, ROOM)).toBe('kept');
    });

    it('goes through more than fits into one page, each once', async () => {
      const library = await make();
      const wide = { shelf: 1000, owner: 1000 };
      for (const item of manyMotions(203)) await library.add(item, wide);
      const ids: string[] = [];
      for await (const { id } of library.all()) ids.push(id);
      expect(ids).toHaveLength(203);
      expect(new Set(ids).size).toBe(203);
    });
  });
}
