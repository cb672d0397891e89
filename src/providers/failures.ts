/** What the providers' errors mean to a member, where they mean the same everywhere. */
import { z } from 'zod';
import type { FailureCode } from '../core/refusals.ts';

/** Longer than any error that says something. */
const MAX_TEXT = 10_000;

/**
 * Kling says these two things only as text, whoever sells it; the words around them vary (field reports,
 * 2026-11-21). Everything else goes by types and codes.
 */
export function fromKlingText(text: string, about?: 'image' | 'clip'): FailureCode | undefined {
  if (/no complete upper body detected/i.test(text)) {
    if (/in the video/i.test(text)) return 'no-person-in-clip';
    if (/in the image|image recognition/i.test(text) || about === 'image') return 'no-person-in-image';
    return 'no-person-in-clip';
  }
  if (/reference image or the first frame of the motion video is invalid/i.test(text))
    return 'image-rejected';
  return undefined;
}

/** Kling's own service codes, which re-sellers pass on (klingai.com, error codes, 2026-11-21). */
function fromKlingCode(code: number): FailureCode | undefined {
  if (code === 1301) return 'content-refused';
  if (code === 1302 || code === 1303) return 'provider-busy';
  if (code === 5002) return 'timed-out';
  return undefined;
}

/**
 * fal.ai's documented type and words, and what others are likely to say: taking a word too many for it costs no more than
 * one more try that nobody bills.
 */
const UNFETCHED =
  /file_download_error|\b(?:fail(?:ed|ure)?|unable) to (?:download|fetch|retrieve)|\b(?:could not|couldn't|cannot|can't) (?:be )?(?:download|fetch|retrieve)/i;

/** Whether an answer, or a part of one, says that a file could not be fetched from its address. */
export const saysUnfetched = (said: unknown): boolean =>
  UNFETCHED.test((typeof said === 'string' ? said : (JSON.stringify(said) ?? '')).slice(0, MAX_TEXT));

/** What a failed job says of that: nothing, or whether it is certain that nothing is billed. */
export const unfetchedIn = (said: unknown, isFree: boolean): { unfetched?: 'free' | 'unsure' } =>
  saysUnfetched(said) ? { unfetched: isFree ? 'free' : 'unsure' } : {};

/** Which of the two files a field of a request is about. */
export function subjectOf(field: string): 'image' | 'clip' | undefined {
  if (/image/i.test(field)) return 'image';
  if (/video/i.test(field)) return 'clip';
  return undefined;
}

export const rejected = (about: 'image' | 'clip'): FailureCode =>
  about === 'image' ? 'image-rejected' : 'clip-rejected';

const coded = z.object({ code: z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]) });

/**
 * Why a re-seller's job failed, from what its upstream said: a text, often with JSON at its end, or JSON alone. What
 * nobody has met before is the provider's trouble, not the member's.
 */
export function fromUpstream(error: unknown): FailureCode {
  const text = (typeof error === 'string' ? error : (JSON.stringify(error) ?? '')).slice(0, MAX_TEXT);
  const inside = coded.safeParse(typeof error === 'string' ? jsonIn(text) : error);
  return (
    fromKlingText(text) ?? (inside.success ? fromKlingCode(inside.data.code) : undefined) ?? 'provider-down'
  );
}

/** The JSON that a text ends with. */
function jsonIn(text: string): unknown {
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) {
    try {
      return JSON.parse(text.slice(at));
    } catch {
      // A brace of the text itself; the next one may open the JSON.
    }
  }
  return undefined;
}
