/** The library in a table: a row for each item, whose name no other on its shelf has. */
import { z } from 'zod';
import { type ItemKind, itemSchema, type LibraryItem, shelfOf } from '../core/library/item.ts';
import { nameKey } from '../core/library/names.ts';
import type { LibraryStore, NotKept, ShelfLimits } from '../core/library/store.ts';
import type { Sql, Statements } from './sql.ts';

const ROWS_AT_ONCE = 200;

const itemRow = z.object({
  id: z.string(),
  // What can't be read belongs to another version, and is left alone.
  item: z.string().transform((text) => itemSchema.safeParse(JSON.parse(text)).data),
});
const countRow = z.object({ count: z.coerce.number() });
const sizeRow = z.object({ kind: z.string(), count: z.coerce.number(), bytes: z.coerce.number() });

const SELECT = 'SELECT id, item FROM library';
const WRITE = `INSERT INTO library
    (id, kind, shelf, name_key, owner_id, file_key, preview_key, bytes, created_at, item)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET shelf = excluded.shelf, name_key = excluded.name_key, owner_id = excluded.owner_id,
    file_key = excluded.file_key, preview_key = excluded.preview_key, bytes = excluded.bytes, item = excluded.item`;

export function createLibraryStore(sql: Sql): LibraryStore {
  const read = (rows: unknown[]): LibraryItem[] =>
    z
      .array(itemRow)
      .parse(rows)
      .flatMap(({ item }) => item ?? []);
  const find = async (on: Statements, id: string): Promise<LibraryItem | undefined> =>
    read(await on.all(`${SELECT} WHERE id = ?`, id))[0];

  async function count(on: Statements, where: string, ...values: string[]): Promise<number> {
    const [row] = await on.all(`SELECT COUNT(*) AS count FROM library WHERE ${where}`, ...values);
    return countRow.parse(row).count;
  }

  /** Why it has no room where it is to lie, beside all others there. */
  async function noRoom(
    on: Statements,
    item: LibraryItem,
    { shelf: most, owner }: ShelfLimits,
    isNewThere: boolean,
  ): Promise<NotKept | undefined> {
    const { id, kind, name, ownerId } = item;
    const shelf = shelfOf(item);
    const named = 'shelf = ? AND kind = ? AND name_key = ? AND id <> ?';
    if ((await count(on, named, shelf, kind, nameKey(name), id)) > 0) return 'name-taken';
    if (!isNewThere) return undefined;
    if ((await count(on, 'shelf = ? AND kind = ?', shelf, kind)) >= most) return 'shelf-full';
    const theirs = await count(on, 'shelf = ? AND kind = ? AND owner_id = ?', shelf, kind, ownerId);
    return theirs >= owner ? 'owner-full' : undefined;
  }

  async function write(on: Statements, item: LibraryItem): Promise<void> {
    const { id, kind, name, ownerId, file, preview, createdAt } = item;
    const bytes = file.bytes + (preview?.bytes ?? 0);
    await on.run(
      WRITE,
      ...[id, kind, shelfOf(item), nameKey(name), ownerId, file.key, preview?.key ?? null, bytes, createdAt],
      JSON.stringify(item),
    );
  }

  return {
    get: (id) => find(sql, id),
    async on(shelves, kind) {
      if (shelves.length === 0) return [];
      const names = shelves.map(() => '?').join(', ');
      const all = `${SELECT} WHERE shelf IN (${names}) AND kind = ? ORDER BY created_at DESC, id DESC`;
      return read(await sql.all(all, ...shelves, kind));
    },
    ofOwner: async (memberId) => read(await sql.all(`${SELECT} WHERE owner_id = ? ORDER BY id`, memberId)),
    async size(shelf) {
      const rows = z
        .array(sizeRow)
        .parse(
          await sql.all(
            'SELECT kind, COUNT(*) AS count, SUM(bytes) AS bytes FROM library WHERE shelf = ? GROUP BY kind',
            shelf,
          ),
        );
      const of = (kind: ItemKind): number => rows.find((row) => row.kind === kind)?.count ?? 0;
      return {
        motion: of('motion'),
        character: of('character'),
        bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    },
    async *all() {
      for (let after = ''; ; ) {
        const rows = z
          .array(itemRow)
          .parse(await sql.all(`${SELECT} WHERE id > ? ORDER BY id LIMIT ${ROWS_AT_ONCE}`, after));
        for (const { item } of rows) if (item) yield item;
        const last = rows.at(-1);
        if (!last || rows.length < ROWS_AT_ONCE) return;
        after = last.id;
      }
    },
    add: (item, limits) =>
      sql.transaction('library', async (tx) => {
        if ((await count(tx, 'id = ?', item.id)) > 0) return 'kept';
        const why = await noRoom(tx, item, limits, true);
        if (why) return why;
        await write(tx, item);
        return 'kept';
      }),
    change: (id, change, limitsOf) =>
      sql.transaction('library', async (tx) => {
        const before = await find(tx, id);
        const after = before && change(before);
        if (!before || !after) return undefined;
        const why = await noRoom(tx, after, limitsOf(after), shelfOf(after) !== shelfOf(before));
        if (why) return why;
        await write(tx, after);
        return after;
      }),
    remove: (id) =>
      sql.transaction('library', async (tx) => {
        const before = await find(tx, id);
        await tx.run('DELETE FROM library WHERE id = ?', id);
        return before;
      }),
    uses: async (key) => (await count(sql, 'file_key = ? OR preview_key = ?', key, key)) > 0,
  };
}
