import { startFal } from '../../simulators/fal.ts';
import { type FalFailure, modelError, requestError } from '../../simulators/fal-errors.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { FailureCode } from '../../src/core/refusals.ts';
import { createFal } from '../../src/providers/fal/fal.ts';
import { providerContract } from '../contracts/provider.ts';
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

providerContract('fal.ai', async () => {
  const time = manualTime();
  const sim = await startFal({ time });
  const { inputs, pathOf } = await sampleFiles();
  const open = (url: string) =>
    createFal({ key: sim.key, queueUrl: url, restUrl: url, apiUrl: url, pathOf, clock: time, log: silent });
  const provider = open(sim.url);
  const opened = [provider];
  const also = (url: string) => {
    const another = open(url);
    opened.push(another);
    return another;
  };
  const submit = /motion-control$/;
  return {
    provider,
    reopened: () => also(sim.url),
    inputs,
    quality: 'standard',
    advance: time.advance,
    next: ({ failure, ...plan }) =>
      sim.jobs.next({ ...plan, ...(failure ? { failure: FAILURES[failure] } : {}) } as object),
    failures: Object.keys(FAILURES) as FailureCode[],
    cancels: { queued: 'cancelled', running: 'asked' },
    billedMicros: async ({ requestId }) => Math.round((await sim.billed(String(requestId))) * 1e6),
    prices: { 3: 210_000, 4: 280_000, 6: 420_000, 9: 630_000, 10: 700_000, 30: 2_100_000 },
    paid: {
      submits: () => sim.requestsTo('POST', submit).length,
      breakSubmit: (how) =>
        sim.fault({ method: 'POST', path: submit, how: how === 'cut-answer' ? { cutAfterBytes: 20 } : how }),
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
});
