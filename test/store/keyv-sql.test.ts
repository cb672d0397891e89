import keyvTestSuite, { keyvIteratorTests } from '@keyv/test-suite';
import { Keyv, type KeyvOptions } from 'keyv';
import * as vitest from 'vitest';
import { StoreClosed } from '../../src/store/errors.ts';
import { createKeyvSql, keyValueStoreOn, keyvOn } from '../../src/store/keyv-sql.ts';
import type { Database } from '../../src/store/sql.ts';
import { freshFolder } from '../fakes/folder.ts';
import { postgresOfFile } from '../postgres/open.ts';
import { bothDatabases, freshDatabase } from './open.ts';

const { afterAll, afterEach, describe, expect, it, vi } = vitest;

const postgres = postgresOfFile();
afterAll(() => postgres.close());

async function keysOf(keyv: Keyv<unknown>): Promise<string[]> {
  const keys: string[] = [];
  for await (const [key] of keyv.iterator?.(undefined) ?? []) keys.push(key);
  return keys;
}

for (const { name, need, database } of bothDatabases(postgres))
  describe(`Keyv's own suite for its adapters, on ${name}`, need, () => {
    class StrictKeyv extends Keyv {
      constructor(options: KeyvOptions = {}) {
        super({ ...options, throwOnErrors: true });
      }
    }
    let db: Database;
    vitest.beforeEach(async () => {
      db = await database();
    });
    // The suite is typed after vitest 4; what it uses (it, beforeEach, afterEach, expect) is the same in ours.
    const ours = vitest as unknown as Parameters<typeof keyvTestSuite>[0];
    keyvTestSuite(ours, StrictKeyv, () => createKeyvSql(db));
    keyvIteratorTests(ours, StrictKeyv, () => createKeyvSql(db));
  });

describe('Keyv on SQLite', () => {
  it('finds everything again in another connection', async () => {
    const folder = freshFolder();
    await keyvOn(freshDatabase(folder), 'settings').set('a', { on: true });
    expect(await keyvOn(freshDatabase(folder), 'settings').get('a')).toEqual({ on: true });
  });

  it.each([
    'get',
    'has',
    'set',
    'delete',
    'getMany',
    'setMany',
    'deleteMany',
    'hasMany',
    'clear',
    'iterator',
  ] as const)(
    'rejects %s on a closed store, in place of an answer that reads as "nothing there"',
    async (method) => {
      const db = freshDatabase();
      const keyv = keyvOn(db, 'test');
      await keyv.set('a', 1);
      db.close();
      const calls = {
        get: () => keyv.get('a'),
        has: () => keyv.has('a'),
        set: () => keyv.set('a', 2),
        delete: () => keyv.delete('a'),
        getMany: () => keyv.get(['a']),
        setMany: () => keyv.setMany([{ key: 'a', value: 2 }]),
        deleteMany: () => keyv.delete(['a']),
        hasMany: () => keyv.has(['a']),
        clear: () => keyv.clear(),
        iterator: () => keysOf(keyv),
      };
      await expect(calls[method]()).rejects.toThrow(StoreClosed);
    },
  );
});

for (const { name, need, database } of bothDatabases(postgres))
  describe(`Keyv on ${name}`, need, () => {
    afterEach(() => {
      vi.useRealTimers();
    });

    it('writes many in one step: all or none', async () => {
      const db = await database();
      const keyv = keyvOn(db, 'test');
      expect(
        await keyv.setMany([
          { key: 'a', value: 1 },
          { key: 'b', value: 2 },
        ]),
      ).toEqual([true, true]);
      const bad = createKeyvSql(db).setMany([
        { key: 'test:a', value: '9' },
        { key: 'test:b', value: { not: 'text' } },
      ]);
      await expect(bad).rejects.toThrow(TypeError);
      expect(await keyv.get(['a', 'b'])).toEqual([1, 2]);
    });

    it('says of each key whether it is there', async () => {
      const keyv = keyvOn(await database(), 'test');
      await keyv.set('a', 1);
      expect(await keyv.hasMany(['a', 'b'])).toEqual([true, false]);
    });

    it('keeps namespaces apart that begin alike, or hold what LIKE would take for a wildcard', async () => {
      const db = await database();
      const names = ['job', 'jobs', 'j_bs', 'j%', 'JOB'];
      const keyvs = names.map((name) => keyvOn(db, name));
      for (const [i, keyv] of keyvs.entries()) await keyv.set('key', names[i]);
      for (const [i, keyv] of keyvs.entries()) {
        expect(await keyv.get('key')).toBe(names[i]);
        expect(await keysOf(keyv)).toEqual(['key']);
      }
      await keyvs[2]?.clear();
      expect(await Promise.all(keyvs.map((keyv) => keyv.has('key')))).toEqual([
        true,
        true,
        false,
        true,
        true,
      ]);
    });

    it('clears and lists everything when it has no namespace', async () => {
      const db = await database();
      await keyvOn(db, 'a').set('\u{10ffff}', 1);
      await keyvOn(db, 'b').set('x', 1);
      const adapter = createKeyvSql(db);
      const keys: unknown[] = [];
      for await (const [key] of adapter.iterator?.() ?? []) keys.push(key);
      expect(keys).toEqual(['a:\u{10ffff}', 'b:x']);
      await adapter.clear();
      expect(await keysOf(keyvOn(db, 'a'))).toEqual([]);
    });

    it('lists every key once while others are deleted, over many pages', async () => {
      const keyv = keyvOn(await database(), 'test');
      // Each key is the beginning of the next, so that a page which starts a little too late steps over one.
      const keys = Array.from({ length: 220 }, (_, i) => `k${'x'.repeat(i)}`);
      await keyv.setMany(keys.map((key) => ({ key, value: 1 })));
      const seen: string[] = [];
      for await (const [key] of keyv.iterator?.(undefined) ?? []) {
        seen.push(key);
        await keyv.delete(key);
      }
      expect(seen).toEqual(keys);
    });

    it('keeps what has a time to live until then and not after, and sweeps it with the next such write', async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
      const db = await database();
      const keyv = keyvOn(db, 'test');
      await keyv.set('short', 1, 999.5);
      await keyv.set('forever', 2);
      vi.setSystemTime(1_001_000);
      expect(await keyv.has('short')).toBe(true);
      vi.setSystemTime(1_001_001);
      expect(await keyv.has(['short', 'forever'])).toEqual([false, true]);
      expect(await keyv.get(['short', 'forever'])).toEqual([undefined, 2]);
      expect(await keysOf(keyv)).toEqual(['forever']);
      const rows = () => db.all('SELECT key FROM keyv ORDER BY key');
      expect(await rows()).toHaveLength(2);
      await keyv.set('next', 3, 1000);
      expect(await rows()).toEqual([{ key: 'test:forever' }, { key: 'test:next' }]);
    });

    // SQLite has one process, and what happens in a transaction there waits for nobody.
    if (name !== 'SQLite')
      it('is written, with a time to live or without, while another process stands still in the middle of writing many', async () => {
        const db = await database();
        const keyv = keyvOn(db, 'test');
        const stands = Promise.withResolvers<void>();
        const many = db.transaction('keyv', () => stands.promise);
        await keyv.set('a', 1, 60_000);
        await keyv.set('b', 2);
        stands.resolve();
        await many;
        expect(await keyv.get(['a', 'b'])).toEqual([1, 2]);
      });

    it('makes a key permanent again when it is written without a time to live', async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
      const keyv = keyvOn(await database(), 'test');
      await keyv.set('a', 1, 1000);
      await keyv.set('a', 2);
      vi.setSystemTime(2_000_000);
      expect(await keyv.get('a')).toBe(2);
    });
  });

for (const { name, need, database } of bothDatabases(postgres))
  describe(`a key-value store on ${name}`, need, () => {
    it('gives all that lies under keys that start alike, and nothing of its neighbours or of what has run out', async () => {
      const db = await database();
      const [kv, other] = [keyValueStoreOn(db, 'a'), keyValueStoreOn(db, 'b')];
      await kv.set('list:2', { n: 2 });
      await kv.set('list:1', { n: 1 });
      await kv.set('list:late', { n: 3 }, 1);
      await kv.set('lists', 4);
      await kv.set('lis', 5);
      await other.set('list:1', 6);
      await expect.poll(() => kv.get('list:late')).toBeUndefined();
      expect([...(await kv.startingWith('list:'))]).toEqual([
        ['list:1', { n: 1 }],
        ['list:2', { n: 2 }],
      ]);
      expect([...(await kv.startingWith('%'))]).toEqual([]);
    });
  });
