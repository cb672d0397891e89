import { animateWorkflow } from '../../simulators/comfyui-nodes.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { FailureCode } from '../../src/core/refusals.ts';
import { providerContract } from '../contracts/provider.ts';
import { comfySubject } from './comfyui-subject.ts';

const FAILURES: Partial<Record<FailureCode, { node?: string; message: string }>> = {
  'image-rejected': { node: 'LoadImage', message: 'cannot identify image file' },
  'clip-rejected': { node: 'LoadVideo', message: 'Invalid data found when processing input' },
  'provider-down': { message: 'CUDA out of memory' },
};

const CASES = {
  'a ComfyUI that costs nothing': { usd: 0, what: { model: 'wan-animate' } },
  'a ComfyUI whose seconds count': { usd: 0.02, what: { model: 'wan-animate', scene: 'clip' } },
} as const;

for (const [name, { usd, what }] of Object.entries(CASES))
  providerContract(name, async () => {
    const title = 'scene' in what ? 'strut video (clip)' : 'strut video';
    const time = manualTime();
    const subject = await comfySubject({ usd, time, workflows: [animateWorkflow({ title })] });
    const { sim, open, provider, inputs } = subject;
    const [reopened, nowhere] = await Promise.all([open(), open('http://127.0.0.1:1')]);
    const perSecond = usd * 1_000_000;
    return {
      provider,
      reopened: () => reopened,
      inputs,
      quality: 'standard',
      what,
      advance: time.advance,
      next: ({ failure, ...plan }) =>
        sim.jobs.next({ ...plan, ...(failure ? { failure: FAILURES[failure] ?? { message: '' } } : {}) }),
      failures: Object.keys(FAILURES) as FailureCode[],
      cancels: { queued: 'cancelled', running: 'asked' },
      // Nobody bills; what is counted is what the operator said.
      billedMicros: async ({ id }) => {
        const job = [...sim.jobs.all.values()].find((one) => 'promptId' in one && one.promptId === id);
        const end = await job?.end;
        return end?.kind === 'video' ? end.seconds * perSecond : 0;
      },
      prices: { 3: 3 * perSecond, 4: 4 * perSecond, 30: 30 * perSecond },
      paid: {
        submits: () => sim.requestsTo('POST', /^\/prompt$/).length,
        breakSubmit: (how) =>
          sim.fault({ path: /^\/prompt$/, how: how === 'cut-answer' ? { cutAfterBytes: 20 } : how }),
        unreachable: () => nowhere,
        breakStatus: (status, times = 1) => sim.fault({ path: /^\/queue$/, times, how: { status } }),
        breakResult: (status, times = 1) => sim.fault({ path: /^\/history\//, times, how: { status } }),
        endOddly: (times) => {
          const [id = ''] = sim.taken.keys();
          sim.fault({
            path: /^\/history\//,
            times,
            how: {
              status: 200,
              json: { [id]: { outputs: {}, status: { status_str: 'vanished', messages: [] } } },
            },
          });
        },
      },
      [Symbol.asyncDispose]: subject[Symbol.asyncDispose],
    };
  });
