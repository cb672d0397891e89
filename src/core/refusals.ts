/**
 * What a member can meet before a job exists, and how a job can end badly. Both are values with a code and the
 * facts that the words need; the words themselves stand in src/words, the HTTP statuses below.
 */

import type { ItemKind } from './library/kinds.ts';
import type { Period } from './limits/windows.ts';
import type { Micros } from './price/money.ts';
import type { ConsentReason } from './trust/consent-answers.ts';

export { FAILURE_CODES, type FailureCode } from './failure-codes.ts';

export type LimitScope = 'operator' | 'space' | 'channel' | 'member';

/** A limit has no room: whose it is, what is left under it, and when it starts over. */
export type OverQuota = {
  code: 'over-quota';
  scope: LimitScope;
  period: Period;
  leftMicros?: Micros;
  leftJobs?: number;
  resetsAt: number;
};

/** One limit of a space, for one job. */
export type PastLimit = Pick<OverQuota, 'scope' | 'period'> & { unit: 'usd' | 'jobs' };

/** "No", said before a job exists: it costs nothing and loses nothing. */
export type Refusal =
  | { code: 'bad-request'; reason: string }
  | { code: 'missing-image' }
  | { code: 'missing-clip' }
  /** Several characters go with a motion of the library, and none was named. */
  | { code: 'missing-motion' }
  | { code: 'bad-option'; option: string; allowed: readonly string[] }
  | { code: 'not-signed-in' }
  /** `why`: the admins of the space keep this channel, or this member's roles, out. */
  | {
      code: 'not-allowed';
      why?: 'channel' | 'role' | 'admins-only' | 'in-private' | 'own-video' | 'locked' | 'library';
    }
  /** Nothing can be posted in the channel that was named. */
  | { code: 'channel-closed' }
  /** The channel is marked for adults, and the admins of the space have not opened it to us. */
  | { code: 'adult-channel' }
  | { code: 'blocked'; until?: number }
  | { code: 'space-not-allowed' }
  | { code: 'private-not-allowed'; memberId: string }
  | { code: 'no-such-job' }
  /** What was handed in with it was deleted meanwhile. */
  | { code: 'file-gone' }
  /** It was reported, and nobody is given its video. */
  | { code: 'job-hidden' }
  /** Admins or the operator let nobody use this picture. */
  | { code: 'picture-blocked' }
  /** The member has yet to say whom the picture shows. */
  | { code: 'consent-needed'; why: ConsentReason; provider: string }
  /** Somebody does not want it: who, and why, is nobody's business. */
  | { code: 'not-usable'; what: 'image' | 'clip' }
  | { code: 'not-cancellable'; state: string }
  | { code: 'already-decided' }
  /** It can be forgotten once it has ended. */
  | { code: 'under-way' }
  /** The admins of the space have turned the library off. */
  | { code: 'library-off' }
  /** It can't be what a library item is called. */
  | { code: 'bad-name'; why: 'no-letters' | 'too-long' }
  | { code: 'name-taken'; kind: ItemKind; name: string }
  /** Whose items have no room for one more: all of the space, the member's among them, or the member's own. */
  | { code: 'library-full'; kind: ItemKind; whose: 'space' | 'member' | 'mine'; max: number }
  /** `near`: names that what was written may have meant. */
  | { code: 'no-such-item'; kind: ItemKind; near: readonly string[] }
  | { code: 'several-items'; kind: ItemKind; near: readonly string[] }
  | { code: 'upload-too-large'; what: 'image' | 'clip' | 'request'; maxBytes: number }
  | { code: 'not-an-image'; found?: string }
  | { code: 'not-a-video'; found?: string }
  | { code: 'broken-file'; what: 'image' | 'clip' }
  /** It alone is too much work for this machine. */
  | { code: 'too-heavy'; what: 'image' | 'clip' }
  | { code: 'image-too-small'; width: number; height: number; minSide: number }
  | { code: 'image-too-large'; by: 'pixels'; width: number; height: number; maxPixels: number }
  | { code: 'image-too-large'; by: 'bytes'; bytes: number; maxBytes: number }
  | { code: 'image-bad-ratio'; width: number; height: number; maxRatio: number }
  | { code: 'clip-too-short'; seconds: number; minSeconds: number; canLoop: boolean }
  | { code: 'clip-too-long'; seconds: number; maxSeconds: number; canTrim: boolean }
  | { code: 'clip-too-small'; width: number; height: number; minSide: number }
  | { code: 'clip-bad-ratio'; width: number; height: number; maxRatio: number }
  | { code: 'clip-too-large'; by: 'pixels'; width: number; height: number; maxSide: number }
  | { code: 'clip-too-large'; by: 'bytes'; bytes: number; maxBytes: number }
  /** Nothing here decodes what it is encoded as, or its owner has locked it; it is not damaged. */
  | { code: 'clip-undecodable'; found: string; encrypted: boolean }
  | { code: 'no-picture-in-clip' }
  | OverQuota
  | { code: 'price-rose'; micros: Micros }
  | { code: 'offer-expired' }
  | { code: 'slow-down'; retryAt: number }
  | { code: 'no-provider' }
  | { code: 'no-provider-for-quality'; quality: string }
  /** By the name that members see. */
  | { code: 'no-provider-for-model'; model: string }
  | { code: 'no-way-to-host-files' }
  | { code: 'provider-down' }
  | { code: 'disk-full' }
  /** The files could not be looked at in time, by no fault of theirs. */
  | { code: 'busy' }
  | { code: 'stopping' };

export type RefusalCode = Refusal['code'];

/** One status per code, the same on every route. */
export const REFUSAL_STATUS = {
  'bad-request': 400,
  'missing-image': 400,
  'missing-clip': 400,
  'missing-motion': 400,
  'bad-option': 400,
  'not-signed-in': 401,
  'not-allowed': 403,
  blocked: 403,
  'space-not-allowed': 403,
  'private-not-allowed': 403,
  'no-such-job': 404,
  'file-gone': 410,
  'job-hidden': 403,
  'picture-blocked': 403,
  'consent-needed': 428,
  'not-usable': 422,
  'not-cancellable': 409,
  'already-decided': 409,
  'under-way': 409,
  'library-off': 403,
  'bad-name': 422,
  'name-taken': 409,
  'library-full': 409,
  'no-such-item': 404,
  'several-items': 409,

  'upload-too-large': 413,
  'not-an-image': 422,
  'not-a-video': 422,
  'broken-file': 422,
  'too-heavy': 422,
  'image-too-small': 422,
  'image-too-large': 422,
  'image-bad-ratio': 422,
  'clip-too-short': 422,
  'clip-too-long': 422,
  'clip-too-small': 422,
  'clip-bad-ratio': 422,
  'clip-too-large': 422,
  'clip-undecodable': 422,
  'no-picture-in-clip': 422,
  'over-quota': 429,
  'price-rose': 409,
  'offer-expired': 409,
  'channel-closed': 422,
  'adult-channel': 403,
  'slow-down': 429,
  'no-provider': 503,
  'no-provider-for-quality': 422,
  'no-provider-for-model': 422,
  'no-way-to-host-files': 503,
  'provider-down': 503,
  'disk-full': 503,
  busy: 503,
  stopping: 503,
} as const satisfies Record<RefusalCode, number>;

/** Either what was asked for, or the refusal that the member is told. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export const accept = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const refuse = (refusal: Refusal): { ok: false; refusal: Refusal } => ({ ok: false, refusal });
