/** Every line of the ledger that a report is about, and the audit log of the same place, as files. */
import { exportAudit } from '../core/trust/audit-export.ts';
import type { Words } from '../words/index.ts';
import { usageTitle } from '../words/usage.ts';
import { writeUpTo } from './download.ts';
import type { ActionHandler, Face, Tools } from './face.ts';
import { type Media, said } from './page.ts';
import { notYours } from './pages.ts';

/** "Export CSV". The table goes by the disk, and is measured there. */
export const csv: ActionHandler = async (press, face, { core, commands, files }) => {
  const { words, id, code } = press;
  const report = await press.asAdmin((caller) =>
    commands.usage.execute({ ...caller, id, options: { period: code }, files: {} }, core),
  );
  if (!report.ok) return void (await face.aside(notYours(words, report.refusal)));
  const usage = report.value;
  const title = usageTitle(words, usage);
  const name = `usage-${usage.days[0]?.day ?? 'none'}-${usage.days.at(-1)?.day ?? 'none'}.csv`;
  await handOver({ title, name, pieces: core.reports.csv(usage) }, words, face, files);
};

/** "Export the audit log", for those who may see what was spent there. */
export const audit: ActionHandler = async (press, face, { core, commands, files }) => {
  const { words, id, code } = press;
  const report = await press.asAdmin((caller) =>
    commands.usage.execute({ ...caller, id, options: { period: code }, files: {} }, core),
  );
  if (!report.ok) return void (await face.aside(notYours(words, report.refusal)));
  const { spaceId } = report.value;
  const pieces = exportAudit('csv', core.audit.read(spaceId === undefined ? {} : { spaceId }));
  await handOver({ title: words.t('usage.audit'), name: 'audit.csv', pieces }, words, face, files);
};

type Table = { title: string; name: string; pieces: AsyncIterable<string> };

async function handOver(
  { title, name, pieces }: Table,
  words: Words,
  face: Face,
  files: Tools['files'],
): Promise<void> {
  const tooLarge = said(words.t('usage.too-large'));
  await using file = await files.temp('csv');
  if ((await writeUpTo(face.maxBytes, pieces, file.path)) === 'too-large')
    return void (await face.aside(tooLarge));
  const media: Media = { as: 'file', name, mime: 'text/csv', alt: title, path: file.path };
  const told = await face.aside({ title, lines: [], media });
  if (told === 'too-large') await face.aside(tooLarge);
  else if (told === 'nowhere') await face.aside(said(words.t('told.trouble')));
}
