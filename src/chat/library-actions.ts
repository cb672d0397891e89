/** What buttons of the library do, in every chat. What needs a file each chat asks for in its own way: `use-motion`. */
import { readParts } from '../core/coach/parts.ts';
import type { ItemKind, ItemScope, LibraryItem } from '../core/library/item.ts';
import type { Saving } from '../core/library/saving.ts';
import type { Caller } from '../core/limits/access.ts';
import { accept, type Outcome } from '../core/refusals.ts';
import { readConsentAnswer } from '../core/trust/consent-answers.ts';
import type { ActionHandler, Face, Press, Tools } from './face.ts';
import { factsOf } from './library-facts.ts';
import { galleryOf, readGalleryArg } from './library-gallery.ts';
import { galleryPage, type ItemFacts, itemPage, readKind, removeItemQuestion } from './library-pages.ts';
import { readKeepArg, savingPage } from './library-saving-page.ts';
import { said } from './page.ts';
import { refusedPage } from './pages.ts';
import { offerIsOver, withJob } from './presses.ts';

/** What stands in the message's place, or why it does not. */
async function instead<T>(
  press: Press,
  face: Face,
  tools: Tools,
  outcome: Outcome<T>,
  show: (value: T) => ReturnType<Face['draw']>,
): Promise<void> {
  if (outcome.ok) await face.instead(await show(outcome.value));
  else await offerIsOver(press, face, tools, outcome.refusal);
}

/** Under a result: what it was made of is looked at, beside it. */
const keepOfJob = (kind: ItemKind): ActionHandler =>
  withJob(async ({ job, caller }, press, face, { core }) => {
    const { words, id } = press;
    if (await core.takedown.hides(job.id))
      return void (await face.aside(refusedPage(words, { code: 'job-hidden' })));
    const looked = await core.library.savings.lookAtJob({ ...caller, id: `keep-${kind}-${id}` }, kind, job);
    if (!looked.ok) return void (await face.aside(refusedPage(words, looked.refusal)));
    const scopes = core.library.savings.scopes(caller);
    await face.aside(await face.draw((facts) => savingPage(words, { saving: looked.value, scopes }, facts)));
  });

const choosePart: ActionHandler = async (press, face, tools) => {
  const { core } = tools;
  const { words, code, arg = '' } = press;
  const [, from, to] = /^(\d{1,4}(?:\.\d{1,3})?)-(\d{1,4}(?:\.\d{1,3})?)$/.exec(arg) ?? [];
  const span =
    from && to && Number(from) < Number(to)
      ? { fromSeconds: Number(from), toSeconds: Number(to) }
      : undefined;
  const box = readParts({ crop: arg });
  const crop = box.ok ? box.value.crop : undefined;
  const part = span ? { span } : crop ? { crop } : arg === 'whole' ? {} : undefined;
  if (!part) return void (await face.aside(said(words.t('told.too-old'))));
  const chosen = await withScopes(press, core, (caller) => core.library.savings.choose(caller, code, part));
  await instead(press, face, tools, chosen, (value) => face.draw((facts) => savingPage(words, value, facts)));
};

/** Where a chat has forms, the name comes filled in; elsewhere it is written with the command. */
const rename: ActionHandler = async (press, face, tools) => {
  const { core } = tools;
  const { words, code, filled } = press;
  const name = filled?.name;
  if (name === undefined) return void (await face.aside(said(words.t('library.name-hint'))));
  const called = await withScopes(press, core, (caller) => core.library.savings.call(caller, code, name));
  await instead(press, face, tools, called, (value) => face.draw((facts) => savingPage(words, value, facts)));
};

type Saved<T> = { saving: T; scopes: readonly ItemScope[]; isOther?: boolean };

const withScopes = <T>(
  press: Press,
  { library }: Tools['core'],
  work: (caller: Caller) => Promise<Outcome<T>>,
): Promise<Outcome<Saved<T>>> =>
  press.as(async (caller) => {
    const done = await work(caller);
    return done.ok ? accept({ saving: done.value, scopes: library.savings.scopes(caller) }) : done;
  });

const keepAs: ActionHandler = async (press, face, tools) => {
  const { core } = tools;
  const { words, code, arg = '' } = press;
  const { name, answer, part } = readKeepArg(arg);
  const scope = (['space', 'mine'] as const).find((one) => one === name);
  if (!scope) return void (await face.aside(said(words.t('told.too-old'))));
  const shows = readConsentAnswer(answer);
  const saved = await press.as(async (caller): Promise<Outcome<ItemFacts | Saved<Saving>>> => {
    const done = await core.library.savings.save(caller, code, { scope, shows, part });
    if (!done.ok) return done;
    if (done.value.kind === 'saved') return accept(await factsOf(core, caller, done.value.item, 'kept'));
    const scopes = core.library.savings.scopes(caller);
    return accept({ saving: done.value.saving, scopes, isOther: done.value.kind === 'other-part' });
  });
  await instead(press, face, tools, saved, (value) =>
    face.draw((facts) =>
      'saving' in value ? savingPage(words, value, facts) : itemPage(words, value, facts),
    ),
  );
};

const decline: ActionHandler = async (press, face, tools) => {
  const { core } = tools;
  const gone = await press.as((caller) => core.library.savings.decline(caller, press.code));
  await instead(press, face, tools, gone, async () => said(press.words.t('library.declined')));
};

const gallery: ActionHandler = async (press, face, tools) => {
  const { core } = tools;
  const { words, code, arg = '' } = press;
  const kind = readKind(code);
  const wish = readGalleryArg(arg);
  if (!kind || !wish) return void (await face.aside(said(words.t('told.too-old'))));
  const page = await press.as((caller) =>
    galleryOf(core, { ...caller, seenByAll: !face.alone }, { kind, ...wish }),
  );
  await instead(press, face, tools, page, (value) => face.draw((facts) => galleryPage(words, value, facts)));
};

/** Does something with the item that the button is about, and shows it as it is then. */
const withItem =
  (
    work: (
      caller: Caller,
      item: LibraryItem,
      press: Press,
      core: Tools['core'],
    ) => Promise<Outcome<LibraryItem>>,
    doneBy: (press: Press) => ItemFacts['done'],
  ): ActionHandler =>
  async (press, face, tools) => {
    const { core } = tools;
    const { words } = press;
    const done = await press.as(async (caller) => {
      const found = await anyItem(core, caller, press.code);
      const changed = found.ok ? await work(caller, found.value, press, core) : found;
      return changed.ok ? accept(await factsOf(core, caller, changed.value, doneBy(press))) : changed;
    });
    await instead(press, face, tools, done, (value) => face.draw((facts) => itemPage(words, value, facts)));
  };

async function anyItem(
  { library }: Tools['core'],
  caller: Caller,
  id: string,
): Promise<Outcome<LibraryItem>> {
  const motion = await library.byId(caller, 'motion', id);
  return motion.ok ? motion : library.byId(caller, 'character', id);
}

const askToRemove: ActionHandler = async (press, face, tools) => {
  const { core } = tools;
  const found = await press.as((caller) => anyItem(core, caller, press.code));
  await instead(press, face, tools, found, async (item) => removeItemQuestion(press.words, item));
};

const removeNow: ActionHandler = async (press, face, tools) => {
  const { core } = tools;
  const gone = await press.as(async (caller) => {
    const found = await anyItem(core, caller, press.code);
    return found.ok ? core.library.remove(caller, found.value) : found;
  });
  await instead(press, face, tools, gone, async ({ name }) =>
    said(press.words.t('library.removed', { name })),
  );
};

export const LIBRARY_ACTIONS: Readonly<Record<string, ActionHandler>> = {
  'keep-motion': keepOfJob('motion'),
  'keep-character': keepOfJob('character'),
  'keep-part': choosePart,
  'keep-name': rename,
  'keep-as': keepAs,
  'keep-no': decline,
  gallery,
  item: withItem(
    async (_caller, item) => accept(item),
    () => undefined,
  ),
  'item-move': withItem(
    (caller, item, { arg }, { library }) => library.move(caller, item, arg === 'space' ? 'space' : 'mine'),
    () => 'moved',
  ),
  'item-pin': withItem(
    (caller, item, { arg }, { library }) => library.pin(caller, item, arg !== 'off'),
    ({ arg }) => (arg === 'off' ? 'unpinned' : 'pinned'),
  ),
  'item-remove': askToRemove,
  'item-remove-yes': removeNow,
};

/** They answer in the place of a message that one member alone sees, where a chat has such. */
export const LIBRARY_IN_PRIVATE: readonly string[] = Object.keys(LIBRARY_ACTIONS).filter(
  (verb) => verb !== 'keep-motion' && verb !== 'keep-character',
);
