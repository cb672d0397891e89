/**
 * A bot that takes pictures, clips and videos as they are, as in the fault suite. Of a test with one job, three quarters of
 * the work was to look into files that other tests have looked into: whoever asks for this proves something else.
 */
import { sampleClip, sampleImage } from '../samples.ts';

const HOOK = new URL('../faults/hooks/media-alone.ts', import.meta.url).href;

/** For its environment. */
export const mediaAsTheyAre = async (): Promise<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${HOOK}`,
  FAULTS_POSTER: await sampleImage({ width: 180, height: 320 }),
});

/** Of 3 seconds, as every clip is there. */
export const filesAsTheyAre = async (): Promise<{ image: string; clip: string }> => ({
  image: await sampleImage(),
  clip: await sampleClip(),
});
