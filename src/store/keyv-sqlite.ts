/** Keyv's store on our own database. The values are text that Keyv has serialized; this file never looks inside. */
import { Keyv, type KeyvEntry, type KeyvStoreAdapter } from 'keyv';
import { z } from 'zod';
import type { KeyValueStore } from '../core/ports.ts';
import type { Database } from './sqlite.ts';

const PAGE = 200;
const valueRow = z.object({ value: z.string() });
const entryRow = z.object({ key: z.string(), value: z.string() });

/** Keyv passes on what `setMany` returns, although the type of its adapters says that nothing comes. */
type KeyvSqlite = Omit<KeyvStoreAdapter, 'setMany'> & { setMany(entries: KeyvEntry[]): Promise<boolean[]> };

/**
 * A Keyv on the database. It throws when the store fails: Keyv's own default is to answer "no such key", which for
 * us would read as "no such job". Values are plain JSON, so that SQL can index what lies in them.
 */
export function keyvOn(db: Database, namespace: string): Keyv<unknown> {
  return new Keyv({
    store: createKeyvSqlite(db),
    namespace,
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize: JSON.parse,
  });
}

/** The same with a look at all that lies under keys that start alike. */
export function keyValueStoreOn(db: Database, namespace: string): Keyv<unknown> & KeyValueStore {
  const select = db.prepare(
    `SELECT key, value FROM keyv
     WHERE key >= ? AND key < ? AND (expires_at IS NULL OR expires_at >= ?) ORDER BY key`,
  );
  const start = `${namespace}:`;
  return Object.assign(keyvOn(db, namespace), {
    async startingWith<T>(prefix: string): Promise<Map<string, T>> {
      // Nothing that can stand in a text comes after the last of all characters.
      const rows = select.all(`${start}${prefix}`, `${start}${prefix}\u{10ffff}`, Date.now());
      return new Map(
        rows.map((row) => {
          const { key, value } = entryRow.parse(row);
          return [key.slice(start.length), (JSON.parse(value) as { value: T }).value];
        }),
      );
    },
  });
}

/** One adapter per Keyv, since Keyv writes its namespace into it. Each call is one transaction; throws StoreError. */
export function createKeyvSqlite(db: Database): KeyvSqlite {
  const select = db.prepare(
    'SELECT value FROM keyv WHERE key = ? AND (expires_at IS NULL OR expires_at >= ?)',
  );
  const upsert = db.prepare(
    `INSERT INTO keyv (key, value, expires_at) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
  );
  const remove = db.prepare('DELETE FROM keyv WHERE key = ?');
  const removeExpired = db.prepare('DELETE FROM keyv WHERE expires_at < ?');
  const removeRange = db.prepare('DELETE FROM keyv WHERE key >= ? AND key < ?');
  const selectPage = db.prepare(
    `SELECT key, value FROM keyv
     WHERE key >= ? AND key < ? AND (expires_at IS NULL OR expires_at >= ?) ORDER BY key LIMIT ${PAGE}`,
  );

  const read = (key: string): string | undefined => {
    const row = select.get(key, Date.now());
    return row === undefined ? undefined : valueRow.parse(row).value;
  };
  const write = ({ key, value, ttl }: KeyvEntry): true => {
    // Whoever writes what expires also sweeps what has expired, so that it can't pile up.
    if (ttl !== undefined) removeExpired.run(Date.now());
    upsert.run(key, value, ttl === undefined ? null : Math.ceil(Date.now() + ttl));
    return true;
  };
  const isRemoved = (key: string): boolean => remove.run(key).changes > 0;

  return {
    namespace: undefined,
    // Keyv makes an iterator only for the dialects that it knows.
    opts: { dialect: 'sqlite' },
    // Keyv listens for errors here; ours are thrown to whoever asked instead.
    on() {
      return this;
    },
    // The type wants Keyv's values; like every adapter, this one gives back the text that it was given.
    get: async <Value>(key: string) => read(key) as Value | undefined,
    getMany: async <Value>(keys: string[]) => keys.map((key) => read(key) as Value | undefined),
    has: async (key) => read(key) !== undefined,
    hasMany: async (keys) => keys.map((key) => read(key) !== undefined),
    set: async (key: string, value: string, ttl?: number) =>
      db.transaction(() => write({ key, value, ...(ttl === undefined ? {} : { ttl }) })),
    setMany: async (entries) => db.transaction(() => entries.map(write)),
    delete: async (key) => isRemoved(key),
    deleteMany: async (keys) => db.transaction(() => keys.map(isRemoved).every(Boolean)),
    async clear() {
      removeRange.run(...rangeOf(this.namespace));
    },
    /** By pages that start after the last key given, so that what is deleted meanwhile shifts nothing. */
    async *iterator<Value>(namespace?: string) {
      let [from, to] = rangeOf(namespace);
      for (;;) {
        const rows = selectPage.all(from, to, Date.now()).map((row) => entryRow.parse(row));
        for (const { key, value } of rows) yield [key, value as Awaited<Value>];
        const last = rows.at(-1);
        if (!last || rows.length < PAGE) return;
        from = `${last.key}\u0000`;
      }
    },
  };
}

/** The keys of a namespace: `;` comes right after the colon that ends it. To SQLite any blob is above every text. */
function rangeOf(namespace: string | undefined): [from: string, to: string | Uint8Array] {
  return namespace ? [`${namespace}:`, `${namespace};`] : ['', new Uint8Array()];
}
