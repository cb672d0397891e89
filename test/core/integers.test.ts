import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The one file that knows how dollars with a point become integers, and back. */
const BORDER = 'src/core/price/money.ts';
const files = globSync(['src/core/**/*.ts', 'src/store/**/*.ts', 'commands/**/*.ts', 'settings/**/*.ts'], {
  cwd: ROOT,
})
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path !== BORDER);

/** Ways in which a sum would become a float, and one that a comment may name. */
const FLOATS: [what: string, pattern: RegExp][] = [
  ['dollars as a number', /\b(?:usdFromMicros|MICROS_PER_USD)\b/],
  ['digits after a point', /\.toFixed\(|\.toPrecision\(|\bparseFloat\(/],
  ['a division by a million', /\/\s*(?:1_?000_?000|1e6)\b/],
  ['a price with a point', /\w*(?:[mM]icros)\w*\s*(?::|=|\*)\s*\d*\.\d/],
  [
    'a division of a sum that is not rounded',
    /(?<!Math\.(?:round|floor|ceil)\([^()]*)\b\w*[mM]icros\s*\/(?![/*])/,
  ],
  ['a sum of another type', /\b(?:usd|dollars|cents)\s*\??:\s*number\b/],
];
/** A share of a limit is no sum, and may be a fraction. */
const SHARES = ['src/core/delivery/notices.ts'];

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');

describe('money in the core', () => {
  it('is looked for in every file that has to do with it', () => expect(files.length).toBeGreaterThan(50));

  it.each(FLOATS)('is never %s', (what, pattern) => {
    const found = files
      .filter((path) => !(what.startsWith('a division of a sum') && SHARES.includes(path)))
      .flatMap((path) => {
        const lines = withoutComments(readFileSync(`${ROOT}/${path}`, 'utf8')).split('\n');
        return lines.filter((line) => pattern.test(line)).map((line) => `${path}: ${line.trim()}`);
      });
    expect(found).toEqual([]);
  });

  it.each([
    ['return usdFromMicros(line.billMicros);', 0],
    ['const text = (micros / 10).toFixed(2);', 1],
    ['const usd = total / 1_000_000;', 2],
    ['const confirmAboveMicros = 0.5;', 3],
    ['const each = billMicros / jobs;', 4],
    ['type Bill = { usd: number };', 5],
  ])('would be found as %j', (line, which) => expect(line).toMatch(FLOATS[which]?.[1] ?? /never/));
});
