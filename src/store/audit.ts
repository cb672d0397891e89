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
import type { Database } from './sqlite.ts';

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

/** `ownSpaces`: the spaces in which nobody else is, which name a member too. */
export function createAuditLog(db: Database, ownSpaces: (memberId: string) => readonly string[]): AuditLog {
  const insert = db.prepare(
    'INSERT INTO audit_log (at, space_id, by, about, job_code, kind, facts) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const columns = 'n, at AS atMs, space_id AS spaceId, by, about, job_code AS jobCode, kind, facts';
  const page = db.prepare(
    `SELECT ${columns} FROM audit_log
     WHERE n > ?1 AND (?2 IS NULL OR space_id = ?2) AND (?3 IS NULL OR by = ?3 OR about = ?3)
     ORDER BY n LIMIT ${ROWS_AT_ONCE}`,
  );
  const newest = db.prepare(
    `SELECT ${columns} FROM audit_log
     WHERE by = ?1 AND kind = ?2 AND (about IS NULL OR NOT ?3) ORDER BY n DESC LIMIT 1`,
  );
  const forgetBy = db.prepare('UPDATE audit_log SET by = ?2 WHERE by = ?1');
  const forgetAbout = db.prepare('UPDATE audit_log SET about = ?2 WHERE about = ?1');
  const forgetSpace = db.prepare('UPDATE audit_log SET space_id = ?2 WHERE space_id = ?1');
  const drop = db.prepare('DELETE FROM audit_log WHERE at < ?');

  return {
    async append(record) {
      // Checked on the way in, as it can't be mended afterwards.
      const { atMs, spaceId, by, about, jobCode, kind, ...facts } = auditRecord.parse(record);
      insert.run(atMs, spaceId, by, about ?? null, jobCode ?? null, kind, JSON.stringify(facts));
    },
    async last<K extends AuditKind>(kind: K, by: string, only?: { aboutNobody: true }) {
      const found = newest.get(by, kind, only ? 1 : 0);
      const record = found === undefined ? undefined : recordOf(row.parse(found));
      return isKind(record, kind) ? record : undefined;
    },
    async *read({ spaceId, memberId }: AuditScope) {
      for (let last = 0; ; ) {
        const rows = z.array(row).parse(page.all(last, spaceId ?? null, memberId ?? null));
        if (rows.length > 0) yield rows.map(recordOf);
        last = rows.at(-1)?.n ?? last;
        if (rows.length < ROWS_AT_ONCE) return;
      }
    },
    async forget(memberId) {
      return db.transaction(() => {
        const named =
          forgetBy.run(memberId, FORGOTTEN).changes + forgetAbout.run(memberId, FORGOTTEN).changes;
        for (const space of ownSpaces(memberId)) forgetSpace.run(space, FORGOTTEN);
        return named > 0;
      });
    },
    async dropBefore(atMs) {
      return drop.run(atMs).changes;
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
