import { afterAll, describe, expect, it } from 'vitest';
import { createAuditLog } from '../../src/store/audit.ts';
import { auditContract, audited } from '../contracts/audit.ts';
import { memoryAuditLog } from '../fakes/audit.ts';
import { postgresOfFile } from '../postgres/open.ts';
import { bothDatabases } from './open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const ownSpaces = (memberId: string) => (memberId === 'discord:7' ? ['discord:dm'] : []);

for (const { name, need, database } of bothDatabases(postgres))
  describe(`on ${name}`, need, () => {
    auditContract('the audit log', async () => createAuditLog(await database(), ownSpaces));
  });
auditContract('the audit log in memory', () => memoryAuditLog(ownSpaces));

for (const { name, need, database } of bothDatabases(postgres))
  describe(`the table of the audit log on ${name}`, need, () => {
    const optedOut = { kind: 'opted-out', atMs: 1, spaceId: 's', by: 'discord:7' } as const;

    it.each([
      'at = 2',
      "kind = 'opted-in'",
      "facts = '{}x'",
      "job_code = 'K7QX2M'",
      "by = 'discord:8'",
      "about = 'discord:8'",
      "space_id = 'other'",
    ])('takes no change to what is written down: %s', async (change) => {
      const db = await database();
      const log = createAuditLog(db, ownSpaces);
      await log.append(optedOut);
      await expect(db.run(`UPDATE audit_log SET ${change}`)).rejects.toThrow('only added to');
      expect(await audited(log)).toEqual([optedOut]);
    });

    it('tells of a record that a later version wrote, without what it does not know', async () => {
      const db = await database();
      const log = createAuditLog(db, ownSpaces);
      await db.run("INSERT INTO audit_log (at, space_id, by, kind, facts) VALUES (5, 's', 'b', 'sung', '[')");
      await log.append(optedOut);
      expect(await audited(log)).toEqual([{ kind: 'unreadable', atMs: 5, spaceId: 's', by: 'b' }, optedOut]);
    });
  });
