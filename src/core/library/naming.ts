/** What something is to be called that a member keeps: what they wish, or what its file is called. */
import type { Upload } from '../intake/uploads.ts';
import type { Caller } from '../limits/access.ts';
import { accept, type Outcome } from '../refusals.ts';
import type { ItemKind } from './item.ts';
import { nameFrom, nameKey, readName } from './names.ts';
import type { Shelves } from './shelves.ts';

/** What cameras, apps and chats call everything. */
const NO_NAMES =
  /^(img|vid|dsc|mov|video|image|photo|clip|animation|unknown|file|screen ?shot|strut)?[\s\d().:-]*$/i;

export function createNaming(shelves: Pick<Shelves, 'visible'>) {
  /** A name that nobody has on the shelves that the member sees, made of the wished one. */
  async function freeName(caller: Caller, kind: ItemKind, wished: string): Promise<string> {
    const names = new Set((await shelves.visible(caller, kind)).map(({ name }) => nameKey(name)));
    if (!names.has(nameKey(wished))) return wished;
    for (let number = 2; ; number += 1) {
      const other = nameFrom(`${wished.slice(0, 36)} ${number}`);
      if (other && !names.has(nameKey(other))) return other;
    }
  }

  /** What it may be called: what was wished for, or what the file is called, where that says anything. */
  async function nameFor(
    caller: Caller,
    kind: ItemKind,
    wished: string | undefined,
    { name: fileName = '' }: Pick<Upload, 'name'>,
  ): Promise<Outcome<string>> {
    if (wished !== undefined && wished.trim() !== '') return readName(wished);
    const stem = fileName.replace(/\.\w{2,5}$/, '');
    const own = NO_NAMES.test(stem.replaceAll('_', ' ')) ? undefined : nameFrom(stem);
    const count = (await shelves.visible(caller, kind)).length + 1;
    return accept(
      await freeName(caller, kind, own ?? `${kind === 'motion' ? 'Motion' : 'Character'} ${count}`),
    );
  }

  return { freeName, nameFor };
}
