/** The short facts that cards, lists and details are made of. */
import type { Quality, Quote, QuoteNote, RenderRequest } from '../core/job/job.ts';
import type { Model } from '../core/models/model.ts';
import { DEFAULT_MODEL, modelOf } from '../core/models/registry.ts';
import { cutShort } from '../core/text.ts';
import type { Words } from './index.ts';
import { providerName } from './provider-name.ts';

export const SEPARATOR = ' · ';

/** What every delivery begins with: `AI-generated motion transfer · K7QX2M`. */
export const labelText = ({ t }: Words, { code }: { code: string }): string =>
  t('result.ai') + SEPARATOR + code;

export { providerName };

/** A draft has no maker whose name for it could be said. */
export const modelName = ({ t }: Words, { name }: Model): string => name ?? t('model.draft');

export const qualityName = ({ t }: Words, quality: Quality): string => t(`choice.quality.${quality}`);

type Rendered = Pick<RenderRequest, 'model' | 'quality' | 'speed'>;

/** `Standard`, and what with and how where that is not what was always meant: `Kling 3.0 Standard · Relaxed`. */
export function renderedName(words: Words, request: Rendered): string {
  const model = modelOf(request);
  const quality = qualityName(words, request.quality);
  const isUsual = model.name === undefined || model.id === DEFAULT_MODEL.id;
  const lane = request.speed === 'relaxed' ? [words.t('choice.speed.relaxed')] : [];
  return [isUsual ? quality : `${model.name} ${quality}`, ...lane].join(SEPARATOR);
}

/** Long enough to know a file again by, short enough for a line. */
const NAME_LENGTH = 40;

type NameEntry = { key: string; name?: string };

/** `knight.png + dance.mp4`. */
export function filesLine({ t }: Words, { image, clip }: { image: NameEntry; clip: NameEntry }): string {
  return `${tidy(image.name) ?? t('card.picture')} + ${tidy(clip.name) ?? t('card.clip')}`;
}

/** A member's own text on one line: line breaks, control and direction marks would break ours. */
function tidy(name: string | undefined): string | undefined {
  const line = name?.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line ? cutShort(line, NAME_LENGTH) : undefined;
}

/** `about $0.28 · 4 s · Standard · fal.ai`, then what the member should know before paying. */
export function quoteLines(words: Words, quote: Quote, request: Rendered): string[] {
  const { t, price, seconds, warning } = words;
  const sum = quote.notes.includes('price-is-approximate')
    ? t('card.about', { price: price(quote.micros) })
    : price(quote.micros);
  const facts = [
    sum,
    seconds(quote.seconds),
    renderedName(words, request),
    providerName(words, quote.provider),
  ];
  return [
    facts.join(SEPARATOR),
    ...quote.warnings.map((code) => `⚠️ ${warning(code)}`),
    ...quote.notes.map((code) => noteText(words, code, quote)),
  ];
}

/** What the member should know of a price, in a sentence. */
export const noteText = ({ t, note, duration }: Words, code: QuoteNote, { usualMs }: Quote): string =>
  code === 'relaxed' && usualMs !== undefined
    ? t('note.relaxed-usually', { time: duration(usualMs) })
    : note(code);
