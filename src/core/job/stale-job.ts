/** Somebody else has saved the job since it was read, or it is gone: nothing was written. Whoever reads it anew may go on. */
export class StaleJob extends Error {
  override name = 'StaleJob';
  readonly retryHelps = true;
  constructor(jobId: string) {
    super(`job ${jobId} has been saved by somebody else since it was read`);
  }
}
