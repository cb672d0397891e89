/** The audit log as a table that rows are only added to; the database itself refuses any other change but forgetting. */
import { z } from 'zod';
import {
  type AuditKind,
  type AuditLog,
  type AuditRecord,
  type AuditRecordOf,
  type AuditScope,
  auditRecord,
  FORGOTTEN,
} from '../core/trust/audit.ts';
import type { Sql } from './sql.ts';

const ROWS_AT_ONCE = 500;

const nullable = z
  .string()
  .nullable()
  .transform((text) => text ?? undefined);
const row = z.object({
  n: z.int(),
  atMs: z.int(),
  spaceId: z.string(),
  by: z.string(),
  about: nullable,
  jobCode: nullable,
  kind: z.string(),
  facts: z.string(),
});

const COLUMNS = 'n, at AS "atMs", space_id AS "spaceId", by, about, job_code AS "jobCode", kind, facts';

/** `ownSpaces`: the spaces in which nobody else is, which name a member too. */
export function createAuditLog(sql: Sql, ownSpaces: (memberId: string) => readonly string[]): AuditLog {
  return {
    async append(record) {
      // Checked on the way in, as it can't be mended afterwards.
      const { atMs, spaceId, by, about, jobCode, kind, ...facts } = auditRecord.parse(record);
      // One by one, so that whoever reads on after a number misses none that was still on its way in.
      await sql.transaction('audit', (tx) =>
        tx.run(
          'INSERT INTO audit_log (at, space_id, by, about, job_code, kind, facts) VALUES (?, ?, ?, ?, ?, ?, ?)',
          ...[atMs, spaceId, by, about ?? null, jobCode ?? null, kind, JSON.stringify(facts)],
        ),
      );
    },
    async last<K extends AuditKind>(kind: K, by: string, only?: { aboutNobody: true }) {
      const [found] = await sql.all(
        `SELECT ${COLUMNS} FROM audit_log WHERE by = ? AND kind = ? ${only ? 'AND about IS NULL' : ''}
         ORDER BY n DESC LIMIT 1`,
        ...[by, kind],
      );
      const record = found === undefined ? undefined : recordOf(row.parse(found));
      return isKind(record, kind) ? record : undefined;
    },
    async *read({ spaceId, memberId }: AuditScope) {
      const inSpace = spaceId === undefined ? [] : [spaceId];
      const ofMember = memberId === undefined ? [] : [memberId, memberId];
      const where = `${inSpace.length > 0 ? 'AND space_id = ?' : ''} ${ofMember.length > 0 ? 'AND (by = ? OR about = ?)' : ''}`;
      const page = `SELECT ${COLUMNS} FROM audit_log WHERE n > ? ${where} ORDER BY n LIMIT ${ROWS_AT_ONCE}`;
      for (let last = 0; ; ) {
        const rows = z.array(row).parse(await sql.all(page, last, ...inSpace, ...ofMember));
        if (rows.length > 0) yield rows.map(recordOf);
        last = rows.at(-1)?.n ?? last;
        if (rows.length < ROWS_AT_ONCE) return;
      }
    },
    async forget(memberId) {
      return sql.transaction('audit', async (tx) => {
        const by = await tx.run('UPDATE audit_log SET by = ? WHERE by = ?', FORGOTTEN, memberId);
        const about = await tx.run('UPDATE audit_log SET about = ? WHERE about = ?', FORGOTTEN, memberId);
        for (const space of ownSpaces(memberId))
          await tx.run('UPDATE audit_log SET space_id = ? WHERE space_id = ?', FORGOTTEN, space);
        return by.changes + about.changes > 0;
      });
    },
    async dropBefore(atMs) {
      return (await sql.run('DELETE FROM audit_log WHERE at < ?', atMs)).changes;
    },
  };
}

/** One record that a later version wrote, or that is damaged, keeps nobody from reading the others. */
function recordOf({ n: _, about, jobCode, facts, ...rest }: z.infer<typeof row>): AuditRecord {
  const named = {
    ...rest,
    ...(about === undefined ? {} : { about }),
    ...(jobCode === undefined ? {} : { jobCode }),
  };
  const read = auditRecord.safeParse({ ...parsed(facts), ...named });
  return read.success ? read.data : { ...named, kind: 'unreadable' };
}

const isKind = <K extends AuditKind>(record: AuditRecord | undefined, kind: K): record is AuditRecordOf<K> =>
  record?.kind === kind;

function parsed(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
