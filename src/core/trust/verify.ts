/** Answers whether a video is one of ours. docs/decisions/0009-verify.md says where the limits come from. */
import type { Context } from '../context.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import { distanceOf } from './frame-match.ts';

/** Mean bits of 64. Of 344 pairs that have nothing to do with each other the nearest came to 16.9. */
const OURS = 10;
const LIKELY = 14;
/** Between these, others have their turn. */
const COMPARED_AT_ONCE = 20;

/**
 * `unchanged`: these very bytes were handed out. `changed`: it was encoded, cut or framed anew since, or is another
 * video from the same picture. `likely`: it may be.
 */
export type Verdict = { kind: 'unchanged' | 'changed' | 'likely'; code: string } | { kind: 'not-ours' };

/** What was handed in; `sha256` as `Upload` has it. */
type Asked = { path: string; sha256: string };

export type Verify = (file: Asked) => Promise<Outcome<Verdict>>;

export const createVerify =
  (ctx: Context): Verify =>
  async ({ path, sha256 }) => {
    const known = await ctx.fingerprints.ofFile(sha256);
    if (known !== undefined) return accept({ kind: 'unchanged', code: known });
    try {
      const signed = await ctx.media.signedBy(path);
      if (signed?.state === 'ours' && signed.code !== undefined)
        return accept({ kind: 'unchanged', code: signed.code });
      const seen = await ctx.media.frameHashes(path, { asked: true });
      return seen ? accept(await nearest(ctx, seen.queries)) : refuse({ code: 'not-a-video' });
    } catch (err) {
      ctx.log.warn({ err }, 'a file could not be verified');
      return refuse({ code: 'busy' });
    }
  };

async function nearest(ctx: Context, queries: readonly Uint32Array[]): Promise<Verdict> {
  let best: { code: string; distance: number } | undefined;
  let compared = 0;
  for await (const { code, frames } of ctx.fingerprints.all()) {
    const distance = distanceOf(frames, queries);
    if (distance !== undefined && (!best || distance < best.distance)) best = { code, distance };
    compared += 1;
    if (compared % COMPARED_AT_ONCE === 0) await ctx.breathe();
  }
  if (!best || best.distance > LIKELY) return { kind: 'not-ours' };
  return { kind: best.distance <= OURS ? 'changed' : 'likely', code: best.code };
}
