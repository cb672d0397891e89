/** Pictures and clips for a first video, where none are at hand: drawn by `draw.ts`, and like all of this under the MIT license. */
import { fileURLToPath } from 'node:url';

export const CHARACTERS = ['mia', 'leo'] as const;
export const MOTIONS = ['hello', 'jacks', 'dance'] as const;

/** With a slash at its end. */
export const SAMPLES_FOLDER = fileURLToPath(new URL('.', import.meta.url));
/** What of that folder anybody may be handed. */
export const SAMPLE_FILE = new RegExp(
  `^(?:(?:${CHARACTERS.join('|')})\\.jpg|(?:${MOTIONS.join('|')})\\.mp4)$`,
);
