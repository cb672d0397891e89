/** What is kept of every video that was handed out, to know it again by: no picture and no name, and longer than the video. */
import { AUDIT_KEPT_MS } from './audit.ts';
import type { Frames } from './frame-match.ts';

/** As long as the audit log. */
export const FINGERPRINTS_KEPT_MS = AUDIT_KEPT_MS;

export type Fingerprints = {
  /** What a job's video looks like. The same job again replaces it. */
  keepFrames(code: string, at: number, frames: Frames): Promise<void>;
  /** One file that is handed out, byte for byte, by the SHA-256 of these. */
  keepFile(code: string, at: number, sha256: string): Promise<void>;
  /** The code of the job that the file is of. */
  ofFile(sha256: string): Promise<string | undefined>;
  all(): AsyncIterable<{ code: string; frames: Frames }>;
  dropBefore(at: number): Promise<void>;
};
