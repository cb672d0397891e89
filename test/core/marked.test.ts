import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/core/chat-port.ts';
import { type Job, type JobIn, LABELLINGS } from '../../src/core/job/job.ts';
import { MachineBusy, type Media } from '../../src/core/media.ts';
import { fakeFiles } from '../fakes/files.ts';
import { COMPLETED, createRemote } from '../fakes/remote.ts';
import {
  CHAT_EVENT,
  CHOICES,
  createJob,
  createWorld,
  type Incarnation,
  UPLOADS,
  type WorldOptions,
} from '../fakes/world.ts';
import { HOUR } from './started.ts';

type How = 'marks' | 'unsigned' | 'impossible' | 'breaks' | 'busy';
type Setup = WorldOptions & { how?: How[]; isReal?: boolean };

/** A job whose video comes, and a chat that takes it; `how` is what comes of marking in turn, the last one stays. */
function makeWorld({ how = ['marks'], isReal = false, ...options }: Setup = {}) {
  const handed: Delivery[] = [];
  const asked: { path: string; plate: boolean; unsigned: boolean }[] = [];
  const looks: string[] = [];
  const mark: Media['mark'] = async (path, _toPath, { plate, unsigned = false }) => {
    asked.push({ path, plate, unsigned });
    const next = how.length > 1 ? how.shift() : how[0];
    if (next === 'impossible') return undefined;
    if (next === 'busy') throw new MachineBusy('no answer');
    if (next === 'breaks') throw new Error('the child was killed');
    const shape = { width: 720, height: 1280, durationMs: 4000 };
    return next === 'unsigned' ? { ...shape, unsigned: 'no key' } : shape;
  };
  const remote = createRemote('paid');
  remote.statuses = [COMPLETED];
  const files = fakeFiles();
  const world = createWorld({
    remotes: [remote],
    files,
    access: { allowPrivate: true },
    ...options,
    media: {
      mark,
      showsRealPerson: async (path) => {
        looks.push(path);
        return isReal;
      },
      ...options.media,
    },
    chat: {
      async deliver(_job, delivery) {
        handed.push(delivery);
        return { kind: 'delivered', receipt: { rung: 'channel', at: 1 } };
      },
      ...options.chat,
    },
  });
  const job = async (): Promise<JobIn<'delivered'>> => {
    const found = await world.disk.store.get(CHAT_EVENT.id);
    if (found?.state !== 'delivered') throw new Error(`the job is ${found?.state}`);
    return found;
  };
  return { world, files, handed, asked, looks, job };
}

async function live({ jobs, intake, scheduler }: Incarnation, now: number): Promise<void> {
  await jobs.recover();
  await createJob(intake, CHAT_EVENT, UPLOADS, CHOICES);
  await scheduler.runAll(now + 4 * HOUR);
}

async function arrived(setup: Setup = {}) {
  const parts = makeWorld(setup);
  const life = parts.world.boot();
  await live(life, parts.world.time.now);
  return { ...parts, life };
}

const pathOf = ({ key }: { key: string }): string => `/kept/${key}`;

describe('what is handed out', () => {
  it('is the marked video, and what the provider gave stays as it is', async () => {
    const { handed, job, files } = await arrived();
    const { video, marked } = await job();
    expect(marked).toMatchObject({ marks: 'signed', label: 'caption' });
    expect(marked?.video.key).not.toBe(video.key);
    expect(handed).toMatchObject([{ form: 'original', video: marked?.video }]);
    for (const file of [video, marked?.video]) expect(file && files.kept.has(file.key)).toBe(true);
  });

  it('is made once, however often it is asked for', async () => {
    const { life, asked, handed, job } = await arrived();
    const { id, requester, marked } = await job();
    await life.jobs.sendAgain(id, requester.target, true);
    expect(await life.core.handOut(id)).toEqual({ ok: true, value: marked?.video });
    expect(asked).toHaveLength(1);
    expect(handed).toHaveLength(2);
  });

  it('is made anew where it is gone from the disk, with the label that it had', async () => {
    const { life, asked, files, job } = await arrived({ isReal: true });
    const { id, marked } = await job();
    if (marked) files.kept.delete(marked.video.key);
    expect(await life.core.handOut(id)).toMatchObject({ ok: true });
    expect(asked.map(({ plate }) => plate)).toEqual([true, true]);
  });

  it('is made for a video from before there were marks, also where somebody opens the page', async () => {
    const { world, life, job } = await arrived();
    const { marked: _, ...before } = await job();
    await world.disk.store.save(before);
    const opened = await life.core.handOut(before.id);
    const after = await job();
    expect(opened).toEqual({ ok: true, value: after.marked?.video });
    expect(after.updatedAt).toBe(before.updatedAt);
  });

  it('goes with its job', async () => {
    const { life, files } = await arrived();
    await life.core.privacy.forget(CHAT_EVENT.requester.memberId);
    expect(files.kept.size).toBe(0);
  });

  it('is behind the link as well', async () => {
    const linked: string[] = [];
    const media = ({ key }: { key: string }): string => {
      linked.push(key);
      return 'https://strut.test/media/1';
    };
    const links = { media, hook: () => '', readMedia: () => undefined, readHook: () => undefined };
    const { job } = await arrived({ links, chat: { uploadLimitBytes: () => 8 } });
    expect(new Set(linked)).toEqual(new Set([(await job()).marked?.video.key]));
  });

  it('is marked in its smaller form too, as made of the marked one', async () => {
    const shrunkFrom: string[] = [];
    const shrink: Media['shrink'] = async (path) => {
      shrunkFrom.push(path);
      return { width: 480, height: 854, durationMs: 4000 };
    };
    const marks: { origin?: string }[] = [];
    const { job } = await arrived({
      chat: { uploadLimitBytes: () => 999 },
      media: {
        shrink,
        mark: async (_path, _toPath, how) => {
          marks.push(how);
          return { width: 480, height: 854, durationMs: 4000 };
        },
      },
    });
    const { marked } = await job();
    const original = marked && pathOf(marked.video);
    expect(shrunkFrom[0]).toBe(original);
    expect(marks.map(({ origin }) => origin).slice(0, 2)).toEqual([undefined, original]);
  });
});

describe('a video that can’t be marked as it should', () => {
  it('goes out with XMP alone where it could not be signed', async () => {
    expect((await (await arrived({ how: ['unsigned'] })).job()).marked?.marks).toBe('xmp');
  });

  it.each(['impossible', 'breaks'] as const)(
    'goes out all the same where that %s: it is paid for',
    async (how) => {
      const { handed, job, asked } = await arrived({ how: [how] });
      const { marked, video } = await job();
      expect(marked).toBeUndefined();
      expect(handed).toMatchObject([{ video }]);
      // What breaks for no known reason has had its tries, and one without a signature.
      const each = how === 'breaks' ? [false, false, false, true] : [false];
      expect(asked.map(({ unsigned }) => unsigned)).toEqual(each);
    },
  );

  it('waits for a machine that has no time', async () => {
    const { job, asked } = await arrived({ how: ['busy', 'busy', 'busy', 'busy', 'marks'] });
    expect((await job()).marked?.marks).toBe('signed');
    expect(asked).toHaveLength(5);
  });

  it('waits for such a machine no longer than five times: what is killed each time may be what signs', async () => {
    const { job, asked } = await arrived({ how: ['busy', 'busy', 'busy', 'busy', 'busy', 'marks'] });
    expect((await job()).marked?.video).toBeDefined();
    expect(asked.map(({ unsigned }) => unsigned)).toEqual([false, false, false, false, false, true]);
  });

  it('goes out without any mark, and keeps its plate as long as it can, where a machine never has time', async () => {
    const { job, handed, asked } = await arrived({ how: ['busy'] });
    const { marked, video } = await job();
    expect(marked).toBeUndefined();
    expect(handed).toMatchObject([{ video }]);
    expect(asked).toHaveLength(6);
    const real = await arrived({ isReal: true, how: ['breaks', 'breaks', 'breaks', 'marks'] });
    expect((await real.job()).marked?.label).toBe('plate');
  });

  it('waits for a disk that is full, and does not go out without its marks meanwhile', async () => {
    const { world, files, job, handed, asked } = makeWorld({ how: ['breaks'] });
    const life = world.boot();
    await life.jobs.recover();
    await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
    const { hasRoom } = files;
    files.hasRoom = async () => false;
    await life.scheduler.runAll(world.time.now + 4 * HOUR);
    expect(asked.length).toBeGreaterThan(3);
    expect(handed).toEqual([]);
    files.hasRoom = hasRoom;
    await life.scheduler.runAll(world.time.now + 24 * HOUR);
    expect(handed).toMatchObject([{ video: (await job()).video }]);
  });

  it('goes out in its smaller form too, though that can’t be marked: nothing else fits', async () => {
    const { job, handed, asked } = await arrived({
      how: ['marks', 'breaks'],
      chat: { uploadLimitBytes: () => 999 },
      media: { shrink: async () => ({ width: 480, height: 854, durationMs: 4000 }) },
    });
    expect((await job()).smaller).toBeDefined();
    expect(handed.map(({ form }) => form)).toContain('smaller');
    expect(asked.map(({ unsigned }) => unsigned).slice(0, 5)).toEqual([false, false, false, false, true]);
  });

  it('is marked without the plate where none can be drawn', async () => {
    const { job, asked } = await arrived({ isReal: true, how: ['impossible', 'marks'] });
    expect((await job()).marked).toMatchObject({ label: 'caption', marks: 'signed' });
    expect(asked.map(({ plate }) => plate)).toEqual([true, false]);
  });
});

describe('the label', () => {
  it.each([
    [true, 'plate'],
    [false, 'caption'],
    [undefined, 'plate'],
  ])('by itself is, where the picture shows a real person: %s, a %s', async (isReal, label) => {
    const { job } = await arrived({ media: { showsRealPerson: async () => isReal } });
    expect((await job()).marked?.label).toBe(label);
  });

  it.each(LABELLINGS.flatMap((space) => LABELLINGS.map((least) => [space, least] as const)))(
    'that a space sets as %s is never less than the operator’s %s',
    async (space, least) => {
      const parts = makeWorld();
      const life = parts.world.boot();
      life.ctx.rules.labelMinimum = least;
      const set = { ...life.ctx.settings.of(CHAT_EVENT.requester.spaceId), label: space };
      life.ctx.settings.of = () => set;
      await live(life, parts.world.time.now);
      expect((await parts.job()).marked?.label).toBe([space, least].includes('plate') ? 'plate' : 'caption');
      // Nobody looks at faces where the answer changes nothing.
      const matters = [space, least].includes('auto') && ![space, least].includes('plate');
      expect(parts.looks).toHaveLength(matters ? 1 : 0);
    },
  );
});

describe('a crash around marking', () => {
  const atEachEffect = async (work: (effect: number) => Promise<void>): Promise<number> => {
    const counted = makeWorld({ isReal: true });
    void counted.world.fuse.arm(Number.POSITIVE_INFINITY);
    await live(counted.world.boot(), counted.world.time.now);
    const effects = counted.world.fuse.count();
    for (let effect = 1; effect <= effects; effect += 1) await work(effect);
    return effects;
  };

  it('at any effect of a job hands out nothing but the marked video that is on record', async () => {
    let videos = 0;
    const effects = await atEachEffect(async (effect) => {
      const parts = makeWorld({ isReal: true });
      const blown = parts.world.fuse.arm(effect);
      await Promise.race([live(parts.world.boot(), parts.world.time.now), blown]);
      await live(parts.world.boot(), parts.world.time.now);
      const job: Job | undefined = await parts.world.disk.store.get(CHAT_EVENT.id);
      if (job?.state !== 'delivered') return;
      videos += 1;
      expect(job.marked).toMatchObject({ label: 'plate', marks: 'signed' });
      for (const delivery of parts.handed)
        expect('video' in delivery && delivery.video.key).toBe(job.marked?.video.key);
    });
    expect(videos).toBe(effects - 4);
  });
});
