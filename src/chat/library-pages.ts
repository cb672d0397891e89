/** Motions and characters, as pages: what would be kept, one of them, and the gallery. Both nouns look the same. */
import type { StoredFile } from '../core/job/job.ts';
import type { ItemKind, LibraryItem } from '../core/library/item.ts';
import { type ListedItem, SORTS } from '../core/library/library.ts';
import { cutShort } from '../core/text.ts';
import { SEPARATOR } from '../words/facts.ts';
import type { Words } from '../words/index.ts';
import { detailLines, itemText } from '../words/library.ts';
import type { Facts } from './facts.ts';
import { type Gallery, galleryArg } from './library-gallery.ts';
import type { Button, Line, Media, Page } from './page.ts';
import type { DrawPreviews } from './previews.ts';

/** `drawPreviews`: missing where no picture can be shown. */
export type Drawing = { drawPreviews?: DrawPreviews | undefined };
/** How a command is written there, too. */
type Place = Drawing & Pick<Facts, 'typed'>;

/** Undefined where none of them has a preview. */
export function moving(
  words: Words,
  { drawPreviews }: Drawing,
  items: readonly { name: string; preview?: StoredFile }[],
  numbered: boolean,
): { media?: Media } {
  const previews = items.map(({ preview }) => preview);
  if (!drawPreviews || previews.every((preview) => preview === undefined)) return {};
  const names = items.map(({ name }) => name).join(', ');
  return {
    media: {
      as: 'shown',
      name: 'library.gif',
      mime: 'image/gif',
      alt: words.t('library.preview', { names }),
      draw: () => drawPreviews(previews, { numbered }),
    },
  };
}

export type ItemFacts = {
  listed: ListedItem & { usualMs?: number };
  /** Whoever looks may put it first. */
  mayPin: boolean;
  /** What was just done with it. */
  done?: 'kept' | 'renamed' | 'moved' | 'pinned' | 'unpinned';
};

/** One of them, with what can be done with it. */
export function itemPage(words: Words, { listed, mayPin, done }: ItemFacts, place: Place): Page {
  const { t } = words;
  const { item, mayChange } = listed;
  const { id: code, scope, pinned } = item;
  const button = (verb: string, label: string, more: Partial<Button> = {}): Button => ({
    verb,
    code,
    label,
    ...more,
  });
  const other = scope === 'space' ? 'mine' : 'space';
  const change = [
    button('item-move', t(`button.item-${other}`), { arg: other, wide: true }),
    ...(mayPin && scope === 'space'
      ? [
          button('item-pin', t(pinned ? 'button.item-unpin' : 'button.item-pin'), {
            arg: pinned ? 'off' : 'on',
          }),
        ]
      : []),
    button('item-remove', t('button.item-remove'), { tone: 'danger' }),
  ];
  return {
    title: (pinned ? '📌 ' : '') + item.name,
    tone: done === 'kept' ? 'done' : 'plain',
    lines: [
      ...(done ? [t(`library.done-${done}`, { name: item.name })] : []),
      t(`library.scope-${scope}`),
      ...detailLines(words, listed),
      ...(done === 'kept' ? [usage(words, item, place)] : []),
    ],
    ...moving(words, place, [item], false),
    rows: [[useButton(words, item)], ...(mayChange ? [change] : [])],
  };
}

/** How it is used from now on, to be copied. */
const usage = ({ t }: Words, { kind, name }: LibraryItem, { typed }: Place): Line => {
  const text = typed('animate', kind, name);
  return { text: t('settings.usage', { usage: text }), copy: text };
};

const useButton = ({ t }: Words, { id, kind }: LibraryItem): Button => ({
  verb: `use-${kind}`,
  code: id,
  label: t(`button.use-${kind}`),
  tone: 'primary',
});

/** What a second press takes away. */
export const removeItemQuestion = ({ t }: Words, { id, name }: LibraryItem): Page => ({
  lines: [t('library.remove-ask', { name })],
  rows: [
    [
      { verb: 'item-remove-yes', code: id, label: t('button.item-remove'), tone: 'danger' },
      { verb: 'item', code: id, label: t('button.keep') },
    ],
  ],
});

/** As many letters as a button shows on a phone, three in a row. */
const SHORT_NAME = 18;
const BUTTONS_IN_ROW = 3;

/** The previews on one moving sheet, a line and a button for each: one press takes it. */
export function galleryPage(words: Words, gallery: Gallery, drawing: Drawing): Page {
  const { t } = words;
  const { wish, listed, pages, total, inSpace, most } = gallery;
  const { kind, sort, page, find } = wish;
  if (total === 0)
    return { lines: [find ? t('library.none-found') : t(`library.none-${kind}`), t(`library.how-${kind}`)] };
  const uses = listed.map(({ item }, at) => ({
    ...useButton(words, item),
    label: `${at + 1}${SEPARATOR}${cutShort(item.name, SHORT_NAME)}`,
  }));
  const to = (arg: string, label: string): Button => ({ verb: 'gallery', code: kind, arg, label });
  const sorts = SORTS.filter((one) => one !== 'cheapest' || kind === 'motion');
  return {
    title: [
      t(`library.title-${kind}`),
      // Where nobody shares anything, there is no shelf to be full.
      ...(inSpace > 0 ? [t('library.count', { n: inSpace, most })] : []),
      ...(pages > 1 && !find ? [`${page + 1} / ${pages}`] : []),
    ].join(SEPARATOR),
    tone: 'plain',
    lines: listed.map((one, at) => `${at + 1}. ${mark(one.item)}${itemText(words, one)}`),
    ...moving(
      words,
      drawing,
      listed.map(({ item }) => item),
      true,
    ),
    ...(find && pages > 1 ? { more: [t('library.more-found')] } : {}),
    rows: [...rowsOf(uses), ...(find ? [] : [sortButtons(), pageButtons()])],
  };

  function sortButtons(): Button[] {
    return sorts.map((one) => {
      const label = t(`library.sort-${one}`);
      return to(one, one === sort ? `● ${label}` : label);
    });
  }

  function pageButtons(): Button[] {
    return [
      ...(page > 0 ? [to(galleryArg({ sort, page: page - 1 }), '‹')] : []),
      ...(page < pages - 1 ? [to(galleryArg({ sort, page: page + 1 }), '›')] : []),
    ];
  }
}

/** Whose it is, at a glance. */
const mark = ({ pinned, scope }: LibraryItem): string => (pinned ? '📌 ' : scope === 'mine' ? '👤 ' : '');

const rowsOf = (buttons: readonly Button[]): Button[][] =>
  Array.from({ length: Math.ceil(buttons.length / BUTTONS_IN_ROW) }, (_, row) =>
    buttons.slice(row * BUTTONS_IN_ROW, (row + 1) * BUTTONS_IN_ROW),
  );

/** What a menu or a button was pressed for. */
export const readKind = (text: string): ItemKind | undefined =>
  (['motion', 'character'] as const).find((kind) => kind === text);
