/** The files of a request, with those of library items in the place of what was not handed in. */
import type { Call } from '../command.ts';
import type { Caller } from '../limits/access.ts';
import type { OptionSpec } from '../options.ts';
import { accept, type Outcome } from '../refusals.ts';
import type { Library } from './library.ts';
import { NAME_LENGTH } from './names.ts';

/** A name may have letters that several units each make up. */
export const NAME_OPTION_LENGTH = 3 * NAME_LENGTH;

export const ITEM_OPTIONS = [
  { name: 'motion', type: 'text', maxLength: NAME_OPTION_LENGTH, suggests: 'motion' },
  { name: 'character', type: 'text', maxLength: NAME_OPTION_LENGTH, suggests: 'character' },
  // Several of them, with commas between.
  { name: 'characters', type: 'text', maxLength: 4 * NAME_OPTION_LENGTH, of: 'list' },
] as const satisfies readonly OptionSpec[];

type Named = { motion?: string | undefined; character?: string | undefined };

/** What was named goes before what was handed in: it was chosen, and not left over from before. */
export async function withItems(
  library: Pick<Library, 'take'>,
  caller: Caller,
  files: Call['files'],
  { motion, character }: Named,
): Promise<Outcome<Call['files']>> {
  const all = { ...files };
  if (motion) {
    const taken = await library.take(caller, 'motion', motion);
    if (!taken.ok) return taken;
    all.clip = taken.value;
  }
  if (character) {
    const taken = await library.take(caller, 'character', character);
    if (!taken.ok) return taken;
    all.image = taken.value;
  }
  return accept(all);
}
