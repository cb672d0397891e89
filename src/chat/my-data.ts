/** "Get my data": everything that is kept of whoever presses, as an archive that nobody else sees. */
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { isDiskFull } from '../core/intake/uploads.ts';
import type { Files } from '../core/ports.ts';
import { accept } from '../core/refusals.ts';
import type { DataFile } from '../core/upkeep/my-data.ts';
import { zipOf } from '../zip.ts';
import type { ActionHandler } from './face.ts';
import { type Media, said } from './page.ts';
import { notYours, refusedPage } from './pages.ts';

const NAME = 'my-data.zip';

/** With all files where that fits, else by a link; where there are no links, without the files. */
export const myData: ActionHandler = async (press, face, { core, files }) => {
  const { words } = press;
  const { t, date } = words;
  if (!face.alone) return void (await face.aside(said(t('privacy.get-in-private'))));
  const who = await press.as(async ({ requester }) => accept(requester.memberId));
  if (!who.ok) return void (await face.aside(notYours(words, who.refusal)));
  const memberId = who.value;
  await core.privacy.archive(memberId, async (archiving) => {
    const link = ({ url, until }: { url: string; until: number }) => {
      const button = { url, label: t('button.open-link') };
      return face.aside({ lines: [t('privacy.get-link', { until: date(until) })], rows: [[button]] });
    };
    const before = await archiving.kept();
    if (before) return void (await link(before));
    await using temp = await files.temp('zip');
    const send = (line: string) => {
      const media: Media = { as: 'file', name: NAME, mime: 'application/zip', alt: line, path: temp.path };
      return face.aside({ title: t('privacy.get-title'), lines: [line], media });
    };
    /** Whether it fits into a message. */
    async function write(withFiles: boolean): Promise<boolean> {
      const found = whileThereIsRoom(files, core.privacy.export(memberId, { files: withFiles }));
      await pipeline(zipOf(found), createWriteStream(temp.path, { mode: 0o600 }));
      return (await stat(temp.path)).size <= face.maxBytes;
    }
    try {
      if ((await write(true)) && (await send(t('privacy.get-done'))) === 'done') return;
      const kept = await archiving.keep(temp.path);
      if (typeof kept === 'object') return void (await link(kept));
      const canDo = kept === 'no-links' && (await write(false));
      if (canDo && (await send(t('privacy.get-without-files'))) === 'done') return;
    } catch (err) {
      if (!isDiskFull(err)) throw err;
      return void (await face.aside(refusedPage(words, { code: 'disk-full' })));
    }
    await face.aside(said(t('told.trouble')));
  });
};

/** Looked at before each file, as an archive may be larger than the room that is kept free. */
async function* whileThereIsRoom(
  disk: Pick<Files, 'hasRoom'>,
  found: AsyncIterable<DataFile>,
): AsyncIterable<DataFile> {
  for await (const file of found) {
    if (!(await disk.hasRoom())) throw Object.assign(new Error('no room for an archive'), { code: 'ENOSPC' });
    yield file;
  }
}
