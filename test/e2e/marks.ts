/** Secrets that bear a mark, and where a mark is looked for. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** None of them looks like what it is: the shapes of secrets are hidden anyway. */
export const MARKS = {
  DISCORD_TOKEN: 'marked discord/word one',
  TELEGRAM_BOT_TOKEN: '7000000001:AAmarked-telegram-two_0123456789abcd',
  FAL_KEY: 'marked-fal-id:marked-fal-three',
  RUNPOD_API_KEY: 'marked-runpod-four',
  RUNCOMFY_API_TOKEN: 'marked-runcomfy-five',
  KLING_API_KEY: 'api-key-kling-marked-eight',
  KLING_WEBHOOK_SECRET: `whsec_${Buffer.from('marked-kling-webhook-nine').toString('base64')}`,
  RUNWARE_API_KEY: 'marked-runware-ten',
  SECRET_KEY: 'marked-secret-key-six-and-long',
  PAGE_PASSWORD: 'marked-password-seven',
};
export const NAMES = Object.keys(MARKS) as (keyof typeof MARKS)[];
/** As they are, as in an address, the part that matters alone, and in base64 as in a header for signing in. */
export const formsOf = (mark: string): string[] => [
  mark,
  encodeURIComponent(mark),
  mark.slice(mark.indexOf(':') + 1),
  Buffer.from(mark).toString('base64').replace(/=+$/, ''),
];

export type Place = [name: string, text: string];
export const found = (places: readonly Place[], marks: readonly string[]): string[] =>
  places.flatMap(([name, text]) =>
    marks.filter((mark) => text.includes(mark)).map((mark) => `${name}: ${mark}`),
  );
export const ALL = NAMES.flatMap((name) => formsOf(MARKS[name]));

/** The database and everything beside it, but for pictures, clips and videos, which are others' bytes. */
export async function filesIn(folder: string): Promise<Place[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    all
      .filter((entry) => entry.isFile())
      .map(
        async ({ name, parentPath }): Promise<Place> => [
          name,
          (await readFile(join(parentPath, name))).toString('latin1'),
        ],
      ),
  );
}
