/** `/motion` and `/character`: the same command with two nouns. */
import type { ChatCommand } from '../src/chat/command.ts';
import { factsOf } from '../src/chat/library-facts.ts';
import { type Gallery, galleryOf } from '../src/chat/library-gallery.ts';
import { galleryPage, type ItemFacts, itemPage } from '../src/chat/library-pages.ts';
import { savingPage } from '../src/chat/library-saving-page.ts';
import { said } from '../src/chat/page.ts';
import type { Call, Core } from '../src/core/command.ts';
import { fileOf, type ItemKind, type ItemScope, type LibraryItem } from '../src/core/library/item.ts';
import type { Saving } from '../src/core/library/saving.ts';
import { NAME_OPTION_LENGTH } from '../src/core/library/with-items.ts';
import { missing } from '../src/core/misfit.ts';
import type { OptionSpec } from '../src/core/options.ts';
import { accept, type Outcome, refuse } from '../src/core/refusals.ts';

type LibraryAnswer =
  | ({ kind: 'gallery' } & Gallery)
  | { kind: 'saving'; saving: Saving; scopes: readonly ItemScope[] }
  | ({ kind: 'item' } & ItemFacts)
  | { kind: 'removed'; item: LibraryItem };

/** What is asked where nothing else is said. */
const LIST = 'list';

const partsFor = (kind: ItemKind) => {
  const known: OptionSpec = {
    name: 'name',
    type: 'text',
    maxLength: NAME_OPTION_LENGTH,
    suggests: kind,
    required: true,
  };
  const text = (name: string, required: boolean): OptionSpec => ({
    name,
    type: 'text',
    maxLength: NAME_OPTION_LENGTH,
    ...(required ? { required } : {}),
  });
  const file: OptionSpec =
    kind === 'motion'
      ? { name: 'clip', type: 'attachment', accepts: 'video', required: true }
      : { name: 'image', type: 'attachment', accepts: 'image', required: true };
  return {
    [LIST]: { options: [text('find', false)] },
    add: { options: [file, text('name', false)] },
    show: { options: [known] },
    rename: { options: [known, text('to', true)] },
    move: { options: [known] },
    pin: { options: [known] },
    remove: { options: [known] },
  } as const satisfies Record<string, { options: readonly OptionSpec[] }>;
};

type Part = keyof ReturnType<typeof partsFor>;

function libraryCommand(kind: ItemKind): ChatCommand<LibraryAnswer> {
  const parts = partsFor(kind);

  async function list(call: Call, core: Core): Promise<Outcome<LibraryAnswer>> {
    const { find } = call.options;
    const shown = await galleryOf(core, call, { kind, sort: 'newest', page: 0, ...(find ? { find } : {}) });
    return shown.ok ? accept({ kind: 'gallery', ...shown.value }) : shown;
  }

  async function add(call: Call, { library }: Core): Promise<Outcome<LibraryAnswer>> {
    const file = call.files[fileOf(kind)];
    if (!file) return refuse({ code: kind === 'motion' ? 'missing-clip' : 'missing-image' });
    const saving = await library.savings.look(call, kind, file, call.options.name);
    if (!saving.ok) return saving;
    return accept({ kind: 'saving', saving: saving.value, scopes: library.savings.scopes(call) });
  }

  /** What is done with one that there is. */
  async function change(part: Part, call: Call, core: Core): Promise<Outcome<LibraryAnswer>> {
    const { library } = core;
    const found = await library.find(call, kind, call.options.name ?? '');
    if (!found.ok) return found;
    const item = found.value;
    const shown = async (
      done: Outcome<LibraryItem>,
      what?: ItemFacts['done'],
    ): Promise<Outcome<LibraryAnswer>> =>
      done.ok ? accept({ kind: 'item', ...(await factsOf(core, call, done.value, what)) }) : done;
    switch (part) {
      case 'rename':
        return shown(await library.rename(call, item, call.options.to ?? ''), 'renamed');
      case 'move':
        return shown(await library.move(call, item, item.scope === 'space' ? 'mine' : 'space'), 'moved');
      case 'pin':
        return shown(await library.pin(call, item, !item.pinned), item.pinned ? 'unpinned' : 'pinned');
      case 'remove': {
        const gone = await library.remove(call, item);
        return gone.ok ? accept({ kind: 'removed', item: gone.value }) : gone;
      }
      default:
        return shown(accept(item));
    }
  }

  /** For where options are written by hand. */
  const usage = (part: Part): string => `/${kind} ${part} ${part === 'rename' ? 'OLD = NEW' : 'NAME'}`;

  return {
    audience: 'members',
    data: { name: kind, options: [], parts, wordsOf: 'library' },
    async execute(call, core) {
      const shut = core.library.closed(call);
      if (shut) return refuse(shut);
      const part = call.part ?? LIST;
      if (!Object.hasOwn(parts, part))
        return refuse({ code: 'bad-option', option: kind, allowed: Object.keys(parts) });
      const open = missing(parts[part as Part].options, call.options);
      if (open !== undefined)
        return refuse({ code: 'bad-option', option: open, allowed: [usage(part as Part)] });
      if (part === LIST) return list(call, core);
      return part === 'add' ? add(call, core) : change(part as Part, call, core);
    },
    show(words, answer, facts) {
      switch (answer.kind) {
        case 'gallery':
          return galleryPage(words, answer, facts);
        case 'saving':
          return savingPage(words, answer, facts);
        case 'item':
          return itemPage(words, answer, facts);
        case 'removed':
          return said(words.t('library.removed', { name: answer.item.name }));
      }
    },
  };
}

export const motion = libraryCommand('motion');
export const character = libraryCommand('character');
