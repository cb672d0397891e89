import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../src/core/trust/audit.ts';
import { type AuditFormat, exportAudit } from '../../src/core/trust/audit-export.ts';

const RECORDS: AuditRecord[] = [
  {
    kind: 'consent-given',
    atMs: Date.UTC(2026, 10, 29, 12),
    spaceId: 'discord:10',
    by: 'discord:7',
    jobCode: 'K7QX2M',
    answer: 'self',
    wordsVersion: 1,
    language: 'en',
    provider: 'fal',
  },
  { kind: 'opted-out', atMs: 0, spaceId: '=1+1', by: 'telegram:2', about: 'telegram:3' },
];

async function* inPages(...pages: AuditRecord[][]) {
  yield* pages;
}
async function textOf(format: AuditFormat, ...pages: AuditRecord[][]): Promise<string> {
  let text = '';
  for await (const piece of exportAudit(format, inPages(...pages))) text += piece;
  return text;
}

describe('the audit log for other programs', () => {
  it('is a table with a line for each record, and runs no formula', async () => {
    const lines = (await textOf('csv', RECORDS)).split('\r\n');
    expect(lines[0]).toBe('at,kind,space,by,about,job,facts');
    expect(lines[1]).toBe(
      '2026-11-29T12:00:00.000Z,consent-given,discord:10,discord:7,,K7QX2M,' +
        '"{""answer"":""self"",""wordsVersion"":1,""language"":""en"",""provider"":""fal""}"',
    );
    expect(lines[2]).toBe("1970-01-01T00:00:00.000Z,opted-out,'=1+1,telegram:2,telegram:3,,");
  });

  it('is a JSON list over all its pages, and an empty one where nothing was done', async () => {
    const [first, second] = RECORDS;
    const list = JSON.parse(await textOf('json', first ? [first] : [], [], second ? [second] : []));
    expect(list).toHaveLength(2);
    expect(list[0]).toMatchObject({ at: '2026-11-29T12:00:00.000Z', kind: 'consent-given', answer: 'self' });
    expect(list[1]).toMatchObject({ kind: 'opted-out', about: 'telegram:3' });
    expect(JSON.parse(await textOf('json'))).toEqual([]);
  });
});
