/** What the suite found, row by row: printed by each file, gathered for docs/reliability.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const FOUND = join(import.meta.dirname, '../../node_modules/.cache/strut-faults');

/** `tries`: how often it was done; `what`: what happened each time. */
export type Row = { scenario: string; where: string; tries: number; what: string };

/** The long suite runs every combination; the short one, part of the tests, the most telling. */
export const LONG = process.env.STRUT_FAULTS === 'long';
export const FOR_LONG = 'part of the long fault suite, npm run faults';

/** Rows that say the same of several places become one. */
export function together(rows: readonly Row[]): Row[] {
  const byText = new Map<string, Row>();
  for (const row of rows) {
    const key = `${row.scenario}\n${row.what}`;
    const known = byText.get(key);
    byText.set(
      key,
      known
        ? {
            ...known,
            tries: known.tries + row.tries,
            where: [...new Set(`${known.where}, ${row.where}`.split(', '))].join(', '),
          }
        : row,
    );
  }
  return [...byText.values()];
}

/** Prints the rows, and keeps those of the long suite. */
export function tell(part: string, rows: readonly Row[]): void {
  const merged = together(rows);
  for (const { scenario, where, tries, what } of merged)
    console.log(`${scenario.padEnd(58)} ${String(tries).padStart(4)}×  ${what}  [${where}]`);
  if (!LONG) return;
  mkdirSync(FOUND, { recursive: true });
  writeFileSync(join(FOUND, `${part}.json`), JSON.stringify(merged, null, 2));
}
