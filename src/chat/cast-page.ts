/** One motion with several characters: the price of all, which waits for a yes, as a page. */
import type { CastOffer } from '../core/library/cast-offer.ts';
import { CONSENT_ANSWERS, type ConsentAnswer } from '../core/trust/consent-answers.ts';
import { consentLines } from '../words/consent.ts';
import { SEPARATOR } from '../words/facts.ts';
import type { Words } from '../words/index.ts';
import type { Button, Line, Page } from './page.ts';
import { yesArg } from './yes.ts';

/** What it is made of, and what each of them costs. */
export const castLines = (
  words: Words,
  { motion, characters, seconds }: Pick<CastOffer, 'motion' | 'characters' | 'seconds'>,
): Line[] => [
  [motion.name, words.seconds(seconds)].join(SEPARATOR),
  ...characters.map(({ name, micros }) => ({
    text: [name, words.price(micros)].join(SEPARATOR),
    item: true as const,
  })),
];

export function castPage(words: Words, offer: CastOffer): Page {
  const { code, characters, micros, asks, provider, dearer, expiresAt } = offer;
  const { t, price, date } = words;
  const yes = (label: string, answer?: ConsentAnswer): Button => ({
    verb: 'cast-yes',
    code,
    arg: yesArg(micros, answer),
    label,
    tone: 'success',
    ...(answer === undefined ? {} : { wide: true as const }),
  });
  return {
    title: t('cast.ask', { count: characters.length, price: price(micros) }),
    tone: 'plain',
    lines: [
      ...(dearer ? [t('confirm.dearer')] : []),
      ...castLines(words, offer),
      ...(asks
        ? [{ text: t('consent.ask'), strong: true as const }, ...consentLines(words, asks, provider)]
        : []),
      t('confirm.waiting', { until: date(expiresAt) }),
    ],
    rows: [
      [
        ...(asks
          ? CONSENT_ANSWERS.map((answer) => yes(t(`button.consent-${answer}`), answer))
          : [yes(t('button.confirm'))]),
        { verb: 'cast-no', code, label: t('button.decline') },
      ],
    ],
  };
}
