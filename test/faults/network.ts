/** What a network, a provider and a chat do wrong, one fault at a time, and what becomes of the job then. */
import { setTimeout as wait } from 'node:timers/promises';
import { isOver, type Job } from '../../src/core/job/job.ts';
import { type End, type Ending, endingOf, type Pending } from './ending.ts';
import { FORGED } from './forged.ts';
import { readRecord, until } from './record.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { OUTAGES, type Outage, type Wire } from './wire.ts';

const lostAnswer = ({ provider }: Stage): End => (provider.hooks ? 'video' : 'unknown');
async function refusedFor(ms: number, wire: Wire | undefined): Promise<void> {
  await wire?.down('refused');
  await wait(ms);
  await wire?.up();
}
/** Those that leave a trace of each try. */
const TRACED = OUTAGES.filter((why) => why !== 'refused');
/** Up again once so many tries were in vain. */
async function upAfter(wire: Wire, tries: number, from = 0): Promise<void> {
  await until(`${tries} tries in vain`, () => wire.inVain() - from >= tries);
  await wire.up();
}
const newest = ({ bot }: Stage): Job | undefined => readRecord(bot.dataDir).jobs.at(-1);
/** The head of a submit, whoever it goes to. */
const SUBMITS = /^POST [^ ]*(?:motion-control|\/run|\/models\/)[^ ]* /;
/** The head of a look, and of a fetch. */
const STATUS = /^GET [^ ]*(?:status|\/tasks)/;
const VIDEO = /^GET [^ ]*\.mp4 /;
/** Nobody listens there, and nobody may look. */
const PRIVATE_ADDRESS = 'http://127.0.0.1:9/secret.mp4';
const html = (status: number) => ({
  status,
  text: '<html><body>Bad gateway</body></html>',
  headers: { 'content-type': 'text/html' },
});

const atSubmit = (
  name: string,
  how: Parameters<Stage['provider']['fault']>[0]['how'],
  end: Scenario['end'],
): Scenario => ({
  name: `submit: ${name}`,
  arrange: ({ provider }) => provider.fault({ method: 'POST', path: provider.paths.submit, how }),
  end,
});
const atStatus = (
  name: string,
  how: Parameters<Stage['provider']['fault']>[0]['how'],
  times = 1,
): Scenario => ({
  name: `status: ${name}`,
  arrange: ({ provider }) => provider.fault({ path: provider.paths.status, how, times }),
  end: 'video',
});
const atVideo = (
  name: string,
  how: Parameters<Stage['provider']['fault']>[0]['how'],
  times = 1,
): Scenario => ({
  name: `video: ${name}`,
  arrange: ({ provider }) => provider.fault({ method: 'GET', path: provider.paths.video, how, times }),
  end: 'video',
});
/** From the moment that it is in the queue until two looks were in vain. */
const downAtStatus = (why: Outage): Scenario => ({
  name: `status: ${why}`,
  arrange: ({ provider }) => provider.next({ queueMs: 300, runMs: 2_500 }),
  later: {
    state: 'queued',
    async happens({ wires }) {
      const from = wires.provider.inVain();
      await wires.provider.down(why);
      await upAfter(wires.provider, 2, from);
    },
  },
  end: 'video',
});
const downAtVideo = (why: Outage): Scenario => ({
  name: `video: ${why}`,
  arrange: ({ wires }) => wires.videos.down(why),
  later: { state: 'running', happens: ({ wires }) => upAfter(wires.videos, 1, wires.videos.inVain()) },
  end: 'video',
});
/** Until a try was in vain with the video at hand. */
const downAtSend = (why: Outage): Scenario => ({
  name: `send: ${why}`,
  chats: ['discord', 'telegram'],
  arrange: ({ provider }) => provider.next({ runMs: 800 }),
  later: {
    state: 'queued',
    async happens(stage) {
      const wire = stage.wires.chat;
      if (!wire) throw new Error('there is no chat here');
      await wire.down(why);
      await until('the video at hand', () => newest(stage)?.state === 'completed');
      await upAfter(wire, 2, wire.inVain());
    },
  },
  end: 'video',
});
const atChat = (
  call: Parameters<Stage['front']['fault']>[0],
  name: string,
  how: Parameters<Stage['front']['fault']>[1],
  rest: Partial<Scenario> = {},
): Scenario => ({
  name: `${call}: ${name}`,
  chats: ['discord', 'telegram'],
  arrange: ({ front }) => front.fault(call, how),
  end: 'video',
  ...rest,
});

export const SCENARIOS: readonly Scenario[] = [
  // The one call that costs money.
  atSubmit('429 without Retry-After', { status: 429, json: { detail: 'slow down' } }, 'free'),
  atSubmit(
    '429 with Retry-After',
    { status: 429, json: { detail: 'slow down' }, headers: { 'retry-after': '2' } },
    'free',
  ),
  atSubmit('500', { status: 500, json: { detail: 'oops' } }, 'unknown'),
  atSubmit('502 in HTML', html(502), 'unknown'),
  atSubmit('the connection ends, nothing was done', 'cut', 'unknown'),
  atSubmit('done, and the answer is lost', 'lose-answer', lostAnswer),
  atSubmit('done, and the answer is cut', { cutAfterBytes: 12 }, lostAnswer),
  atSubmit('200 that is no JSON', html(200), 'unknown'),
  {
    name: 'submit: done, and never answered (90 s)',
    arrange({ provider }) {
      // Told again and again until somebody has time for it.
      provider.next({ webhook: { retryMs: 6_000 } });
      provider.fault({ method: 'POST', path: provider.paths.submit, how: 'hang' });
    },
    end: lostAnswer,
  },
  {
    name: 'submit: reset in the middle of the request',
    arrange: ({ wires }) => wires.provider.breakNext('reset-request', SUBMITS),
    end: 'unknown',
  },
  {
    name: 'submit: reset in the middle of the answer',
    arrange: ({ wires }) => wires.provider.breakNext('reset-answer', SUBMITS),
    end: lostAnswer,
  },
  ...OUTAGES.map((why) => ({
    name: `submit: ${why}`,
    arrange: ({ wires }: Stage) => wires.provider.down(why),
    after: ({ wires }: Stage) => wires.provider.up(),
    // Not a byte was sent.
    end: 'free' as const,
  })),
  atSubmit('an answer of 5 MB', { status: 200, text: `{"pad":"${'x'.repeat(5_000_000)}"}` }, 'unknown'),
  // Asking how it stands.
  atStatus('the connection ends', 'cut'),
  atStatus('500, three times', { status: 500, json: {} }, 3),
  atStatus('429 with Retry-After', { status: 429, json: {}, headers: { 'retry-after': '1' } }),
  atStatus('429 without Retry-After', { status: 429, json: {} }),
  atStatus('cut JSON', { cutAfterBytes: 15 }),
  atStatus('200 in HTML', html(200)),
  atStatus('never answered (30 s)', 'hang'),
  {
    name: 'status: connection refused for two looks',
    arrange: ({ provider }) => provider.next({ queueMs: 300, runMs: 2_500 }),
    later: { state: 'queued', happens: ({ wires }) => refusedFor(2_500, wires.provider) },
    end: 'video',
  },
  ...TRACED.map(downAtStatus),
  atStatus('an answer of 5 MB', { status: 200, text: `{"pad":"${'x'.repeat(5_000_000)}"}` }),
  atStatus('5 MB of nonsense', { status: 200, text: '\u0000]}'.repeat(1_700_000) }),
  {
    name: 'status: a byte at a time',
    arrange: ({ wires }) => wires.provider.breakNext({ dripMs: 5 }, STATUS),
    end: 'video',
  },
  {
    name: 'status: a byte a second (20 s)',
    arrange: ({ wires }) => wires.provider.breakNext({ dripMs: 1_000 }, STATUS),
    end: 'video',
  },
  // Bringing the video home.
  atVideo('the connection ends after 20 kB', { cutAfterBytes: 20_000 }),
  atVideo('cut three times', { cutAfterBytes: 5_000 }, 3),
  atVideo('503', { status: 503, text: 'busy' }),
  atVideo('404 for a moment', { status: 404, text: 'not yet' }),
  atVideo('a page in place of a video', html(200)),
  atVideo('says it has 900 MB', { status: 200, text: 'x', headers: { 'content-length': '900000000' } }),
  atVideo('a redirect to a private address', {
    status: 302,
    text: '',
    headers: { location: PRIVATE_ADDRESS },
  }),
  atVideo('stalls in the middle (30 s)', { stallAfterBytes: 5_000 }),
  atVideo('is longer than announced', {
    status: 200,
    text: 'x'.repeat(100_000),
    headers: { 'content-length': '10', 'content-type': 'video/mp4' },
  }),
  atVideo('has no length and does not end', { status: 200, endlessBytes: 600_000_000 }),
  {
    name: 'video: a byte at a time',
    arrange: ({ wires }) => wires.videos.breakNext({ dripMs: 0 }, VIDEO),
    end: 'video',
  },
  {
    name: 'video: 100 bytes a second (60 s)',
    arrange: ({ wires }) => wires.videos.breakNext({ dripMs: 10 }, VIDEO),
    end: 'video',
  },
  ...TRACED.map(downAtVideo),
  // Being told.
  {
    name: 'webhook: three times over',
    only: ['fal', 'runpod'],
    arrange: ({ provider }) => provider.next({ webhook: { times: 3 } }),
    end: 'video',
  },
  {
    name: 'webhook: before the submit is answered',
    only: ['fal', 'runpod'],
    arrange: ({ provider }) => provider.next({ webhook: { early: true, retryMs: 0 } }),
    end: 'video',
  },
  ...FORGED,
  // The chats.
  atChat('download', 'the connection ends', 'cut'),
  atChat('download', '503', { status: 503 }),
  atChat('download', 'cut after 2 kB', { cutAfterBytes: 2_000 }),
  atChat('send', '500', { status: 500 }, { maybeTwice: true }),
  atChat('send', '429, wait one second', { status: 429, retryAfter: 1 }),
  atChat('send', 'the connection ends', 'cut'),
  atChat('send', 'done, and the answer is lost', 'lose-answer', { maybeTwice: true }),
  atChat('edit', '500', { status: 500 }),
  atChat('edit', '429, wait one second', { status: 429, retryAfter: 1 }),
  atChat('edit', 'done, and the answer is lost', 'lose-answer'),
  {
    name: 'send: reset in the middle of the upload',
    chats: ['discord', 'telegram'],
    arrange: ({ wires }) =>
      wires.chat?.breakNext('reset-request', /sendVideo|POST [^ ]*\/webhooks\/[^ ]+ |POST [^ ]*\/messages /),
    end: 'video',
  },
  {
    name: 'send: refused for five seconds',
    chats: ['discord', 'telegram'],
    arrange: ({ provider }) => provider.next({ runMs: 800 }),
    later: { state: 'queued', happens: ({ wires }) => refusedFor(5_000, wires.chat) },
    end: 'video',
  },
  ...TRACED.map(downAtSend),
  {
    name: 'asked: comes twice, the halves of an album in either order',
    chats: ['discord', 'telegram'],
    arrange: ({ front }) => front.twice(),
    end: 'video',
  },
];

export type Broken = Ending & { scenario: Scenario; faultsLeft: number };

/** Whether the scenario can happen on this stage. */
export const fits = ({ only, chats }: Scenario, { provider, front }: Stage): boolean =>
  (only?.includes(provider.name) ?? true) && (chats?.includes(front.name) ?? true);

/** Faults of the provider and of the wires that nothing has met. */
const faultsLeftOn = ({ provider, wires }: Stage): number =>
  provider.faultsLeft() + Object.values(wires).reduce((sum, wire) => sum + wire.left(), 0);

/** Breaks one thing, asks for a video, and says what came of it. */
export async function breakIt(stage: Stage, scenario: Scenario): Promise<Pending<Broken>> {
  const { bot, front, provider } = stage;
  const before = readRecord(bot.dataDir).jobs.length;
  const submitsBefore = provider.submits();
  const job = () => readRecord(bot.dataDir).jobs.at(before);
  await scenario.arrange(stage);
  const { later } = scenario;
  const asking = front.ask();
  if (later) {
    await until(`a job that is ${later.state}`, () => job()?.state === later.state, { describe: bot.log });
    await later.happens(stage);
  }
  const asked = await asking;
  const rested = await until(
    `the end of “${scenario.name}”`,
    () => {
      const { jobs, waitingFor } = readRecord(bot.dataDir);
      const found = jobs.at(before);
      // The last word of a job of unknown fate comes with its end.
      const rests =
        found &&
        (isOver(found) ? waitingFor(found.id) === 0 : found.state === 'unknown' && waitingFor('') === 0);
      return rests && { id: found.id };
    },
    { describe: bot.log },
  );
  await scenario.after?.(stage, rested.id);
  // Webhooks bring a lost job back within moments; the next fault must not meet them.
  const { end } = scenario;
  const submits = provider.submits() - submitsBefore;
  const faultsLeft = faultsLeftOn(stage);
  const ending = async () => ({
    scenario,
    faultsLeft,
    ...(await endingOf(stage, asked, { id: rested.id, submits })),
  });
  if ((typeof end === 'function' ? end(stage) : end) !== 'unknown') {
    const ended = await ending();
    return async () => ended;
  }
  return ending;
}

/** What is promised of every fault, as sentences that it breaks; none is well. */
export function wrongWith({ scenario, ...broken }: Broken, stage: Stage): string[] {
  const { end, videos } = broken;
  const said = typeof scenario.end === 'function' ? scenario.end(stage) : scenario.end;
  // Whoever takes an id once is asked for it, and sent it again.
  const expected = said === 'unknown' && stage.provider.madeOf ? 'video' : said;
  const wrong = [...broken.wrong];
  if (broken.faultsLeft > 0) wrong.push('what was to break did not');
  if (end !== expected) wrong.push(`ended as ${end} in place of ${expected}`);
  if (videos > (scenario.maybeTwice ? 2 : 1)) wrong.push(`the video came ${videos} times`);
  return wrong;
}
