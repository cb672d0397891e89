import { POSTGRES_LIBRARY_STEP } from './migrations-library.ts';

/**
 * The shape of the database in PostgreSQL, step by step; its table `shape` counts the steps taken. A step that was ever
 * released is never changed, a new one is added, beside its twin in migrations.ts. A step only adds: while machines are
 * renewed one by one, the version before still runs.
 *
 * Texts that are sorted or compared are so by their bytes, as in SQLite, whatever language the database was made for.
 */

/** What is looked for in a job's record: derived by the database itself, so that the two can't be at odds. */
const ofJob = (expression: string): string =>
  `GENERATED ALWAYS AS (CASE WHEN key >= 'jobs:' AND key < 'jobs;' THEN ${expression} END) STORED`;
const textAt = (path: string): string => `TEXT COLLATE "C" ${ofJob(`value::jsonb #>> '{value,${path}}'`)}`;

export const POSTGRES_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE keyv (
    key TEXT COLLATE "C" PRIMARY KEY,
    value TEXT NOT NULL,
    expires_at BIGINT,
    -- How often a job was saved: a save names the number that it has read.
    rev BIGINT NOT NULL DEFAULT 0,
    job_open TEXT COLLATE "C" ${ofJob(`CASE WHEN value::jsonb #>> '{value,state}'
      NOT IN ('delivered', 'failed', 'cancelled') THEN key END`)},
    job_space ${textAt('requester,spaceId')},
    job_member ${textAt('requester,memberId')},
    job_created_at BIGINT ${ofJob(`CASE WHEN jsonb_typeof(value::jsonb #> '{value,createdAt}') = 'number'
      THEN trunc((value::jsonb #>> '{value,createdAt}')::numeric)::bigint END`)},
    job_code ${textAt('code')},
    job_image ${textAt('inputs,image,key')},
    job_clip ${textAt('inputs,clip,key')},
    job_video ${textAt('video,key')},
    job_marked ${textAt('marked,video,key')},
    job_smaller ${textAt('smaller,key')}
  );
  CREATE INDEX keyv_expiring ON keyv (expires_at) WHERE expires_at IS NOT NULL;
  CREATE INDEX jobs_open ON keyv (job_open) WHERE job_open IS NOT NULL;
  CREATE INDEX jobs_by_space ON keyv (job_space, job_created_at, key) WHERE job_space IS NOT NULL;
  CREATE INDEX jobs_by_member ON keyv (job_member, job_created_at, key) WHERE job_member IS NOT NULL;
  CREATE INDEX jobs_by_code ON keyv (job_code, key) WHERE job_code IS NOT NULL;
  CREATE INDEX jobs_by_image ON keyv (job_image) WHERE job_image IS NOT NULL;
  CREATE INDEX jobs_by_clip ON keyv (job_clip) WHERE job_clip IS NOT NULL;
  CREATE INDEX jobs_by_video ON keyv (job_video) WHERE job_video IS NOT NULL;
  CREATE INDEX jobs_by_marked ON keyv (job_marked) WHERE job_marked IS NOT NULL;
  CREATE INDEX jobs_by_smaller ON keyv (job_smaller) WHERE job_smaller IS NOT NULL;

  -- One line a job, kept for ever: what was held, what it became, and which counters it moved.
  CREATE TABLE ledger_lines (
    job_id TEXT COLLATE "C" PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('held', 'suspended', 'settled', 'freed')),
    held_micros BIGINT NOT NULL CHECK (held_micros >= 0),
    settled_micros BIGINT NOT NULL DEFAULT 0 CHECK (settled_micros >= 0),
    counters TEXT NOT NULL,
    provider TEXT NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    space_id TEXT COLLATE "C" NOT NULL,
    held_at BIGINT NOT NULL,
    settled_at BIGINT,
    seconds BIGINT
  );
  CREATE INDEX lines_held ON ledger_lines (job_id) WHERE state = 'held';
  CREATE INDEX lines_suspended ON ledger_lines (held_at, job_id) WHERE state = 'suspended';
  CREATE INDEX lines_by_space ON ledger_lines (space_id, held_at, job_id);
  CREATE INDEX lines_by_time ON ledger_lines (held_at, job_id);
  CREATE INDEX lines_by_member ON ledger_lines (member_id, held_at, job_id);

  -- The sums of the lines, kept along in the same transaction so that a limit is checked by one look.
  CREATE TABLE ledger_counters (
    scope TEXT COLLATE "C" NOT NULL,
    "window" TEXT COLLATE "C" NOT NULL,
    held_micros BIGINT NOT NULL CHECK (held_micros >= 0),
    settled_micros BIGINT NOT NULL CHECK (settled_micros >= 0),
    held_jobs BIGINT NOT NULL CHECK (held_jobs >= 0),
    settled_jobs BIGINT NOT NULL CHECK (settled_jobs >= 0),
    PRIMARY KEY (scope, "window")
  );

  -- One row that ping() writes to, to know that the database still takes writes.
  CREATE TABLE ping (id BIGINT PRIMARY KEY CHECK (id = 1), at BIGINT NOT NULL);

  -- What came in from a chat: unanswered while it has a record, remembered by its id afterwards.
  CREATE TABLE inbox (id TEXT COLLATE "C" PRIMARY KEY, record TEXT, at BIGINT NOT NULL);
  CREATE INDEX inbox_pending ON inbox (id) WHERE record IS NOT NULL;
  CREATE INDEX inbox_by_age ON inbox (at) WHERE record IS NULL;

  CREATE TABLE settings (space_id TEXT COLLATE "C" PRIMARY KEY, settings TEXT NOT NULL);
  -- Who changed what, for ever.
  CREATE TABLE audit (
    n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    space_id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    by TEXT NOT NULL,
    setting TEXT NOT NULL,
    change TEXT NOT NULL
  );
  CREATE INDEX audit_by_space ON audit (space_id, n);

  -- What videos look like, and which files were handed out: to know them again when the jobs are gone.
  CREATE TABLE video_frames (code TEXT COLLATE "C" PRIMARY KEY, at BIGINT NOT NULL, frames BYTEA NOT NULL);
  CREATE INDEX video_frames_by_age ON video_frames (at);
  CREATE TABLE video_files (sha256 TEXT COLLATE "C" PRIMARY KEY, code TEXT NOT NULL, at BIGINT NOT NULL);
  CREATE INDEX video_files_by_age ON video_files (at);

  -- Consents, reports and what was decided of them, for twelve months. Rows are only added: what is written down can't be
  -- changed afterwards, but for the name of a member who asks to be forgotten.
  CREATE TABLE audit_log (
    n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    space_id TEXT COLLATE "C" NOT NULL,
    by TEXT COLLATE "C" NOT NULL,
    about TEXT COLLATE "C",
    job_code TEXT,
    kind TEXT NOT NULL,
    facts TEXT NOT NULL
  );
  CREATE INDEX audit_log_by_space ON audit_log (space_id, n);
  CREATE INDEX audit_log_by_time ON audit_log (at);
  CREATE INDEX audit_log_by ON audit_log (by, kind, n);
  CREATE INDEX audit_log_about ON audit_log (about) WHERE about IS NOT NULL;
  CREATE FUNCTION audit_log_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.n <> OLD.n OR NEW.at <> OLD.at OR NEW.kind <> OLD.kind OR NEW.facts <> OLD.facts
        OR NEW.job_code IS DISTINCT FROM OLD.job_code
        OR (NEW."by" <> OLD."by" AND NEW."by" <> 'forgotten')
        OR (NEW.about IS DISTINCT FROM OLD.about AND NEW.about IS DISTINCT FROM 'forgotten')
        OR (NEW.space_id <> OLD.space_id AND NEW.space_id <> 'forgotten')
      THEN RAISE EXCEPTION 'the audit log is only added to';
      END IF;
      RETURN NEW;
    END $$;
  CREATE TRIGGER audit_log_is_kept BEFORE UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_is_kept();
  `,
  `
  -- The processes that share this database, each with when it said last that it is there.
  CREATE TABLE processes (
    id TEXT COLLATE "C" PRIMARY KEY,
    host TEXT NOT NULL,
    roles TEXT NOT NULL,
    holds TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
  );
  `,
  `
  -- Whose turn it is to render: who is inside (since when), and who waits. A space is own where it is the operator's.
  CREATE TABLE admissions (
    job_id TEXT COLLATE "C" PRIMARY KEY,
    space_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    inside_at BIGINT
  );
  CREATE INDEX admissions_inside ON admissions (inside_at) WHERE inside_at IS NOT NULL;
  CREATE INDEX admissions_waiting ON admissions (space_id, member_id, since, job_id) WHERE inside_at IS NULL;
  -- How many of each are inside and wait, since when, and at which turn one was last let in: kept along in the same
  -- transactions, so that the next one is found without a look at everybody.
  CREATE TABLE admission_spaces (
    space_id TEXT COLLATE "C" PRIMARY KEY,
    own BIGINT NOT NULL,
    inside BIGINT NOT NULL,
    waiting BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    since BIGINT NOT NULL
  );
  CREATE INDEX admission_spaces_waiting ON admission_spaces (turn, since, space_id) WHERE waiting > 0;
  CREATE INDEX admission_spaces_by_turn ON admission_spaces (turn);
  CREATE TABLE admission_members (
    space_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    inside BIGINT NOT NULL,
    waiting BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (space_id, member_id)
  );
  CREATE INDEX admission_members_waiting ON admission_members (space_id, turn, since, member_id) WHERE waiting > 0;
  CREATE INDEX admission_members_idle ON admission_members (turn) WHERE waiting = 0 AND inside = 0;
  `,
  POSTGRES_LIBRARY_STEP,
];
