/** What every provider promises to the core, hosted or not. A provider that can't be put into a state leaves its switch out. */
import { describe, expect, it } from 'vitest';
import type { Inputs, Operation, RenderRequest } from '../../src/core/job.ts';
import type { Micros } from '../../src/core/money.ts';
import type { CancelOutcome, Provider, ProviderStatus, SubmitOutcome } from '../../src/core/ports.ts';
import type { FailureCode } from '../../src/core/refusals.ts';

export type JobPlan = { queueMs?: number; runMs?: number; seconds?: number; failure?: FailureCode };

export type ProviderSubject = AsyncDisposable & {
  provider: Provider;
  /** The same provider as after a restart of ours: nothing in memory. */
  reopened(): Provider;
  inputs: Inputs;
  quality: RenderRequest['quality'];
  /** Lets so much time go by over there. */
  advance(ms: number): Promise<void>;
  /** What becomes of the next job. */
  next(plan: JobPlan): void;
  /** The failures that it can be made to end with. */
  failures: readonly FailureCode[];
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
  };
};

const signal = new AbortController().signal;

export function providerContract(name: string, open: () => Promise<ProviderSubject>): void {
  const requestOf = ({ quality }: ProviderSubject, clipSeconds = 3): RenderRequest => ({
    quality,
    orientation: 'video',
    sound: true,
    clipSeconds,
  });

  async function send(subject: ProviderSubject, plan: JobPlan, clipSeconds = 3): Promise<SubmitOutcome> {
    subject.next({ seconds: clipSeconds, ...plan });
    const uploaded = await subject.provider.upload(subject.inputs, signal);
    return subject.provider.submit('job-1', requestOf(subject, clipSeconds), uploaded, signal);
  }

  async function accepted(subject: ProviderSubject, plan: JobPlan, clipSeconds = 3): Promise<Operation> {
    const outcome = await send(subject, plan, clipSeconds);
    if (outcome.kind !== 'accepted') throw new Error(`the submit came to ${outcome.kind}`);
    // What the core keeps of it is JSON on disk.
    return JSON.parse(JSON.stringify(outcome.operation)) as Operation;
  }

  /** Looks until the job has ended, as the core does: what is thrown is passing trouble. */
  async function ending(
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

  describe(`${name} as a provider`, () => {
    it('takes a job and follows it through the queue and the render to its video', async () => {
      await using subject = await open();
      const operation = await accepted(subject, { queueMs: 10_000, runMs: 60_000 });
      expect(await subject.provider.status(operation, signal)).toMatchObject({ state: 'queued' });
      await subject.advance(11_000);
      expect(await subject.provider.status(operation, signal)).toMatchObject({ state: 'running' });
      await subject.advance(60_000);
      expect(await ending(subject, subject.provider, operation)).toMatchObject({ state: 'completed' });
    });

    it('goes on after a restart between any two calls', async () => {
      await using subject = await open();
      subject.next({ seconds: 3, queueMs: 10_000, runMs: 20_000 });
      const uploaded = await subject.reopened().upload(subject.inputs, signal);
      const outcome = await subject.reopened().submit('job-1', requestOf(subject), uploaded, signal);
      if (outcome.kind !== 'accepted') throw new Error(`the submit came to ${outcome.kind}`);
      const operation = JSON.parse(JSON.stringify(outcome.operation)) as Operation;
      expect(await subject.reopened().status(operation, signal)).toMatchObject({ state: 'queued' });
      await subject.advance(11_000);
      expect(await subject.reopened().status(operation, signal)).toMatchObject({ state: 'running' });
      await subject.advance(20_000);
      const end = await ending(subject, subject.reopened(), operation);
      expect(end).toMatchObject({ state: 'completed' });
      expect(await subject.reopened().status(operation, signal)).toEqual(end);
    });

    it('makes an operation that is flat JSON', async () => {
      await using subject = await open();
      const operation = await accepted(subject, {});
      for (const value of Object.values(operation))
        expect(['string', 'number', 'boolean']).toContain(typeof value);
    });

    it('puts the files up again without harm', async () => {
      await using subject = await open();
      const first = await subject.provider.upload(subject.inputs, signal);
      const second = await subject.provider.upload(subject.inputs, signal);
      expect(Object.keys(second)).toEqual(Object.keys(first));
    });

    it('refuses a quality that it does not have, before money is spent', async () => {
      await using subject = await open();
      for (const quality of ['draft', 'standard', 'pro'] as const) {
        const quote = await subject.provider.quote({ ...requestOf(subject), quality });
        expect(quote !== undefined, quality).toBe(subject.provider.capabilities.qualities.includes(quality));
      }
    });

    it('quotes the published prices, and bills what it quoted', async () => {
      await using subject = await open();
      for (const [seconds, micros] of Object.entries(subject.prices)) {
        const quote = await subject.provider.quote(requestOf(subject, Number(seconds)));
        expect(quote?.micros, `${seconds} s`).toBe(micros);
      }
      for (const seconds of [3, 4]) {
        const operation = await accepted(subject, { queueMs: 0, runMs: 0 }, seconds);
        const quote = await subject.provider.quote(requestOf(subject, seconds));
        const end = await ending(subject, subject.provider, operation);
        if (end.state !== 'completed') throw new Error(`it ended ${end.state}`);
        const cost =
          end.costMicros ?? subject.provider.costOf?.(requestOf(subject, seconds), seconds) ?? quote?.micros;
        expect(cost).toBe(quote?.micros);
        expect(cost).toBe(await subject.billedMicros(operation));
      }
    });

    it('cancels a job that waits', async () => {
      await using subject = await open();
      const operation = await accepted(subject, { queueMs: 60_000, runMs: 60_000 });
      expect(await subject.provider.cancel(operation, signal)).toBe(subject.cancels.queued);
      await subject.advance(200_000);
      expect(await ending(subject, subject.provider, operation)).toEqual({
        state: 'cancelled',
        costMicros: 0,
      });
    });

    it('says honestly what a cancel does to a job that runs', async () => {
      await using subject = await open();
      const operation = await accepted(subject, { queueMs: 0, runMs: 60_000 });
      expect(await subject.provider.status(operation, signal)).toMatchObject({ state: 'running' });
      expect(await subject.provider.cancel(operation, signal)).toBe(subject.cancels.running);
      await subject.advance(200_000);
      const state = subject.cancels.running === 'too-late' ? 'completed' : 'cancelled';
      expect(await ending(subject, subject.provider, operation)).toMatchObject({ state });
    });

    it('says that it is too late to cancel a job that has ended, twice if asked twice', async () => {
      await using subject = await open();
      const operation = await accepted(subject, { queueMs: 0, runMs: 0 });
      await ending(subject, subject.provider, operation);
      expect(await subject.provider.cancel(operation, signal)).toBe('too-late');
      expect(await subject.provider.cancel(operation, signal)).toBe('too-late');
      expect(await subject.provider.status(operation, signal)).toMatchObject({ state: 'completed' });
    });

    it('tells each failure by its code, and that it cost nothing', async () => {
      await using subject = await open();
      for (const failure of subject.failures) {
        const operation = await accepted(subject, { queueMs: 0, runMs: 0, failure });
        expect(await ending(subject, subject.provider, operation), failure).toEqual({
          state: 'failed',
          failure,
          costMicros: 0,
        });
      }
    });
  });

  /** The subject, and what only a provider that costs money has. A free one has nothing to prove here. */
  async function paid(
    run: (subject: ProviderSubject, wire: NonNullable<ProviderSubject['paid']>) => Promise<void>,
  ): Promise<void> {
    await using subject = await open();
    if (subject.provider.capabilities.free) return;
    if (!subject.paid) throw new Error('a provider that costs money must be tried on the wire');
    await run(subject, subject.paid);
  }

  describe(`${name} and money`, () => {
    it('sends exactly one billable call for a job', () =>
      paid(async (subject, wire) => {
        const operation = await accepted(subject, { queueMs: 5_000, runMs: 5_000 });
        await ending(subject, subject.provider, operation);
        expect(wire.submits()).toBe(1);
      }));

    it.each(['lose-answer', 'cut', 'cut-answer'] as const)(
      'calls the fate unknown after “%s”, and sends nothing again',
      (how) =>
        paid(async (subject, wire) => {
          wire.breakSubmit(how);
          expect(await send(subject, {})).toEqual({ kind: 'unknown' });
          expect(wire.submits()).toBe(1);
        }),
    );

    it.each([500, 502, 503, 504])('calls the fate unknown after status %i', (status) =>
      paid(async (subject, wire) => {
        wire.breakSubmit({ status });
        expect(await send(subject, {})).toEqual({ kind: 'unknown' });
        expect(wire.submits()).toBe(1);
      }),
    );

    it('calls the fate unknown when a success says nothing readable', () =>
      paid(async (subject, wire) => {
        wire.breakSubmit({ status: 200 });
        expect(await send(subject, {})).toEqual({ kind: 'unknown' });
      }));

    it.each([400, 401, 402, 403, 404, 409, 422, 429])(
      'calls status %i a refusal: there is no job',
      (status) =>
        paid(async (subject, wire) => {
          wire.breakSubmit({ status });
          expect(await send(subject, {})).toMatchObject({ kind: 'refused' });
          expect(wire.submits()).toBe(1);
        }),
    );

    it('knows that nothing was sent when nobody listens', () =>
      paid(async (subject, wire) => {
        const uploaded = await subject.provider.upload(subject.inputs, signal);
        expect(await wire.unreachable().submit('job-1', requestOf(subject), uploaded, signal)).toEqual({
          kind: 'not-sent',
        });
      }));

    it.each([401, 403, 429, 500, 502, 503])(
      'takes status %i of a status call for passing trouble',
      (status) =>
        paid(async (subject, wire) => {
          const operation = await accepted(subject, { queueMs: 5_000, runMs: 5_000 });
          wire.breakStatus(status);
          await expect(subject.provider.status(operation, signal)).rejects.toThrow();
          expect(await ending(subject, subject.provider, operation)).toMatchObject({ state: 'completed' });
          expect(wire.submits()).toBe(1);
        }),
    );

    it.each([500, 502, 503, 504, 404])(
      'fetches the result again after status %i, and never renders again',
      (status) =>
        paid(async (subject, wire) => {
          const operation = await accepted(subject, { queueMs: 0, runMs: 0 });
          wire.breakResult(status, 2);
          await expect(subject.provider.status(operation, signal)).rejects.toThrow();
          await expect(subject.provider.status(operation, signal)).rejects.toThrow();
          expect(await subject.provider.status(operation, signal)).toMatchObject({ state: 'completed' });
          expect(wire.submits()).toBe(1);
        }),
    );

    it('forgets no secret in an error', () =>
      paid(async (subject, wire) => {
        const operation = await accepted(subject, {});
        wire.breakStatus(500);
        const error = await subject.provider.status(operation, signal).catch((thrown: unknown) => thrown);
        expect(String(error)).not.toContain('secret');
      }));
  });
}
