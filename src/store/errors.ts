/** What can go wrong with the disk. Only an operator can do something about it, so these are thrown, never shown to members. */

/** `retryHelps`: the same call may work later without anybody doing anything. */
export abstract class StoreError extends Error {
  abstract readonly retryHelps: boolean;
}

/** Where files are kept could not be reached, or did not do what it should for a reason that passes. */
export class FilesUnreachable extends StoreError {
  override name = 'FilesUnreachable';
  readonly retryHelps = true;
}

/** Where files are kept says no: to a key, a bucket, or what the key may do there. `code`: its own word for why. */
export class FilesRefused extends StoreError {
  override name = 'FilesRefused';
  readonly retryHelps = false;
  readonly status: number;
  readonly code: string;
  constructor(message: string, { status, code }: { status: number; code: string }) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The place of FILES_URL can't be used as it is; the message says to the operator what can't be done there. */
export class FilesUnusable extends StoreError {
  override name = 'FilesUnusable';
  readonly retryHelps = false;
}

/** The role in PostgreSQL may not make what we need there; the message says to the operator what to allow. */
export class StoreForbidden extends StoreError {
  override name = 'StoreForbidden';
  readonly retryHelps = false;
}

/** The database file is damaged, or is no database. Restore it from a backup or set it aside. */
export class StoreCorrupt extends StoreError {
  override name = 'StoreCorrupt';
  readonly retryHelps = false;
}

/** The database was written by a later version of Strut than this one. */
export class StoreTooNew extends StoreError {
  override name = 'StoreTooNew';
  readonly retryHelps = false;
}

/** The database is to be read as it is, and was written by an earlier version of Strut than this one. */
export class StoreTooOld extends StoreError {
  override name = 'StoreTooOld';
  readonly retryHelps = false;
}

/** The records in this data folder were moved to PostgreSQL: two bots on the same jobs would each send them. */
export class StoreMoved extends StoreError {
  override name = 'StoreMoved';
  readonly retryHelps = false;
}

/** A restore was ended while things went to their places: a bot that began anew there would keep the rest of it away. */
export class StoreHalfRestored extends StoreError {
  override name = 'StoreHalfRestored';
  readonly retryHelps = false;
}

/** The database in PostgreSQL has records already, of which it is not known that they may be replaced. */
export class StoreTaken extends StoreError {
  override name = 'StoreTaken';
  readonly retryHelps = false;
}

/** What arrived is not what was sent; nothing of it was kept. The message says where. */
export class NotTheSame extends StoreError {
  override name = 'NotTheSame';
  readonly retryHelps = true;
}

/** The disk is full or can't be written to. */
export class StoreUnwritable extends StoreError {
  override name = 'StoreUnwritable';
  readonly retryHelps = true;
}

/** Another process held the database for longer than we wait. */
export class StoreBusy extends StoreError {
  override name = 'StoreBusy';
  readonly retryHelps = true;
}

/** PostgreSQL can't be reached, or does not let us in. */
export class StoreUnreachable extends StoreError {
  override name = 'StoreUnreachable';
  readonly retryHelps = true;
}

/** PostgreSQL is of a version or an encoding that we can't work with. */
export class StoreUnfit extends StoreError {
  override name = 'StoreUnfit';
  readonly retryHelps = false;
}

/** Another process of ours owns the data folder, or works on the same records in PostgreSQL. */
export class StoreInUse extends StoreError {
  override name = 'StoreInUse';
  readonly retryHelps = false;
  constructor(what = 'data folder') {
    super(`another Strut is running on this ${what}`);
  }
}

/** The store was used after `close`. */
export class StoreClosed extends StoreError {
  override name = 'StoreClosed';
  readonly retryHelps = false;
}

/** One record on disk is not a job as this version knows it. The others are not concerned. */
export class UnreadableJob extends StoreError {
  override name = 'UnreadableJob';
  readonly retryHelps = false;
  readonly jobId: string;
  constructor(jobId: string, options: ErrorOptions) {
    super(`the record of job ${jobId} can't be read`, options);
    this.jobId = jobId;
  }
}

/** What the admins of one space set is not settings as this version knows them. The others are not concerned. */
export class UnreadableSettings extends StoreError {
  override name = 'UnreadableSettings';
  readonly retryHelps = false;
  readonly spaceId: string;
  /** The settings that are lost; `all` where nothing could be read. */
  readonly lost: readonly string[];
  constructor(spaceId: string, lost: readonly string[]) {
    super(
      `settings of ${spaceId} can't be read (${lost.join(', ')}): nothing is started there until an admin sets a limit`,
    );
    this.spaceId = spaceId;
    this.lost = lost;
  }
}

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html (2025-11). */
const BY_RESULT_CODE: Record<number, (cause: unknown) => StoreError> = {
  5: (cause) => new StoreBusy('the database is held by another process', { cause }),
  6: (cause) => new StoreBusy('the database is held by another process', { cause }),
  8: (cause) => new StoreUnwritable('the database is read-only', { cause }),
  10: (cause) => new StoreUnwritable('the disk failed to read or write', { cause }),
  11: (cause) => new StoreCorrupt('the database file is damaged', { cause }),
  13: (cause) => new StoreUnwritable('the disk is full', { cause }),
  14: (cause) => new StoreUnwritable('the database file cannot be opened', { cause }),
  26: (cause) => new StoreCorrupt('the database file is no SQLite database', { cause }),
};

/** Runs one step on the database; what node:sqlite throws comes out as a StoreError where it is one. */
export function translated<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw storeErrorOf(error) ?? error;
  }
}

/** What node:sqlite threw, in our own words; undefined for what is none of it. */
export function storeErrorOf(error: unknown): StoreError | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  if (error.code === 'ERR_INVALID_STATE') return new StoreClosed('the store is closed', { cause: error });
  if (!('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  // The low byte is the primary code; the rest only says where it came from.
  return BY_RESULT_CODE[error.errcode & 0xff]?.(error);
}
