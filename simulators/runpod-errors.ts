/** What RunPod's endpoint finds wrong, in its words. */
import type { Fault } from './sim-jobs.ts';

/** `hidden`: the error stands in the output while the job seems to run, for ever. `timed-out` has no error at all. */
export type RunpodFailure =
  | { kind: 'failed'; error: string }
  | { kind: 'failed-output'; output: unknown }
  | { kind: 'hidden'; error: unknown }
  | { kind: 'completed-error'; error: unknown }
  | { kind: 'timed-out' };

const FIELDS = {
  image: 'string',
  video: 'string',
  character_orientation: 'string',
  prompt: 'string',
  negative_prompt: 'string',
  keep_original_sound: 'boolean',
};

/** What its upstream says, as the endpoint passes it on. */
export const upstream = (message: string, code = 400): RunpodFailure => ({
  kind: 'failed',
  error: `Error submitting task: ${code}, ${JSON.stringify({ code, message })}`,
});

export function problemOf(input: Record<string, unknown>): RunpodFailure | undefined {
  for (const field of ['image', 'video', 'character_orientation']) {
    if (input[field] === undefined) return upstream(`property '${field}' is missing`);
  }
  for (const [field, value] of Object.entries(input)) {
    if (typeof value !== (FIELDS as Record<string, string>)[field])
      return upstream(`property '${field}' is not supported`);
  }
  const { character_orientation: orientation } = input;
  return orientation === 'image' || orientation === 'video'
    ? undefined
    : upstream('character_orientation is invalid');
}

export function word(about: 'image' | 'clip', fault: Fault): RunpodFailure {
  const what = about === 'image' ? 'image' : 'video';
  const words = {
    'not-fetched': `failed to download the ${what}`,
    'not-read': `the ${what} format is invalid`,
    'too-small': `the ${what} is too small`,
    'too-large': `the ${what} is too large`,
    'too-heavy': `the ${what} is too large`,
    'too-long': `the ${what} duration is too long`,
    'too-short': `the ${what} duration is too short`,
  };
  return upstream(words[fault], 1201);
}
