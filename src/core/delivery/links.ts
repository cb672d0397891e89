/** Signed, expiring addresses that the internet may open: one file, or one job's news, and nothing else. */
import type { StoredFile } from '../job/job.ts';

export type Links = {
  /** Where one file of ours can be fetched: until then, or for as long as a provider may need it. */
  media(file: StoredFile, until?: number): string;
  /** Where a provider tells that a job has news. */
  hook(provider: string, jobId: string): string;
  /** The file that a token names, if the token is ours and still good. */
  readMedia(token: string): StoredFile | undefined;
  /** The job that a token names, if the token is ours, for this provider and still good. */
  readHook(provider: string, token: string): string | undefined;
};
