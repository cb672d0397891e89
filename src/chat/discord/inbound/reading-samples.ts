/** Reads a wish for a video by somebody who has no files at hand. */
import { NOBODY } from '../../page.ts';
import { samplesPage } from '../../samples.ts';
import { messageOf } from '../render.ts';
import type { Asker } from './asker.ts';
import { doing, type Reader, type Reading } from './readings.ts';
import type { AskOf } from './record.ts';

/** Opens the form for two files. */
export const OWN_FILES = 'own-files';

/** In private, whoever brings nothing may want to see what this is. Their own files are a press away. */
export function offerSamples({ words }: Reader, asker: Asker): Reading {
  const page = samplesPage(words);
  const own = { verb: OWN_FILES, code: NOBODY, label: words.t('sample.own'), tone: 'primary' } as const;
  const body = messageOf(words, { ...page, rows: [...(page.rows ?? []), [own]] });
  return { kind: 'answer', asker, answer: { kind: 'message', body } };
}

export function makeSample(asker: Asker, pair: string | undefined): Reading {
  const ask: AskOf<'make'> = {
    kind: 'make',
    command: 'sample',
    options: pair === undefined ? {} : { pair },
    files: { unknown: [] },
  };
  return doing(asker, { kind: 'thinking', ephemeral: asker.target.private }, ask);
}
