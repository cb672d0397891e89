/** What the coach does when it is asked: looks at files without making a job, and draws what it saw. */
import type { Context } from '../context.ts';
import type { Intake } from '../intake/intake.ts';
import { misfitOf, type Offer } from '../intake/offer.ts';
import { uploadsOf } from '../intake/offer-store.ts';
import { keptUpload, type Upload, type Uploads } from '../intake/uploads.ts';
import type { StoredFile } from '../job/job.ts';
import type { ContactSheet } from '../media.ts';
import { chosenIn } from '../models/chosen.ts';
import type { Micros } from '../price/money.ts';
import type { Choices } from '../price/quote.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import type { PricedFinding } from './finding.ts';
import { findingsOf, type Seen } from './findings.ts';
import type { Box, Span } from './look.ts';

/** What came of a look. `micros`: what the two would cost as they are. */
export type Checked = {
  findings: readonly PricedFinding[];
  micros?: Micros;
  /** Nothing could be seen just now, by no fault of the files'. */
  unseen?: true;
  sheet?: ContactSheet;
};

export type Coach = {
  /** Looks at one file or both, and makes no job. */
  check(spaceId: string, files: Partial<Uploads>, choices: Choices): Promise<Outcome<Checked>>;
  /** What there is to be drawn of an offer's files; undefined where the words say it all. */
  sheetOf(of: Offer | { picture: StoredFile }): Promise<ContactSheet | undefined>;
  /** Draws it as a JPEG. False where it can't be drawn. */
  draw(sheet: ContactSheet, toPath: string): Promise<boolean>;
};

/** What a picture tells better than words: who is who, and when. */
const SHOWN: readonly PricedFinding['code'][] = [
  'several-people-in-image',
  'several-people-in-clip',
  'clip-cuts',
  'clip-fades',
  'clip-out-of-view',
  'clip-best',
];

export const isShown = (findings: readonly Pick<PricedFinding, 'code'>[]): boolean =>
  findings.some(({ code }) => SHOWN.includes(code));

export function createCoach(ctx: Context, intake: Pick<Intake, 'prepare'>): Coach {
  async function checkPair(spaceId: string, uploads: Uploads, choices: Choices): Promise<Outcome<Checked>> {
    let prepared = await intake.prepare(spaceId, uploads, choices);
    const misfit = prepared.ok ? undefined : misfitOf(prepared.refusal, choices);
    if (misfit) prepared = await intake.prepare(spaceId, uploads, { ...choices, ...misfit.mend });
    if (!prepared.ok) return prepared;
    const { findings, seen = {}, quote } = prepared.value;
    return accept(checked(uploads, seen, findings, quote.micros));
  }

  async function checkOne(
    spaceId: string,
    files: Partial<Uploads>,
    choices: Choices,
  ): Promise<Outcome<Checked>> {
    const chosen = chosenIn(ctx, spaceId, choices);
    if (!chosen.ok) return chosen;
    const { model } = chosen.value;
    const { image, clip } = files;
    const facts = image
      ? await ctx.media.checkImage(image.path, model.image)
      : clip && (await ctx.media.checkClip(clip.path, model.clip));
    if (!facts) return refuse({ code: 'missing-image' });
    if (!facts.ok) return facts;
    const seen: Seen = {
      picture: image && (await ctx.looks.picture(image)),
      clip: clip && (await ctx.looks.clip(clip)),
    };
    const found = findingsOf(seen, { model, choices, orientation: 'video' });
    const lessons = await ctx.lessons.read();
    // Without the other file there is no request that could be changed.
    const findings = lessons.applied(model.id, found).map((one) => ({ ...one, mends: [] }));
    return accept(checked(files, seen, findings));
  }

  return {
    check: (spaceId, { image, clip }, choices) =>
      image && clip
        ? checkPair(spaceId, { image, clip }, choices)
        : checkOne(spaceId, { ...(image ? { image } : {}), ...(clip ? { clip } : {}) }, choices),
    async sheetOf(offer) {
      if ('picture' in offer) {
        const image = await keptUpload(ctx.files, offer.picture);
        return sheetFor({ image }, { picture: await ctx.looks.picture(image) }, {});
      }
      const { findings = [], request } = offer;
      if (!isShown(findings)) return undefined;
      const { image, clip } = await uploadsOf(ctx, offer);
      const [picture, inClip] = await Promise.all([ctx.looks.picture(image), ctx.looks.clip(clip)]);
      const stretch = request.stretch ?? proposedIn(findings);
      return sheetFor({ image, clip }, { picture, clip: inClip }, { crop: request.crop, stretch });
    },
    draw: (sheet, toPath) => ctx.media.contactSheet(sheet, toPath),
  };
}

function checked(
  files: Partial<Uploads>,
  seen: Seen,
  findings: readonly PricedFinding[],
  micros?: Micros,
): Checked {
  const isUnseen = (files.image && !seen.picture) || (files.clip && !seen.clip);
  const sheet = isShown(findings) ? sheetFor(files, seen, { stretch: proposedIn(findings) }) : undefined;
  return {
    findings,
    ...(micros === undefined ? {} : { micros }),
    ...(isUnseen ? { unseen: true } : {}),
    ...(sheet ? { sheet } : {}),
  };
}

function sheetFor(
  { image, clip }: { image?: Upload; clip?: Upload },
  seen: Seen,
  { crop, stretch }: { crop?: Box | undefined; stretch?: Span | undefined },
): ContactSheet | undefined {
  if (!(image && seen.picture) && !(clip && seen.clip)) return undefined;
  return {
    ...(image && seen.picture
      ? { picture: { path: image.path, look: seen.picture, ...(crop ? { crop } : {}) } }
      : {}),
    ...(clip && seen.clip
      ? { clip: { path: clip.path, look: seen.clip, ...(stretch ? { stretch } : {}) } }
      : {}),
  };
}

/** The first part of the clip that a mend would use. */
function proposedIn(findings: readonly PricedFinding[]): Span | undefined {
  const trim = findings.flatMap(({ mends }) => mends).find(({ kind }) => kind === 'trim')?.choices;
  if (trim?.trimTo === undefined) return undefined;
  return { fromSeconds: trim.trimFrom ?? 0, toSeconds: trim.trimTo };
}
