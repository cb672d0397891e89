/**
 * The ledger as a table for other programs: RFC 4180, with a header. Spreadsheets run cells that begin like a formula,
 * so those get an apostrophe before them (OWASP, "CSV Injection", 2025-11).
 */
import { codeOf } from '../job/code.ts';

import type { LedgerLine } from '../limits/ledger.ts';
import { usdDecimal } from '../price/money.ts';

const COLUMNS = {
  job: ({ jobId }) => codeOf(jobId),
  space: ({ spaceId }) => spaceId,
  member: ({ memberId }) => memberId,
  provider: ({ provider }) => provider,
  state: ({ state }) => state,
  seconds: ({ seconds }) => (seconds === undefined ? '' : String(seconds)),
  quote_usd: ({ heldMicros }) => usdDecimal(heldMicros),
  bill_usd: (line) => (line.state === 'settled' ? usdDecimal(line.billMicros) : ''),
  held_at: ({ heldAt }) => moment(heldAt),
  ended_at: (line) => ('endedAt' in line ? moment(line.endedAt) : ''),
} satisfies Record<string, (line: LedgerLine) => string>;

/** The header and every line, in a piece for each page of lines. Amounts are dollars to the last digit, times are UTC. */
export async function* csvOf(pages: AsyncIterable<readonly LedgerLine[]>): AsyncIterable<string> {
  yield row(Object.keys(COLUMNS));
  const cells = Object.values(COLUMNS);
  for await (const lines of pages) yield lines.map((line) => row(cells.map((cell) => cell(line)))).join('');
}

const row = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** One cell, as it stands between two commas. */
export function csvCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

const moment = (at: number): string => new Date(at).toISOString();
