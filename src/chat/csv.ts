/** Every line of the ledger that a report is about, as a file. */
import { usageTitle } from '../words/usage.ts';
import { writeUpTo } from './download.ts';
import type { ActionHandler } from './face.ts';
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
  const tooLarge = said(words.t('usage.too-large'));
  await using file = await files.temp('csv');
  if ((await writeUpTo(face.maxBytes, core.reports.csv(usage), file.path)) === 'too-large')
    return void (await face.aside(tooLarge));
  const title = usageTitle(words, usage);
  const name = `usage-${usage.days[0]?.day ?? 'none'}-${usage.days.at(-1)?.day ?? 'none'}.csv`;
  const media: Media = { as: 'file', name, mime: 'text/csv', alt: title, path: file.path };
  const told = await face.aside({ title, lines: [], media });
  if (told === 'too-large') await face.aside(tooLarge);
  else if (told === 'nowhere') await face.aside(said(words.t('told.trouble')));
};
