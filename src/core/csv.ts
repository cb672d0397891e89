/**
 * The book as a table for other programs: RFC 4180, with a header. Spreadsheets run cells that begin like a formula,
 * so those get an apostrophe before them (OWASP, "CSV Injection", 2025-11).
 */
import { codeOf } from './job.ts';
import type { LedgerLine } from './ledger-port.ts';
import { usdDecimal } from './money.ts';

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

/** Sent on in pieces of about this many characters: a line by itself is too little for a network. */
const PIECE = 16_384;

/** The header and every line, in pieces, as the lines come. Amounts are dollars to the last digit, times are UTC. */
export async function* csvOf(lines: AsyncIterable<LedgerLine>): AsyncIterable<string> {
  let piece = row(Object.keys(COLUMNS));
  for await (const line of lines) {
    piece += row(Object.values(COLUMNS).map((cell) => cell(line)));
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece) yield piece;
}

const row = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** One cell, as it stands between two commas. */
export function csvCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

const moment = (at: number): string => new Date(at).toISOString();
