import { LIBRARY_STEP } from './migrations-library.ts';

/**
 * The shape of the database, step by step. `user_version` counts the steps taken; a step that was ever released is
 * never changed, a new one is added.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE keyv (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL,
    expires_at INTEGER
  ) STRICT;
  CREATE INDEX keyv_expiring ON keyv (expires_at) WHERE expires_at IS NOT NULL;

  -- The indexes of the jobs lie on the records themselves, so that no crash can take them apart:
  -- docs/decisions/0001-open-jobs-index.md. jobs.ts must repeat these conditions word for word.
  CREATE INDEX jobs_open ON keyv (key)
    WHERE key >= 'jobs:' AND key < 'jobs;'
      AND json_extract(value, '$.value.state') NOT IN ('delivered', 'failed', 'cancelled');
  CREATE INDEX jobs_by_space
    ON keyv (json_extract(value, '$.value.requester.spaceId'), json_extract(value, '$.value.createdAt'), key)
    WHERE key >= 'jobs:' AND key < 'jobs;';

  -- One line a job, kept for ever: what was held, what it became, and which counters it moved.
  CREATE TABLE ledger_lines (
    job_id TEXT PRIMARY KEY NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'suspended', 'settled', 'freed')),
    held_micros INTEGER NOT NULL CHECK (held_micros >= 0),
    settled_micros INTEGER NOT NULL DEFAULT 0 CHECK (settled_micros >= 0),
    counters TEXT NOT NULL,
    provider TEXT NOT NULL,
    member_id TEXT NOT NULL,
    space_id TEXT NOT NULL,
    held_at INTEGER NOT NULL,
    settled_at INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX lines_held ON ledger_lines (job_id) WHERE state = 'held';

  -- The sums of the lines, kept along in the same transaction so that a limit is checked by one look.
  CREATE TABLE ledger_counters (
    scope TEXT NOT NULL,
    "window" TEXT NOT NULL,
    held_micros INTEGER NOT NULL CHECK (held_micros >= 0),
    settled_micros INTEGER NOT NULL CHECK (settled_micros >= 0),
    held_jobs INTEGER NOT NULL CHECK (held_jobs >= 0),
    settled_jobs INTEGER NOT NULL CHECK (settled_jobs >= 0),
    PRIMARY KEY (scope, "window")
  ) STRICT, WITHOUT ROWID;

  -- One row that ping() writes to, to know that the disk still takes writes.
  CREATE TABLE ping (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL) STRICT;
  `,
  `
  CREATE INDEX jobs_by_member
    ON keyv (json_extract(value, '$.value.requester.memberId'), json_extract(value, '$.value.createdAt'), key)
    WHERE key >= 'jobs:' AND key < 'jobs;';
  CREATE INDEX jobs_by_code ON keyv (json_extract(value, '$.value.code'), key)
    WHERE key >= 'jobs:' AND key < 'jobs;';
  -- Before a file goes, every job is asked whether it still needs it.
  CREATE INDEX jobs_by_image ON keyv (json_extract(value, '$.value.inputs.image.key'))
    WHERE key >= 'jobs:' AND key < 'jobs;';
  CREATE INDEX jobs_by_clip ON keyv (json_extract(value, '$.value.inputs.clip.key'))
    WHERE key >= 'jobs:' AND key < 'jobs;';
  CREATE INDEX jobs_by_video ON keyv (json_extract(value, '$.value.video.key'))
    WHERE key >= 'jobs:' AND key < 'jobs;';
  CREATE INDEX jobs_by_smaller ON keyv (json_extract(value, '$.value.smaller.key'))
    WHERE key >= 'jobs:' AND key < 'jobs;';

  -- What came in from a chat: unanswered while it has a record, remembered by its id afterwards.
  CREATE TABLE inbox (
    id TEXT PRIMARY KEY NOT NULL,
    record TEXT,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX inbox_pending ON inbox (id) WHERE record IS NOT NULL;
  CREATE INDEX inbox_by_age ON inbox (at) WHERE record IS NULL;
  `,
  `
  CREATE TABLE settings (space_id TEXT PRIMARY KEY NOT NULL, settings TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- Who changed what, for ever.
  CREATE TABLE audit (
    n INTEGER PRIMARY KEY,
    space_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    setting TEXT NOT NULL,
    change TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_space ON audit (space_id, n);
  `,
  `
  -- What was quoted, for reports; unknown of lines from before.
  ALTER TABLE ledger_lines ADD COLUMN seconds INTEGER;
  -- A space's month and everybody's, in order. Reports read these alone: with every column that they need here, a
  -- month costs a quarter of what looking up each line would.
  CREATE INDEX lines_by_space ON ledger_lines
    (space_id, held_at, job_id, member_id, provider, seconds, held_micros, state, settled_micros, settled_at);
  CREATE INDEX lines_by_time ON ledger_lines
    (held_at, job_id, space_id, member_id, provider, seconds, held_micros, state, settled_micros, settled_at);
  CREATE INDEX lines_suspended ON ledger_lines (held_at, job_id) WHERE state = 'suspended';
  `,
  `
  -- A member who wants to be forgotten.
  CREATE INDEX lines_by_member ON ledger_lines (member_id);
  `,
  `
  -- Lists that lay under one key each, and were read, changed and written whole: now each entry has a key of its own.
  INSERT OR IGNORE INTO keyv (key, value)
    SELECT 'discord:waiting:' || json_extract(entry.value, '$.id'), json_object('value', json(entry.value))
    FROM keyv, json_each(keyv.value, '$.value') AS entry WHERE keyv.key = 'discord:waiting';
  INSERT OR IGNORE INTO keyv (key, value)
    SELECT 'offers:open:' || json_extract(entry.value, '$.id'), json_object('value', json(entry.value))
    FROM keyv, json_each(keyv.value, '$.value') AS entry WHERE keyv.key = 'offers:open';
  INSERT OR IGNORE INTO keyv (key, value)
    SELECT 'discord:server:' || entry.key, json_object('value', json(entry.value))
    FROM keyv, json_each(keyv.value, '$.value') AS entry WHERE keyv.key = 'discord:tiers';
  INSERT OR IGNORE INTO keyv (key, value, expires_at)
    SELECT 'discord:limit:' || entry.key,
      json_object('value', json(entry.value), 'expires', json_extract(entry.value, '$.until')),
      json_extract(entry.value, '$.until')
    FROM keyv, json_each(keyv.value, '$.value') AS entry WHERE keyv.key = 'discord:limits';
  DELETE FROM keyv WHERE key IN ('discord:waiting', 'offers:open', 'discord:tiers', 'discord:limits');
  `,
  `
  CREATE INDEX jobs_by_marked ON keyv (json_extract(value, '$.value.marked.video.key'))
    WHERE key >= 'jobs:' AND key < 'jobs;';

  -- What videos look like, and which files were handed out: to know them again when the jobs are gone.
  CREATE TABLE video_frames (code TEXT PRIMARY KEY NOT NULL, at INTEGER NOT NULL, frames BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX video_frames_by_age ON video_frames (at);
  CREATE TABLE video_files (sha256 TEXT PRIMARY KEY NOT NULL, code TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX video_files_by_age ON video_files (at);
  `,
  `
  -- Consents, reports and what was decided of them, for twelve months. Rows are only added: what is written down can't be
  -- changed afterwards, but for the name of a member who asks to be forgotten.
  CREATE TABLE audit_log (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    space_id TEXT NOT NULL,
    by TEXT NOT NULL,
    about TEXT,
    job_code TEXT,
    kind TEXT NOT NULL,
    facts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_log_by_space ON audit_log (space_id, n);
  CREATE INDEX audit_log_by_time ON audit_log (at);
  CREATE INDEX audit_log_by ON audit_log (by, kind, n);
  CREATE INDEX audit_log_about ON audit_log (about) WHERE about IS NOT NULL;
  CREATE TRIGGER audit_log_is_kept BEFORE UPDATE ON audit_log
    WHEN NEW.n <> OLD.n OR NEW.at <> OLD.at OR NEW.kind <> OLD.kind OR NEW.facts <> OLD.facts
      OR NEW.job_code IS NOT OLD.job_code
      OR (NEW.by <> OLD.by AND NEW.by <> 'forgotten')
      OR (NEW.about IS NOT OLD.about AND NEW.about IS NOT 'forgotten')
      OR (NEW.space_id <> OLD.space_id AND NEW.space_id <> 'forgotten')
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
  `,
  `
  -- What is looked for in a job's record is a column of its row, which the database itself derives from the record: so the
  -- two can't be at odds, and each statement is the same text for PostgreSQL, where expressions over JSON are not.
  ALTER TABLE keyv ADD COLUMN job_open TEXT GENERATED ALWAYS AS (CASE WHEN key >= 'jobs:' AND key < 'jobs;'
    AND json_extract(value, '$.value.state') NOT IN ('delivered', 'failed', 'cancelled') THEN key END) VIRTUAL;
  ALTER TABLE keyv ADD COLUMN job_space TEXT GENERATED ALWAYS AS (CASE WHEN key >= 'jobs:' AND key < 'jobs;'
    THEN CAST(json_extract(value, '$.value.requester.spaceId') AS TEXT) END) VIRTUAL;
  ALTER TABLE keyv ADD COLUMN job_member TEXT GENERATED ALWAYS AS (CASE WHEN key >= 'jobs:' AND key < 'jobs;'
    THEN CAST(json_extract(value, '$.value.requester.memberId') AS TEXT) END) VIRTUAL;
  ALTER TABLE keyv ADD COLUMN job_created_at INTEGER GENERATED ALWAYS AS (CASE WHEN key >= 'jobs:' AND key < 'jobs;'
    THEN CAST(json_extract(value, '$.value.createdAt') AS INTEGER) END) VIRTUAL;
  ALTER TABLE keyv ADD COLUMN job_code TEXT GENERATED ALWAYS AS (CASE WHEN key >= 'jobs:' AND key < 'jobs;'
    THEN CAST(json_extract(value, '$.value.code') AS TEXT) END) VIRTUAL;
  ALTER TABLE keyv ADD COLUMN job_image TEXT GENERATED ALWAYS AS (CASE WHEN key >= 'jobs:' AND key < 'jobs;'
    THEN CAST(json_extract(value, '$.value.inputs.image.key') AS TEXT) END) VIRTUAL;
  ALTER TABLE keyv ADD COLUMN job_clip TEXT GENERATED ALWAYS AS (CASE WHEN key >= 'jobs:' AND key < 'jobs;'
    THEN CAST(json_extract(value, '$.value.inputs.clip.key') AS TEXT) END) VIRTUAL;
  ALTER TABLE keyv ADD COLUMN job_video TEXT GENERATED ALWAYS AS (CASE WHEN key >= 'jobs:' AND key < 'jobs;'
    THEN CAST(json_extract(value, '$.value.video.key') AS TEXT) END) VIRTUAL;
  ALTER TABLE keyv ADD COLUMN job_marked TEXT GENERATED ALWAYS AS (CASE WHEN key >= 'jobs:' AND key < 'jobs;'
    THEN CAST(json_extract(value, '$.value.marked.video.key') AS TEXT) END) VIRTUAL;
  ALTER TABLE keyv ADD COLUMN job_smaller TEXT GENERATED ALWAYS AS (CASE WHEN key >= 'jobs:' AND key < 'jobs;'
    THEN CAST(json_extract(value, '$.value.smaller.key') AS TEXT) END) VIRTUAL;
  -- How often a job was saved: a save names the number that it has read.
  ALTER TABLE keyv ADD COLUMN rev INTEGER NOT NULL DEFAULT 0;
  DROP INDEX jobs_open;
  DROP INDEX jobs_by_space;
  DROP INDEX jobs_by_member;
  DROP INDEX jobs_by_code;
  DROP INDEX jobs_by_image;
  DROP INDEX jobs_by_clip;
  DROP INDEX jobs_by_video;
  DROP INDEX jobs_by_marked;
  DROP INDEX jobs_by_smaller;
  CREATE INDEX jobs_open ON keyv (job_open) WHERE job_open IS NOT NULL;
  CREATE INDEX jobs_by_space ON keyv (job_space, job_created_at, key) WHERE job_space IS NOT NULL;
  CREATE INDEX jobs_by_member ON keyv (job_member, job_created_at, key) WHERE job_member IS NOT NULL;
  CREATE INDEX jobs_by_code ON keyv (job_code, key) WHERE job_code IS NOT NULL;
  CREATE INDEX jobs_by_image ON keyv (job_image) WHERE job_image IS NOT NULL;
  CREATE INDEX jobs_by_clip ON keyv (job_clip) WHERE job_clip IS NOT NULL;
  CREATE INDEX jobs_by_video ON keyv (job_video) WHERE job_video IS NOT NULL;
  CREATE INDEX jobs_by_marked ON keyv (job_marked) WHERE job_marked IS NOT NULL;
  CREATE INDEX jobs_by_smaller ON keyv (job_smaller) WHERE job_smaller IS NOT NULL;
  `,
  `
  -- Whose turn it is to render: who is inside (since when), and who waits. A space is own where it is the operator's.
  CREATE TABLE admissions (
    job_id TEXT PRIMARY KEY NOT NULL,
    space_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    since INTEGER NOT NULL,
    inside_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX admissions_inside ON admissions (inside_at) WHERE inside_at IS NOT NULL;
  CREATE INDEX admissions_waiting ON admissions (space_id, member_id, since, job_id) WHERE inside_at IS NULL;
  -- How many of each are inside and wait, since when, and at which turn one was last let in: kept along in the same
  -- transactions, so that the next one is found without a look at everybody.
  CREATE TABLE admission_spaces (
    space_id TEXT PRIMARY KEY NOT NULL,
    own INTEGER NOT NULL,
    inside INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX admission_spaces_waiting ON admission_spaces (turn, since, space_id) WHERE waiting > 0;
  CREATE INDEX admission_spaces_by_turn ON admission_spaces (turn);
  CREATE TABLE admission_members (
    space_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    inside INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (space_id, member_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX admission_members_waiting ON admission_members (space_id, turn, since, member_id) WHERE waiting > 0;
  CREATE INDEX admission_members_idle ON admission_members (turn) WHERE waiting = 0 AND inside = 0;
  `,
  LIBRARY_STEP,
];
