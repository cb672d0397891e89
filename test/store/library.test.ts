import { afterAll, describe, expect, it } from 'vitest';
import { shelfOf } from '../../src/core/library/item.ts';
import { createLibraryStore } from '../../src/store/library.ts';
import { libraryContract } from '../contracts/library.ts';
import { aMotion } from '../fakes/items.ts';
import { memoryLibrary } from '../fakes/library.ts';
import { postgresNeeded, postgresOfFile } from '../postgres/open.ts';
import { bothDatabases } from './open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

libraryContract('the library in memory', memoryLibrary);
for (const { name, need, database } of bothDatabases(postgres))
  describe(`on ${name}`, need, () => {
    libraryContract('the library', async () => createLibraryStore(await database()));

    it('leaves alone what another version wrote, and its files needed', async () => {
      const db = await database();
      const library = createLibraryStore(db);
      const item = aMotion();
      await library.add(item, { shelf: 9, owner: 9 });
      await db.run("UPDATE library SET item = '{}'");
      expect(await library.get(item.id)).toBeUndefined();
      expect(await library.on([shelfOf(item)], 'motion')).toEqual([]);
      expect(await library.uses(item.file.key)).toBe(true);
    });
  });

describe('what a member had in the library', postgresNeeded, () => {
  it('is written over in PostgreSQL once it was removed, and so is what admins had granted to them', async () => {
    const db = await postgres.empty();
    await db.overwrite();
    const names = ['library', 'settings'];
    const rows = await db.all(
      `SELECT relname AS name FROM pg_stat_user_tables
       WHERE schemaname = current_schema() AND relname IN (?, ?) AND vacuum_count > 0 ORDER BY relname`,
      ...names,
    );
    expect(rows.map((row) => Object(row).name)).toEqual(names);
  });
});
