/** A first video for whoever has no files at hand: a character and a motion of our own, by one press, as a free draft. */
import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHARACTERS, MOTIONS, SAMPLES_FOLDER } from '../../samples/index.ts';
import type { Call } from '../core/command.ts';
import type { Files } from '../core/files.ts';
import type { Upload } from '../core/intake/uploads.ts';
import type { Words } from '../words/index.ts';
import { NOBODY, type Page } from './page.ts';

export const SAMPLE_VERB = 'sample';

/** As they are called; people's names are the same in every language. */
const NAMES: Readonly<Record<(typeof CHARACTERS)[number], string>> = { mia: 'Mia', leo: 'Leo' };

/** What is said to whoever asks for a video, in private, and brings nothing. */
export function samplesPage({ t }: Words): Page {
  return {
    title: t('sample.title'),
    lines: [t('sample.text'), t('ask.both')],
    rows: CHARACTERS.map((character) =>
      MOTIONS.map((motion) => ({
        verb: SAMPLE_VERB,
        code: NOBODY,
        arg: `${character}-${motion}`,
        label: t('sample.pair', { character: NAMES[character], motion: t(`sample.${motion}`) }),
      })),
    ),
  };
}

type Pair = { image: string; clip: string };

/** Undefined for what none of our buttons says. */
function pairOf(arg: string | undefined): Pair | undefined {
  const [one, other] = arg?.split('-') ?? [];
  const character = CHARACTERS.find((name) => name === one);
  const motion = MOTIONS.find((name) => name === other);
  return character && motion && { image: `${character}.jpg`, clip: `${motion}.mp4` };
}

/** Hands the two files to `use`, as copies: what is handed in is moved to where it is kept. Undefined for no such pair. */
export async function withSample<T>(
  files: Pick<Files, 'temp'>,
  arg: string | undefined,
  use: (given: Pick<Call, 'options' | 'files'>) => Promise<T>,
): Promise<T | undefined> {
  const pair = pairOf(arg);
  if (!pair) return undefined;
  await using stack = new AsyncDisposableStack();
  const copyOf = async (name: string): Promise<Upload> => {
    const temp = stack.use(await files.temp(name.slice(name.indexOf('.') + 1)));
    const from = join(SAMPLES_FOLDER, name);
    await copyFile(from, temp.path);
    const sha256 = createHash('sha256')
      .update(await readFile(from))
      .digest('hex');
    return { path: temp.path, sha256, name };
  };
  const [image, clip] = [await copyOf(pair.image), await copyOf(pair.clip)];
  // Awaited here: the files are there until it is done.
  return await use({ options: {}, files: { image, clip } });
}
