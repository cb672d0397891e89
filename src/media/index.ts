/** The core's port Media, on the pool of child processes: verdicts are values, whatever the bytes do to a child. */
import type { ClipFacts, ImageFacts, Media } from '../core/media.ts';
import { type Outcome, refuse } from '../core/refusals.ts';
import type { Pool, RunOptions, TaskArgs, TaskName } from './pool.ts';
import { TaskCrashed, TaskOutOfMemory, TaskTimedOut } from './task-errors.ts';

const FIND_PERSON_MS = 8_000;
/**
 * A good file beyond this may be too much for the time and memory there is: whoever has filmed in 8K is better served
 * by "too large" than by "broken".
 */
const EASY_SIDE = 1920;
const EASY_PIXELS = 12_000_000;
const POSTER_SIDE = 1280;

/** The video can't be played to its end. Fetching it again may help, measuring it again does not. */
export class BrokenVideo extends Error {
  override name = 'BrokenVideo';
  readonly retryHelps = false;
  constructor() {
    super('the video can not be played');
  }
}

/** Stopping it stops the pool. */
export function createMedia({ pool }: { pool: Pool }): Media {
  /** A crash may be chance, so it is tried once more. */
  async function run<Name extends TaskName>(name: Name, args: TaskArgs<Name>, options: RunOptions = {}) {
    try {
      return await pool.run(name, args, options);
    } catch (error) {
      if (!(error instanceof TaskCrashed)) throw error;
      return pool.run(name, args, options);
    }
  }

  async function checkImage(path: string, signal?: AbortSignal): Promise<Outcome<ImageFacts>> {
    return run('checkImage', { path }, given(signal)).catch(brokenFile('image'));
  }

  async function checkClip(path: string, signal?: AbortSignal): Promise<Outcome<ClipFacts>> {
    return run('checkClip', { path }, given(signal)).catch(brokenFile('clip'));
  }

  return {
    checkImage,
    checkClip,
    async normaliseImage(path, toPath, signal) {
      try {
        return await run('normaliseImage', { path, toPath }, given(signal));
      } catch (error) {
        const refused = brokenFile('image')(error);
        const checked = await checkImage(path, signal);
        if (!checked.ok || checked.value.width * checked.value.height <= EASY_PIXELS) return refused;
        return refuse({
          code: 'image-too-large',
          by: 'pixels',
          ...sizeOf(checked.value),
          maxPixels: EASY_PIXELS,
        });
      }
    },
    async normaliseClip(path, toPath, { maxSeconds, loopToSeconds, onProgress }, signal) {
      const options = { ...given(signal), ...(onProgress ? { onProgress } : {}) };
      try {
        return await run('normaliseClip', { path, toPath, maxSeconds, loopToSeconds }, options);
      } catch (error) {
        const refused = brokenFile('clip')(error);
        const checked = await checkClip(path, signal);
        if (!checked.ok || Math.max(checked.value.width, checked.value.height) <= EASY_SIDE) return refused;
        return refuse({ code: 'clip-too-large', by: 'pixels', ...sizeOf(checked.value), maxSide: EASY_SIDE });
      }
    },
    async findPerson(imagePath, clipPath, signal) {
      const options = { ...given(signal), deadlineMs: FIND_PERSON_MS };
      return pool.run('findPerson', { imagePath, clipPath }, options).catch(() => undefined);
    },
    async probeVideo(path, signal) {
      const facts = await run('probeVideo', { path }, given(signal));
      if (!facts) throw new BrokenVideo();
      return facts;
    },
    async poster(path, toPath, { maxSide = POSTER_SIDE, signal } = {}) {
      if (!(await run('poster', { path, toPath, maxSide }, given(signal)))) throw new BrokenVideo();
    },
    async shrink(path, toPath, limits, signal) {
      return (await run('shrink', { path, toPath, ...limits }, given(signal))) ?? undefined;
    },
    async chart(chart) {
      return Buffer.from(await run('chart', chart), 'base64');
    },
    stop: () => pool.stop(),
  };
}

/** What takes too long, too much memory or kills its child is no file for us. Throws every other error on. */
const brokenFile = (what: 'image' | 'clip') => (error: unknown) => {
  const fault = [TaskTimedOut, TaskOutOfMemory, TaskCrashed].some((kind) => error instanceof kind);
  if (!fault) throw error;
  return refuse({ code: 'broken-file', what });
};

const given = (signal: AbortSignal | undefined): RunOptions => (signal ? { signal } : {});

const sizeOf = ({ width, height }: { width: number; height: number }) => ({ width, height });
