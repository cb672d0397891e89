/** fal.ai's error types, told apart by type and place, never by their words (fal.ai/docs, errors, 2026-11-21). */
import type { FailureCode } from '../../core/refusals.ts';
import { fromKlingText, fromUpstream, rejected, subjectOf } from '../failures.ts';
import type { FalError } from './wire.ts';

/** Types that mean the same wherever they come up. The rest goes by the field that they are about. */
const BY_TYPE: Record<string, FailureCode> = {
  content_policy_violation: 'content-refused',
  // The file is fine, but could not be fetched from where we put it.
  file_download_error: 'provider-down',
  generation_timeout: 'timed-out',
  internal_server_error: 'provider-down',
  downstream_service_error: 'provider-down',
  downstream_service_unavailable: 'provider-down',
  no_media_generated: 'provider-down',
  request_timeout: 'timed-out',
  startup_timeout: 'provider-busy',
  runner_scheduling_failure: 'provider-busy',
};

/** A `detail` that is a plain text has no type; these are its documented words for the types above. */
const BY_TEXT: readonly [RegExp, FailureCode][] = [
  [/flagged by a content checker/i, 'content-refused'],
  [
    /^image (?:dimensions are too small|too large)|failed to load the image|aspect ratio of the image/i,
    'image-rejected',
  ],
  [/^generation timeout|^request timed out/i, 'timed-out'],
];

/**
 * Why a request failed, by its error, and by the type and the text that stand beside it. What nobody has met before
 * is the provider's trouble, not the member's.
 */
export function failureOf(
  error: FalError,
  beside: { type?: string | undefined; text?: unknown } = {},
): FailureCode {
  if (Array.isArray(error.detail)) {
    for (const { type, msg, loc } of error.detail) {
      const about = subjectOf(loc.join('.')) ?? subjectOf(type);
      const failure =
        BY_TYPE[type] ?? fromKlingText(msg, about) ?? faceless(type, about) ?? (about && rejected(about));
      if (failure) return failure;
    }
  }
  const byType = BY_TYPE[error.error_type ?? beside.type ?? ''];
  return byWords(error.detail) ?? byType ?? byWords(beside.text) ?? 'provider-down';
}

function byWords(text: unknown): FailureCode | undefined {
  if (typeof text !== 'string') return undefined;
  const known = BY_TEXT.find(([words]) => words.test(text))?.[1] ?? fromUpstream(text);
  return known === 'provider-down' ? undefined : known;
}

const faceless = (type: string, about: 'image' | 'clip' | undefined): FailureCode | undefined =>
  type === 'face_detection_error'
    ? about === 'clip'
      ? 'no-person-in-clip'
      : 'no-person-in-image'
    : undefined;
