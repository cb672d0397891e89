/** What a provider that costs money promises besides: at most one billable call, and the truth about its fate. */
import { describe, expect, it } from 'vitest';
import { accepted, ending, type ProviderSubject, requestOf, send, signal } from './provider-subject.ts';

export function moneyContract(name: string, open: () => Promise<ProviderSubject>): void {
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

    it('ends a job whose final answer has a shape that nobody has met when it comes again half a minute later', () =>
      paid(async (subject, wire) => {
        const operation = await accepted(subject, { queueMs: 0, runMs: 0 });
        wire.endOddly(9);
        for (let looks = 0; looks < 2; looks += 1)
          await expect(subject.provider.status(operation, signal)).rejects.toThrow();
        await subject.advance(30_000);
        expect(await subject.provider.status(operation, signal)).toMatchObject({ state: 'failed' });
        expect(wire.submits()).toBe(1);
      }));

    it('forgets no secret in an error', () =>
      paid(async (subject, wire) => {
        const operation = await accepted(subject, {});
        wire.breakStatus(500);
        const error = await subject.provider.status(operation, signal).catch((thrown: unknown) => thrown);
        expect(String(error)).not.toContain('secret');
      }));
  });
}
