/** The edge of the core to wherever pictures, clips and videos are kept. */
import type { StoredFile } from './job/job.ts';

/** Bytes by their hash, in a folder or wherever the operator keeps them: a key is there whole, or not at all. */
export type Files = {
  /** Moves a finished temporary file in. `within` is handed the key before anybody looks whether the file is there. */
  keep(
    tempPath: string,
    mime: string,
    within?: (key: string, put: () => Promise<void>) => Promise<void>,
  ): Promise<StoredFile>;
  /** Where it can be read on this machine. Of a file that is gone, nothing lies there. */
  path(file: Pick<StoredFile, 'key'>): Promise<string>;
  has(file: StoredFile): Promise<boolean>;
  /**
   * Removes the file, if it is there. The caller knows that nobody needs it; where others use the same place, `isNeeded`
   * is asked once more when nobody can find the file any longer, and it is put back where they do.
   */
  remove(key: string, isNeeded?: () => Promise<boolean>): Promise<void>;
  /** Whether the disk has room for another job, and to spare. */
  hasRoom(): Promise<boolean>;
  /** Throws while they can not be reached; none where they lie on the disk of this process. */
  ping?(): Promise<void>;
  /** The keys of all files that have lain there since before then. */
  olderThan(at: number): AsyncIterable<string>;
  /** A fresh path for a file in the making, on the same disk; `dispose` removes what is left there. */
  temp(extension: string): Promise<{ path: string } & AsyncDisposable>;
  /** An address where the place itself hands the file out to whoever asks in that way, for some minutes. */
  addressOf?(file: StoredFile, method: 'GET' | 'HEAD'): Promise<string>;
};
