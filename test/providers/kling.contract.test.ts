import { startFal } from '../../simulators/fal.ts';
import { startKling } from '../../simulators/kling.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { FailureCode } from '../../src/core/refusals.ts';
import { createFalStorage } from '../../src/providers/fal/storage.ts';
import { createKling } from '../../src/providers/kling/kling.ts';
import { providerContract } from '../contracts/provider.ts';
import { sampleFiles, silent } from './subject.ts';

const FAILURES: Partial<Record<FailureCode, string>> = {
  'no-person-in-image': 'Image recognition failed. No complete upper body detected in the image.',
  'no-person-in-clip': 'No complete upper body detected in the video',
  'content-refused': 'Failure to pass the risk control system',
  'image-rejected': 'The image is too small',
  'clip-rejected': 'The video duration is too long',
  'provider-down': 'internal error',
};

const CASES = {
  'Kling 2.6': { model: 'kling-2.6', quality: 'standard', perSecond: 70_000 },
  'Kling 2.6 pro': { model: 'kling-2.6', quality: 'pro', perSecond: 112_000 },
  'Kling 3.0': { model: 'kling-3.0', quality: 'standard', perSecond: 126_000 },
  'Kling 3.0 pro': { model: 'kling-3.0', quality: 'pro', perSecond: 168_000 },
} as const;

for (const [name, { model, quality, perSecond }] of Object.entries(CASES))
  providerContract(`${name} at Kling`, async () => {
    const time = manualTime();
    const sim = await startKling({ time });
    // The files lie in fal.ai's storage, as they do where no PUBLIC_URL is set.
    const files = await startFal();
    const { inputs, pathOf } = await sampleFiles();
    const storage = createFalStorage({ key: files.key, restUrl: files.url, pathOf });
    const open = (apiUrl: string) =>
      createKling({ key: sim.key, apiUrl, host: storage, clock: time, log: silent });
    const opened = [open(sim.url)];
    const also = (url: string) => {
      const another = open(url);
      opened.push(another);
      return another;
    };
    return {
      provider: also(sim.url),
      reopened: () => also(sim.url),
      inputs,
      quality,
      what: { model },
      advance: time.advance,
      next: ({ failure, ...plan }) =>
        sim.jobs.next({
          ...plan,
          ...(failure ? { failure: { message: FAILURES[failure] ?? '' } } : {}),
        } as object),
      failures: Object.keys(FAILURES) as FailureCode[],
      failureBill: 'unknown',
      cancels: { queued: 'too-late', running: 'too-late' },
      billedMicros: async ({ id }) => Math.round((await sim.billed(String(id))) * 1e6),
      prices: { 3: 3 * perSecond, 4: 4 * perSecond, 10: 10 * perSecond, 30: 30 * perSecond },
      paid: {
        submits: () => sim.requestsTo('POST', /^\/motion-control\//).length,
        breakSubmit: (how) =>
          sim.fault({
            path: /^\/motion-control\//,
            how: how === 'cut-answer' ? { cutAfterBytes: 20 } : how,
          }),
        unreachable: () => also('http://127.0.0.1:1'),
        breakStatus: (status, times = 1) => sim.fault({ path: /^\/tasks$/, times, how: { status } }),
        breakResult: (status, times = 1) => sim.fault({ path: /^\/tasks$/, times, how: { status } }),
        endOddly: (times) => {
          const [id] = sim.jobs.all.keys();
          sim.fault({
            path: /^\/tasks$/,
            times,
            how: { status: 200, json: { code: 0, data: [{ id, status: 'vanished', message: 'no' }] } },
          });
        },
      },
      async [Symbol.asyncDispose]() {
        await Promise.all([...opened, storage].map((one) => one.stop?.()));
        await Promise.all([sim.close(), files.close()]);
      },
    };
  });
