/**
 * The models that Strut knows, the one that is taken by itself first. A new one is an entry here; who renders it, and
 * at what price, the providers say in their `offers`.
 */
import { type Job, type RenderRequest, rendererOf } from '../job/job.ts';
import type { ClipLimits, ImageLimits, Model } from './model.ts';
import { KLING_FINDINGS, LENIENT_FINDINGS, STRICT_FINDINGS, TOLD_FINDINGS } from './model-findings.ts';

/** Kling motion control, klingai.com developer pages, November 2026; 2.6 and 3.0 take the same. */
const KLING_IMAGE = {
  minSide: 300,
  // Two of those who host it take no side over 3850 pixels, and none renders more than 1080 lines.
  maxSide: 3840,
  maxRatio: 2.5,
  maxBytes: 10_000_000,
  formats: ['JPEG', 'PNG'],
} as const satisfies ImageLimits;
const KLING_CLIP = {
  minSeconds: 3,
  maxSeconds: { video: 30, image: 10 },
  minSide: 340,
  maxSide: 3850,
  maxBytes: 100_000_000,
  formats: ['MP4', 'MOV'],
} as const satisfies ClipLimits;

const KLING = {
  qualities: { standard: 720, pro: 1080 },
  image: KLING_IMAGE,
  clip: KLING_CLIP,
  understands: { orientation: true, prompt: true, negativePrompt: true, sound: true, scenes: ['picture'] },
  goodPair: 'whole-person',
  findings: KLING_FINDINGS,
} as const satisfies Partial<Model>;

export const MODELS = [
  { id: 'kling-2.6', name: 'Kling 2.6', ...KLING },
  { id: 'kling-3.0', name: 'Kling 3.0', ...KLING },
  {
    id: 'wan-animate',
    name: 'Wan 2.2 Animate',
    qualities: { standard: 480, pro: 720 },
    // What its makers' own service takes (alibabacloud.com, Model Studio, wan2.2-animate, November 2026).
    image: { minSide: 200, maxSide: 4096, maxRatio: 3, maxBytes: 5_000_000, formats: ['JPEG', 'PNG'] },
    clip: {
      minSeconds: 2,
      maxSeconds: { video: 30, image: 30 },
      minSide: 200,
      maxSide: 2048,
      maxRatio: 3,
      maxFps: 30,
      maxBytes: 100_000_000,
      formats: ['MP4', 'MOV'],
    },
    understands: {
      orientation: false,
      prompt: false,
      negativePrompt: false,
      sound: false,
      scenes: ['picture', 'clip'],
    },
    findings: LENIENT_FINDINGS,
  },
  {
    id: 'dreamactor-2',
    name: 'DreamActor 2',
    qualities: { standard: 720 },
    // fal.ai's page of ByteDance's model, November 2026; it names no shortest clip.
    image: {
      minSide: 480,
      maxSide: 1920,
      maxShortSide: 1080,
      maxBytes: 4_700_000,
      formats: ['JPEG', 'PNG'],
    },
    clip: {
      minSeconds: 3,
      maxSeconds: { video: 30, image: 30 },
      minSide: 200,
      maxSide: 2048,
      maxShortSide: 1440,
      maxBytes: 100_000_000,
      formats: ['MP4', 'MOV', 'WebM'],
    },
    understands: {
      orientation: false,
      prompt: false,
      negativePrompt: false,
      sound: false,
      scenes: ['picture'],
    },
    findings: LENIENT_FINDINGS,
  },
  {
    id: 'p-video-animate',
    name: 'P-Video Animate',
    qualities: { standard: 720, pro: 1080 },
    // Its makers name no limits (docs.pruna.ai, November 2026): what every other model takes.
    image: KLING_IMAGE,
    clip: { ...KLING_CLIP, maxSeconds: { video: 30, image: 30 } },
    understands: {
      orientation: false,
      prompt: true,
      negativePrompt: false,
      sound: true,
      scenes: ['picture', 'clip'],
    },
    goodPair: 'same-pose',
    findings: STRICT_FINDINGS,
  },
  // On this machine. It takes what the default model does, as it shows whether a pair fits; alone, it stands in for it.
  {
    id: 'draft',
    ...KLING,
    qualities: { draft: 480, standard: 480, pro: 480 },
    understands: { ...KLING.understands, prompt: false, negativePrompt: false },
    findings: TOLD_FINDINGS,
  },
] as const satisfies readonly Model[];

export type ModelId = (typeof MODELS)[number]['id'];

export const DEFAULT_MODEL: Model = MODELS[0];
export const DRAFT = 'draft' satisfies ModelId;

export const findModel = (id: string | undefined): Model | undefined => MODELS.find((one) => one.id === id);

/** What a request asks for; of before there were several models, the one there was. */
export function modelOf({ model, quality }: Pick<RenderRequest, 'model' | 'quality'>): Model {
  return findModel(model ?? (quality === 'draft' ? DRAFT : undefined)) ?? DEFAULT_MODEL;
}

/** The same of a job: what this machine rendered was a draft, whatever quality was asked for. */
export function modelOfJob(job: Job): Model {
  const { request } = job;
  return request.model === undefined && rendererOf(job) === 'local'
    ? modelOf({ ...request, model: DRAFT })
    : modelOf(request);
}
