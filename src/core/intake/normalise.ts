/** Makes the two files ready to be sent to whoever renders with the model chosen. */
import type { Context } from '../context.ts';
import type { Inputs, NamedFile } from '../job/job.ts';
import { MachineBusy } from '../media.ts';
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
  { request, fromSeconds, cutAtSeconds, loopToSeconds }: Plan,
): Promise<Outcome<Inputs>> {
  await using imageTemp = await ctx.files.temp('img');
  await using clipTemp = await ctx.files.temp('mp4');
  const limits = modelOf(request);
  const { crop } = request;
  const image = await ctx.media.normaliseImage(uploads.image.path, imageTemp.path, {
    limits: limits.image,
    ...(crop ? { crop } : {}),
  });
  if (!image.ok) return image;
  const cut = {
    ...(fromSeconds === undefined ? {} : { fromSeconds }),
    ...(cutAtSeconds === undefined ? {} : { maxSeconds: cutAtSeconds }),
  };
  const isPartRepeated = loopToSeconds !== undefined && cutAtSeconds !== undefined;
  await using partTemp = await ctx.files.temp('mp4');
  const part = isPartRepeated
    ? await ctx.media.normaliseClip(uploads.clip.path, partTemp.path, { limits: limits.clip, ...cut })
    : undefined;
  if (part && !part.ok) return part;
  const clip = await ctx.media.normaliseClip(part ? partTemp.path : uploads.clip.path, clipTemp.path, {
    limits: limits.clip,
    ...(part ? {} : cut),
    ...(loopToSeconds === undefined ? {} : { loopToSeconds }),
  });
  if (!clip.ok) return clip;
  const { durationMs, width, height } = clip.value;
  const whole = crop ? await wholeOf(ctx, uploads.image) : uploads.image.croppedFrom;
  if (whole === 'busy') return refuse({ code: 'busy' });
  return accept({
    image: {
      ...(await work.keep(imageTemp.path, image.value.mime)),
      ...originOf(uploads.image),
      ...(whole ? { croppedFrom: whole } : {}),
    },
    clip: {
      ...(await work.keep(clipTemp.path, 'video/mp4')),
      ...originOf(uploads.clip),
      durationMs,
      width,
      height,
    },
  });
}

/** What the picture is known by, so that whatever is blocked of it is found in its parts, too. */
async function wholeOf(
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
function originOf({ name = '', postedBy }: Upload): Pick<NamedFile, 'name' | 'postedBy'> {
  const kept = cut(clean(name), NAME_LENGTH);
  return { ...(kept ? { name: kept } : {}), ...(postedBy === undefined ? {} : { postedBy }) };
}
