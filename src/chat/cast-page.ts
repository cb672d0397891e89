/** One motion with several characters: the price of all, which waits for a yes, as a page. */
import type { CastOffer } from '../core/library/cast.ts';
import { CONSENT_ANSWERS, type ConsentAnswer } from '../core/trust/consent-answers.ts';
import { consentLines } from '../words/consent.ts';
import { SEPARATOR } from '../words/facts.ts';
import type { Words } from '../words/index.ts';
import type { Button, Page } from './page.ts';
import { yesArg } from './yes.ts';

export function castPage(
  words: Words,
  { code, motion, characters, micros, seconds, asks, provider, dearer, expiresAt }: CastOffer,
): Page {
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
      [motion.name, words.seconds(seconds)].join(SEPARATOR),
      ...characters.map(({ name, micros: own }) => ({
        text: [name, price(own)].join(SEPARATOR),
        item: true as const,
      })),
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
