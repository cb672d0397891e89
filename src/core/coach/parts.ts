/** Which part of a picture and of a clip a job is made of, as a member writes it and as it is counted. */
import type { Choices } from '../job/wishes.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import type { Box, ClipLook, Span } from './look.ts';

type Parts = Pick<Choices, 'trimFrom' | 'trimTo' | 'crop'>;
type Texts = Readonly<Record<'trim_from' | 'trim_to' | 'crop', string | undefined>>;

const TIMES = ['3.5', '0:07'] as const;
const CROPS = ['0.25,0,0.5,1'] as const;
/** Less of a side is nothing that anybody means. */
const LEAST_SHARE = 0.02;

/** `trim_from=3.5`, `trim_to=0:07`, `crop=left,top,width,height` in shares of the sides; a missing one is the whole. */
export function readParts({ trim_from, trim_to, crop }: Partial<Texts>): Outcome<Parts> {
  const [from, to] = [secondsOf(trim_from), secondsOf(trim_to)];
  if (from === 'wrong') return refuse({ code: 'bad-option', option: 'trim_from', allowed: TIMES });
  if (to === 'wrong' || (to !== undefined && to <= (from ?? 0)))
    return refuse({ code: 'bad-option', option: 'trim_to', allowed: TIMES });
  const box = crop ? boxOf(crop) : undefined;
  if (crop && !box) return refuse({ code: 'bad-option', option: 'crop', allowed: CROPS });
  return accept({
    ...(from === undefined ? {} : { trimFrom: from }),
    ...(to === undefined ? {} : { trimTo: to }),
    ...(box ? { crop: box } : {}),
  });
}

function secondsOf(text: string | undefined): number | undefined | 'wrong' {
  if (!text) return undefined;
  const [, minutes = '0', seconds] = /^(?:(\d{1,3}):)?(\d{1,4}(?:\.\d{1,3})?)$/.exec(text.trim()) ?? [];
  return seconds === undefined ? 'wrong' : Number(minutes) * 60 + Number(seconds);
}

function boxOf(text: string): Box | undefined {
  const shares = text
    .split(',')
    .map((one) => (/^\s*(0|1|[01]?\.\d{1,6})\s*$/.test(one) ? Number(one) : Number.NaN));
  const [left = 0, top = 0, width = 0, height = 0] = shares;
  const isBox = shares.length === 4 && shares.every((share) => share >= 0 && share <= 1);
  if (!isBox || width < LEAST_SHARE || height < LEAST_SHARE) return undefined;
  // Three digits each may come to a thousandth beyond the edge.
  if (left + width > 1.002 || top + height > 1.002) return undefined;
  return { left, top, width: Math.min(width, 1 - left), height: Math.min(height, 1 - top) };
}

const digits = (value: number): string => String(Math.round(value * 1000) / 1000);

/** The same as it is written: what the fields of a mend say, and what stands in a button. */
export const partTexts = ({ trimFrom, trimTo, crop }: Partial<Parts>): Record<string, string> => ({
  ...(trimFrom === undefined ? {} : { trim_from: digits(trimFrom) }),
  ...(trimTo === undefined ? {} : { trim_to: digits(trimTo) }),
  ...(crop ? { crop: [crop.left, crop.top, crop.width, crop.height].map(digits).join(',') } : {}),
});

/** What is used of a clip of that length; undefined where nothing would be left of it. */
export function stretchOf({ trimFrom = 0, trimTo = Infinity }: Parts, seconds: number): Span | undefined {
  const span = { fromSeconds: trimFrom, toSeconds: Math.min(trimTo, seconds) };
  return span.fromSeconds < span.toSeconds ? span : undefined;
}

/** What is known of what is used: a cut counts as a move of the camera, and a part may be without it. */
export const factsOfPart = <Facts extends { cameraMoves: boolean }>(
  facts: Facts,
  { trimFrom, trimTo }: Parts,
  look: Pick<ClipLook, 'cameraMoves'> | undefined,
): Facts =>
  look && (trimFrom !== undefined || trimTo !== undefined)
    ? { ...facts, cameraMoves: look.cameraMoves }
    : facts;

/** Whether that is less than the whole. */
export const isTrimmed = ({ fromSeconds, toSeconds }: Span, seconds: number): boolean =>
  fromSeconds > 0 || toSeconds < seconds - 0.001;
