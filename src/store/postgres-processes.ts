/** The table of the processes on one PostgreSQL, whose clock alone counts: those of several machines differ. */
import { z } from 'zod';
import type { ProcessTable } from '../core/processes.ts';
import type { Sql } from './sql.ts';

const NOW = `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint`;
const DAY_MS = 24 * 3_600_000;

const list = z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text)));
const row = z.object({
  id: z.string(),
  host: z.string(),
  roles: list,
  holds: list,
  version: z.string(),
  startedAt: z.number(),
  seenMs: z.number(),
});

export function createProcessTable(sql: Sql): ProcessTable {
  return {
    async say({ id, host, roles, holds, version, startedAt }) {
      const [said] = await sql.all(
        `INSERT INTO processes (id, host, roles, holds, version, started_at, seen_at)
          VALUES (?, ?, ?, ?, ?, ?, ${NOW})
          ON CONFLICT (id) DO UPDATE SET roles = excluded.roles, holds = excluded.holds, seen_at = excluded.seen_at
          RETURNING seen_at AS "at"`,
        ...[id, host, JSON.stringify(roles), JSON.stringify(holds), version, startedAt],
      );
      await sql.run(`DELETE FROM processes WHERE seen_at < ${NOW} - ?`, DAY_MS);
      return z.object({ at: z.number() }).parse(said).at;
    },
    async all() {
      const rows = await sql.all(
        `SELECT id, host, roles, holds, version, started_at AS "startedAt", ${NOW} - seen_at AS "seenMs"
          FROM processes ORDER BY started_at, id`,
      );
      return z.array(row).parse(rows);
    },
    async remove(id) {
      await sql.run('DELETE FROM processes WHERE id = ?', id);
    },
  };
}
