/** Makes the two files ready to be sent to whoever renders with the model chosen. */
import type { Context } from '../context.ts';
import type { Inputs, NamedFile } from '../job/job.ts';
import { modelOf } from '../models/registry.ts';
import type { Plan } from '../price/quote.ts';
import { accept, type Outcome } from '../refusals.ts';
import { clean, cut } from '../text.ts';
import type { FileWork } from './file-use.ts';
import type { Upload, Uploads } from './uploads.ts';

export async function normalise(
  ctx: Context,
  work: FileWork,
  uploads: Uploads,
  { request, cutAtSeconds, loopToSeconds }: Plan,
): Promise<Outcome<Inputs>> {
  await using imageTemp = await ctx.files.temp('img');
  await using clipTemp = await ctx.files.temp('mp4');
  const limits = modelOf(request);
  const image = await ctx.media.normaliseImage(uploads.image.path, imageTemp.path, {
    limits: limits.image,
  });
  if (!image.ok) return image;
  const clip = await ctx.media.normaliseClip(uploads.clip.path, clipTemp.path, {
    limits: limits.clip,
    ...(cutAtSeconds === undefined ? {} : { maxSeconds: cutAtSeconds }),
    ...(loopToSeconds === undefined ? {} : { loopToSeconds }),
  });
  if (!clip.ok) return clip;
  const { durationMs, width, height } = clip.value;
  return accept({
    image: { ...(await work.keep(imageTemp.path, image.value.mime)), ...originOf(uploads.image) },
    clip: {
      ...(await work.keep(clipTemp.path, 'video/mp4')),
      ...originOf(uploads.clip),
      durationMs,
      width,
      height,
    },
  });
}

/** Long names come from cameras and from jokers; a status message has one line for them. */
const NAME_LENGTH = 60;
function originOf({ name = '', postedBy }: Upload): Pick<NamedFile, 'name' | 'postedBy'> {
  const kept = cut(clean(name), NAME_LENGTH);
  return { ...(kept ? { name: kept } : {}), ...(postedBy === undefined ? {} : { postedBy }) };
}
