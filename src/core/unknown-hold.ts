/** A bill came for a job that never held anything: a bug of ours; a retry does not help. Thrown by every Ledger. */
export class UnknownHold extends Error {
  override name = 'UnknownHold';
  readonly jobId: string;
  constructor(jobId: string) {
    super(`nothing was ever held for job ${jobId}`);
    this.jobId = jobId;
  }
}
