/** What every provider promises to the core, hosted or not. A provider that can't be put into a state leaves its switch out. */
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../src/core/job/job.ts';
import { canDo } from '../../src/core/price/quote.ts';
import { moneyContract } from './provider-money.ts';
import { accepted, ending, type ProviderSubject, requestOf, signal } from './provider-subject.ts';

export function providerContract(name: string, open: () => Promise<ProviderSubject>): void {
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
        const request = { ...requestOf(subject), quality };
        const quote = await subject.provider.quote(request);
        expect(quote !== undefined, quality).toBe(canDo(subject.provider, request));
      }
    });

    it('quotes the published prices, and bills what it quoted, or less where it says so', async () => {
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
        expect(cost).toBe(await subject.billedMicros(operation));
        if (quote?.notes.includes('price-at-most')) expect(cost).toBeLessThanOrEqual(quote.micros);
        else expect(cost).toBe(quote?.micros);
      }
    });

    it('says honestly what a cancel does to a job that waits', async () => {
      await using subject = await open();
      const operation = await accepted(subject, { queueMs: 60_000, runMs: 60_000 });
      expect(await subject.provider.cancel(operation, signal)).toBe(subject.cancels.queued);
      await subject.advance(200_000);
      const end = await ending(subject, subject.provider, operation);
      if (subject.cancels.queued === 'too-late') expect(end).toMatchObject({ state: 'completed' });
      else expect(end).toEqual({ state: 'cancelled', costMicros: 0 });
      // Members are told before, where it will always be so.
      const never = subject.cancels.queued === 'too-late' && subject.cancels.running === 'too-late';
      expect(subject.provider.capabilities.neverCancels ?? false).toBe(never);
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

    it('tells each failure by its code, and that it cost nothing where it says so', async () => {
      await using subject = await open();
      for (const failure of subject.failures) {
        const operation = await accepted(subject, { queueMs: 0, runMs: 0, failure });
        expect(await ending(subject, subject.provider, operation), failure).toEqual({
          state: 'failed',
          failure,
          ...(subject.failureBill === 'unknown' ? {} : { costMicros: 0 }),
        });
      }
    });
  });

  moneyContract(name, open);
}
