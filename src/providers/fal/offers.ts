/** What fal.ai renders, where, and how it is billed (fal.ai's model pages and its client's types, November 2026). */
import type { Quality, RenderRequest } from '../../core/job/job.ts';
import { findModel, modelOf } from '../../core/models/registry.ts';
import type { UploadedFiles } from '../../core/ports.ts';
import type { BilledOffer } from '../billing.ts';
import { klingInput } from '../shapes.ts';

const KLING = 'fal-ai/kling-video';
const WAN = 'fal-ai/wan/v2.2-14b/animate';

/** Its page counts seconds of 16 frames; how many frames a video has is not said, so the clip's own at most. */
const FRAMES = { counted: 16, most: findModel('wan-animate')?.clip.maxFps ?? 30 };

const BILLED = [
  {
    model: 'kling-2.6',
    quality: 'standard',
    endpoint: `${KLING}/v2.6/standard/motion-control`,
    bills: { micros: 70_000 },
  },
  {
    model: 'kling-2.6',
    quality: 'pro',
    endpoint: `${KLING}/v2.6/pro/motion-control`,
    bills: { micros: 112_000 },
  },
  {
    model: 'kling-3.0',
    quality: 'standard',
    endpoint: `${KLING}/v3/standard/motion-control`,
    bills: { micros: 126_000 },
  },
  {
    model: 'kling-3.0',
    quality: 'pro',
    endpoint: `${KLING}/v3/pro/motion-control`,
    bills: { micros: 168_000 },
  },
  ...(['picture', 'clip'] as const).flatMap((scene) => {
    const endpoint = `${WAN}/${scene === 'picture' ? 'move' : 'replace'}`;
    return [
      {
        model: 'wan-animate',
        quality: 'standard',
        scene,
        endpoint,
        bills: { micros: 40_000, frames: FRAMES },
      },
      { model: 'wan-animate', quality: 'pro', scene, endpoint, bills: { micros: 80_000, frames: FRAMES } },
    ] as const;
  }),
  {
    model: 'dreamactor-2',
    quality: 'standard',
    endpoint: 'fal-ai/bytedance/dreamactor/v2',
    bills: { micros: 50_000 },
  },
] as const satisfies readonly BilledOffer[];

/** Its queue takes a priority for any of them, which can only lower it (its queue's documentation, 2026-11-21). */
export const OFFERS = BILLED.map((offer) => ({ ...offer, relaxed: true as const }));

/** What an operation notes of its offer; older ones know only the quality, of the one model that there was. */
export type Rendered = {
  model?: string | undefined;
  quality?: Quality | undefined;
  scene?: string | undefined;
};

export function offerOf({ model, quality, scene = 'picture' }: Rendered): BilledOffer | undefined {
  if (quality === undefined) return undefined;
  const { id } = modelOf({ quality, ...(model === undefined ? {} : { model }) });
  const all: readonly BilledOffer[] = OFFERS;
  return all.find(
    (offer) => offer.model === id && offer.quality === quality && (offer.scene ?? 'picture') === scene,
  );
}

/** Everything after the submit goes to the app alone, without its sub-path: with it, fal.ai answers 405. */
export const appOf = (rendered: Rendered): string =>
  (offerOf(rendered)?.endpoint ?? KLING).split('/').slice(0, 2).join('/');

/** The inputs differ by model. */
export function inputOf(request: RenderRequest, uploaded: UploadedFiles): Record<string, unknown> {
  const files = { image_url: uploaded.image, video_url: uploaded.clip };
  switch (modelOf(request).id) {
    case 'wan-animate':
      return { ...files, resolution: `${modelOf(request).qualities[request.quality]}p` };
    case 'dreamactor-2':
      // The first second is a way into the motion, which nobody asked for.
      return { ...files, trim_first_second: true };
    default:
      return {
        ...(request.prompt ? { prompt: request.prompt } : {}),
        ...klingInput(request, uploaded),
      };
  }
}
