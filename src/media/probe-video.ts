/** Measures a finished video, in a child process. */
import { look } from './av/look.ts';
import { openClip } from './av/open-clip.ts';
import { readClip } from './check-clip.ts';

export type VideoFacts = { width: number; height: number; durationMs: number };

/** Null when it can't be played to its end. */
export async function probeVideo({ path }: { path: string }): Promise<VideoFacts | null> {
  const read = await readClip(path);
  if (!read.ok) return null;
  const { container, scanned, geometry } = read.value;
  const seen = await look(() => openClip(path, container), scanned);
  return seen.lastFrameDecodes ? { ...geometry.shown, durationMs: scanned.durationMs } : null;
}
