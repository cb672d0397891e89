/** What is known of a member's two files before anything is asked of a provider: whether a model takes them, and what is seen. */
import type { Seen } from '../coach/findings.ts';
import type { Context } from '../context.ts';
import type { QuoteWarning } from '../job/job.ts';
import { factsFor } from '../library/ready.ts';
import type { ClipFacts, ImageFacts } from '../media.ts';
import type { Model } from '../models/model.ts';
import type { Outcome } from '../refusals.ts';
import type { Uploads } from './uploads.ts';

export type Verdict = {
  image: Outcome<ImageFacts>;
  clip: Outcome<ClipFacts>;
  warnings: QuoteWarning[];
  seen: Seen;
};

type Parts = Pick<Context, 'media' | 'looks' | 'library'>;
type Limits = Pick<Model, 'image' | 'clip'>;

/** Verdicts are remembered by the files' hashes: whoever chooses asks for the price again at each change. */
const VERDICTS_KEPT = 100;

export function createVerdicts(ctx: Parts): (uploads: Uploads, model: Limits) => Promise<Verdict> {
  const verdicts = new Map<string, Promise<Verdict>>();
  /** Models that take the same share their verdicts. */
  return (uploads, { image, clip }) => {
    const limits = { image, clip };
    const key = `${uploads.image.sha256}/${uploads.clip.sha256}/${JSON.stringify(limits)}`;
    const known = verdicts.get(key);
    if (known) return known;
    const fresh = judge(ctx, uploads, limits);
    verdicts.set(key, fresh);
    // A disk that failed to give all of the file makes it look broken, too: neither need be so the next time.
    fresh.then(
      ({ image, clip }) => [image, clip].some(mayPass) && verdicts.delete(key),
      () => verdicts.delete(key),
    );
    const oldest = verdicts.keys().next().value;
    if (verdicts.size > VERDICTS_KEPT && oldest !== undefined) verdicts.delete(oldest);
    return fresh;
  };
}

export const isBroken = (verdict: Outcome<unknown>): boolean =>
  !verdict.ok && verdict.refusal.code === 'broken-file';

/** Whether another look at the same bytes may come to something else. */
const mayPass = (verdict: Outcome<unknown>): boolean =>
  isBroken(verdict) || (!verdict.ok && verdict.refusal.code === 'busy');

/** Both files at once, and what is seen in them: the hosted model refuses some, after minutes. */
async function judge(ctx: Parts, { image, clip }: Uploads, limits: Limits): Promise<Verdict> {
  const [imageFacts, clipFacts] = await Promise.all([
    factsFor(ctx, 'character', image, limits.image).then(
      (known) => known ?? ctx.media.checkImage(image.path, limits.image),
    ),
    factsFor(ctx, 'motion', clip, limits.clip).then(
      (known) => known ?? ctx.media.checkClip(clip.path, limits.clip),
    ),
  ]);
  if (!imageFacts.ok || !clipFacts.ok) return { image: imageFacts, clip: clipFacts, warnings: [], seen: {} };
  const [inPicture, inClip] = await Promise.all([ctx.looks.picture(image), ctx.looks.clip(clip)]);
  const seen = { picture: inPicture, clip: inClip };
  const warnings: QuoteWarning[] = await peopleMissing(ctx, { image, clip }, seen);
  if (clipFacts.value.soundUnreadable) warnings.push('sound-unreadable');
  return { image: imageFacts, clip: clipFacts, warnings, seen };
}

/** What jobs have on record of it, and scripts read. */
async function peopleMissing(
  { media }: Parts,
  { image, clip }: Uploads,
  { picture, clip: inClip }: Seen,
): Promise<QuoteWarning[]> {
  const people =
    picture && inClip
      ? { image: picture.count > 0, clip: inClip.people.length > 0 }
      : await media.findPerson(image.path, clip.path);
  return [
    ...(people && !people.image ? (['no-person-in-image'] as const) : []),
    ...(people && !people.clip ? (['no-person-in-clip'] as const) : []),
  ];
}
