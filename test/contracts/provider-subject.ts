/** A provider and the other side of it, as the contract needs them: what can be ordered, and what can be seen. */
import type { Inputs, Operation, RenderRequest } from '../../src/core/job/job.ts';
import type { CancelOutcome, Provider, ProviderStatus, SubmitOutcome } from '../../src/core/ports.ts';
import type { Micros } from '../../src/core/price/money.ts';
import type { FailureCode } from '../../src/core/refusals.ts';

export type JobPlan = { queueMs?: number; runMs?: number; seconds?: number; failure?: FailureCode };

export type ProviderSubject = AsyncDisposable & {
  provider: Provider;
  /** The same provider as after a restart of ours: nothing in memory. */
  reopened(): Provider;
  inputs: Inputs;
  quality: RenderRequest['quality'];
  /** The model, and the scene, where it is not Kling 2.6 and the picture's. */
  what?: Pick<RenderRequest, 'model' | 'scene'>;
  /** Lets so much time go by over there. */
  advance(ms: number): Promise<void>;
  /** What becomes of the next job. */
  next(plan: JobPlan): void;
  /** The failures that it can be made to end with. */
  failures: readonly FailureCode[];
  /** `unknown`: it does not say whether it bills what failed. Else that is free. */
  failureBill?: 'unknown';
  /** What a cancel answers in each phase. */
  cancels: Record<'queued' | 'running', CancelOutcome>;
  /** What the account was billed for the job. */
  billedMicros(operation: Operation): Promise<Micros>;
  /** Prices in micros by seconds. */
  prices: Readonly<Record<number, Micros>>;
  /** Only of a provider that costs money. */
  paid?: {
    /** How many calls have arrived that can each make a job. */
    submits(): number;
    /** How the next submit goes wrong. */
    breakSubmit(how: 'cut' | 'lose-answer' | 'cut-answer' | { status: number }): void;
    /** The same provider at an address where nobody listens. */
    unreachable(): Provider;
    /** The next status calls of any job fail so. */
    breakStatus(status: number, times?: number): void;
    /** The next calls for what came of a job fail so. */
    breakResult(status: number, times?: number): void;
    /** The next calls for what came of a job say that it is over, in a shape that nobody has met. */
    endOddly(times: number): void;
  };
};

export const signal = new AbortController().signal;

export const requestOf = ({ quality, what }: ProviderSubject, clipSeconds = 3): RenderRequest => ({
  ...what,
  quality,
  orientation: 'video',
  sound: true,
  clipSeconds,
});

let sent = 0;

export async function send(subject: ProviderSubject, plan: JobPlan, clipSeconds = 3): Promise<SubmitOutcome> {
  subject.next({ seconds: clipSeconds, ...plan });
  const uploaded = await subject.provider.upload(subject.inputs, signal);
  sent += 1;
  return subject.provider.submit(`job-${sent}`, requestOf(subject, clipSeconds), uploaded, signal);
}

export async function accepted(subject: ProviderSubject, plan: JobPlan, clipSeconds = 3): Promise<Operation> {
  const outcome = await send(subject, plan, clipSeconds);
  if (outcome.kind !== 'accepted') throw new Error(`the submit came to ${outcome.kind}`);
  // What the core keeps of it is JSON on disk.
  return JSON.parse(JSON.stringify(outcome.operation)) as Operation;
}

/** Looks until the job has ended, as the core does: what is thrown is passing trouble. */
export async function ending(
  subject: ProviderSubject,
  provider: Provider,
  operation: Operation,
): Promise<ProviderStatus> {
  for (let look = 0; look < 200; look += 1) {
    const status = await provider.status(operation, signal).catch(() => undefined);
    if (status && status.state !== 'queued' && status.state !== 'running') return status;
    await subject.advance(5_000);
  }
  throw new Error('the job never ends');
}
