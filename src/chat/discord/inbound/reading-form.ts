/** Opens a form for the files and the wishes that are still missing. */
import { modalOf } from '../modal.ts';
import type { Asker } from './asker.ts';
import { fileForm, formAction } from './forms.ts';
import { doing, type Reader, type Reading } from './readings.ts';
import type { AskOf } from './record.ts';

const FILE_ROLES = ['image', 'clip'] as const;
/** What of the library takes the place of a file. */
const ITEM_OF = { image: 'character', clip: 'motion' } as const;

export function openForm(
  { words }: Reader,
  asker: Asker,
  ask: Pick<AskOf<'form'>, 'options' | 'files'>,
  { choices }: { choices: boolean },
): Reading {
  const { eventId, private: privately } = asker.target;
  const form = fileForm(words, {
    action: formAction({ of: 'ask', eventId, private: privately }),
    title: words.t('modal.animate'),
    files: FILE_ROLES.filter((what) => !ask.files[what] && !ask.options[ITEM_OF[what]]),
    optional: ask.files.unknown.length > 0,
    choices,
  });
  return doing(asker, { kind: 'form', form: modalOf(form) }, { kind: 'form', ...ask });
}
