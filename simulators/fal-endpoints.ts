/** The endpoints that fal.ai's simulator has: what each takes, and what it bills (fal-js's types and model pages, 2026). */
import { type FalFailure, modelError } from './fal-errors.ts';
import type { InputLimits } from './sim-jobs.ts';

type Field = { type: 'string' | 'boolean' | 'number'; required?: true; of?: readonly string[] };

export type Endpoint = {
  /** Dollars for a unit. */
  price: number;
  /** How many frames make one unit; without it a unit is a second. */
  framesPerUnit?: number;
  /** What one second of these lines counts for, where the price is the same for all. */
  weights?: Readonly<Record<string, number>>;
  fields: Readonly<Record<string, Field>>;
  limits?: InputLimits;
};

const FILES = {
  image_url: { type: 'string', required: true },
  video_url: { type: 'string', required: true },
} as const satisfies Endpoint['fields'];

const KLING = {
  fields: {
    ...FILES,
    character_orientation: { type: 'string', required: true, of: ['image', 'video'] },
    prompt: { type: 'string' },
    keep_original_sound: { type: 'boolean' },
  },
} as const;

const WAN = {
  price: 0.08,
  framesPerUnit: 16,
  weights: { '480p': 0.5, '580p': 0.75, '720p': 1 },
  fields: {
    ...FILES,
    resolution: { type: 'string', of: ['480p', '580p', '720p'] },
    num_inference_steps: { type: 'number' },
    guidance_scale: { type: 'number' },
    shift: { type: 'number' },
    seed: { type: 'number' },
    use_turbo: { type: 'boolean' },
    enable_safety_checker: { type: 'boolean' },
    enable_output_safety_checker: { type: 'boolean' },
  },
  limits: { minSeconds: 2, maxSeconds: 30, minImageSide: 200, maxImageSides: [4096, 4096] },
} as const satisfies Endpoint;

export const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'fal-ai/kling-video/v2.6/standard/motion-control': { price: 0.07, ...KLING },
  'fal-ai/kling-video/v2.6/pro/motion-control': { price: 0.112, ...KLING },
  'fal-ai/kling-video/v3/standard/motion-control': { price: 0.126, ...KLING },
  'fal-ai/kling-video/v3/pro/motion-control': { price: 0.168, ...KLING },
  'fal-ai/wan/v2.2-14b/animate/move': WAN,
  'fal-ai/wan/v2.2-14b/animate/replace': WAN,
  'fal-ai/bytedance/dreamactor/v2': {
    price: 0.05,
    fields: { ...FILES, trim_first_second: { type: 'boolean' } },
    limits: {
      minSeconds: 3,
      maxSeconds: 30,
      minImageSide: 480,
      maxImageSides: [1920, 1080],
      maxImageBytes: 4_700_000,
    },
  },
};

/** What requests of an endpoint are followed under: its first two words. */
export const appOf = (endpoint: string): string => endpoint.split('/').slice(0, 2).join('/');

/** The queue takes nearly anything; what is wrong with it comes up as the result. */
export function problemOf({ fields }: Endpoint, input: Record<string, unknown>): FalFailure | undefined {
  for (const [name, { required }] of Object.entries(fields))
    if (required && input[name] === undefined) return modelError('value_error.missing', name);
  for (const [name, value] of Object.entries(input)) {
    const field = fields[name];
    if (!field) return modelError('value_error.extra', name, { input: value });
    if (typeof value !== field.type) return modelError(`type_error.${field.type}`, name, { input: value });
    if (field.of && !field.of.includes(String(value)))
      return modelError('type_error.enum', name, { input: value });
  }
  return undefined;
}

/** The units that a video of so many seconds comes to. */
export function unitsOf(
  { framesPerUnit, weights }: Endpoint,
  { seconds, fps, resolution = '480p' }: { seconds: number; fps: number; resolution?: unknown },
): number {
  if (framesPerUnit === undefined) return Math.ceil(seconds - 0.05);
  const units = (Math.round(seconds * fps) / framesPerUnit) * (weights?.[String(resolution)] ?? 1);
  return Math.round(units * 1e4) / 1e4;
}
