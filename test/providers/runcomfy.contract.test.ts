import { startFal } from '../../simulators/fal.ts';
import { type RuncomfyFailure, startRuncomfy } from '../../simulators/runcomfy.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { FailureCode } from '../../src/core/refusals.ts';
import { createFalStorage } from '../../src/providers/fal/storage.ts';
import { createRuncomfy } from '../../src/providers/runcomfy/runcomfy.ts';
import { providerContract } from '../contracts/provider.ts';
import { sampleFiles, silent } from './subject.ts';

const FAILURES: Partial<Record<FailureCode, RuncomfyFailure>> = {
  'no-person-in-image': 'Image recognition failed. No complete upper body detected in the image.',
  'no-person-in-clip': { message: 'No complete upper body detected in the video' },
  'content-refused': { code: 1301, message: 'content safety' },
  'image-rejected':
    'The input was rejected, The character in the reference image or the first frame of the motion video is invalid.',
  'provider-busy': { code: '1303', message: 'parallel task over resource pack limit' },
  'provider-down': 'model refused the prompt',
  'timed-out': { code: 5002, message: 'timeout' },
};

providerContract('RunComfy', async () => {
  const time = manualTime();
  const sim = await startRuncomfy({ time });
  const files = await startFal();
  const { inputs, pathOf } = await sampleFiles();
  const storage = createFalStorage({ key: files.key, restUrl: files.url, pathOf });
  const open = (apiUrl: string) =>
    createRuncomfy({ token: sim.token, apiUrl, accountUrl: apiUrl, host: storage, clock: time, log: silent });
  const opened = [open(sim.url)];
  const also = (url: string) => {
    const another = open(url);
    opened.push(another);
    return another;
  };
  const submit = /motion-control-standard$/;
  return {
    provider: also(sim.url),
    reopened: () => also(sim.url),
    inputs,
    quality: 'standard',
    advance: time.advance,
    next: ({ failure, ...plan }) =>
      sim.jobs.next({ ...plan, ...(failure ? { failure: FAILURES[failure] } : {}) } as object),
    failures: Object.keys(FAILURES) as FailureCode[],
    cancels: { queued: 'cancelled', running: 'too-late' },
    billedMicros: async ({ requestId }) => Math.round((await sim.billed(String(requestId))) * 1e6),
    prices: { 3: 210_000, 10: 700_000, 30: 2_100_000 },
    paid: {
      submits: () => sim.requestsTo('POST', submit).length,
      breakSubmit: (how) =>
        sim.fault({ method: 'POST', path: submit, how: how === 'cut-answer' ? { cutAfterBytes: 20 } : how }),
      unreachable: () => also('http://127.0.0.1:1'),
      breakStatus: (status, times = 1) => sim.fault({ path: /\/status$/, times, how: { status } }),
      breakResult: (status, times = 1) => sim.fault({ path: /\/result$/, times, how: { status } }),
      endOddly: (times) =>
        sim.fault({ path: /\/result$/, times, how: { status: 418, json: { oops: true } } }),
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...opened, storage].map((one) => one.stop?.()));
      await Promise.all([sim.close(), files.close()]);
    },
  };
});
