/** Makes the two files ready to be sent to whoever renders with the model chosen. */
import type { Context } from '../context.ts';
import type { Inputs, NamedFile, StoredFile } from '../job/job.ts';
import { factsFor } from '../library/ready.ts';
import { type ClipFacts, type ImageFacts, MachineBusy } from '../media.ts';
import { modelOf } from '../models/registry.ts';
import type { Plan } from '../price/quote.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import { clean, cut } from '../text.ts';
import type { FileWork } from './file-use.ts';
import type { Upload, Uploads } from './uploads.ts';

export async function normalise(
  ctx: Context,
  work: FileWork,
  uploads: Uploads,
  plan: Plan,
): Promise<Outcome<Inputs>> {
  const image = await readyImage(ctx, work, uploads.image, plan);
  if (!image.ok) return image;
  const clip = await readyClip(ctx, work, uploads.clip, plan);
  if (!clip.ok) return clip;
  const { crop } = plan.request;
  const { durationMs, width, height } = clip.value.facts;
  const whole = crop ? await wholeOf(ctx, uploads.image) : uploads.image.croppedFrom;
  if (whole === 'busy') return refuse({ code: 'busy' });
  return accept({
    image: {
      ...image.value.file,
      ...originOf(uploads.image),
      ...(whole ? { croppedFrom: whole } : {}),
    },
    clip: { ...clip.value.file, ...originOf(uploads.clip), durationMs, width, height },
  });
}

type Ready<Facts> = { file: StoredFile; facts: Facts };

/** As it is where the library has it so; else written anew. */
async function readyImage(
  ctx: Context,
  work: FileWork,
  upload: Upload,
  { request }: Plan,
): Promise<Outcome<Ready<ImageFacts>>> {
  const limits = modelOf(request).image;
  const { crop } = request;
  const known = crop ? undefined : await factsFor(ctx, 'character', upload, limits);
  if (known && upload.kept) return accept({ file: upload.kept, facts: known.value });
  await using temp = await ctx.files.temp('img');
  const made = await ctx.media.normaliseImage(upload.path, temp.path, { limits, ...(crop ? { crop } : {}) });
  if (!made.ok) return made;
  return accept({ file: await work.keep(temp.path, made.value.mime), facts: made.value });
}

async function readyClip(
  ctx: Context,
  work: FileWork,
  upload: Upload,
  { request, fromSeconds, cutAtSeconds, loopToSeconds }: Plan,
): Promise<Outcome<Ready<Omit<ClipFacts, 'cameraMoves'>>>> {
  const limits = modelOf(request).clip;
  const isWhole = fromSeconds === undefined && cutAtSeconds === undefined && loopToSeconds === undefined;
  const known = isWhole ? await factsFor(ctx, 'motion', upload, limits) : undefined;
  if (known && upload.kept) return accept({ file: upload.kept, facts: known.value });
  await using temp = await ctx.files.temp('mp4');
  const piece = {
    ...(fromSeconds === undefined ? {} : { fromSeconds }),
    ...(cutAtSeconds === undefined ? {} : { maxSeconds: cutAtSeconds }),
  };
  const isPartRepeated = loopToSeconds !== undefined && cutAtSeconds !== undefined;
  await using partTemp = await ctx.files.temp('mp4');
  const part = isPartRepeated
    ? await ctx.media.normaliseClip(upload.path, partTemp.path, { limits, ...piece })
    : undefined;
  if (part && !part.ok) return part;
  const made = await ctx.media.normaliseClip(part ? partTemp.path : upload.path, temp.path, {
    limits,
    ...(part ? {} : piece),
    ...(loopToSeconds === undefined ? {} : { loopToSeconds }),
  });
  if (!made.ok) return made;
  return accept({ file: await work.keep(temp.path, 'video/mp4'), facts: made.value });
}

/** What the picture is known by, so that whatever is blocked of it is found in its parts, too. */
export async function wholeOf(
  { media }: Pick<Context, 'media'>,
  { path, sha256, croppedFrom }: Upload,
): Promise<NonNullable<NamedFile['croppedFrom']> | 'busy'> {
  if (croppedFrom) return croppedFrom;
  try {
    const looks = await media.pictureHash(path);
    return { sha256, ...(looks ? { looks } : {}) };
  } catch (error) {
    if (error instanceof MachineBusy) return 'busy';
    throw error;
  }
}

/** Long names come from cameras and from jokers; a status message has one line for them. */
const NAME_LENGTH = 60;
function originOf({ name = '', postedBy, item }: Upload): Pick<NamedFile, 'name' | 'postedBy' | 'item'> {
  const kept = cut(clean(name), NAME_LENGTH);
  return {
    ...(kept ? { name: kept } : {}),
    ...(postedBy === undefined ? {} : { postedBy }),
    ...(item === undefined ? {} : { item }),
  };
}
