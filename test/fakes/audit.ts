import {
  type AuditKind,
  type AuditLog,
  type AuditRecord,
  type AuditRecordOf,
  auditRecord,
  FORGOTTEN,
} from '../../src/core/trust/audit.ts';

/** The audit log in memory, held to the same contract as the real one. */
export function memoryAuditLog(ownSpaces: (memberId: string) => readonly string[] = () => []): AuditLog {
  let records: AuditRecord[] = [];
  return {
    async append(record) {
      records.push(auditRecord.parse(record));
    },
    async last<K extends AuditKind>(kind: K, by: string, only?: { aboutNobody: true }) {
      const isIt = (one: AuditRecord): one is AuditRecordOf<K> =>
        one.kind === kind && one.by === by && !(only && one.about !== undefined);
      return structuredClone(records.findLast(isIt));
    },
    async *read({ spaceId, memberId }) {
      const found = records.filter(
        (one) =>
          (spaceId === undefined || one.spaceId === spaceId) &&
          (memberId === undefined || one.by === memberId || one.about === memberId),
      );
      if (found.length > 0) yield structuredClone(found);
    },
    async forget(memberId) {
      const had = records.some(({ by, about }) => by === memberId || about === memberId);
      const nameOf = (name: string) => (name === memberId ? FORGOTTEN : name);
      records = records.map((one) => ({
        ...one,
        by: nameOf(one.by),
        spaceId: ownSpaces(memberId).includes(one.spaceId) ? FORGOTTEN : one.spaceId,
        ...(one.about === undefined ? {} : { about: nameOf(one.about) }),
      }));
      return had;
    },
    async dropBefore(atMs) {
      const before = records.length;
      records = records.filter((one) => one.atMs >= atMs);
      return before - records.length;
    },
  };
}
