/** Why something can't be done, and what to do instead. */
import { type JobState, QUALITIES } from '../core/job/job.ts';
import { NAME_LENGTH } from '../core/library/names.ts';
import type { Refusal } from '../core/refusals.ts';
import type { WordKey } from './languages.ts';
import type { Speech } from './speech.ts';

type RefusalTexts = {
  [C in Refusal['code']]: (refusal: Extract<Refusal, { code: C }>, speech: Speech) => string;
};

const REFUSALS = {
  'bad-request': ({ reason }, { t }) => t('refusal.bad-request', { reason }),
  'missing-image': (_, { t }) => t('refusal.missing-image'),
  'missing-clip': (_, { t }) => t('refusal.missing-clip'),
  'missing-motion': (_, { t }) => t('refusal.missing-motion', { command: '/motion' }),
  'bad-option': ({ option, allowed }, { t }) =>
    allowed.length > 0
      ? t('refusal.bad-option', { option, allowed: allowed.join(', ') })
      : t('refusal.no-such-option', { option }),
  'not-signed-in': (_, { t }) => t('refusal.not-signed-in'),
  'not-allowed': ({ why }, { t }) => t(why ? `refusal.not-allowed-${why}` : 'refusal.not-allowed'),
  'channel-closed': (_, { t }) => t('refusal.channel-closed'),
  'adult-channel': (_, { t }) => t('refusal.adult-channel'),
  blocked: ({ until }, { t, date }) =>
    until === undefined ? t('refusal.blocked') : t('refusal.blocked-until', { until: date(until) }),
  'space-not-allowed': (_, { t }) => t('refusal.space-not-allowed'),
  'private-not-allowed': ({ memberId }, { t }) => t('refusal.private-not-allowed', { memberId }),
  'no-such-job': (_, { t }) => t('refusal.no-such-job'),
  'file-gone': (_, { t }) => t('refusal.file-gone'),
  'job-hidden': (_, { t }) => t('refusal.job-hidden'),
  'picture-blocked': (_, { t }) => t('refusal.picture-blocked'),
  'consent-needed': (_, { t }) => t('refusal.consent-needed'),
  'not-usable': ({ what }, { t }) => t(`refusal.not-usable-${what}`),
  'not-cancellable': ({ state }, { t }) => t(TOO_LATE[state as JobState | 'gone'] ?? 'refusal.too-late'),
  'already-decided': (_, { t }) => t('refusal.already-decided'),
  'under-way': (_, { t }) => t('refusal.under-way'),
  'library-off': (_, { t }) => t('refusal.library-off'),
  'bad-name': ({ why }, { t }) =>
    why === 'too-long'
      ? t('refusal.bad-name-too-long', { max: NAME_LENGTH })
      : t('refusal.bad-name-no-letters'),
  'name-taken': ({ kind, name }, { t }) => t(`refusal.name-taken-${kind}`, { name }),
  'library-full': ({ whose, max }, { t }) => t(`refusal.library-full-${whose}`, { max }),
  'no-such-item': ({ kind, near }, { t }) =>
    near.length > 0
      ? t(`refusal.no-such-${kind}-near`, { names: near.join(', ') })
      : t(`refusal.no-such-${kind}`, { command: `/${kind}` }),
  'several-items': ({ kind, near }, { t }) => t(`refusal.several-${kind}s`, { names: near.join(', ') }),
  'upload-too-large': ({ what, maxBytes }, { t, size }) =>
    t(`refusal.${what}-upload-too-large`, { max: size(maxBytes) }),
  'not-an-image': ({ found }, { t }) =>
    found ? t('refusal.not-an-image-but', { found }) : t('refusal.not-an-image'),
  'not-a-video': ({ found }, { t }) => {
    const [, still] = found?.match(/^still (\w+)$/) ?? [];
    if (still) return t('refusal.not-a-video-still', { found: still });
    return found ? t('refusal.not-a-video-but', { found }) : t('refusal.not-a-video');
  },
  'broken-file': ({ what }, { t }) => t(`refusal.broken-${what}`),
  'too-heavy': ({ what }, { t }) => t(`refusal.too-heavy-${what}`),
  'image-too-small': (r, { t, dimensions }) =>
    t('refusal.image-too-small', { size: dimensions(r.width, r.height), minSide: String(r.minSide) }),
  'image-too-large': (r, { t, dimensions, size }) =>
    r.by === 'pixels'
      ? t('refusal.image-too-many-pixels', {
          size: dimensions(r.width, r.height),
          maxMillions: Math.round(r.maxPixels / 1e6),
        })
      : t('refusal.image-too-many-bytes', { bytes: size(r.bytes), max: size(r.maxBytes) }),
  'image-bad-ratio': (r, { t, dimensions }) =>
    t('refusal.image-bad-ratio', { size: dimensions(r.width, r.height), maxRatio: r.maxRatio }),
  'clip-too-short': (r, { t, seconds }) =>
    t(r.canLoop ? 'refusal.clip-too-short-loop' : 'refusal.clip-too-short', {
      seconds: seconds(r.seconds),
      min: seconds(r.minSeconds),
    }),
  'clip-too-long': (r, { t, seconds }) =>
    t(r.canTrim ? 'refusal.clip-too-long-trim' : 'refusal.clip-too-long', {
      seconds: seconds(r.seconds),
      max: seconds(r.maxSeconds),
    }),
  'clip-too-small': (r, { t, dimensions }) =>
    t('refusal.clip-too-small', { size: dimensions(r.width, r.height), minSide: String(r.minSide) }),
  'clip-bad-ratio': (r, { t, dimensions }) =>
    t('refusal.clip-bad-ratio', { size: dimensions(r.width, r.height), maxRatio: r.maxRatio }),
  'clip-too-large': (r, { t, dimensions, size }) =>
    r.by === 'pixels'
      ? t('refusal.clip-too-many-pixels', { size: dimensions(r.width, r.height), maxSide: String(r.maxSide) })
      : t('refusal.clip-too-many-bytes', { bytes: size(r.bytes), max: size(r.maxBytes) }),
  'clip-undecodable': ({ found, encrypted }, { t }) =>
    t(encrypted ? 'refusal.clip-encrypted' : 'refusal.clip-undecodable', { found }),
  'no-picture-in-clip': (_, { t }) => t('refusal.no-picture-in-clip'),
  'over-quota': ({ scope, period, leftMicros, leftJobs, resetsAt }, { t, date, money }) => {
    const facts = { resetsAt: date(resetsAt) };
    // A limit may count both: where jobs are left, the money is what ran short.
    return leftMicros === undefined || leftJobs === 0
      ? t(`refusal.over-quota-${scope}-${period}-jobs`, facts)
      : t(`refusal.over-quota-${scope}-${period}-usd`, { ...facts, left: money(leftMicros) });
  },
  'price-rose': ({ micros }, { t, money }) => t('refusal.price-rose', { price: money(micros) }),
  'offer-expired': (_, { t }) => t('refusal.offer-expired'),
  'slow-down': ({ retryAt }, { t, date }) => t('refusal.slow-down', { retryAt: date(retryAt) }),
  'no-provider': (_, { t }) => t('refusal.no-provider'),
  'no-provider-for-quality': ({ quality }, { t }) =>
    t('refusal.no-provider-for-quality', { quality: qualityText(t, quality) }),
  'no-provider-for-model': ({ model }, { t }) => t('refusal.no-provider-for-model', { model }),
  'no-way-to-host-files': (_, { t }) => t('refusal.no-way-to-host-files'),
  'provider-down': (_, { t }) => t('refusal.provider-down'),
  'disk-full': (_, { t }) => t('refusal.disk-full'),
  busy: (_, { t }) => t('refusal.busy'),
  stopping: (_, { t }) => t('refusal.stopping'),
} satisfies RefusalTexts;

/** Why Cancel comes too late. A queued or running job that can't be stopped is one that the provider won't stop. */
const TOO_LATE = {
  created: 'refusal.too-late',
  asking: 'refusal.too-late',
  submitting: 'refusal.too-late-submitting',
  unknown: 'refusal.too-late-unknown',
  queued: 'refusal.too-late',
  running: 'refusal.too-late',
  completed: 'refusal.too-late-completed',
  delivered: 'refusal.too-late-delivered',
  failed: 'refusal.too-late-failed',
  cancelled: 'refusal.too-late-cancelled',
  gone: 'refusal.too-late-gone',
} as const satisfies Record<JobState | 'gone', WordKey>;

function qualityText(t: Speech['t'], quality: string): string {
  const known = QUALITIES.find((one) => one === quality);
  return known ? t(`choice.quality.${known}`) : quality;
}

/** A refusal in words that say what to do. */
export function refusalText(speech: Speech, refusal: Refusal): string {
  // Each entry takes just its own refusal; the code that picks the entry is what guarantees it gets that one.
  const say = REFUSALS[refusal.code] as (refusal: Refusal, speech: Speech) => string;
  return say(refusal, speech);
}
