/** The audit log for other programs: a table with a line for each record, or a JSON list of them. */
import { csvCell } from '../reports/csv.ts';
import type { AuditRecord } from './audit.ts';

export const AUDIT_FORMATS = ['csv', 'json'] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

type Pages = AsyncIterable<readonly AuditRecord[]>;

/** In pieces, each with whole lines. Times are UTC. */
export function exportAudit(format: AuditFormat, pages: Pages): AsyncIterable<string> {
  return format === 'csv' ? csvOf(pages) : jsonOf(pages);
}

async function* csvOf(pages: Pages): AsyncIterable<string> {
  yield row(['at', 'kind', 'space', 'by', 'about', 'job', 'facts']);
  for await (const records of pages)
    yield records
      .map(({ atMs, kind, spaceId, by, about = '', jobCode = '', ...facts }) => {
        const more = Object.keys(facts).length > 0 ? JSON.stringify(facts) : '';
        return row([new Date(atMs).toISOString(), kind, spaceId, by, about, jobCode, more]);
      })
      .join('');
}

/** A list, as every program reads it, however long it is. */
async function* jsonOf(pages: Pages): AsyncIterable<string> {
  let before = '[\n';
  for await (const records of pages) {
    for (const { atMs, ...record } of records) {
      yield `${before}${JSON.stringify({ at: new Date(atMs).toISOString(), ...record })}`;
      before = ',\n';
    }
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

const row = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;
