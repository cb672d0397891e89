/** Draws the moving previews of library items on one sheet, for chats, which show one picture with a message. */
import { readFile } from 'node:fs/promises';
import type { Core } from '../core/command.ts';
import type { Files } from '../core/files.ts';
import type { StoredFile } from '../core/job/job.ts';

/** The bytes of a GIF in which these move. Throws where there is none. */
export type DrawPreviews = (
  previews: readonly (StoredFile | undefined)[],
  how: { numbered: boolean },
) => Promise<Uint8Array>;

/** The last sheets that were drawn: whoever leafs back and forth sees the same. */
const SHEETS_KEPT = 12;
/** What was removed meanwhile, here or by another process, is not to be had from them for longer. */
const KEPT_MS = 2 * 60_000;

export function previewDrawer({ library }: Pick<Core, 'library'>, temp: Files['temp']): DrawPreviews {
  return async (previews, { numbered }) => {
    const key = JSON.stringify([previews.map((one) => one?.key), numbered]);
    const known = SHEETS.get(key);
    if (known) return known;
    await using file = await temp('gif');
    if (!(await library.draw(previews, numbered, file.path))) throw new Error('no previews were drawn');
    const bytes = await readFile(file.path);
    SHEETS.set(key, bytes);
    setTimeout(() => {
      if (SHEETS.get(key) === bytes) SHEETS.delete(key);
    }, KEPT_MS).unref();
    const oldest = SHEETS.keys().next().value;
    if (SHEETS.size > SHEETS_KEPT && oldest !== undefined) SHEETS.delete(oldest);
    return bytes;
  };
}

const SHEETS = new Map<string, Uint8Array>();
