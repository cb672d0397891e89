/**
 * Finds and deletes what is kept of a member outside of jobs: their name in the ledger, and what the chats have noted of
 * them.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Traces } from '../core/ports.ts';
import type { Database } from './sqlite.ts';

/** The spaces' time zones differ from ours by at most 14 hours: after two days a window has ended everywhere. */
const ENDED_FOR_MS = 2 * 24 * 3_600_000;

const jobRow = z.object({ jobId: z.string() });
const noteRow = z.object({ key: z.string(), value: z.string() });

/** Of a chat: how its notes, in the namespace that has its name, speak of a member, and which spaces nobody else is in. */
type NotingChat = {
  platform: string;
  mentions(id: string): RegExp;
  privateSpaces(id: string): readonly string[];
};

/**
 * Of the chats' notes, only what has an end goes with its member, as the rest is how jobs stand and whose they are
 * goes with them. Throws StoreError.
 */
export function createTraces(db: Database, chats: readonly NotingChat[]): Traces {
  // A line whose job is still on record has yet to be closed, by its id.
  const lines = db.prepare(
    `SELECT job_id AS jobId FROM ledger_lines INDEXED BY lines_by_member
     WHERE member_id = ? AND state <> 'held'
       AND NOT EXISTS (SELECT 1 FROM keyv WHERE keyv.key = 'jobs:' || ledger_lines.job_id)`,
  );
  const rename = db.prepare(
    `UPDATE ledger_lines SET job_id = ?, member_id = ?,
       space_id = CASE WHEN space_id IN (SELECT value FROM json_each(?)) THEN ? ELSE space_id END,
       counters = CASE state WHEN 'suspended' THEN counters ELSE '[]' END
     WHERE job_id = ?`,
  );
  const endedCounters = db.prepare(
    `DELETE FROM ledger_counters
     WHERE scope <> 'operator' AND held_jobs = 0 AND held_micros = 0
       AND (("window" >= 'day:' AND "window" < ?) OR ("window" >= 'month:' AND "window" < ?))`,
  );
  const notes = db.prepare(
    'SELECT key, value FROM keyv WHERE key >= ? AND key < ? AND expires_at IS NOT NULL',
  );
  const isJob = db.prepare('SELECT 1 FROM keyv WHERE key = ?');
  const isRequest = db.prepare(
    'SELECT 1 FROM inbox INDEXED BY inbox_pending WHERE record IS NOT NULL AND instr(record, ?)',
  );
  const dropNote = db.prepare('DELETE FROM keyv WHERE key = ?');
  const dropJobNotes = db.prepare(
    'DELETE FROM keyv WHERE key >= ?2 AND key < ?3 AND substr(key, -length(?1)) = ?1',
  );
  // In the inbox, `telegram-status:<id of a job>` waits for a last word that nobody will say.
  const closeStatus = db.prepare(
    'UPDATE inbox SET record = NULL WHERE record IS NOT NULL AND substr(id, -length(?1)) = ?1',
  );
  const dropExpired = db.prepare('DELETE FROM keyv WHERE expires_at < ?');

  /** What belongs to a job, as `telegram:status:<its id>` does, goes with it: it may be under way, or about to be. */
  function goesWithJob(key: string): boolean {
    const subject = subjectOf(key);
    if (subject === '') return false;
    return isJob.get(`jobs:${subject}`) !== undefined || isRequest.get(JSON.stringify(subject)) !== undefined;
  }

  function forgetNotes({ platform, mentions }: NotingChat, id: string): boolean {
    const names = mentions(id);
    const theirs = z
      .array(noteRow)
      .parse(notes.all(`${platform}:`, `${platform};`))
      .filter(({ key, value }) => (names.test(key) || names.test(value)) && !goesWithJob(key));
    for (const { key } of theirs) {
      dropNote.run(key);
      closeStatus.run(`-status:${subjectOf(key)}`);
    }
    return theirs.length > 0;
  }

  return {
    async forget(memberId) {
      return db.transaction(() => {
        // Made up anew each time, so that nobody, with whatever key, can tell whose it was.
        const name = `forgotten:${randomBytes(6).toString('hex')}`;
        const [platform, id = ''] = memberId.split(':');
        const chat = id === '' ? undefined : chats.find((one) => one.platform === platform);
        const own = JSON.stringify(ownSpacesOf(chats, memberId));
        const inBook = z.array(jobRow).parse(lines.all(memberId));
        for (const { jobId } of inBook)
          rename.run(`forgotten:${randomBytes(9).toString('hex')}`, name, own, name, jobId);
        return (chat !== undefined && forgetNotes(chat, id)) || inBook.length > 0;
      });
    },
    async forgetJob(jobId) {
      db.transaction(() => {
        for (const { platform } of chats) dropJobNotes.run(`:${jobId}`, `${platform}:`, `${platform};`);
        closeStatus.run(`-status:${jobId}`);
      });
    },
    async dropEnded(now) {
      const day = new Date(now - ENDED_FOR_MS).toISOString().slice(0, 10);
      db.transaction(() => {
        endedCounters.run(`day:${day}`, `month:${day.slice(0, 7)}`);
        dropExpired.run(now);
      });
    },
    async overwrite() {
      // What was deleted is written over in the file itself; the pages from before still lie in the log beside it.
      db.emptyLog();
    },
  };
}

/** The spaces in which that member is alone with the bot. */
export function ownSpacesOf(
  chats: readonly Pick<NotingChat, 'platform' | 'privateSpaces'>[],
  memberId: string,
): readonly string[] {
  const [platform, id = ''] = memberId.split(':');
  return (id !== '' && chats.find((one) => one.platform === platform)?.privateSpaces(id)) || [];
}

/** What a chat's note is about: its key without the chat's name and the kind of the note. */
const subjectOf = (key: string): string => key.split(':').slice(2).join(':');
