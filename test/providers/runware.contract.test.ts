import { startFal } from '../../simulators/fal.ts';
import { startRunware } from '../../simulators/runware.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { FailureCode } from '../../src/core/refusals.ts';
import { createFalStorage } from '../../src/providers/fal/storage.ts';
import { createRunware } from '../../src/providers/runware/runware.ts';
import { providerContract } from '../contracts/provider.ts';
import { sampleFiles, silent } from './subject.ts';

const FAILURES: Partial<Record<FailureCode, { code: string; message?: string; parameter?: string }>> = {
  'no-person-in-image': {
    code: 'providerError',
    message: 'Image recognition failed. No complete upper body detected in the image.',
  },
  'content-refused': { code: 'providerContentPolicyViolation' },
  'image-rejected': { code: 'invalidImage', parameter: 'inputs.referenceImages' },
  'clip-rejected': { code: 'invalidVideo', parameter: 'inputs.referenceVideos' },
  'timed-out': { code: 'timeoutProvider' },
  'provider-down': { code: 'inferenceError' },
};

const SUBMIT = /^\/v1$/;
const CASES = {
  'P-Video Animate': { model: 'p-video-animate', quality: 'standard', perSecond: 30_000 },
  'P-Video Animate pro': { model: 'p-video-animate', quality: 'pro', perSecond: 60_000 },
  'P-Video Replace': { model: 'p-video-animate', scene: 'clip', quality: 'standard', perSecond: 30_000 },
  'Kling 3.0 pro': { model: 'kling-3.0', quality: 'pro', perSecond: 168_000 },
} as const;

for (const [name, { quality, perSecond, ...what }] of Object.entries(CASES))
  providerContract(`${name} at Runware`, async () => {
    const time = manualTime();
    const sim = await startRunware({ time });
    // The files lie in fal.ai's storage, as they do where no PUBLIC_URL is set.
    const files = await startFal();
    const { inputs, pathOf } = await sampleFiles();
    const host = createFalStorage({ key: files.key, restUrl: files.url, pathOf });
    const klingPrices = 'kling-3.0:pro=0.168';
    const opened: ReturnType<typeof createRunware>[] = [];
    const open = (apiUrl: string) => {
      const provider = createRunware({ key: sim.key, apiUrl, host, clock: time, log: silent, klingPrices });
      opened.push(provider);
      return provider;
    };
    const kindsOf = () =>
      sim
        .requestsTo('POST', SUBMIT)
        .flatMap(({ json }) => (json as { taskType: string }[])[0]?.taskType ?? []);
    return {
      provider: open(sim.url),
      reopened: () => open(sim.url),
      inputs,
      quality,
      what,
      advance: time.advance,
      next: ({ failure, ...plan }) =>
        sim.jobs.next({
          ...plan,
          ...(failure ? { failure: { message: 'no', code: '', ...FAILURES[failure] } } : {}),
        }),
      failures: Object.keys(FAILURES) as FailureCode[],
      failureBill: 'unknown',
      cancels: { queued: 'too-late', running: 'too-late' },
      billedMicros: async ({ id }) => Math.round((await sim.billed(String(id))) * 1e6),
      prices: { 3: 3 * perSecond, 4: 4 * perSecond, 10: 10 * perSecond, 30: 30 * perSecond },
      paid: {
        submits: () => kindsOf().filter((kind) => kind === 'videoInference').length,
        breakSubmit: (how) =>
          sim.fault({ path: SUBMIT, how: how === 'cut-answer' ? { cutAfterBytes: 20 } : how }),
        unreachable: () => open('http://127.0.0.1:1'),
        breakStatus: (status, times = 1) => sim.fault({ path: SUBMIT, times, how: { status } }),
        breakResult: (status, times = 1) => sim.fault({ path: SUBMIT, times, how: { status } }),
        endOddly: (times) => {
          const [taskUUID] = sim.jobs.all.keys();
          const data = [{ taskType: 'videoInference', taskUUID, status: 'vanished', error: 'no' }];
          sim.fault({ path: SUBMIT, times, how: { status: 200, json: { data } } });
        },
      },
      async [Symbol.asyncDispose]() {
        await Promise.all([...opened, host].map((one) => one.stop?.()));
        await Promise.all([sim.close(), files.close()]);
      },
    };
  });
