/**
 * `npm run faults [-- kill|network|disk|soak|several [vitest's own options]]`: every combination, and an hour's worth of jobs; then
 * what was found is written into docs/reliability.md (`board` does only that, with what was found before).
 * `STRUT_SOAK_MINUTES` and `STRUT_SOAK_JOBS` say how long the soak goes on at least, `STRUT_SOAK_SEED` which faults it has.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOUND, type Row, together } from './board.ts';

const DOCS = join(import.meta.dirname, '../../docs/reliability.md');
const BEGIN = '<!-- what npm run faults found: begin -->';
const END = '<!-- end -->';
const PARTS = ['kill', 'network', 'disk', 'soak', 'several'] as const;

const [only, ...rest] = process.argv.slice(2);
const parts = PARTS.filter((part) => only === undefined || part === only);
if (parts.length === 0 && only !== 'board')
  throw new Error(`there is no ${only}; there are ${PARTS.join(', ')}`);

let failed = false;
for (const part of parts) {
  for (const name of readdirIfThere(FOUND)) if (name.startsWith(`${part}-`)) rmSync(join(FOUND, name));
  const run = spawnSync('npx', ['vitest', 'run', `test/faults/${part}`, ...rest], {
    stdio: 'inherit',
    env: { ...process.env, STRUT_FAULTS: 'long' },
  });
  failed ||= run.status !== 0;
}
writeBoard();
process.exit(failed ? 1 : 0);

function writeBoard(): void {
  const rows = together(
    PARTS.flatMap((part) =>
      readdirIfThere(FOUND)
        .filter((name) => name.startsWith(`${part}-`))
        .flatMap((name) => JSON.parse(readFileSync(join(FOUND, name), 'utf8')) as Row[]),
    ),
  );
  const table = [
    '| what was done | times | what happened | where |',
    '| --- | --: | --- | --- |',
    ...rows.map(({ scenario, tries, what, where }) => `| ${scenario} | ${tries} | ${what} | ${where} |`),
  ].join('\n');
  const text = readFileSync(DOCS, 'utf8');
  const [before, rest] = [text.slice(0, text.indexOf(BEGIN)), text.slice(text.indexOf(END))];
  writeFileSync(DOCS, `${before}${BEGIN}\n\n${table}\n\n${rest}`);
  spawnSync('npx', ['biome', 'format', '--write', DOCS], { stdio: 'inherit' });
}

function readdirIfThere(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
