/** The fingerprints of videos in two tables: what each looks like, and which files were handed out. */
import { z } from 'zod';
import type { Fingerprints } from '../core/trust/fingerprints.ts';
import type { Sql } from './sql.ts';

const ROWS_AT_ONCE = 200;
const codeRow = z.object({ code: z.string() }).optional();
const framesRow = z.object({ code: z.string(), frames: z.instanceof(Uint8Array) });

export function createFingerprints(sql: Sql): Fingerprints {
  return {
    async keepFrames(code, at, frames) {
      await sql.run(
        `INSERT INTO video_frames (code, at, frames) VALUES (?, ?, ?)
         ON CONFLICT (code) DO UPDATE SET at = excluded.at, frames = excluded.frames`,
        ...[code, at, new Uint8Array(frames.buffer, frames.byteOffset, frames.byteLength)],
      );
    },
    async keepFile(code, at, sha256) {
      await sql.run(
        `INSERT INTO video_files (sha256, code, at) VALUES (?, ?, ?)
         ON CONFLICT (sha256) DO UPDATE SET at = excluded.at`,
        ...[sha256, code, at],
      );
    },
    async ofFile(sha256) {
      const [found] = await sql.all('SELECT code FROM video_files WHERE sha256 = ?', sha256);
      return codeRow.parse(found)?.code;
    },
    async *all() {
      for (let after = ''; ; ) {
        const page = `SELECT code, frames FROM video_frames WHERE code > ? ORDER BY code LIMIT ${ROWS_AT_ONCE}`;
        const rows = z.array(framesRow).parse(await sql.all(page, after));
        // Copied: a blob may lie at any address, and numbers of four bytes at every fourth alone.
        for (const { code, frames } of rows)
          yield { code, frames: new Uint32Array(new Uint8Array(frames).buffer) };
        const last = rows.at(-1);
        if (!last) return;
        after = last.code;
      }
    },
    async dropBefore(at) {
      await sql.transaction('fingerprints', async (tx) => {
        await tx.run('DELETE FROM video_frames WHERE at < ?', at);
        await tx.run('DELETE FROM video_files WHERE at < ?', at);
      });
    },
  };
}
