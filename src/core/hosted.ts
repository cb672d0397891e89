/** The hosted providers that Strut knows, and the setting that turns each on. */
export const KEY_NAMES = {
  fal: 'FAL_KEY',
  runpod: 'RUNPOD_API_KEY',
  runcomfy: 'RUNCOMFY_API_TOKEN',
} as const;

export type Hosted = keyof typeof KEY_NAMES;
export const HOSTED = ['fal', 'runpod', 'runcomfy'] as const satisfies readonly Hosted[];
