/** What the coach says of a pair before it costs anything: what was seen that a model may refuse or spoil. */

import type { Choices } from '../job/wishes.ts';
import type { Micros } from '../price/money.ts';
import type { Box, Span } from './look.ts';

/** `will-fail` and `may-fail` are asked about before anything is paid; a `hint` is only told. The worst first. */
export const FINDING_LEVELS = ['will-fail', 'may-fail', 'hint'] as const;
export type FindingLevel = (typeof FINDING_LEVELS)[number];

/** Of equally bad ones, what comes first here is told first. They are on record in jobs: none may come to mean another. */
export const FINDING_CODES = [
  'no-person-in-image',
  'no-person-in-clip',
  'clip-cuts',
  'clip-fades',
  'image-not-upright',
  'clip-not-upright',
  'several-people-in-image',
  'several-people-in-clip',
  'clip-out-of-view',
  'image-only-face',
  'clip-only-face',
  'legs-invented',
  'clip-still',
  'image-person-small',
  'clip-person-small',
  'no-face-in-image',
  'image-head-cut',
  'facing-differs',
  'pose-differs',
  'clip-too-fast',
  'clip-camera-races',
  'clip-camera-moves',
  'clip-repeated',
  'image-in-bars',
  'image-blurred',
  'image-dark',
  'image-small',
  'image-hands-cut',
  'clip-silent',
  'clip-best',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** How surely each of them spoils a model's video; what is missing does it no harm. */
export type FindingTable = Readonly<Partial<Record<FindingCode, FindingLevel>>>;

/** `loop`: a part is repeated that would be too short for the model. */
type MendKind = 'crop' | 'trim' | 'loop' | 'orientation' | 'model' | 'sound';

/** A change of the request. `person`: whom a crop is on, by the number in the picture's look, counted from 1. */
export type Mend = { kind: MendKind; choices: Partial<Choices>; person?: number };

export type Finding = {
  code: FindingCode;
  level: FindingLevel;
  about: 'image' | 'clip' | 'pair';
  /** What was measured, by name. */
  measured: Readonly<Record<string, number>>;
  boxes?: readonly Box[];
  spans?: readonly Span[];
  mends: readonly Mend[];
};

/** With what each mend would make of the price. */
export type PricedMend = Mend & { micros: Micros };
export type PricedFinding = Omit<Finding, 'mends'> & { mends: readonly PricedMend[] };

/** Whether it is worth a question. */
export const isWorthAsking = ({ level }: Pick<Finding, 'level'>): boolean => level !== 'hint';

/** Whether the model is as good as sure to refuse or spoil it. */
export const isHopeless = (findings: readonly Pick<Finding, 'level'>[]): boolean =>
  findings.some(({ level }) => level === 'will-fail');
