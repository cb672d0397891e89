import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TABLE as DISCORD } from '../../src/chat/discord/diagnoses.ts';
import { TABLE as TELEGRAM } from '../../src/chat/telegram/diagnoses.ts';
import { TABLE } from '../../src/words/doctor/index.ts';
import type { Entry, Table } from '../../src/words/doctor/table.ts';

const ROOT = join(import.meta.dirname, '../..');
const shown = (text: string): string => text.replaceAll(/\{(\w+)\}/g, '_$1_');

function section(title: string, table: Table): string {
  const findings = Object.values<Entry>(table).flatMap((entry) =>
    entry.level === 'ok'
      ? []
      : [
          `- **${shown(entry.what)}** (${entry.level}) ${shown(entry.why)} **What to do:** ${shown(entry.next)}`,
        ],
  );
  return `## ${title}\n\n${findings.join('\n')}\n`;
}

/** Written from the doctor’s own words by `npx vitest run --project quick test/doctor/docs.test.ts --update`. */
it('docs/doctor.md has everything that the doctor can find, with what to do', async () => {
  const text = [
    '# What `npm run doctor` can find\n',
    'The page shows the same under **Health**, and `/status` to operators. Words like _this_ stand for what it found.\n',
    section('The machine, the records, the providers, the internet', TABLE),
    section('Discord', DISCORD),
    section('Telegram', TELEGRAM),
  ].join('\n');
  await expect(text).toMatchFileSnapshot(join(ROOT, 'docs/doctor.md'));
});

it('the image has the commands that the documents name', () => {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  expect(dockerfile).toContain('for name in setup doctor');
  for (const name of ['setup', 'doctor'])
    expect(readFileSync(join(ROOT, `src/${name}/main.ts`), 'utf8')).toContain(`npm run ${name}`);
});
