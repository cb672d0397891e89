/**
 * What of the things that the coach sees spoils a model's videos. A code that stands nowhere here is never told. Only what
 * the makers say ends a video early, and what is measured surely, will fail.
 */
import type { FindingTable } from '../coach/finding.ts';

/** What can be seen and is worth a word, though it costs nobody a video. */
export const TOLD_FINDINGS = {
  'no-person-in-image': 'hint',
  'no-person-in-clip': 'hint',
  'clip-cuts': 'hint',
  'clip-fades': 'hint',
  'image-not-upright': 'hint',
  'clip-not-upright': 'hint',
  'several-people-in-image': 'hint',
  'several-people-in-clip': 'hint',
  'clip-out-of-view': 'hint',
  'image-only-face': 'hint',
  'legs-invented': 'hint',
  'clip-still': 'hint',
  'image-person-small': 'hint',
  'image-head-cut': 'hint',
  'image-blurred': 'hint',
  'image-dark': 'hint',
  'image-in-bars': 'hint',
} as const satisfies FindingTable;

const HINTS = {
  ...TOLD_FINDINGS,
  'clip-only-face': 'hint',
  'clip-person-small': 'hint',
  'no-face-in-image': 'hint',
  'facing-differs': 'hint',
  'clip-too-fast': 'hint',
  'clip-camera-races': 'hint',
  'clip-camera-moves': 'hint',
  'image-small': 'hint',
  'image-hands-cut': 'hint',
  'clip-silent': 'hint',
  'clip-repeated': 'hint',
  'clip-best': 'hint',
} as const satisfies FindingTable;

/** It renders most of what it is given, but takes whom it likes, and goes astray at a cut. */
export const LENIENT_FINDINGS = {
  ...HINTS,
  'no-person-in-image': 'may-fail',
  'no-person-in-clip': 'may-fail',
  'clip-cuts': 'may-fail',
  'several-people-in-image': 'may-fail',
} as const satisfies FindingTable;

/** Its makers ask for a picture and a clip that begin alike. */
export const STRICT_FINDINGS = {
  ...LENIENT_FINDINGS,
  'clip-out-of-view': 'may-fail',
  'legs-invented': 'may-fail',
  'facing-differs': 'may-fail',
  'pose-differs': 'hint',
} as const satisfies FindingTable;

/**
 * Kling's guide of motion control, November 2026: a person from the waist up at least, in view all the time; one continuous
 * shot, as a video ends at the first cut and is billed all the same; no half body for a movement of the whole.
 */
export const KLING_FINDINGS = {
  ...LENIENT_FINDINGS,
  'clip-cuts': 'will-fail',
  'clip-fades': 'may-fail',
  'image-not-upright': 'may-fail',
  'clip-not-upright': 'may-fail',
  'several-people-in-clip': 'may-fail',
  'clip-out-of-view': 'may-fail',
  'image-only-face': 'may-fail',
  'clip-only-face': 'may-fail',
  'legs-invented': 'may-fail',
  'clip-still': 'may-fail',
  'image-person-small': 'may-fail',
  'clip-person-small': 'may-fail',
} as const satisfies FindingTable;
