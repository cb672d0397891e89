/** Measures a finished video, in a child process. */
import { look } from './av/look.ts';
import { openClip, type SoundOption } from './av/open-clip.ts';
import { readClip } from './check-clip.ts';

export type VideoFacts = { width: number; height: number; durationMs: number };
type ProbeArgs = { path: string; withoutDecoding?: boolean | undefined } & SoundOption;

/** Null when it can't be played to its end. `withoutDecoding` believes what the index and the packets say. */
export async function probeVideo({
  path,
  withoutSound,
  withoutDecoding,
}: ProbeArgs): Promise<VideoFacts | null> {
  const read = await readClip(path, { withoutSound });
  if (!read.ok) return null;
  const { container, scanned, geometry } = read.value;
  const facts = { ...geometry.shown, durationMs: scanned.durationMs };
  if (withoutDecoding) return facts;
  const seen = await look(() => openClip(path, container, { withoutSound }), scanned);
  return seen.lastFrameDecodes ? facts : null;
}
