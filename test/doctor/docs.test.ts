import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TABLE as DISCORD } from '../../src/chat/discord/diagnoses.ts';
import { TABLE as TELEGRAM } from '../../src/chat/telegram/diagnoses.ts';
import { asText } from '../../src/doctor/report.ts';
import { alarmLines } from '../../src/words/doctor/alarm.ts';
import { TABLE } from '../../src/words/doctor/index.ts';
import type { Entry, Table } from '../../src/words/doctor/table.ts';

const ROOT = join(import.meta.dirname, '../..');
const TROUBLE = join(ROOT, 'docs/trouble.md');
/** What stands above it is written by hand. */
const BEGIN = '## What the doctor finds\n';
const TABLES: readonly (readonly [title: string, table: Table])[] = [
  ['The machine, the records, the providers, the internet', TABLE],
  ['Discord', DISCORD],
  ['Telegram', TELEGRAM],
];
const shown = (text: string): string => text.replaceAll(/\{(\w+)\}/g, '_$1_');

/** Each under its code, which stays: what the doctor says leads there. */
function section([title, table]: (typeof TABLES)[number]): string {
  const findings = Object.entries<Entry>(table).flatMap(([code, entry]) =>
    entry.level === 'ok'
      ? []
      : [
          `#### ${code}\n\n**${shown(entry.what)}** (${entry.level}) ${shown(entry.why)}\n\nWhat to do: ${shown(entry.next)}\n`,
        ],
  );
  return `### ${title}\n\n${findings.join('\n')}`;
}

/** Written from the doctor’s own words by `npx vitest run --project quick test/doctor/docs.test.ts --update`. */
it('docs/trouble.md has everything that the doctor can find, with what to do', async () => {
  const [byHand = ''] = readFileSync(TROUBLE, 'utf8').split(BEGIN);
  const text = [
    `${byHand}${BEGIN}`,
    'The page shows the same under **Health**, and `/status` to operators. Words like _this_ stand for what it found.\n',
    ...TABLES.map(section),
  ].join('\n');
  await expect(text).toMatchFileSnapshot(TROUBLE);
});

it('each finding that asks for a deed leads to its own heading there, and each heading is there for something', () => {
  const text = readFileSync(TROUBLE, 'utf8');
  const asking = TABLES.flatMap(([, table]) =>
    Object.entries<Entry>(table).flatMap(([code, { level }]) => (level === 'ok' ? [] : [code])),
  );
  const headings = [...text.matchAll(/^#### (.+)$/gm)].map(([, heading = '']) => heading);
  expect(headings).toEqual(asking);
  expect(new Set(asking).size).toBe(asking.length);
  // As the forges make anchors, a code is its own.
  expect(asking.filter((code) => !/^[a-z0-9-]+$/.test(code))).toEqual([]);
  for (const code of asking) {
    const one = { code, level: 'broken', what: 'x.', why: 'y.', nextStep: 'z.' } as const;
    for (const said of [asText([one], { colours: false }), alarmLines(one, false).join('\n')])
      expect(`${said}\n`).toContain(`More: docs/trouble.md#${code}\n`);
  }
  for (const part of text.split(/^## /m).slice(1)) expect(part).toMatch(/^\| `|^#### |^- \*\*/m);
});

it('the image has the commands that the documents name', () => {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  expect(dockerfile).toContain('for name in setup doctor');
  for (const name of ['setup', 'doctor'])
    expect(readFileSync(join(ROOT, `src/${name}/main.ts`), 'utf8')).toContain(`npm run ${name}`);
});
