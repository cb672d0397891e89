/** The fingerprints of videos in two tables: what each looks like, and which files were handed out. */
import { z } from 'zod';
import type { Fingerprints } from '../core/trust/fingerprints.ts';
import type { Database } from './sqlite.ts';

const ROWS_AT_ONCE = 200;
const codeRow = z.object({ code: z.string() }).optional();
const framesRow = z.object({ code: z.string(), frames: z.instanceof(Uint8Array) });

export function createFingerprints(db: Database): Fingerprints {
  const putFrames = db.prepare(
    `INSERT INTO video_frames (code, at, frames) VALUES (?, ?, ?)
     ON CONFLICT (code) DO UPDATE SET at = excluded.at, frames = excluded.frames`,
  );
  const putFile = db.prepare(
    `INSERT INTO video_files (sha256, code, at) VALUES (?, ?, ?)
     ON CONFLICT (sha256) DO UPDATE SET at = excluded.at`,
  );
  const byFile = db.prepare('SELECT code FROM video_files WHERE sha256 = ?');
  const page = db.prepare(
    `SELECT code, frames FROM video_frames WHERE code > ? ORDER BY code LIMIT ${ROWS_AT_ONCE}`,
  );
  const dropFrames = db.prepare('DELETE FROM video_frames WHERE at < ?');
  const dropFiles = db.prepare('DELETE FROM video_files WHERE at < ?');

  return {
    async keepFrames(code, at, frames) {
      putFrames.run(code, at, new Uint8Array(frames.buffer, frames.byteOffset, frames.byteLength));
    },
    async keepFile(code, at, sha256) {
      putFile.run(sha256, code, at);
    },
    async ofFile(sha256) {
      return codeRow.parse(byFile.get(sha256))?.code;
    },
    async *all() {
      for (let after = ''; ; ) {
        const rows = z.array(framesRow).parse(page.all(after));
        // Copied: a blob may lie at any address, and numbers of four bytes at every fourth alone.
        for (const { code, frames } of rows)
          yield { code, frames: new Uint32Array(new Uint8Array(frames).buffer) };
        const last = rows.at(-1);
        if (!last) return;
        after = last.code;
      }
    },
    async dropBefore(at) {
      db.transaction(() => {
        dropFrames.run(at);
        dropFiles.run(at);
      });
    },
  };
}
