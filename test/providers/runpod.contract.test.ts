import { startFal } from '../../simulators/fal.ts';
import { startRunpod } from '../../simulators/runpod.ts';
import { type RunpodFailure, upstream } from '../../simulators/runpod-errors.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { FailureCode } from '../../src/core/refusals.ts';
import { createFalStorage } from '../../src/providers/fal/storage.ts';
import { createRunpod } from '../../src/providers/runpod/runpod.ts';
import { providerContract } from '../contracts/provider.ts';
import { sampleFiles, silent } from './subject.ts';

const FAILURES: Partial<Record<FailureCode, RunpodFailure>> = {
  'no-person-in-image': upstream('Image recognition failed. No complete upper body detected in the image.'),
  'no-person-in-clip': upstream('No complete upper body detected in the video'),
  'content-refused': upstream('content safety', 1301),
  'image-rejected': upstream(
    'The input was rejected, The character in the reference image or the first frame of the motion video is invalid.',
  ),
  'provider-busy': upstream('parallel task over resource pack limit', 1303),
  'provider-down': upstream('internal error', 5000),
  'timed-out': { kind: 'timed-out' },
};

providerContract('RunPod', async () => {
  const time = manualTime();
  const sim = await startRunpod({ time });
  // The files lie in fal.ai's storage, as they do where no PUBLIC_URL is set.
  const files = await startFal();
  const { inputs, pathOf } = await sampleFiles();
  const storage = createFalStorage({ key: files.key, restUrl: files.url, pathOf });
  const open = (apiUrl: string) =>
    createRunpod({ key: sim.key, apiUrl, host: storage, clock: time, log: silent });
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
    quality: 'standard',
    advance: time.advance,
    next: ({ failure, ...plan }) =>
      sim.jobs.next({ ...plan, ...(failure ? { failure: FAILURES[failure] } : {}) } as object),
    failures: Object.keys(FAILURES) as FailureCode[],
    cancels: { queued: 'cancelled', running: 'cancelled' },
    billedMicros: async ({ id }) => Math.round((await sim.billed(String(id))) * 1e6),
    prices: { 3: 210_000, 4: 420_000, 6: 420_000, 9: 630_000, 10: 840_000, 30: 2_100_000 },
    paid: {
      submits: () => sim.requestsTo('POST', /\/run(sync)?$/).length,
      breakSubmit: (how) =>
        sim.fault({ path: /\/run$/, how: how === 'cut-answer' ? { cutAfterBytes: 20 } : how }),
      unreachable: () => also('http://127.0.0.1:1'),
      breakStatus: (status, times = 1) => sim.fault({ path: /\/status\//, times, how: { status } }),
      breakResult: (status, times = 1) => sim.fault({ path: /\/status\//, times, how: { status } }),
      endOddly: (times) =>
        sim.fault({
          path: /\/status\//,
          times,
          how: { status: 200, json: { id: 'x', status: 'VANISHED', error: 'no' } },
        }),
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...opened, storage].map((one) => one.stop?.()));
      await Promise.all([sim.close(), files.close()]);
    },
  };
});
