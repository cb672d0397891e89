import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerLine } from '../../src/core/limits/ledger.ts';
import { usdDecimal } from '../../src/core/price/money.ts';
import { csvCell, csvOf } from '../../src/core/reports/csv.ts';

const HELD = {
  jobId: 'web:1',
  spaceId: 'discord:10',
  memberId: 'discord:7',
  provider: 'fal',
  seconds: 4,
  heldAt: Date.UTC(2026, 10, 21, 12),
  heldMicros: 420_000,
};

async function csv(...lines: LedgerLine[]): Promise<string[]> {
  async function* read() {
    yield lines;
  }
  const pieces: string[] = [];
  for await (const piece of csvOf(read())) pieces.push(piece);
  return pieces;
}

/** As RFC 4180 says, and nothing more lenient. */
function parse(text: string): string[][] {
  const cells = [...text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/g)];
  expect(cells.map(([whole]) => whole).join('')).toBe(text);
  const rows: string[][] = [[]];
  for (const [, cell = '', end] of cells) {
    rows.at(-1)?.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('the ledger as a table', () => {
  it('has a header, and a row for each line with all that is known of it', async () => {
    const endedAt = HELD.heldAt + 61_500;
    const { seconds: _unknown, ...old } = HELD;
    const pieces = await csv(
      { ...HELD, state: 'settled', billMicros: 350_001, endedAt },
      { ...HELD, jobId: 'web:2', state: 'freed', endedAt },
      { ...old, jobId: 'web:3', state: 'suspended' },
    );
    expect(pieces.join('')).toBe(
      [
        'job,space,member,provider,state,seconds,quote_usd,bill_usd,held_at,ended_at',
        'Y6V5JD,discord:10,discord:7,fal,settled,4,0.42,0.350001,2026-11-21T12:00:00.000Z,2026-11-21T12:01:01.500Z',
        '3WHEQ5,discord:10,discord:7,fal,freed,4,0.42,,2026-11-21T12:00:00.000Z,2026-11-21T12:01:01.500Z',
        '2ZMNBW,discord:10,discord:7,fal,suspended,,0.42,,2026-11-21T12:00:00.000Z,',
        '',
      ].join('\r\n'),
    );
  });

  it('comes in pieces, each before the next lines are read', async () => {
    let read = 0;
    async function* pages() {
      for (; read < 3; read += 1) yield [{ ...HELD, jobId: `web:${read}`, state: 'held' as const }];
    }
    const seen: number[] = [];
    for await (const _piece of csvOf(pages())) seen.push(read);
    expect(seen).toEqual([0, 0, 1, 2]);
  });

  it('can be read back whatever the cells hold', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ü', ',', '"', '\r', '\n', '=', ' ', '😀') });
    await fc.assert(
      fc.asyncProperty(text, text, async (memberId, provider) => {
        const [, row] = parse((await csv({ ...HELD, memberId, provider, state: 'held' })).join(''));
        const meant = (cell: string) => cell.replace(/^'(?=[=+\-@\t\r])/, '');
        expect([meant(row?.[2] ?? ''), meant(row?.[3] ?? '')]).toEqual([memberId, provider]);
      }),
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\r=x'])('holds no formula in place of %j', (text) => {
    expect(csvCell(text).replace(/^"/, '')).toMatch(/^'/);
  });

  it.each([
    ['discord:7', 'discord:7'],
    ['a,b', '"a,b"'],
    ['say "so"', '"say ""so"""'],
    ['two\nlines', '"two\nlines"'],
    ['=a,b', `"'=a,b"`],
  ])('writes %j as %s', (text, cell) => expect(csvCell(text)).toBe(cell));

  it.each([
    [0, '0.00'],
    [1, '0.000001'],
    [420_000, '0.42'],
    [1_500_000, '1.50'],
    [12_345_678, '12.345678'],
    [9_007_199_254_740_991, '9007199254.740991'],
  ])('writes %i micros as %s, to the last digit', (micros, text) => expect(usdDecimal(micros)).toBe(text));
});
