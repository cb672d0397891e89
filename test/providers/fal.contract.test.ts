import { startFal } from '../../simulators/fal.ts';
import { type FalFailure, modelError, requestError } from '../../simulators/fal-errors.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { FailureCode } from '../../src/core/refusals.ts';
import { createFal } from '../../src/providers/fal/fal.ts';
import { providerContract } from '../contracts/provider.ts';
import type { ProviderSubject } from '../contracts/provider-subject.ts';
import { sampleFiles, silent } from './subject.ts';

const FAILURES: Partial<Record<FailureCode, FalFailure>> = {
  'no-person-in-image': modelError('face_detection_error', 'image_url'),
  'no-person-in-clip': modelError('value_error', 'video_url', { msg: 'No complete upper body detected' }),
  'content-refused': modelError('content_policy_violation', 'image_url'),
  'image-rejected': modelError('image_too_small', 'image_url'),
  'clip-rejected': modelError('video_duration_too_long', 'video_url'),
  'provider-busy': requestError('runner_scheduling_failure'),
  'provider-down': requestError('runner_disconnected'),
  'timed-out': modelError('generation_timeout', 'video_url'),
};

type Subject = Pick<ProviderSubject, 'quality' | 'what' | 'prices'>;

const open =
  ({ quality, what, prices }: Subject, submit: RegExp) =>
  async (): Promise<ProviderSubject> => {
    const time = manualTime();
    const sim = await startFal({ time });
    const { inputs, pathOf } = await sampleFiles({ width: 540, height: 810 });
    const at = (url: string) =>
      createFal({ key: sim.key, queueUrl: url, restUrl: url, apiUrl: url, pathOf, clock: time, log: silent });
    const provider = at(sim.url);
    const opened = [provider];
    const also = (url: string) => {
      const another = at(url);
      opened.push(another);
      return another;
    };
    return {
      provider,
      reopened: () => also(sim.url),
      inputs,
      quality,
      ...(what ? { what } : {}),
      advance: time.advance,
      next: ({ failure, ...plan }) =>
        sim.jobs.next({ ...plan, ...(failure ? { failure: FAILURES[failure] } : {}) } as object),
      failures: Object.keys(FAILURES) as FailureCode[],
      cancels: { queued: 'cancelled', running: 'asked' },
      billedMicros: async ({ requestId }) => Math.round((await sim.billed(String(requestId))) * 1e6),
      prices,
      paid: {
        submits: () => sim.requestsTo('POST', submit).length,
        breakSubmit: (how) =>
          sim.fault({
            method: 'POST',
            path: submit,
            how: how === 'cut-answer' ? { cutAfterBytes: 20 } : how,
          }),
        unreachable: () => also('http://127.0.0.1:1'),
        breakStatus: (status, times = 1) =>
          sim.fault({ method: 'GET', path: /\/status$/, times, how: { status } }),
        breakResult: (status, times = 1) =>
          sim.fault({ method: 'GET', path: /\/response$/, times, how: { status } }),
        endOddly: (times) =>
          sim.fault({ path: /\/response$/, times, how: { status: 418, json: { oops: true } } }),
      },
      async [Symbol.asyncDispose]() {
        await Promise.all(opened.map((one) => one.stop?.()));
        await sim.close();
      },
    };
  };

providerContract(
  'fal.ai',
  open(
    {
      quality: 'standard',
      prices: { 3: 210_000, 4: 280_000, 6: 420_000, 9: 630_000, 10: 700_000, 30: 2_100_000 },
    },
    /motion-control$/,
  ),
);

providerContract(
  'fal.ai with Kling 3.0',
  open(
    { quality: 'pro', what: { model: 'kling-3.0' }, prices: { 3: 504_000, 4: 672_000, 6: 1_008_000 } },
    /v3\/pro\/motion-control$/,
  ),
);

// A second of 30 frames comes to 1.875 seconds of 16.
providerContract(
  'fal.ai with Wan 2.2 Animate, which puts the character into the clip',
  open(
    {
      quality: 'pro',
      what: { model: 'wan-animate', scene: 'clip' },
      prices: { 3: 480_000, 4: 640_000, 16: 2_400_000 },
    },
    /animate\/replace$/,
  ),
);

providerContract(
  'fal.ai with DreamActor 2',
  open(
    {
      quality: 'standard',
      what: { model: 'dreamactor-2' },
      prices: { 3: 150_000, 4: 200_000, 30: 1_500_000 },
    },
    /dreamactor\/v2$/,
  ),
);
