/** Looks at a file that is to be kept, and makes it ready: cut, normalised and with a moving preview. */
import type { Finding, PricedFinding } from '../coach/finding.ts';
import { findingsOf } from '../coach/findings.ts';
import type { Box, Span } from '../coach/look.ts';
import type { Context } from '../context.ts';
import type { FileWork } from '../intake/file-use.ts';
import { keptUpload, type Upload } from '../intake/uploads.ts';
import type { StoredFile } from '../job/job.ts';
import type { ClipFacts, ImageFacts } from '../media.ts';
import { chosenIn } from '../models/chosen.ts';
import type { Model } from '../models/model.ts';
import type { Micros } from '../price/money.ts';
import { type Choices, plan, type Target } from '../price/quote.ts';
import { accept, type Outcome } from '../refusals.ts';
import { partsOf } from './best-part.ts';
import { pricesIn, UNCHOSEN } from './prices.ts';
import { isTaken } from './ready.ts';
import type { PersonPart } from './saving.ts';

/** Without the other file there is no request that could be changed. */
type Findings = readonly PricedFinding[];
type Made = { file: StoredFile; preview?: StoredFile; findings: Findings };

export type MadeMotion = Made & {
  kind: 'motion';
  facts: ClipFacts;
  stretch?: Span;
  parts: readonly Span[];
  wholeSeconds: number;
  takesWhole: boolean;
  micros?: Micros;
};
export type MadeCharacter = Made & {
  kind: 'character';
  facts: ImageFacts;
  people?: readonly PersonPart[];
};

type Parts = Pick<Context, 'media' | 'looks' | 'lessons' | 'files' | 'registry' | 'settings' | 'rules'>;

/** `isReady`: it was normalised before. `crop`: the part of a picture that is meant. */
export type Given = { upload: Upload; isReady: boolean; crop?: Box | undefined };

/**
 * As the space's own model takes it. `wanted`: which part of it, or all; without it, the best one where it is long. What it
 * keeps is the caller's `work`'s.
 */
export async function makeMotion(
  ctx: Parts,
  work: FileWork,
  spaceId: string,
  { upload, isReady }: Given,
  wanted: Span | 'whole' | undefined,
): Promise<Outcome<MadeMotion>> {
  const target = chosenIn(ctx, spaceId, UNCHOSEN);
  if (!target.ok) return target;
  const { model } = target.value;
  const checked = await ctx.media.checkClip(upload.path, model.clip);
  if (!checked.ok) return checked;
  const wholeSeconds = checked.value.durationMs / 1000;
  const look = await ctx.looks.clip(upload);
  const parts = look ? partsOf(look, model.clip) : [];
  const chosen = wanted === 'whole' ? undefined : (wanted ?? parts[0]);
  const made = await cutTo(ctx, work, { upload, isReady, facts: checked.value }, target.value, chosen);
  if (!made.ok) return made;
  const { file, facts } = made.value;
  const price = await pricesIn(ctx, spaceId)(facts);
  const kept = await keptUpload(ctx.files, file);
  return accept({
    kind: 'motion',
    ...made.value,
    ...(chosen ? { stretch: chosen } : {}),
    parts,
    wholeSeconds,
    takesWhole: wholeSeconds <= model.clip.maxSeconds.video,
    ...(price === undefined ? {} : { micros: price }),
    findings: withoutMends(await findingsIn(ctx, model, 'clip', kept)),
    ...(await previewOf(ctx, work, kept.path, 'clip')),
  });
}

async function cutTo(
  ctx: Parts,
  work: FileWork,
  { upload, isReady, facts }: Given & { facts: ClipFacts },
  target: Target,
  part: Span | undefined,
): Promise<Outcome<{ file: StoredFile; facts: ClipFacts }>> {
  const { cameraMoves } = facts;
  const choices: Choices = {
    ...UNCHOSEN,
    // Stickers and GIFs are repeated wherever they are used.
    loop: true,
    ...(part ? { trimFrom: part.fromSeconds, trimTo: part.toSeconds } : {}),
  };
  const planned = plan({ ...choices, orientation: 'video' }, facts, target);
  if (!planned.ok) return planned;
  const { fromSeconds, cutAtSeconds, loopToSeconds } = planned.value;
  const isWhole = fromSeconds === undefined && cutAtSeconds === undefined && loopToSeconds === undefined;
  if (isReady && isWhole && upload.kept && isTaken(facts, target.model.clip))
    return accept({ file: upload.kept, facts });
  await using temp = await ctx.files.temp('mp4');
  const made = await ctx.media.normaliseClip(upload.path, temp.path, {
    limits: target.model.clip,
    ...(fromSeconds === undefined ? {} : { fromSeconds }),
    ...(cutAtSeconds === undefined ? {} : { maxSeconds: cutAtSeconds }),
    ...(loopToSeconds === undefined ? {} : { loopToSeconds }),
  });
  if (!made.ok) return made;
  return accept({ file: await work.keep(temp.path, 'video/mp4'), facts: { ...made.value, cameraMoves } });
}

export async function makeCharacter(
  ctx: Parts,
  work: FileWork,
  spaceId: string,
  { upload, isReady, crop }: Given,
): Promise<Outcome<MadeCharacter>> {
  const target = chosenIn(ctx, spaceId, UNCHOSEN);
  if (!target.ok) return target;
  const { model } = target.value;
  const checked = await ctx.media.checkImage(upload.path, model.image);
  if (!checked.ok) return checked;
  const made = await asPicture(ctx, work, { upload, isReady, crop, facts: checked.value }, model);
  if (!made.ok) return made;
  const kept = await keptUpload(ctx.files, made.value.file);
  const found = await findingsIn(ctx, model, 'image', kept);
  const people = crop ? [] : peopleOf(found);
  return accept({
    kind: 'character',
    ...made.value,
    findings: withoutMends(found),
    ...(people.length > 1 ? { people } : {}),
    ...(await previewOf(ctx, work, kept.path, 'image')),
  });
}

async function asPicture(
  ctx: Parts,
  work: FileWork,
  { upload, isReady, crop, facts }: Given & { facts: ImageFacts },
  { image: limits }: Model,
): Promise<Outcome<{ file: StoredFile; facts: ImageFacts }>> {
  if (isReady && !crop && upload.kept && isTaken(facts, limits)) return accept({ file: upload.kept, facts });
  await using temp = await ctx.files.temp('img');
  const made = await ctx.media.normaliseImage(upload.path, temp.path, { limits, ...(crop ? { crop } : {}) });
  if (!made.ok) return made;
  return accept({ file: await work.keep(temp.path, made.value.mime), facts: made.value });
}

/** Of the very file that will be sent, so that what was seen is known when it is used. */
async function findingsIn(
  { looks, lessons }: Parts,
  model: Model,
  what: 'image' | 'clip',
  upload: Upload,
): Promise<Finding[]> {
  const seen =
    what === 'clip' ? { clip: await looks.clip(upload) } : { picture: await looks.picture(upload) };
  const found = findingsOf(seen, { model, choices: UNCHOSEN, orientation: 'video' });
  return (await lessons.read()).applied(model.id, found);
}

const withoutMends = (found: readonly Finding[]): Findings =>
  found.map((finding) => ({ ...finding, mends: [] }));

/** One of several people is nothing that a request has to change: it is what is kept. */
const peopleOf = (found: readonly Finding[]): PersonPart[] =>
  found
    .filter(({ code }) => code === 'several-people-in-image')
    .flatMap(({ mends }) => mends)
    .flatMap(({ choices: { crop }, person }) => (crop && person !== undefined ? [{ crop, person }] : []));

/** Without one, its name and its numbers say what it is. */
async function previewOf(
  ctx: Parts,
  work: FileWork,
  path: string,
  of: 'image' | 'clip',
): Promise<{ preview?: StoredFile }> {
  await using temp = await ctx.files.temp('webp');
  if (!(await ctx.media.preview(path, temp.path, of))) return {};
  return { preview: await work.keep(temp.path, 'image/webp') };
}
