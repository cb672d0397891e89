/** What the coach says on a page: lines, the buttons that make it right, and a picture where that tells more than words. */
import { readFile } from 'node:fs/promises';
import { type Checked, isShown } from '../core/coach/coach.ts';
import { isHopeless, type PricedFinding, type PricedMend } from '../core/coach/finding.ts';
import { mendTexts, readMend } from '../core/coach/mend-texts.ts';
import type { Core } from '../core/command.ts';
import type { Offer } from '../core/intake/offer.ts';
import type { StoredFile } from '../core/job/job.ts';
import type { ContactSheet } from '../core/media.ts';
import type { Files } from '../core/ports.ts';
import type { Micros } from '../core/price/money.ts';
import type { Choices } from '../core/price/quote.ts';
import { findingLines, mendText } from '../words/coach.ts';
import type { Words } from '../words/index.ts';
import type { Button, Media, Page } from './page.ts';

/** Whether the model is as good as sure to spoil it, so that its yes is asked for in other words. */
export const isDoomed = ({ findings = [] }: Offer): boolean => isHopeless(findings);

export const coachLines = (words: Words, { findings = [] }: Offer): string[] => findingLines(words, findings);

/** All of both files again. */
const WHOLE = 'whole';
/** With all else that a message of Discord's has, there is room for no more. */
export const PEOPLE_SHOWN = 5;
const MENDS_SHOWN = 2;

type Proposed = { finding: PricedFinding; mend: PricedMend };

/** A row of the people that can be cropped to, by their numbers, and one of the rest. What is told twice is offered once. */
export function mendRows(words: Words, { code, findings = [], quote, choices }: Offer): Button[][] {
  const proposed = findings.flatMap((finding) => finding.mends.map((mend) => ({ finding, mend })));
  const known = new Set<string>();
  const fresh = proposed.filter(({ mend }) => {
    const arg = argOf(mend);
    return known.has(arg) ? false : known.add(arg);
  });
  const button = ({ finding, mend }: Proposed): Button => ({
    verb: 'choose',
    code,
    arg: argOf(mend),
    label: mendText(words, finding.code, mend, quote.micros),
    ...(mend.kind === 'trim' || mend.kind === 'loop' ? { wide: true } : {}),
  });
  const isOfPeople = ({ finding }: Proposed) => finding.code === 'several-people-in-image';
  const isPart = choices.crop !== undefined || choices.trimFrom !== undefined || choices.trimTo !== undefined;
  const whole: Button = { verb: 'choose', code, arg: WHOLE, label: words.t('button.use-whole') };
  const rows = [
    fresh.filter(isOfPeople).slice(0, PEOPLE_SHOWN).map(button),
    [
      ...fresh
        .filter((one) => !isOfPeople(one))
        .slice(0, MENDS_SHOWN)
        .map(button),
      ...(isPart ? [whole] : []),
    ],
  ];
  return rows.filter((row) => row.length > 0);
}

/**
 * Before what a mend changes: a row of choices may have a button for the same change, and Discord refuses a message in which
 * two buttons say the same.
 */
const MENDS = '+';

/** `+trim_from=0&trim_to=7`, `+crop=0.1,0,0.4,1`, `+orientation=image`: what a button says of its mend. */
const argOf = ({ choices }: PricedMend): string =>
  MENDS +
  Object.entries(mendTexts(choices))
    .map(([name, text]) => `${name}=${text}`)
    .join('&');

/** What a mend's button changes. Undefined where it says nothing of that; buttons of earlier versions have no mark. */
export function mendChosen(arg: string): Partial<Choices> | undefined {
  if (arg === WHOLE) return { trimFrom: undefined, trimTo: undefined, crop: undefined };
  const said = arg.startsWith(MENDS) ? arg.slice(MENDS.length) : arg;
  return readMend(Object.fromEntries(said.split('&').map((one) => one.split('='))));
}

/** The bytes of a sheet. Throws where there is none. */
export type DrawSheet = (find: () => Promise<ContactSheet | undefined>) => Promise<Uint8Array>;

export const sheetDrawer =
  ({ coach }: Pick<Core, 'coach'>, temp: Files['temp']): DrawSheet =>
  async (find) => {
    const sheet = await find();
    await using file = await temp('jpg');
    if (!sheet || !(await coach.draw(sheet, file.path))) throw new Error('no contact sheet was drawn');
    return await readFile(file.path);
  };

type Sheets = { draw: DrawSheet; of: Core['coach']['sheetOf'] };

/** The page of an offer with its picture, where that helps. */
export function withSheet(words: Words, page: Page, offer: Offer, sheets: Sheets | undefined): Page {
  if (!sheets || !isShown(offer.findings ?? [])) return page;
  return { ...page, media: sheetMedia(words, 'sheet', () => sheets.draw(() => sheets.of(offer))) };
}

/** The people in a picture, with their numbers. */
export const peopleMedia = (words: Words, picture: StoredFile, sheets: Sheets): Media =>
  sheetMedia(words, 'people-sheet', () => sheets.draw(() => sheets.of({ picture })));

/** What is drawn on a sheet, in words. */
type Drawn = 'sheet' | 'people-sheet' | 'clip-sheet';

const drawnOn = ({ picture, clip }: ContactSheet): Drawn =>
  picture && clip ? 'sheet' : picture ? 'people-sheet' : 'clip-sheet';

const sheetMedia = ({ t }: Words, what: Drawn, draw: () => Promise<Uint8Array>): Media => ({
  as: 'shown',
  name: 'check.jpg',
  mime: 'image/jpeg',
  alt: t(`coach.${what}`),
  draw,
});

/** What came of a look at files that nobody wants a job of yet. */
export function checkedPage(
  words: Words,
  { findings, micros, unseen, sheet }: Checked,
  sheets: Sheets | undefined,
): Page {
  const { t } = words;
  const mends = micros === undefined ? [] : mendLines(words, findings, micros);
  const fine = findings.length === 0 && !unseen ? [t('coach.fine')] : [];
  return {
    lines: [
      ...(unseen ? [t('coach.unseen')] : []),
      ...fine,
      ...findingLines(words, findings),
      ...mends.map((text) => ({ text, item: true as const })),
    ],
    ...(sheets && sheet
      ? { media: sheetMedia(words, drawnOn(sheet), () => sheets.draw(async () => sheet)) }
      : {}),
  };
}

const mendLines = (words: Words, findings: readonly PricedFinding[], micros: Micros): string[] => [
  ...new Set(findings.flatMap(({ code, mends }) => mends.map((mend) => mendText(words, code, mend, micros)))),
];

export type { Sheets };
