/**
 * Finds and deletes what is kept of a member outside of jobs: their name in the ledger, and what the chats have noted of
 * them.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Traces } from '../core/ports.ts';
import { unnameCounters } from './forgotten-counters.ts';
import type { Database, Statements } from './sql.ts';

/** The spaces' time zones differ from ours by at most 14 hours: after two days a window has ended everywhere. */
const ENDED_FOR_MS = 2 * 24 * 3_600_000;

const lineRow = z.object({ jobId: z.string(), spaceId: z.string(), state: z.string(), counters: z.string() });
const noteRow = z.object({ key: z.string(), value: z.string() });

/** Of a chat: how its notes, in the namespace that has its name, speak of a member, and which spaces nobody else is in. */
type NotingChat = {
  platform: string;
  mentions(id: string): RegExp;
  privateSpaces(id: string): readonly string[];
};

// A line whose job is still on record has yet to be closed, by its id.
export const LINES_OF_MEMBER = `SELECT job_id AS "jobId", space_id AS "spaceId", state, counters FROM ledger_lines
  WHERE member_id = ? AND state <> 'held'
    AND NOT EXISTS (SELECT 1 FROM keyv WHERE keyv.key = 'jobs:' || ledger_lines.job_id)`;
/** Whether an event that is not answered yet says that text somewhere. */
export const UNANSWERED_WITH =
  "SELECT 1 FROM inbox WHERE record IS NOT NULL AND replace(record, ?, '') <> record LIMIT 1";
const ENDED_COUNTERS = `DELETE FROM ledger_counters
  WHERE scope <> 'operator' AND held_jobs = 0 AND held_micros = 0
    AND (("window" >= 'day:' AND "window" < ?) OR ("window" >= 'month:' AND "window" < ?))`;
const SERVED_MEMBER = 'DELETE FROM admission_members WHERE member_id = ? AND waiting = 0 AND inside = 0';
const SERVED_SPACE = 'DELETE FROM admission_spaces WHERE space_id = ? AND waiting = 0 AND inside = 0';
/** The last characters of a text, as many as the other one has. */
const endOf = (column: string): string =>
  `substr(${column}, length(${column}) - length(CAST(? AS TEXT)) + 1)`;

/**
 * Of the chats' notes, only what has an end goes with its member, as the rest is how jobs stand and whose they are
 * goes with them. Throws StoreError.
 */
export function createTraces(db: Database, chats: readonly NotingChat[]): Traces {
  /** What belongs to a job, as `telegram:status:<its id>` does, goes with it: it may be under way, or about to be. */
  async function goesWithJob(tx: Statements, key: string): Promise<boolean> {
    const subject = subjectOf(key);
    if (subject === '') return false;
    const isJob = (await tx.all('SELECT 1 FROM keyv WHERE key = ?', `jobs:${subject}`)).length > 0;
    return isJob || (await tx.all(UNANSWERED_WITH, JSON.stringify(subject))).length > 0;
  }

  async function forgetNotes(
    tx: Statements,
    { platform, mentions }: NotingChat,
    id: string,
  ): Promise<boolean> {
    const names = mentions(id);
    const notes = z
      .array(noteRow)
      .parse(
        await tx.all(
          'SELECT key, value FROM keyv WHERE key >= ? AND key < ? AND expires_at IS NOT NULL',
          ...[`${platform}:`, `${platform};`],
        ),
      );
    const theirs: string[] = [];
    for (const { key, value } of notes)
      if ((names.test(key) || names.test(value)) && !(await goesWithJob(tx, key))) theirs.push(key);
    for (const key of theirs) {
      await tx.run('DELETE FROM keyv WHERE key = ?', key);
      await closeStatus(tx, subjectOf(key));
    }
    return theirs.length > 0;
  }

  return {
    async forget(memberId, unnamed) {
      return db.transaction('ledger', async (tx) => {
        // Made up anew each time, so that nobody, with whatever key, can tell whose it was.
        const name = `forgotten:${randomBytes(6).toString('hex')}`;
        const [platform, id = ''] = memberId.split(':');
        const chat = id === '' ? undefined : chats.find((one) => one.platform === platform);
        const own = ownSpacesOf(chats, memberId);
        const inBook = z.array(lineRow).parse(await tx.all(LINES_OF_MEMBER, memberId));
        for (const { jobId, spaceId, state, counters } of inBook) {
          await tx.run(
            'UPDATE ledger_lines SET job_id = ?, member_id = ?, space_id = ?, counters = ? WHERE job_id = ?',
            `forgotten:${randomBytes(9).toString('hex')}`,
            name,
            own.includes(spaceId) ? name : spaceId,
            state === 'suspended' ? counters : '[]',
            jobId,
          );
        }
        // When they were last served; what still waits or renders has a job, and goes with it.
        await tx.run(SERVED_MEMBER, memberId);
        for (const spaceId of own) await tx.run(SERVED_SPACE, spaceId);
        const counted = await unnameCounters(tx, { memberId, ownSpaces: own }, unnamed);
        const noted = chat !== undefined && (await forgetNotes(tx, chat, id));
        return noted || counted || inBook.length > 0;
      });
    },
    async forgetJob(jobId) {
      const end = `:${jobId}`;
      await db.transaction('keyv', async (tx) => {
        for (const { platform } of chats)
          await tx.run(
            `DELETE FROM keyv WHERE key >= ? AND key < ? AND ${endOf('key')} = ?`,
            ...[`${platform}:`, `${platform};`, end, end],
          );
        await closeStatus(tx, jobId);
      });
    },
    async dropEnded(now) {
      const day = new Date(now - ENDED_FOR_MS).toISOString().slice(0, 10);
      await db.transaction('ledger', async (tx) => {
        await tx.run(ENDED_COUNTERS, `day:${day}`, `month:${day.slice(0, 7)}`);
        await tx.run('DELETE FROM keyv WHERE expires_at < ?', now);
      });
    },
    overwrite: () => db.overwrite(),
  };
}

/** In the inbox, `telegram-status:<id of a job>` waits for a last word that nobody will say. */
async function closeStatus(tx: Statements, subject: string): Promise<void> {
  const end = `-status:${subject}`;
  await tx.run(
    `UPDATE inbox SET record = NULL WHERE record IS NOT NULL AND ${endOf('id')} = ?`,
    ...[end, end],
  );
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
