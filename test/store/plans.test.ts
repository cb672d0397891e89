/** How SQLite goes about the statements that must not read everything: by which index, and never by a whole table. */
import { describe, expect, it } from 'vitest';
import { ADMISSIONS } from '../../src/store/admission-rows.ts';
import { FORGET, UNANSWERED } from '../../src/store/inbox.ts';
import { JOBS } from '../../src/store/jobs.ts';
import { HELD } from '../../src/store/ledger.ts';
import { ITEM_NUMBERS } from '../../src/store/ledger-items.ts';
import { LINES } from '../../src/store/ledger-lines.ts';
import { LINES_OF_MEMBER, UNANSWERED_WITH } from '../../src/store/traces.ts';
import { freshDatabase } from './open.ts';

describe('on SQLite', () => {
  it.each([
    ['the open jobs', JOBS.open, ['jobs_open']],
    ['the jobs of a space', JOBS.ofSpace, ['jobs_by_space']],
    ['the jobs of a member', JOBS.ofMember, ['jobs_by_member']],
    ['the jobs of a code', JOBS.ofCode, ['jobs_by_code']],
    ['the next space', JOBS.nextSpace, ['jobs_by_space']],
    ['the oldest jobs of a space', JOBS.oldest, ['jobs_by_space']],
    [
      'whoever names a file',
      JOBS.users,
      ['jobs_by_image', 'jobs_by_clip', 'jobs_by_video', 'jobs_by_marked', 'jobs_by_smaller'],
    ],
    ['the lines of a space', LINES.ofSpace, ['lines_by_space']],
    ['the lines of a member', LINES.ofMember, ['lines_by_member']],
    ['all lines of a time', LINES.ofAll, ['lines_by_time']],
    ['the lines in suspense', LINES.suspended, ['lines_suspended']],
    ['the lines that are held', HELD, ['lines_held']],
    ['the jobs of a motion', ITEM_NUMBERS.motion, ['lines_by_motion']],
    ['the jobs of a character', ITEM_NUMBERS.character, ['lines_by_character']],
    ['the lines of a member who leaves', LINES_OF_MEMBER, ['lines_by_member']],
    ['what is unanswered', UNANSWERED, ['inbox_pending']],
    ['what was answered long ago', FORGET, ['inbox_by_age']],
    [
      'whose turn is next',
      ADMISSIONS.NEXT,
      ['admission_spaces_waiting', 'admission_members_waiting', 'admission_members_waiting'],
    ],
    ['who of a member waits longest', ADMISSIONS.HEAD, ['admissions_waiting']],
    ['who renders', ADMISSIONS.INSIDE, ['admissions_inside']],
    ['how many spaces come before', ADMISSIONS.BEFORE, ['admission_spaces_waiting']],
    ['how many members come before', ADMISSIONS.BEFORE_IN_SPACE, ['admission_members_waiting']],
    ['how many of a member come before', ADMISSIONS.ROUND, ['admissions_waiting']],
    ['spaces without jobs', ADMISSIONS.FORGET_SPACES, ['admission_spaces_by_turn']],
    ['members without jobs', ADMISSIONS.FORGET_MEMBERS, ['admission_members_idle']],
    ['whether something unanswered says so', UNANSWERED_WITH, ['inbox_pending']],
  ])('%s are found by their own index', async (_what, text, indexes) => {
    const db = freshDatabase();
    const values = [...text.matchAll(/\?/g)].map(() => null);
    const plan = (await db.all(`EXPLAIN QUERY PLAN ${text}`, ...values)).map((row) =>
      String(Object(row).detail),
    );
    const used = plan.flatMap((line) => /USING (?:COVERING )?INDEX (\w+)/.exec(line)?.[1] ?? []);
    expect(
      used.filter((name) => !name.startsWith('sqlite_autoindex')),
      plan.join('\n'),
    ).toEqual(indexes);
  });
});
