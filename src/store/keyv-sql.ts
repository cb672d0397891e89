/** Keyv's store on our own database. The values are text that Keyv has serialized; this file never looks inside. */
import { Keyv, type KeyvEntry, type KeyvStoreAdapter } from 'keyv';
import { z } from 'zod';
import type { KeyValueStore } from '../core/ports.ts';
import type { Sql, Statements } from './sql.ts';

const PAGE = 200;
const valueRow = z.object({ value: z.string() });
const entryRow = z.object({ key: z.string(), value: z.string() });

const IN_TIME = '(expires_at IS NULL OR expires_at >= ?)';
const SELECT = `SELECT value FROM keyv WHERE key = ? AND ${IN_TIME}`;
const UPSERT = `INSERT INTO keyv (key, value, expires_at) VALUES (?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`;

/** Keyv passes on what `setMany` returns, although the type of its adapters says that nothing comes. */
type KeyvSql = Omit<KeyvStoreAdapter, 'setMany'> & { setMany(entries: KeyvEntry[]): Promise<boolean[]> };

/**
 * A Keyv on the database. It throws when the store fails: Keyv's own default is to answer "no such key", which for
 * us would read as "no such job". Values are plain JSON, so that SQL can index what lies in them.
 */
export function keyvOn(sql: Sql, namespace: string): Keyv<unknown> {
  return new Keyv({
    store: createKeyvSql(sql),
    namespace,
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize: JSON.parse,
  });
}

/** The same with a look at all that lies under keys that start alike. */
export function keyValueStoreOn(sql: Sql, namespace: string): Keyv<unknown> & KeyValueStore {
  const select = `SELECT key, value FROM keyv WHERE key >= ? AND key < ? AND ${IN_TIME} ORDER BY key`;
  const start = `${namespace}:`;
  return Object.assign(keyvOn(sql, namespace), {
    async startingWith<T>(prefix: string): Promise<Map<string, T>> {
      // Nothing that can stand in a text comes after the last of all characters.
      const rows = await sql.all(select, `${start}${prefix}`, `${start}${prefix}\u{10ffff}`, Date.now());
      return new Map(
        rows.map((row) => {
          const { key, value } = entryRow.parse(row);
          return [key.slice(start.length), (JSON.parse(value) as { value: T }).value];
        }),
      );
    },
  });
}

/** One adapter per Keyv, since Keyv writes its namespace into it. Each call is done whole or not at all; throws StoreError. */
export function createKeyvSql(sql: Sql): KeyvSql {
  const read = async (key: string): Promise<string | undefined> => {
    const [row] = await sql.all(SELECT, key, Date.now());
    return row === undefined ? undefined : valueRow.parse(row).value;
  };
  const isRemoved = async (on: Statements, key: string): Promise<boolean> =>
    (await on.run('DELETE FROM keyv WHERE key = ?', key)).changes > 0;

  return {
    namespace: undefined,
    // Keyv makes an iterator only for the dialects that it knows.
    opts: { dialect: 'sqlite' },
    // Keyv listens for errors here; ours are thrown to whoever asked instead.
    on() {
      return this;
    },
    // The type wants Keyv's values; like every adapter, this one gives back the text that it was given.
    get: async <Value>(key: string) => (await read(key)) as Value | undefined,
    getMany: async <Value>(keys: string[]) =>
      (await Promise.all(keys.map(read))) as Awaited<Value | undefined>[],
    has: async (key) => (await read(key)) !== undefined,
    hasMany: async (keys) => (await Promise.all(keys.map(read))).map((value) => value !== undefined),
    async set(key: string, value: string, ttl?: number) {
      // In no transaction: a process that stands still in the middle of one would have all others wait to write.
      await write(sql, { key, value, ...(ttl === undefined ? {} : { ttl }) });
      return true;
    },
    setMany: (entries) =>
      sql.transaction('keyv', async (tx) => {
        for (const entry of entries) await write(tx, entry);
        return entries.map(() => true);
      }),
    delete: (key) => isRemoved(sql, key),
    deleteMany: (keys) =>
      sql.transaction('keyv', async (tx) => {
        let all = true;
        for (const key of keys) all = (await isRemoved(tx, key)) && all;
        return all;
      }),
    async clear() {
      const [where, ...range] = within(this.namespace);
      await sql.run(`DELETE FROM keyv WHERE ${where}`, ...range);
    },
    /** By pages that start after the last key given, so that what is deleted meanwhile shifts nothing. */
    async *iterator<Value>(namespace?: string) {
      const [where, ...range] = within(namespace);
      const page = `SELECT key, value FROM keyv WHERE ${where} AND key > ? AND ${IN_TIME} ORDER BY key LIMIT ${PAGE}`;
      for (let after = ''; ; ) {
        const rows = z.array(entryRow).parse(await sql.all(page, ...range, after, Date.now()));
        for (const { key, value } of rows) yield [key, value as Awaited<Value>];
        const last = rows.at(-1);
        if (!last || rows.length < PAGE) return;
        after = last.key;
      }
    },
  };
}

/** Whoever writes what expires also sweeps what has expired, so that it can't pile up. */
async function write(on: Statements, { key, value, ttl }: KeyvEntry): Promise<void> {
  if (ttl !== undefined) await on.run('DELETE FROM keyv WHERE expires_at < ?', Date.now());
  await on.run(UPSERT, key, value, ttl === undefined ? null : Math.ceil(Date.now() + ttl));
}

/** The keys of a namespace: `;` comes right after the colon that ends it. Without one, all. */
const within = (namespace: string | undefined): [where: string, ...range: string[]] =>
  namespace ? ['key >= ? AND key < ?', `${namespace}:`, `${namespace};`] : ["key >= ''"];
