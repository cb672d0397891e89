/** The library, and what the ledger notes of it: the same step in both databases. */

export const LIBRARY_STEP = `
  -- What members keep to animate with. The shelf is whose names it must differ from.
  CREATE TABLE library (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    shelf TEXT NOT NULL,
    name_key TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    file_key TEXT NOT NULL,
    preview_key TEXT,
    bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    item TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX library_names ON library (shelf, kind, name_key);
  CREATE INDEX library_by_owner ON library (owner_id);
  CREATE INDEX library_by_file ON library (file_key);
  CREATE INDEX library_by_preview ON library (preview_key) WHERE preview_key IS NOT NULL;
  -- Which of these a job was made with, and why it failed: their numbers outlive the jobs.
  ALTER TABLE ledger_lines ADD COLUMN motion_id TEXT;
  ALTER TABLE ledger_lines ADD COLUMN character_id TEXT;
  ALTER TABLE ledger_lines ADD COLUMN failure TEXT;
  CREATE INDEX lines_by_motion ON ledger_lines
    (motion_id, held_at, job_id, state, failure, settled_micros, settled_at) WHERE motion_id IS NOT NULL;
  CREATE INDEX lines_by_character ON ledger_lines
    (character_id, held_at, job_id, state, failure, settled_micros, settled_at) WHERE character_id IS NOT NULL;
  `;

export const POSTGRES_LIBRARY_STEP = `
  -- What members keep to animate with. The shelf is whose names it must differ from.
  CREATE TABLE library (
    id TEXT COLLATE "C" PRIMARY KEY,
    kind TEXT NOT NULL,
    shelf TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    owner_id TEXT COLLATE "C" NOT NULL,
    file_key TEXT COLLATE "C" NOT NULL,
    preview_key TEXT COLLATE "C",
    bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    item TEXT NOT NULL
  );
  CREATE UNIQUE INDEX library_names ON library (shelf, kind, name_key);
  CREATE INDEX library_by_owner ON library (owner_id);
  CREATE INDEX library_by_file ON library (file_key);
  CREATE INDEX library_by_preview ON library (preview_key) WHERE preview_key IS NOT NULL;
  -- Which of these a job was made with, and why it failed: their numbers outlive the jobs.
  ALTER TABLE ledger_lines ADD COLUMN motion_id TEXT COLLATE "C";
  ALTER TABLE ledger_lines ADD COLUMN character_id TEXT COLLATE "C";
  ALTER TABLE ledger_lines ADD COLUMN failure TEXT;
  CREATE INDEX lines_by_motion ON ledger_lines
    (motion_id, held_at, job_id) WHERE motion_id IS NOT NULL;
  CREATE INDEX lines_by_character ON ledger_lines
    (character_id, held_at, job_id) WHERE character_id IS NOT NULL;
  `;
