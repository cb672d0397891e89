import { describe, expect, it } from 'vitest';
import type { Inputs } from '../../src/core/job/job.ts';
import { takeWebhook } from '../../src/core/job/webhook.ts';
import type { Media } from '../../src/core/media.ts';
import type { Files } from '../../src/core/ports.ts';
import { accept } from '../../src/core/refusals.ts';
import { CLIP_FACTS } from '../fakes/clip-facts.ts';
import { fakeFiles } from '../fakes/files.ts';
import { COMPLETED, createRemote, PRICE } from '../fakes/remote.ts';
import {
  CHAT_EVENT,
  CHOICES,
  createJob,
  createWorld,
  EVENT,
  type Incarnation,
  UPLOADS,
} from '../fakes/world.ts';
import { HOUR, TODAY } from './started.ts';

const PLACE = { name: 'there', keptMs: 24 * HOUR };
const UNFETCHED = { state: 'failed', failure: 'provider-down', costMicros: 0, unfetched: 'free' } as const;

/** Where every job's clip comes out of its normalising as the same bytes. */
function sameClip() {
  const files = fakeFiles();
  const clips = new Set<string>();
  return {
    files: {
      ...files,
      keep: (async (path, mime, within) =>
        files.keep(clips.has(path) ? '/temp/the-clip' : path, mime, within)) satisfies Files['keep'],
    },
    media: {
      normaliseClip: (async (_path, to) => {
        clips.add(to);
        return accept(CLIP_FACTS);
      }) satisfies Media['normaliseClip'],
    },
  };
}

/** A provider with a storage, in which an earlier job's clip lies; `gone` are the addresses that nothing lies at any more. */
function createWorldWithCopy({ isFree = true } = {}) {
  const remote = createRemote('paid');
  const world = createWorld({ remotes: [remote], ...sameClip() });
  const uploads = { count: 0 };
  const sent: { clip: string; image: string }[] = [];
  const gone = new Set<string>();
  let life: Incarnation;
  const { provider } = remote;
  provider.upload = async ({ clip }: Inputs) => {
    uploads.count += 1;
    const { count } = uploads;
    const put = async () => `https://there.test/clip-${count}`;
    const url = await life.ctx.providerCopies.addressAt(PLACE, clip, put);
    return { image: `https://there.test/image-${count}`, clip: url };
  };
  const made = new Map<unknown, string>();
  const { submit } = provider;
  provider.submit = async (jobId, request, uploaded, signal) => {
    sent.push(uploaded);
    const outcome = await submit(jobId, request, uploaded, signal);
    if (outcome.kind === 'accepted') made.set(outcome.operation.id, uploaded.clip);
    return outcome;
  };
  provider.status = async ({ id }) => {
    if (!gone.has(made.get(id) ?? '')) return COMPLETED;
    return { ...UNFETCHED, ...(isFree ? {} : { unfetched: 'unsure' as const }) };
  };
  return {
    world,
    remote,
    sent,
    gone,
    boot: () => {
      life = world.boot();
      return life;
    },
    job: (id = EVENT.id) => world.disk.store.get(id),
    book: () => world.disk.ledger.totals(TODAY),
    notes: async () =>
      [...(await world.disk.copies.startingWith<{ url?: string }>('')).values()].flatMap(
        ({ url }) => url ?? [],
      ),
    /** What was really rendered, by where its clip lay. */
    rendered: () => sent.filter(({ clip }) => !gone.has(clip)).length,
  };
}

const NEXT = { ...EVENT, id: 'web-2' };

/** A first job is delivered; then its clip goes from there, before its time. */
async function afterOne(options: Parameters<typeof createWorldWithCopy>[0] = {}) {
  const all = createWorldWithCopy(options);
  const life = all.boot();
  await life.jobs.recover();
  await createJob(life.intake, EVENT, UPLOADS, CHOICES);
  await life.scheduler.runAll();
  return { ...all, life };
}

async function second(life: Incarnation) {
  await createJob(life.intake, NEXT, UPLOADS, CHOICES);
  await life.scheduler.runAll();
}

describe('a second job with the same clip', () => {
  it('is sent the copy of the first, with a picture of its own', async () => {
    const { life, sent, job } = await afterOne();
    await second(life);
    expect(sent.map(({ clip }) => clip)).toEqual(Array(2).fill('https://there.test/clip-1'));
    expect(new Set(sent.map(({ image }) => image)).size).toBe(2);
    expect(await job(NEXT.id)).toMatchObject({ state: 'delivered' });
  });

  it('whose copy is gone is put up anew and sent once more where that costs nothing', async () => {
    const { life, sent, gone, job, book, notes, world } = await afterOne();
    gone.add('https://there.test/clip-1');
    await second(life);
    expect(sent.map(({ clip }) => clip.at(-1))).toEqual(['1', '1', '3']);
    expect(await job(NEXT.id)).toMatchObject({
      state: 'delivered',
      operation: { id: 'op-3' },
      attempts: [{ provider: 'paid', outcome: 'sent' }],
      costMicros: PRICE,
    });
    expect(await book()).toMatchObject({ heldMicros: 0, settledMicros: 2 * PRICE, settledJobs: 2 });
    expect(await notes()).toEqual(['https://there.test/clip-3']);
    expect(world.delivered).toHaveLength(2);
  });

  it('is not sent a third time where it can not be fetched anew either', async () => {
    const { life, sent, gone, job, book, notes } = await afterOne();
    for (const count of [1, 2, 3]) gone.add(`https://there.test/clip-${count}`);
    await second(life);
    expect(sent).toHaveLength(3);
    expect(await job(NEXT.id)).toMatchObject({ state: 'failed', failure: 'provider-down', costMicros: 0 });
    expect(await book()).toMatchObject({ heldMicros: 0, settledMicros: PRICE });
    expect(await notes()).toEqual([]);
  });

  it('is not sent again where it is not certain that the first is free, and the copy is forgotten', async () => {
    const { life, sent, gone, job, notes } = await afterOne({ isFree: false });
    gone.add('https://there.test/clip-1');
    await second(life);
    expect(sent).toHaveLength(2);
    expect(await job(NEXT.id)).toMatchObject({ state: 'failed' });
    expect(await notes()).toEqual([]);
  });

  it('leaves the copy to others where it is called off too late and has failed for another reason', async () => {
    const { life, remote, job, notes } = await afterOne();
    remote.provider.status = async () => ({ state: 'failed', failure: 'content-refused', costMicros: 0 });
    await createJob(life.intake, NEXT, UPLOADS, CHOICES);
    await life.scheduler.runNext();
    remote.cancels = ['too-late'];
    await life.jobs.cancel(NEXT.id);
    expect(await job(NEXT.id)).toMatchObject({ state: 'failed', failure: 'content-refused' });
    expect(await notes()).toEqual(['https://there.test/clip-1']);
  });

  it('is not sent again where its member has called it off', async () => {
    const { life, sent, gone, remote, job } = await afterOne();
    gone.add('https://there.test/clip-1');
    await createJob(life.intake, NEXT, UPLOADS, CHOICES);
    await life.scheduler.runNext();
    remote.cancels = ['too-late'];
    await life.jobs.cancel(NEXT.id);
    await life.scheduler.runAll();
    expect(sent).toHaveLength(2);
    expect(await job(NEXT.id)).toMatchObject({ state: 'failed', costMicros: 0 });
  });

  it('that is refused for the copy at once is put up anew, too, and counts as no attempt', async () => {
    const { life, sent, gone, remote, job } = await afterOne();
    gone.add('https://there.test/clip-1');
    const { submit } = remote.provider;
    remote.provider.submit = async (jobId, request, uploaded, signal) => {
      if (!gone.has(uploaded.clip)) return submit(jobId, request, uploaded, signal);
      sent.push(uploaded);
      return { kind: 'refused', failure: 'provider-down', unfetched: true };
    };
    await second(life);
    expect(sent.map(({ clip }) => clip.at(-1))).toEqual(['1', '1', '3']);
    expect(await job(NEXT.id)).toMatchObject({
      state: 'delivered',
      attempts: [{ provider: 'paid', outcome: 'sent' }],
    });
  });

  it('that is refused while the notes of copies can not be read is refused all the same', async () => {
    const { life, world, remote, job } = await afterOne();
    remote.provider.submit = async () => ({ kind: 'refused', failure: 'provider-down', unfetched: true });
    world.disk.copies.startingWith = () => Promise.reject(new Error('the disk is gone'));
    await second(life);
    expect(await job(NEXT.id)).toMatchObject({ state: 'failed', failure: 'provider-down', costMicros: 0 });
  });

  it('is put up anew as well where another has found the copy gone, and is putting it up by then', async () => {
    const { life, gone, job, book, remote } = await afterOne();
    gone.add('https://there.test/clip-1');
    const other = { ...NEXT, id: 'web-3' };
    await createJob(life.intake, NEXT, UPLOADS, CHOICES);
    await createJob(life.intake, other, UPLOADS, CHOICES);
    const { upload, status } = remote.provider;
    let hears = false;
    // Both were sent the copy that is gone; the other hears of it as the first is putting it up anew.
    remote.provider.status = async (operation, signal) =>
      operation.id === 'op-3' && !hears ? { state: 'running' } : status(operation, signal);
    remote.provider.upload = async (inputs, signal) => {
      if ((await job(NEXT.id))?.unfetched && !hears) {
        hears = true;
        while ((await job(other.id))?.state === 'running') await life.scheduler.runNext();
      }
      return upload(inputs, signal);
    };
    await life.scheduler.runAll();
    for (const { id } of [NEXT, other]) expect(await job(id)).toMatchObject({ state: 'delivered' });
    expect(await book()).toMatchObject({ heldMicros: 0, settledMicros: 3 * PRICE });
  });

  it('goes to another provider where there is no copy to be the reason', async () => {
    const other = createRemote('other');
    const remote = createRemote('paid');
    remote.provider.submit = async () => ({ kind: 'refused', failure: 'provider-down', unfetched: true });
    const world = createWorld({ remotes: [remote, other] });
    const life = world.boot();
    await life.jobs.recover();
    await createJob(life.intake, EVENT, UPLOADS, CHOICES);
    await life.scheduler.runAll();
    expect(await world.disk.store.get(EVENT.id)).toMatchObject({ state: 'delivered', provider: 'other' });
  });

  it('is not sent again to a provider that was given no copy, though a storage has one of an earlier job', async () => {
    const { life, sent, remote, job, notes } = await afterOne();
    const { provider } = remote;
    // From an address of our own, which is nobody else's.
    provider.upload = async () => ({ image: 'https://ours.test/image', clip: 'https://ours.test/clip' });
    provider.status = async () => UNFETCHED;
    await second(life);
    expect(sent.map(({ clip }) => clip)).toEqual(['https://there.test/clip-1', 'https://ours.test/clip']);
    expect(await job(NEXT.id)).toMatchObject({ state: 'failed', failure: 'provider-down', costMicros: 0 });
    // It was no fault of that copy.
    expect(await notes()).toEqual(['https://there.test/clip-1']);
  });

  it('does not take late news of its first try for news of the second', async () => {
    const { life, gone, remote, job } = await afterOne();
    gone.add('https://there.test/clip-1');
    await createJob(life.intake, NEXT, UPLOADS, CHOICES);
    remote.answers = ['accepted', 'unknown'];
    for (let step = 0; step < 20 && (await job(NEXT.id))?.state !== 'unknown'; step += 1)
      await life.scheduler.runNext();
    const tell = async (id: string) => {
      remote.provider.parseWebhook = async () => ({ kind: 'operation', operation: { id } });
      const news = { provider: 'paid', jobId: NEXT.id, headers: {}, body: Buffer.from('') };
      await takeWebhook(life.ctx, news);
      await life.scheduler.runNext();
      return (await job(NEXT.id))?.state;
    };
    expect(await tell('op-2')).toBe('unknown');
    expect(await tell('op-3')).not.toBe('unknown');
    await life.scheduler.runAll();
    expect(await job(NEXT.id)).toMatchObject({ state: 'delivered', operation: { id: 'op-3' } });
  });
});

describe('a copy that is gone', () => {
  /** Kills the process at that effect of the second job, and goes on with another. */
  async function killedAt(effect: number) {
    const all = await afterOne();
    all.gone.add('https://there.test/clip-1');
    const blown = all.world.fuse.arm(effect).then(() => true);
    const died = await Promise.race([second(all.life).then(() => false), blown]);
    if (died) {
      const later = all.boot();
      await later.jobs.recover();
      await second(later);
    }
    return { ...all, died };
  }

  it('costs one render at most, and never two, wherever the process dies', async () => {
    const ends = new Map<string, number>();
    let effect = 1;
    for (let died = true; died; effect += 1) {
      const all = await killedAt(effect);
      died = all.died;
      const end = await all.job(NEXT.id);
      if (!end) throw new Error('the second job is gone');
      const unsettled = end.state === 'failed' ? (end.unsettledMicros ?? 0) : 0;
      ends.set(end.state, (ends.get(end.state) ?? 0) + 1);
      // The first job's is one of them.
      expect(all.rendered(), `effect ${effect}`).toBeLessThanOrEqual(2);
      expect(await all.book(), `effect ${effect}`).toMatchObject({
        heldMicros: unsettled,
        settledMicros: (end.state === 'delivered' ? 2 : 1) * PRICE,
      });
    }
    expect(effect).toBeGreaterThan(40);
    // Around either submit, or before its handle is on disk, nobody knows whether it arrived.
    expect(Object.fromEntries(ends)).toEqual({ delivered: effect - 1 - 8, failed: 8 });
  });
});

describe('the note of a copy', () => {
  it('goes when its file does', async () => {
    const { life, job, notes } = await afterOne();
    const one = await job();
    expect(await notes()).toHaveLength(1);
    await life.core.privacy.forgetJob(EVENT.id);
    expect(await life.ctx.files.has(one?.inputs.clip ?? { key: '', bytes: 0, mime: '' })).toBe(false);
    expect(await notes()).toEqual([]);
  });

  it('goes with a member who wants to be forgotten, though others have the same clip', async () => {
    const { life, notes, sent } = await afterOne();
    await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
    await life.scheduler.runAll();
    expect(await notes()).toHaveLength(1);
    await life.core.privacy.forget(CHAT_EVENT.requester.memberId);
    expect(await notes()).toEqual([]);
    await second(life);
    expect(sent.at(-1)?.clip).toBe('https://there.test/clip-3');
  });

  it('goes when a video that was made with it is reported', async () => {
    const { life, job, notes } = await afterOne();
    await life.core.takedown.report({ by: 'discord:8', code: (await job())?.code ?? '', reason: 'intimate' });
    expect(await notes()).toEqual([]);
  });
});
