import type { FailureCode } from '../failure-codes.ts';

/** One try at one provider; a job that failed over has several. */
export type Attempt = {
  provider: string;
  at: number;
  outcome: 'sent' | 'refused' | 'not-sent' | 'unknown';
  code?: FailureCode;
  /** Its clip was sent as a copy that lies in the provider's storage for other jobs, too. */
  isCopy?: true;
};
