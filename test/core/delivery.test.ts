import { describe, expect, it } from 'vitest';
import type { Chat, Delivery, DeliveryOutcome, Target } from '../../src/core/chat-port.ts';
import type { Job } from '../../src/core/job/job.ts';
import { MachineBusy, type Media } from '../../src/core/media.ts';
import { fakeFiles } from '../fakes/files.ts';
import { COMPLETED, createRemote } from '../fakes/remote.ts';
import { CHAT_EVENT, CHOICES, createJob, createWorld, UPLOADS, type WorldOptions } from '../fakes/world.ts';
import { HOUR } from './started.ts';

type Answer = DeliveryOutcome | Error;
type DeliveryView = { form: Delivery['form']; bytes?: number; link?: string; to: Target };

const RECEIPT = { rung: 'channel', at: 1 };
const DELIVERED: Answer = { kind: 'delivered', receipt: RECEIPT };
const NOWHERE: Answer = { kind: 'nowhere' };
const tooLarge = (maxBytes: number): Answer => ({ kind: 'too-large', maxBytes });
const LINKS = {
  media: (_file: object, until?: number) => `https://strut.test/media/${until}`,
  hook: () => '',
  readMedia: () => undefined,
  readHook: () => undefined,
};

type Setup = {
  /** What the chat answers in turn; the last one stays. */
  answers?: Answer[];
  limitBytes?: number;
  /** The sizes that shrinking comes to in turn: as much as was allowed when none is left. */
  shrinks?: (number | 'impossible' | 'breaks' | 'busy')[];
} & WorldOptions;

/** A job whose video of 1000 bytes has come, on its way to a chat that does as it is told. */
function makeWorld({ answers = [DELIVERED], limitBytes = 5000, shrinks = [], ...options }: Setup = {}) {
  const seen: DeliveryView[] = [];
  const limits: { maxBytes: number; maxSide: number }[] = [];
  const sizes = new Map<string, number>();
  const files = fakeFiles(sizes);
  const chat: Partial<Chat> = {
    uploadLimitBytes: () => limitBytes,
    async deliver(_job, delivery, to) {
      const link = 'link' in delivery && delivery.link ? { link: delivery.link.url } : {};
      const bytes = 'video' in delivery ? { bytes: delivery.video.bytes } : {};
      seen.push({ form: delivery.form, ...bytes, ...link, to });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (!answer || answer instanceof Error) throw answer;
      return answer;
    },
    ...options.chat,
  };
  const shrink: Media['shrink'] = async (_path, toPath, wanted) => {
    limits.push(wanted);
    const size = shrinks.length > 1 ? shrinks.shift() : shrinks[0];
    if (size === 'impossible') return undefined;
    if (size === 'busy') throw new MachineBusy('no answer');
    if (size === 'breaks') throw new Error('the child was killed');
    sizes.set(toPath, size ?? wanted.maxBytes);
    return { width: 480, height: 854, durationMs: 4000 };
  };
  // What is shrunk keeps its size when it is marked.
  const mark: Media['mark'] = async (path, toPath) => {
    sizes.set(toPath, sizes.get(path) ?? 1000);
    return { width: 480, height: 854, durationMs: 4000 };
  };
  const remote = createRemote('paid');
  remote.statuses = [COMPLETED];
  const world = createWorld({
    remotes: [remote],
    files,
    ...options,
    chat,
    media: { shrink, mark, ...options.media },
  });
  return { world, seen, limits, files };
}

async function arrived(setup: Setup = {}) {
  const parts = makeWorld(setup);
  const life = parts.world.boot();
  await life.jobs.recover();
  await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
  const job = () => parts.world.disk.store.get(CHAT_EVENT.id);
  const begun = parts.world.time.now;
  return { ...parts, life, job, begun, run: (hours = 1) => life.scheduler.runAll(begun + hours * HOUR) };
}

const rungsOf = (job: Job | undefined) =>
  job && 'rungs' in job ? job.rungs.map(({ form, outcome }) => `${form} ${outcome}`) : [];

describe('a finished video', () => {
  it('is handed over as it is where it fits', async () => {
    const { run, job, seen } = await arrived();
    await run();
    expect(seen).toEqual([{ form: 'original', bytes: 1000, to: CHAT_EVENT.requester.target }]);
    expect(await job()).toMatchObject({
      state: 'delivered',
      receipt: RECEIPT,
      deliveredAt: expect.any(Number),
    });
    expect(rungsOf(await job())).toEqual(['original delivered']);
  });

  it('is made to fit into 95 % of the limit where it does not', async () => {
    const { run, job, seen, limits, files } = await arrived({ limitBytes: 800, shrinks: [700] });
    await run();
    expect(limits).toEqual([{ maxBytes: 760, maxSide: 1280 }]);
    expect(seen).toEqual([expect.objectContaining({ form: 'smaller', bytes: 700 })]);
    const done = await job();
    expect(done).toMatchObject({ state: 'delivered', video: { bytes: 1000 }, smaller: { bytes: 700 } });
    // The original is still there, and so is what was made of it.
    if (done?.state === 'delivered') {
      expect(files.kept.has(done.video.key)).toBe(true);
      expect(done.smaller && files.kept.has(done.smaller.key)).toBe(true);
    }
  });

  it('goes on in smaller forms when the chat takes less than it said, and never larger than what it refused', async () => {
    const { run, job, seen, limits } = await arrived({
      answers: [tooLarge(900), tooLarge(900), DELIVERED],
      limitBytes: 5000,
    });
    await run();
    expect(seen.map(({ form, bytes }) => [form, bytes])).toEqual([
      ['original', 1000],
      // 95 % of the four fifths of what was refused.
      ['smaller', 760],
      ['smaller', 577],
    ]);
    expect(limits.map(({ maxSide }) => maxSide)).toEqual([1280, 854]);
    expect(rungsOf(await job())).toEqual(['original too-large', 'smaller too-large', 'smaller delivered']);
  });

  it('is believed to have the limit that the chat names', async () => {
    const { run, limits } = await arrived({ answers: [tooLarge(500), DELIVERED] });
    await run();
    expect(limits).toEqual([{ maxBytes: 475, maxSide: 1280 }]);
  });

  it('without a link goes down to the smallest side', async () => {
    const { run, job, limits } = await arrived({
      limitBytes: 800,
      shrinks: ['impossible', 'impossible', 100],
    });
    await run();
    expect(limits.map(({ maxSide }) => maxSide)).toEqual([1280, 854, 480]);
    expect(await job()).toMatchObject({ state: 'delivered', smaller: { bytes: 100 } });
  });

  it('comes smaller with a link to the whole of it where there are links', async () => {
    const { run, seen, begun } = await arrived({ limitBytes: 800, links: LINKS });
    await run();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      form: 'smaller',
      link: expect.stringMatching(/^https:\/\/strut.test\/media\//),
    });
    // Long enough for a holiday.
    expect(Number(seen[0]?.link?.split('/').at(-1))).toBeGreaterThanOrEqual(begun + 14 * 24 * HOUR);
  });

  it('comes as a link alone rather than in a size that nobody wants to see', async () => {
    const { run, job, seen, limits } = await arrived({
      limitBytes: 8,
      links: LINKS,
      shrinks: ['impossible'],
    });
    await run();
    expect(limits.map(({ maxSide }) => maxSide)).toEqual([1280, 854]);
    expect(seen.map(({ form }) => form)).toEqual(['link']);
    expect(rungsOf(await job())).toEqual(['link delivered']);
  });

  it('that found a place late has a link that works for as long as it is kept from then on', async () => {
    const answers: Answer[] = [NOWHERE];
    const { run, world, life, seen } = await arrived({
      answers,
      limitBytes: 8,
      shrinks: ['impossible'],
      links: LINKS,
    });
    await life.ctx.settings.change(CHAT_EVENT.requester.spaceId, 'discord:1', 'retention', { days: '1' });
    await run(40);
    answers[0] = DELIVERED;
    await run(60);
    const until = Number(seen.at(-1)?.link?.split('/').at(-1));
    expect(until - world.time.now).toBeGreaterThan(4 * HOUR);
    expect(until - world.time.now).toBeLessThanOrEqual(24 * HOUR);
  });

  it('is not held up by a shrink that breaks', async () => {
    const { run, job } = await arrived({ limitBytes: 8, links: LINKS, shrinks: ['breaks'] });
    await run();
    expect(await job()).toMatchObject({ state: 'delivered' });
  });

  it('is not handed over smaller than need be while the machine has no time to shrink it', async () => {
    const { run, job, seen, limits } = await arrived({ limitBytes: 800, shrinks: ['busy', 'busy', 700] });
    await run();
    expect(await job()).toMatchObject({ state: 'delivered' });
    expect(seen).toMatchObject([{ form: 'smaller', bytes: 700 }]);
    expect(limits.map(({ maxSide }) => maxSide)).toEqual([1280, 1280, 1280]);
  });

  it('comes as a link at once where there are links and the machine has no time to shrink it', async () => {
    const { run, job, seen } = await arrived({ limitBytes: 8, links: LINKS, shrinks: ['busy'] });
    await run();
    expect([(await job())?.state, seen.map(({ form }) => form)]).toEqual(['delivered', ['link']]);
  });

  it('for which no form fits is tried again at a pace, for more than a day, until one does', async () => {
    const shrinks: ('impossible' | number)[] = ['impossible'];
    const { run, job, limits } = await arrived({ limitBytes: 8, shrinks });
    await run(0.5);
    const atFirst = limits.length;
    expect(atFirst).toBeGreaterThan(3);
    expect(await job()).toMatchObject({ state: 'completed' });
    expect(rungsOf(await job()).at(-1)).toBe('smaller too-large');
    await run(30);
    // Encoding takes minutes of a core each time.
    expect(limits.length).toBeLessThan(36);
    shrinks[0] = 7;
    await run(60);
    expect(await job()).toMatchObject({ state: 'delivered' });
  });

  it.each(['impossible', 'breaks'] as const)(
    'is not made smaller once more, where that is %s, before the chat takes more than it did',
    async (how) => {
      let limit = 8;
      const shrinks: ('impossible' | 'breaks' | number)[] = [how];
      const { run, job, limits } = await arrived({ chat: { uploadLimitBytes: () => limit }, shrinks });
      await run(0.1);
      const tried = await job();
      expect(tried?.state === 'completed' && tried.deliveryTries).toBeGreaterThan(1);
      expect(limits).toHaveLength(3);
      limit = 800;
      shrinks[0] = 700;
      await run(0.3);
      expect(await job()).toMatchObject({ state: 'delivered', smaller: { bytes: 700 } });
    },
  );

  it('that the chat refuses in every size is not made smaller at each try', async () => {
    const { run, limits, seen } = await arrived({ answers: [tooLarge(100)] });
    await run(0.1);
    expect(seen.length).toBeGreaterThan(6);
    expect(limits).toHaveLength(3);
  });

  it('that the chat refuses in every size is not offered again at once', async () => {
    const { run, seen, job } = await arrived({ answers: [tooLarge(100)] });
    await run(1);
    expect(seen.length).toBeGreaterThanOrEqual(8);
    expect(seen.length).toBeLessThan(40);
    expect(await job()).toMatchObject({ state: 'completed' });
  });
});

describe('a video whose places are all closed', () => {
  it('is offered in one form only, and again for days', async () => {
    const answers: Answer[] = [NOWHERE];
    const { run, job, seen } = await arrived({ answers, links: LINKS });
    await run(1);
    expect(seen.every(({ form }) => form === 'original')).toBe(true);
    expect(seen.length).toBeLessThan(12);
    await run(24);
    const firstDay = seen.length;
    expect(firstDay).toBeGreaterThan(12);
    await run(24 * 8);
    // Now and then, for as long as it is kept.
    expect(seen.length - firstDay).toBeGreaterThanOrEqual(13);
    expect(seen.length - firstDay).toBeLessThan(20);
    answers[0] = DELIVERED;
    await run(24 * 9);
    expect(await job()).toMatchObject({ state: 'delivered' });
  });

  it('keeps the record of its tries short', async () => {
    const { run, job } = await arrived({ answers: [NOWHERE] });
    await run(24 * 30);
    const kept = await job();
    expect(kept).toMatchObject({ state: 'completed' });
    if (kept?.state !== 'completed') return;
    expect(kept.deliveryTries).toBeGreaterThan(60);
    expect(kept.rungs).toHaveLength(40);
  });

  it('waits without a storm when its chat is not configured any more', async () => {
    const { world, life, run, job } = await arrived();
    life.ctx.chats = new Map();
    await run(24);
    expect(rungsOf(await job())[0]).toBe('original nowhere');
    expect((await job())?.state === 'completed').toBe(true);
    const next = world.boot();
    await next.jobs.recover();
    await next.scheduler.runAll(world.time.now + HOUR);
    expect(await job()).toMatchObject({ state: 'delivered' });
  });
});

describe('passing trouble of a chat', () => {
  it('is on record with its form, and the video is tried until it arrives', async () => {
    const trouble = new Error('502');
    const { run, job, seen } = await arrived({ answers: [trouble, trouble, DELIVERED] });
    await run();
    expect(seen).toHaveLength(3);
    expect(rungsOf(await job())).toEqual(['original failed', 'original failed', 'original delivered']);
  });

  it('does not have the smaller video made again', async () => {
    const trouble = new Error('502');
    const { run, job, limits, seen } = await arrived({
      answers: [trouble, trouble, trouble, DELIVERED],
      limitBytes: 800,
      shrinks: [700],
    });
    await run();
    expect(seen).toHaveLength(4);
    expect(limits).toHaveLength(1);
    expect(rungsOf(await job())[0]).toBe('smaller failed');
    expect(await job()).toMatchObject({ state: 'delivered', smaller: { bytes: 700 } });
  });

  it('that lasts more than a day is retried less often, but without end', async () => {
    const { run, seen } = await arrived({ answers: [new Error('502')] });
    await run(25);
    const firstDay = seen.length;
    expect(firstDay).toBeGreaterThan(24 * 10);
    expect(firstDay).toBeLessThan(24 * 20);
    await run(49);
    expect(seen.length - firstDay).toBeGreaterThanOrEqual(12);
    expect(seen.length - firstDay).toBeLessThan(60);
  });
});

describe('a failed attempt to make the video smaller', () => {
  it.each([
    ['could not', 'impossible', 'smaller too-large'],
    ['broke down', 'breaks', 'smaller failed'],
  ] as const)('is on record as what it was: it %s', async (_, how, last) => {
    const { run, job } = await arrived({ limitBytes: 8, shrinks: [how] });
    await run(0.001);
    expect(rungsOf(await job()).at(-1)).toBe(last);
  });

  it('does not count against the video when the bot is stopped meanwhile', async () => {
    const { run, job, life } = await arrived({
      answers: [{ kind: 'too-large', maxBytes: 500 }],
      media: {
        shrink: async () => {
          life.ctx.stopping = () => true;
          throw new Error('stopped');
        },
      },
    });
    await run(0.001);
    expect(rungsOf(await job())).toEqual(['original too-large', 'original failed']);
  });
});

describe('a video that is on our disk no more', () => {
  it('is waited for: files may come after the database when a bot is moved', async () => {
    const { run, job, files } = await arrived({ answers: [NOWHERE, DELIVERED] });
    await run(0.001);
    const waiting = await job();
    if (waiting?.state !== 'completed') throw new Error('it should be waiting for a place');
    const { has } = files;
    files.has = async () => false;
    await run(40);
    expect((await job())?.state).toBe('completed');
    expect(rungsOf(await job()).at(-1)).toBe('original failed');
    files.has = has;
    await run(60);
    expect(await job()).toMatchObject({ state: 'delivered' });
  });

  it('is told of as lost in the end, at its cost, and not looked for again', async () => {
    const { run, job, seen, files, life } = await arrived({ answers: [NOWHERE] });
    await run(0.001);
    const waiting = await job();
    if (waiting?.state === 'completed') await files.remove(waiting.video.key);
    await run(96);
    expect(await job()).toMatchObject({
      state: 'failed',
      failure: 'result-lost',
      costMicros: waiting?.state === 'completed' && waiting.costMicros,
    });
    expect(seen).toHaveLength(1);
    expect(await life.scheduler.size()).toBe(0);
  });
});

describe('the files of a delivery', () => {
  it.each([
    ['was taken', DELIVERED],
    ['broke off', new Error('502')],
  ])(
    'are only those that the job names: a smaller one that was replaced is gone when the try %s',
    async (_, answer) => {
      let limit = 800;
      const answers: Answer[] = [NOWHERE];
      const { run, job, files } = await arrived({
        answers,
        chat: { uploadLimitBytes: () => limit },
        shrinks: [700, 300],
      });
      await run(0.1);
      const first = await job();
      expect(first).toMatchObject({ state: 'completed', smaller: { bytes: 700 } });
      limit = 400;
      answers[0] = answer;
      await run(24);
      const last = await job();
      expect(last).toMatchObject({ smaller: { bytes: 300 } });
      if (last?.state !== 'delivered' && last?.state !== 'completed') return;
      const { inputs, video, marked, smaller } = last;
      expect([...files.kept].sort()).toEqual(
        [inputs.image.key, inputs.clip.key, video.key, marked?.video.key, smaller?.key].sort(),
      );
    },
  );
});

describe('sending again', () => {
  const ELSEWHERE = { channel: 'a private one' };

  it('hands a delivered video over where the member asks for it, and leaves the record as it was', async () => {
    const { run, job, life, seen, files } = await arrived();
    await run();
    const before = await job();
    expect(await life.jobs.sendAgain(CHAT_EVENT.id, ELSEWHERE, true)).toEqual({ ok: true, value: true });
    expect(seen.at(-1)).toMatchObject({ form: 'original', to: ELSEWHERE });
    expect(await job()).toEqual(before);
    expect(files.kept.size).toBe(4);
  });

  it('to an admin who looks at it does not end the search for a place for its owner', async () => {
    const answers: Answer[] = [NOWHERE];
    const { run, job, life } = await arrived({ answers });
    await run(0.01);
    answers[0] = DELIVERED;
    expect(await life.jobs.sendAgain(CHAT_EVENT.id, ELSEWHERE, false)).toEqual({ ok: true, value: true });
    expect((await job())?.state).toBe('completed');
    expect(await life.jobs.sendAgain(CHAT_EVENT.id, ELSEWHERE, true)).toEqual({ ok: true, value: true });
    expect((await job())?.state).toBe('delivered');
  });

  it('offers no link that leads nowhere, nor one that outlives the file', async () => {
    let limit = 5000;
    const { run, life, world, seen, begun } = await arrived({
      chat: { uploadLimitBytes: () => limit },
      links: LINKS,
      shrinks: ['impossible'],
    });
    await run();
    const days = (count: number) => begun + count * 24 * HOUR;
    limit = 8;
    world.time.now = days(29);
    expect(await life.jobs.sendAgain(CHAT_EVENT.id, ELSEWHERE, true)).toEqual({ ok: true, value: true });
    const until = Number(seen.at(-1)?.link?.split('/').at(-1));
    expect(until).toBeGreaterThan(world.time.now);
    expect(until).toBeLessThan(days(30) + HOUR);
    world.time.now = days(31);
    expect(await life.jobs.sendAgain(CHAT_EVENT.id, ELSEWHERE, true)).toEqual({ ok: true, value: false });
  });

  it('leaves no file behind that no record names', async () => {
    let limit = 5000;
    const { run, life, files, limits } = await arrived({ chat: { uploadLimitBytes: () => limit } });
    await run();
    limit = 100;
    expect(await life.jobs.sendAgain(CHAT_EVENT.id, ELSEWHERE, true)).toEqual({ ok: true, value: true });
    expect(limits).toHaveLength(1);
    expect(files.kept.size).toBe(4);
  });

  it('says when that place is closed too', async () => {
    const { run, life } = await arrived({ answers: [DELIVERED, NOWHERE] });
    await run();
    expect(await life.jobs.sendAgain(CHAT_EVENT.id, ELSEWHERE, true)).toEqual({ ok: true, value: false });
  });

  it('ends the search for a place', async () => {
    const { run, life, job, seen } = await arrived({ answers: [NOWHERE, DELIVERED] });
    await run(0.001);
    expect(await job()).toMatchObject({ state: 'completed' });
    expect(await life.jobs.sendAgain(CHAT_EVENT.id, ELSEWHERE, true)).toEqual({ ok: true, value: true });
    expect(await job()).toMatchObject({ state: 'delivered' });
    await run(48);
    expect(seen).toHaveLength(2);
  });

  it('and the tracker at the same moment do not undo each other', async () => {
    const { life, job, seen, world } = await arrived();
    while ((await job())?.state !== 'completed') await life.scheduler.runNext();
    const [, again] = await Promise.all([
      life.scheduler.runNext(),
      life.jobs.sendAgain(CHAT_EVENT.id, ELSEWHERE, true),
    ]);
    expect(again).toEqual({ ok: true, value: true });
    expect(await job()).toMatchObject({ state: 'delivered' });
    // The tracker was first; the member asked for another one, and got it.
    expect(seen.map(({ to }) => to)).toEqual([CHAT_EVENT.requester.target, ELSEWHERE]);
    await life.scheduler.runAll(world.time.now + 24 * HOUR);
    expect(seen).toHaveLength(2);
  });

  it('is refused for a job without a video, and for one whose video is gone', async () => {
    const { run, life, job, files } = await arrived();
    const NO_JOB = { ok: false, refusal: { code: 'no-such-job' } };
    expect(await life.jobs.sendAgain(CHAT_EVENT.id, ELSEWHERE, true)).toEqual(NO_JOB);
    expect(await life.jobs.sendAgain('discord:nobody', ELSEWHERE, true)).toEqual(NO_JOB);
    await run();
    const done = await job();
    if (done?.state === 'delivered') await files.remove(done.video.key);
    expect(await life.jobs.sendAgain(CHAT_EVENT.id, ELSEWHERE, true)).toEqual(NO_JOB);
  });
});

describe('a crash at any effect of a delivery', () => {
  const setup = (): Setup => ({ answers: [tooLarge(700), tooLarge(700), DELIVERED] });

  async function live(world: ReturnType<typeof makeWorld>['world']): Promise<void> {
    const life = world.boot();
    await life.jobs.recover();
    await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
    await life.scheduler.runAll(world.time.now + 4 * HOUR);
  }

  it('ends with the video in the chat, twice only in the window between send and receipt', async () => {
    const counted = makeWorld(setup());
    void counted.world.fuse.arm(Number.POSITIVE_INFINITY);
    await live(counted.world);
    const effects = counted.world.fuse.count();
    let twice = 0;
    let videos = 0;
    for (let effect = 1; effect <= effects; effect += 1) {
      let given = 0;
      const answers = [tooLarge(700), tooLarge(700)];
      const { world } = makeWorld({
        chat: {
          async deliver(): Promise<DeliveryOutcome> {
            const answer = answers.shift();
            if (answer && !(answer instanceof Error)) return answer;
            given += 1;
            return { kind: 'delivered', receipt: RECEIPT };
          },
        },
      });
      const blown = world.fuse.arm(effect);
      await Promise.race([live(world), blown]);
      if (world.fuse.count() === effect) await live(world);
      const job = await world.disk.store.get(CHAT_EVENT.id);
      if (job?.state === 'delivered') {
        videos += 1;
        expect(given).toBeGreaterThanOrEqual(1);
        expect(given).toBeLessThanOrEqual(2);
        if (given === 2) twice += 1;
      }
    }
    // Only a submit whose answer was lost leaves no video.
    expect(videos).toBe(effects - 4);
    // After the send, and before its receipt is saved.
    expect(twice).toBe(2);
  });
});
