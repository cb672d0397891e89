/** A job is saved for the first time while its price is held, and a hold is taken back where there is no job: never both. */
import type { Statements } from './sql.ts';

const KEEP = "UPDATE ledger_lines SET state = 'held' WHERE job_id = ? AND state = 'held'";

/** Has everybody else wait who would change the hold, until the transaction ends. False where there is none. */
export async function keepHold(tx: Statements, jobId: string): Promise<boolean> {
  return (await tx.run(KEEP, jobId)).changes > 0;
}

export const keyOfJob = (jobId: string): string => `jobs:${jobId}`;

/** To be asked once the hold is kept: until then the job may be being saved. */
export async function isOnRecord(tx: Statements, jobId: string): Promise<boolean> {
  return (await tx.all('SELECT 1 FROM keyv WHERE key = ?', keyOfJob(jobId))).length > 0;
}
