/** Which tables are moved from SQLite to PostgreSQL, and what of each: a test asks both databases that nothing is missing. */

export type MovedTable = {
  name: string;
  /** What its rows are told apart and read by. */
  key: readonly string[];
  /** What else is in a row. What a database derives by itself is not moved. */
  others: readonly string[];
  /** The database numbers its rows by `key`, and goes on after the last number. */
  isNumbered?: true;
  /** Sums of micro-dollars, which the operator is told. */
  money?: readonly string[];
};

/** What begins so in `keyv` is a secret that the bot made for itself; with SQLite each lies in a file of its own. */
export const SECRETS_START = 'secrets:';

export const MOVED: readonly MovedTable[] = [
  { name: 'keyv', key: ['key'], others: ['value', 'expires_at', 'rev'] },
  {
    name: 'ledger_lines',
    key: ['job_id'],
    others: [
      ...['state', 'held_micros', 'settled_micros', 'counters', 'provider', 'member_id', 'space_id'],
      ...['held_at', 'settled_at', 'seconds', 'motion_id', 'character_id', 'failure'],
    ],
    money: ['held_micros', 'settled_micros'],
  },
  {
    name: 'ledger_counters',
    key: ['scope', 'window'],
    others: ['held_micros', 'settled_micros', 'held_jobs', 'settled_jobs'],
    money: ['held_micros', 'settled_micros'],
  },
  { name: 'admissions', key: ['job_id'], others: ['space_id', 'member_id', 'since', 'inside_at'] },
  { name: 'admission_spaces', key: ['space_id'], others: ['own', 'inside', 'waiting', 'turn', 'since'] },
  {
    name: 'admission_members',
    key: ['space_id', 'member_id'],
    others: ['inside', 'waiting', 'turn', 'since'],
  },
  {
    name: 'library',
    key: ['id'],
    others: [
      'kind',
      'shelf',
      'name_key',
      'owner_id',
      'file_key',
      'preview_key',
      'bytes',
      'created_at',
      'item',
    ],
  },
  { name: 'inbox', key: ['id'], others: ['record', 'at'] },
  { name: 'settings', key: ['space_id'], others: ['settings'] },
  { name: 'audit', key: ['n'], others: ['space_id', 'at', 'by', 'setting', 'change'], isNumbered: true },
  {
    name: 'audit_log',
    key: ['n'],
    others: ['at', 'space_id', 'by', 'about', 'job_code', 'kind', 'facts'],
    isNumbered: true,
  },
  { name: 'video_frames', key: ['code'], others: ['at', 'frames'] },
  { name: 'video_files', key: ['sha256'], others: ['code', 'at'] },
];

/** Tables that stay behind, and why. */
export const LEFT: Readonly<Record<string, string>> = {
  ping: 'is only written to see whether a write arrives',
  processes: 'are those that run, on PostgreSQL alone',
  rate_limits: 'are over within the hour',
  shape: 'counts the steps of PostgreSQL alone',
};
