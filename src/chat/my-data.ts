/** "Get my data": everything that is kept of whoever presses, as an archive that nobody else sees. */
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { accept } from '../core/refusals.ts';
import { zipOf } from '../zip.ts';
import type { ActionHandler } from './face.ts';
import { type Media, said } from './page.ts';
import { notYours } from './pages.ts';

const NAME = 'my-data.zip';

/** With all files where that fits, else by a link; where there are no links, without the files. */
export const myData: ActionHandler = async (press, face, { core, files }) => {
  const { words } = press;
  const { t, date } = words;
  if (!face.alone) return void (await face.aside(said(t('privacy.get-in-private'))));
  const who = await press.as(async ({ requester }) => accept(requester.memberId));
  if (!who.ok) return void (await face.aside(notYours(words, who.refusal)));
  const memberId = who.value;
  await using temp = await files.temp('zip');

  async function write(withFiles: boolean): Promise<boolean> {
    const archive = zipOf(core.privacy.export(memberId, { files: withFiles }));
    await pipeline(archive, createWriteStream(temp.path, { mode: 0o600 }));
    return (await stat(temp.path)).size <= face.maxBytes;
  }
  const send = (line: string) => {
    const media: Media = { as: 'file', name: NAME, mime: 'application/zip', alt: line, path: temp.path };
    return face.aside({ title: t('privacy.get-title'), lines: [line], media });
  };

  if ((await write(true)) && (await send(t('privacy.get-done'))) === 'done') return;
  const kept = await core.privacy.keepArchive(memberId, temp.path);
  if (kept) {
    const link = { url: kept.url, label: t('button.open-link') };
    await face.aside({ lines: [t('privacy.get-link', { until: date(kept.until) })], rows: [[link]] });
    return;
  }
  const isSent = (await write(false)) && (await send(t('privacy.get-without-files'))) === 'done';
  if (!isSent) await face.aside(said(t('told.trouble')));
};
