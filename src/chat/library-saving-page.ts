/** What would be kept in the library, as a page: its preview, what was seen, and the yes. */
import { partTexts } from '../core/coach/parts.ts';
import type { ItemScope } from '../core/library/item.ts';
import { partText, type Saving, spanText } from '../core/library/saving.ts';
import { CONSENT_ANSWERS } from '../core/trust/consent-answers.ts';
import { findingLines, timeText } from '../words/coach.ts';
import { SEPARATOR } from '../words/facts.ts';
import type { Words } from '../words/index.ts';
import { PEOPLE_SHOWN, peopleMedia, type Sheets } from './coach.ts';
import { type Drawing, moving } from './library-pages.ts';
import type { Button, Media, Page } from './page.ts';

type SavingDrawing = Drawing & { sheets?: Sheets };

/** What would be kept, with everything that may still be said about it. `isOther`: the yes was to another part of it. */
export function savingPage(
  words: Words,
  { saving, scopes, isOther = false }: { saving: Saving; scopes: readonly ItemScope[]; isOther?: boolean },
  drawing: SavingDrawing,
): Page {
  const { t, date } = words;
  const { kind, name, taken, expiresAt } = saving;
  return {
    title: t(`library.keep-${kind}`, { name }),
    tone: 'plain',
    lines: [
      ...(isOther ? [t('library.other-part')] : []),
      ...(taken === undefined ? [] : [t('library.taken', { taken, name })]),
      ...(saving.kind === 'motion' ? motionLines(words, saving) : []),
      ...findingLines(words, saving.findings),
      ...(kind === 'character' ? [t('library.whom')] : []),
      t('library.waiting', { until: date(expiresAt) }),
    ],
    ...shown(words, saving, drawing),
    rows: [
      ...(saving.kind === 'motion' ? partRows(words, saving) : peopleRows(words, saving)),
      keepButtons(words, saving, scopes),
      [
        { verb: 'keep-name', code: saving.code, label: t('button.keep-name') },
        { verb: 'keep-no', code: saving.code, label: t('button.decline') },
      ],
    ],
  };
}

/** Who has which number, while there is somebody to choose; else its preview. */
function shown(words: Words, saving: Saving, { sheets, ...drawing }: SavingDrawing): { media?: Media } {
  if (sheets && saving.kind === 'character' && saving.people && !saving.crop)
    return { media: peopleMedia(words, saving.file, sheets) };
  return moving(words, drawing, [saving], false);
}

/** One of several people. Whoever is shown has no button. */
function peopleRows({ t }: Words, { code, people = [], crop }: CharacterSaving): Button[][] {
  const shown = crop && partTexts({ crop }).crop;
  const others = people.flatMap(({ person, crop: around }): Button[] => {
    const { crop: arg } = partTexts({ crop: around });
    if (arg === undefined || arg === shown) return [];
    return [{ verb: 'keep-part', code, arg, label: t('coach.mend.person', { person }) }];
  });
  const whole: Button = { verb: 'keep-part', code, arg: 'whole', label: t('library.whole-picture') };
  const row = [...others.slice(0, PEOPLE_SHOWN - (crop ? 1 : 0)), ...(crop ? [whole] : [])];
  return row.length > 0 ? [row] : [];
}

type CharacterSaving = Extract<Saving, { kind: 'character' }>;
type MotionSaving = Extract<Saving, { kind: 'motion' }>;

function motionLines(words: Words, { facts, micros, stretch, wholeSeconds }: MotionSaving): string[] {
  const { t, seconds, price } = words;
  const length = seconds(facts.durationMs / 1000);
  const cost = micros === undefined ? [] : [t('library.costs-here', { price: price(micros) })];
  const part = stretch
    ? [
        t('library.part', {
          from: timeText(words, stretch.fromSeconds),
          to: timeText(words, stretch.toSeconds),
          whole: seconds(wholeSeconds),
        }),
      ]
    : [];
  return [[length, ...cost].join(SEPARATOR), ...part];
}

/** Other parts of a long clip. The one that is shown has no button. */
function partRows(
  words: Words,
  { code, parts, stretch, takesWhole, wholeSeconds }: MotionSaving,
): Button[][] {
  const button = (arg: string, label: string): Button => ({ verb: 'keep-part', code, arg, label });
  const others = parts.filter(({ fromSeconds }) => fromSeconds !== stretch?.fromSeconds);
  const rows = [
    ...others.map(({ fromSeconds, toSeconds }) =>
      button(
        spanText({ fromSeconds, toSeconds }),
        words.t('coach.mend.trim', { from: timeText(words, fromSeconds), to: timeText(words, toSeconds) }),
      ),
    ),
    ...(stretch && takesWhole
      ? [button('whole', words.t('library.take-whole', { seconds: words.seconds(wholeSeconds) }))]
      : []),
  ];
  return rows.length > 0 ? [rows] : [];
}

/** A character is its owner's until they give it to others; whom it shows is the yes. */
function keepButtons({ t }: Words, saving: Saving, scopes: readonly ItemScope[]): Button[] {
  const { kind, code } = saving;
  if (kind === 'character')
    return CONSENT_ANSWERS.map((answer) => ({
      verb: 'keep-as',
      code,
      arg: keepArg(saving, `mine.${answer}`),
      label: t(`button.consent-${answer}`),
      tone: 'success',
      wide: true,
    }));
  return scopes.map((scope, at) => ({
    verb: 'keep-as',
    code,
    arg: keepArg(saving, scope),
    label: t(`button.keep-${scope}`),
    ...(at === 0 ? { tone: 'success' as const } : {}),
    wide: true,
  }));
}

const SEEN = '@';

/** A message may show another part by then than the one that was chosen last: the yes is to the part that stands above it. */
const keepArg = (saving: Saving, how: string): string => how + SEEN + partText(saving);

/** Buttons of earlier versions name no part. */
export function readKeepArg(arg: string): Record<'name' | 'answer' | 'part', string | undefined> {
  const [how = '', part] = arg.split(SEEN);
  const [name, answer] = how.split('.');
  return { name, answer, part };
}
