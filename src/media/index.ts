/** The core's port Media, on the pool of child processes: verdicts are values, whatever the bytes do to a child. */
import { BrokenVideo, type ClipFacts, type ImageFacts, MachineBusy, type Media } from '../core/media.ts';
import type { ClipLimits, ImageLimits } from '../core/models/model.ts';
import { type Outcome, refuse } from '../core/refusals.ts';
import type { Lent } from './mark/c2pa.ts';
import type { SigningKey } from './mark/cose.ts';
import type { Pool, TaskArgs } from './pool.ts';
import type { RunOptions } from './task.ts';
import { TaskCrashed, TaskFailed, TooHeavy } from './task-errors.ts';
import { createTaskRetry } from './task-retry.ts';
import type { TASKS } from './tasks.ts';

/**
 * A good file beyond this may be too much for the time and memory there is: whoever has filmed in 8K is better served
 * by "too large" than by "too heavy".
 */
const EASY_SIDE = 1920;
const EASY_PIXELS = 12_000_000;
const POSTER_SIDE = 1280;

/** What opens a clip, and can do so without its sound. */
type ClipTask =
  | 'checkClip'
  | 'lookAtClip'
  | 'normaliseClip'
  | 'probeVideo'
  | 'poster'
  | 'shrink'
  | 'frameHashes';

/** What marks are made with: without a signer they are XMP alone. */
export type MarkParts = {
  signer?: SigningKey | undefined;
  /** Certificates, in PEM, by which we know what is ours. */
  roots: readonly string[];
  lent?: Lent | undefined;
  /** What a provider is called, and the model that it runs, in the words of their makers. */
  credit(provider: string): { model: string; provider: string };
};

const UNSIGNED: MarkParts = { roots: [], credit: (provider) => ({ model: provider, provider }) };

/** Stopping it stops the pool. */
export function createMedia({ pool, marks = UNSIGNED }: { pool: Pool; marks?: MarkParts }): Media {
  const run = createTaskRetry<typeof TASKS>(pool);

  const runClip = <Name extends ClipTask>(name: Name, args: TaskArgs<Name>, options: RunOptions = {}) =>
    run(name, args, { ...options, afterCrash: { ...args, withoutSound: true } });

  async function checkImage(
    path: string,
    limits?: ImageLimits,
    signal?: AbortSignal,
  ): Promise<Outcome<ImageFacts>> {
    return run('checkImage', { path, ...within(limits) }, given(signal)).catch(refused('image'));
  }

  async function checkClip(
    path: string,
    limits?: ClipLimits,
    signal?: AbortSignal,
  ): Promise<Outcome<ClipFacts>> {
    return runClip('checkClip', { path, ...within(limits) }, given(signal)).catch(refused('clip'));
  }

  return {
    checkImage,
    checkClip,
    async normaliseImage(path, toPath, { limits, crop } = {}, signal) {
      try {
        return await run('normaliseImage', { path, toPath, crop, ...within(limits) }, given(signal));
      } catch (error) {
        const outcome = refused('image')(error);
        if (!(error instanceof TooHeavy)) return outcome;
        const checked = await checkImage(path, limits, signal);
        if (!checked.ok || checked.value.width * checked.value.height <= EASY_PIXELS) return outcome;
        const size = sizeOf(checked.value);
        return refuse({ code: 'image-too-large', by: 'pixels', ...size, maxPixels: EASY_PIXELS });
      }
    },
    async normaliseClip(path, toPath, { limits, onProgress, ...part }, signal) {
      const options = { ...given(signal), ...(onProgress ? { onProgress } : {}) };
      try {
        const args = { path, toPath, ...part, ...within(limits) };
        return await runClip('normaliseClip', args, options);
      } catch (error) {
        const outcome = refused('clip')(error);
        if (!(error instanceof TooHeavy)) return outcome;
        const checked = await checkClip(path, limits, signal);
        if (!checked.ok || Math.max(checked.value.width, checked.value.height) <= EASY_SIDE) return outcome;
        const size = sizeOf(checked.value);
        return refuse({ code: 'clip-too-large', by: 'pixels', ...size, maxSide: EASY_SIDE });
      }
    },
    async findPerson(imagePath, clipPath, signal) {
      return run('findPerson', { imagePath, clipPath }, given(signal)).catch(() => undefined);
    },
    async lookAtPicture(path, signal) {
      return (await run('lookAtPicture', { path }, given(signal)).catch(() => null)) ?? undefined;
    },
    async lookAtClip(path, signal) {
      return (await runClip('lookAtClip', { path }, given(signal)).catch(() => null)) ?? undefined;
    },
    async contactSheet(sheet, toPath, signal) {
      return run('contactSheet', { ...sheet, toPath }, given(signal)).catch(() => false);
    },
    async preview(path, toPath, of, signal) {
      return run('preview', { path, toPath, of }, given(signal)).catch(() => false);
    },
    async previewSheet(tiles, toPath, signal) {
      return run('previewSheet', { tiles: [...tiles], toPath }, given(signal)).catch(() => false);
    },
    async pictureHash(path, signal) {
      const hash = await run('pictureHash', { path }, given(signal)).catch((error: unknown) => {
        if (!isTheFile(error)) throw error;
        return null;
      });
      return hash ?? undefined;
    },
    async probeVideo(path, signal) {
      const facts = await runClip('probeVideo', { path }, given(signal)).catch((error: unknown) => {
        if (!(error instanceof TaskFailed) && !isTheFile(error)) throw error;
        return runClip('probeVideo', { path, withoutDecoding: true }, given(signal));
      });
      if (!facts) throw new BrokenVideo();
      return facts;
    },
    async poster(path, toPath, { maxSide = POSTER_SIDE, signal } = {}) {
      if (!(await runClip('poster', { path, toPath, maxSide }, given(signal)))) throw new BrokenVideo();
    },
    async shrink(path, toPath, limits, signal) {
      return (await runClip('shrink', { path, toPath, ...limits }, given(signal))) ?? undefined;
    },
    async mark(path, toPath, { facts, plate, origin, unsigned = false }, signal) {
      const { code, at } = facts;
      const credit = marks.credit(facts.provider);
      const credited = { code, at, ...credit, model: facts.model ?? credit.model };
      const name = plate ? 'markWithPlate' : 'mark';
      const bare = { path, toPath, facts: credited, origin };
      const signer = unsigned ? undefined : marks.signer;
      // What crashes a child, or is too heavy for it, is the signing sooner than the sound, which was paid for.
      const options = { ...given(signal), afterCrash: bare };
      const made = await run(name, { ...bare, signer }, options).catch((error: unknown) => {
        if (!(error instanceof TooHeavy) || !signer) throw error;
        return run(name, bare, given(signal));
      });
      return made ?? undefined;
    },
    async showsRealPerson(path, signal) {
      return run('showsRealPerson', { path }, given(signal)).catch(() => undefined);
    },
    async signedBy(path) {
      const signed = await run('readSigned', { path, roots: [...marks.roots], lent: marks.lent });
      if (!signed) return undefined;
      return { state: signed.state, ...(signed.title === undefined ? {} : { code: signed.title }) };
    },
    async frameHashes(path, { asked }) {
      const hashes = await runClip('frameHashes', { path, asked });
      return hashes
        ? { reference: framesOf(hashes.reference), queries: hashes.queries.map(framesOf) }
        : undefined;
    },
    async chart(chart) {
      return Buffer.from(await run('chart', chart), 'base64');
    },
    stop: () => pool.stop(),
  };
}

const framesOf = (base64: string): Uint32Array =>
  new Uint32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);

/** What is left when every try has failed. Neither is a decoder's word that the file is damaged. */
const isTheFile = (error: unknown): error is TooHeavy | TaskCrashed =>
  error instanceof TooHeavy || error instanceof TaskCrashed;

/** The words for a file that was too heavy, or crashed what reads it, and for a machine that had no time. Throws the rest. */
const refused = (what: 'image' | 'clip') => (error: unknown) => {
  if (error instanceof MachineBusy) return refuse({ code: 'busy' });
  if (error instanceof TooHeavy) return refuse({ code: 'too-heavy', what });
  if (error instanceof TaskCrashed)
    return refuse({ code: what === 'image' ? 'not-an-image' : 'not-a-video' });
  throw error;
};

const within = <L>(limits: L | undefined): { limits?: L } => (limits ? { limits } : {});
const given = (signal: AbortSignal | undefined): RunOptions => (signal ? { signal } : {});

const sizeOf = ({ width, height }: { width: number; height: number }) => ({ width, height });
