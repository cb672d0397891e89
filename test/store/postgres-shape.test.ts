/** While machines are renewed one by one, the version before works on in the database that the new one has changed. */
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { POSTGRES_MIGRATIONS } from '../../src/store/migrations-postgres.ts';
import { freshSchema, postgresNeeded } from '../postgres/open.ts';

/** All that a statement may depend on, by the table that it belongs to. */
const SHAPE = `
  SELECT relname AS "table", format('%s.%s %s %s %s %s', relname, attname, format_type(atttypid, atttypmod), attnotnull,
    attgenerated, attidentity) AS what, attnotnull AND NOT atthasdef AND attidentity = '' AS "isAsked"
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
  WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT conrelid::regclass::text, format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)), true
  FROM pg_constraint WHERE contype <> 'n' AND connamespace = current_schema()::regnamespace
  UNION ALL
  SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid), true
  FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
  WHERE indisunique AND NOT indisprimary AND relnamespace = current_schema()::regnamespace
  UNION ALL
  SELECT tgrelid::regclass::text, pg_get_triggerdef(pg_trigger.oid), true
  FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
  WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace`;

type Part = { table: string; what: string; isAsked: boolean };

describe('the shape of the database in PostgreSQL', postgresNeeded, () => {
  it('is only added to by each step, and asks nothing new of whoever writes to what was there', async () => {
    const schema = await freshSchema();
    const client = new pg.Client({ connectionString: schema.url });
    await client.connect();
    onTestFinished(async () => {
      await client.end();
      await schema.drop();
    });
    const shape = async (): Promise<Part[]> => (await client.query<Part>(SHAPE)).rows;
    let before: Part[] = [];
    for (const step of POSTGRES_MIGRATIONS) {
      await client.query(step);
      const now = await shape();
      const had = before.map(({ what }) => what);
      expect(now.map(({ what }) => what)).toEqual(expect.arrayContaining(had));
      const tables = new Set(before.map(({ table }) => table));
      const asked = now.filter(
        ({ table, what, isAsked }) => isAsked && tables.has(table) && !had.includes(what),
      );
      expect(asked).toEqual([]);
      expect(now.length).toBeGreaterThan(before.length);
      before = now;
    }
  });
});
