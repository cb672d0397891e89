/** Answers whether a video is one of ours. docs/decisions/0009-verify.md says where the limits come from. */
import type { Context } from '../context.ts';
import { MachineBusy } from '../media.ts';
import { accept, type Outcome, type Refusal, refuse } from '../refusals.ts';
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

/** A verdict for whoever asked. `madeBy`: a member's id, for those who may know. `askable`: they are told if they ask. */
export type Verified = { verdict: Verdict; madeBy?: string; askable?: boolean };

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
      return seen ? accept(await nearest(ctx, seen.queries)) : refuse(await whyUnseen(ctx, path));
    } catch (err) {
      ctx.log.warn({ err }, 'a file could not be verified');
      return refuse(err instanceof MachineBusy ? { code: 'busy' } : await whyUnseen(ctx, path, 'busy'));
    }
  };

/** A picture, a file that was cut short, one that is too heavy: the look at clips tells them apart. */
async function whyUnseen(
  { media, log }: Context,
  path: string,
  otherwise: 'not-a-video' | 'busy' = 'not-a-video',
): Promise<Refusal> {
  try {
    const checked = await media.checkClip(path);
    return checked.ok ? { code: otherwise } : checked.refusal;
  } catch (err) {
    log.warn({ err }, 'why a file could not be verified is not known');
    return { code: 'busy' };
  }
}

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
