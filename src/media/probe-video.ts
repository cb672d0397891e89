/** Measures a finished video, in a child process. */
import { look } from './av/look.ts';
import { openClip, type SoundOption } from './av/open-clip.ts';
import { readClip } from './check-clip.ts';

export type VideoFacts = { width: number; height: number; durationMs: number };
type ProbeArgs = { path: string; withoutDecoding?: boolean | undefined } & SoundOption;

/** What speaks of what we can decode, not of the file. */
const OURS = ['clip-undecodable', 'clip-too-large'];

/** Null when it can't be played to its end; throws where nothing here can tell. `withoutDecoding` believes what the index and the packets say. */
export async function probeVideo({
  path,
  withoutSound,
  withoutDecoding,
}: ProbeArgs): Promise<VideoFacts | null> {
  const read = await readClip(path, { withoutSound });
  if (!read.ok) {
    if (OURS.includes(read.refusal.code))
      throw new Error(`the video can't be read here: ${read.refusal.code}`);
    return null;
  }
  const { container, scanned, geometry } = read.value;
  const facts = { ...geometry.shown, durationMs: scanned.durationMs };
  if (withoutDecoding) return facts;
  const seen = await look(() => openClip(path, container, { withoutSound }), scanned);
  return seen.lastFrameDecodes ? facts : null;
}
