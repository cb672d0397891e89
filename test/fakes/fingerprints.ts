import type { Fingerprints } from '../../src/core/trust/fingerprints.ts';

export function memoryFingerprints(): Fingerprints {
  const frames = new Map<string, { at: number; frames: Uint32Array }>();
  const files = new Map<string, { at: number; code: string }>();
  return {
    keepFrames: async (code, at, seen) => void frames.set(code, { at, frames: seen }),
    keepFile: async (code, at, sha256) => void files.set(sha256, { at, code }),
    ofFile: async (sha256) => files.get(sha256)?.code,
    async *all() {
      for (const [code, kept] of frames) yield { code, frames: kept.frames };
    },
    async dropBefore(at) {
      for (const [key, kept] of frames) if (kept.at < at) frames.delete(key);
      for (const [key, kept] of files) if (kept.at < at) files.delete(key);
    },
  };
}
