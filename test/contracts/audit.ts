import { describe, expect, it } from 'vitest';
import type { AuditLog, AuditRecord, AuditScope } from '../../src/core/trust/audit.ts';

/** All that is read of a scope, whatever pieces it comes in. */
export async function audited(log: AuditLog, scope: AuditScope = {}): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const page of log.read(scope)) records.push(...page);
  return records;
}

const consent = (atMs: number, by = 'discord:7', spaceId = 'discord:10'): AuditRecord => ({
  kind: 'consent-given',
  atMs,
  spaceId,
  by,
  jobCode: 'K7QX2M',
  answer: 'permission',
  wordsVersion: 1,
  language: 'de',
  provider: 'fal',
});

/** `make`: an empty one, where nobody but discord:7 is in `discord:dm`. */
export function auditContract(name: string, make: () => AuditLog | Promise<AuditLog>): void {
  describe(`${name} keeps the contract of an audit log`, () => {
    it('gives back what was added, in that order and whatever its time says', async () => {
      const log = await make();
      const other: AuditRecord = {
        kind: 'opted-out',
        atMs: 1,
        spaceId: 'telegram:-1',
        by: 'telegram:2',
        about: 'telegram:3',
      };
      for (const record of [consent(5), other, consent(3)]) await log.append(record);
      expect(await audited(log)).toEqual([consent(5), other, consent(3)]);
    });

    it('reads far more than fits into one piece, each record once', async () => {
      const log = await make();
      for (let at = 0; at < 1203; at += 1) await log.append(consent(at));
      expect((await audited(log)).map(({ atMs }) => atMs)).toEqual([...Array(1203).keys()]);
    });

    it('knows the newest record of a kind by a member', async () => {
      const log = await make();
      expect(await log.last('consent-given', 'discord:7')).toBeUndefined();
      for (const record of [consent(5), consent(3), consent(9, 'discord:8')]) await log.append(record);
      await log.append({ kind: 'opted-out', atMs: 10, spaceId: 's', by: 'discord:7' });
      expect(await log.last('consent-given', 'discord:7')).toEqual(consent(3));
      expect(await log.last('opted-in', 'discord:7')).toBeUndefined();
      await log.forget('discord:7');
      expect(await log.last('consent-given', 'discord:7')).toBeUndefined();
    });

    it('knows the newest one that concerns nobody else', async () => {
      const log = await make();
      await log.append({ ...consent(1), about: 'discord:8' });
      expect(await log.last('consent-given', 'discord:7', { aboutNobody: true })).toBeUndefined();
      for (const record of [consent(2), { ...consent(3), about: 'discord:8' }]) await log.append(record);
      expect(await log.last('consent-given', 'discord:7', { aboutNobody: true })).toEqual(consent(2));
      expect(await log.last('consent-given', 'discord:7')).toMatchObject({ atMs: 3 });
    });

    it('tells one space and one member apart, also one whom it is about', async () => {
      const log = await make();
      await log.append(consent(1));
      await log.append(consent(2, 'discord:8', 'discord:11'));
      await log.append({
        kind: 'opted-in',
        atMs: 3,
        spaceId: 'discord:11',
        by: 'discord:9',
        about: 'discord:7',
      });
      const times = async (scope: AuditScope) => (await audited(log, scope)).map(({ atMs }) => atMs);
      expect(await times({ spaceId: 'discord:11' })).toEqual([2, 3]);
      expect(await times({ memberId: 'discord:7' })).toEqual([1, 3]);
      expect(await times({ spaceId: 'discord:10', memberId: 'discord:8' })).toEqual([]);
    });

    it('keeps that something was done when it forgets by whom, in whichever place', async () => {
      const log = await make();
      await log.append(consent(1));
      await log.append(consent(2, 'discord:8'));
      await log.append({ ...consent(3, 'discord:8'), about: 'discord:7' });
      await log.append(consent(4, 'discord:7', 'discord:dm'));
      expect(await log.forget('discord:7')).toBe(true);
      expect(JSON.stringify(await audited(log))).not.toContain('discord:7');
      expect(JSON.stringify(await audited(log))).not.toContain('discord:dm');
      expect((await audited(log)).map(({ by, about }) => [by, about])).toEqual([
        ['forgotten', undefined],
        ['discord:8', undefined],
        ['discord:8', 'forgotten'],
        ['forgotten', undefined],
      ]);
      expect(await log.forget('discord:7')).toBe(false);
    });

    it('lets go of what is older than a moment, and of nothing else', async () => {
      const log = await make();
      for (const at of [9, 10, 11]) await log.append(consent(at));
      expect(await log.dropBefore(10)).toBe(1);
      expect((await audited(log)).map(({ atMs }) => atMs)).toEqual([10, 11]);
    });

    it('takes nothing in that is no such record', async () => {
      const log = await make();
      const odd: object = { ...consent(1), answer: 'perhaps' };
      await expect(log.append(Object(odd))).rejects.toThrow();
      expect(await audited(log)).toEqual([]);
    });
  });
}
