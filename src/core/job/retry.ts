/**
 * Retries a save while the disk is full or locked: it records what has already happened outside, so it must not be
 * lost.
 */
import type { Context } from '../context.ts';
import { backOffMs } from './pace.ts';

/** Of what a mistake of ours may be the reason; what is said to pass is waited for as long as it lasts. */
const TRIES = 25;

/** Throws when it is hopeless or we are asked to stop, with `facts` in the log: they are all that is left then. */
export async function retry<T>(ctx: Context, facts: object, save: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await save();
    } catch (error) {
      if ((tries >= TRIES && !willPass(error)) || ctx.stopping()) {
        ctx.log.error({ ...facts, err: error }, 'what has happened could not be saved');
        throw error;
      }
      ctx.log.warn(
        { ...facts, tries, err: error },
        'what has happened could not be saved and is tried again',
      );
      const waitMs = backOffMs(tries, ctx.random, { firstMs: 50, ceilingMs: 10_000 });
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

const willPass = (error: unknown): boolean =>
  error instanceof Error && 'retryHelps' in error && error.retryHelps === true;
