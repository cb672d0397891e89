import { describe, expect, it } from 'vitest';
import { MachineBusy } from '../../src/core/media.ts';
import { fakeFiles } from '../fakes/files.ts';
import { createRemote } from '../fakes/remote.ts';
import { CHAT_EVENT, CHOICES, createJob, createWorld, UPLOADS, type WorldOptions } from '../fakes/world.ts';

type Life = ReturnType<ReturnType<typeof createWorld>['boot']>;

/** One file of all that is handed to that member, as it was written. */
async function handed({ core }: Life, name: string, memberId = ME): Promise<string> {
  for await (const file of core.privacy.export(memberId, { files: false }))
    if (file.name === name && 'text' in file) return file.text;
  throw new Error(`no ${name}`);
}

const ME = CHAT_EVENT.requester.memberId;
const AGAIN = { ...CHAT_EVENT, id: 'discord:901' };

async function done(options: WorldOptions = {}) {
  const files = fakeFiles();
  const world = createWorld({ files, ...options });
  const life = world.boot();
  await life.jobs.recover();
  await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
  await life.scheduler.runAll(world.time.now + 3_600_000);
  const job = await world.disk.store.get(CHAT_EVENT.id);
  if (!job) throw new Error('no job');
  return { world, life, files, job, privacy: life.core.privacy };
}

/** The files of ours that the archive of that member holds, by their names in it. */
async function filesHanded({ core }: Life): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for await (const file of core.privacy.export(ME, { files: true }))
    if ('path' in file) paths.set(file.name.replace(/.*\//, ''), file.path);
  return paths;
}

describe('the files that are handed to a member', () => {
  it('are those of their jobs, the video with its marks', async () => {
    const { life, job } = await done();
    if (job.state !== 'delivered' || !job.marked) throw new Error('no marked video');
    const paths = await filesHanded(life);
    expect([...paths.keys()]).toEqual(['picture.jpg', 'clip.mp4', 'video.mp4']);
    expect(paths.get('video.mp4')).toBe(await life.ctx.files.path(job.marked.video));
    expect(paths.get('video.mp4')).not.toBe(await life.ctx.files.path(job.video));
  });

  it('hold no video that cannot be marked right now', async () => {
    const mark = async () => Promise.reject(new MachineBusy('busy'));
    const { life, job } = await done({ media: { mark } });
    expect(job).toMatchObject({ state: 'delivered' });
    expect([...(await filesHanded(life)).keys()]).toEqual(['picture.jpg', 'clip.mp4']);
  });

  it.each(['me', 'minor'] as const)('hold nothing of a job that a report for "%s" hides', async (reason) => {
    const { life, job } = await done();
    await life.core.takedown.report({ by: 'discord:8', code: job.code, reason });
    expect([...(await filesHanded(life)).keys()]).toEqual([]);
  });

  it('hold no video that is reported while the files before it are read', async () => {
    const { life, job } = await done();
    const names: string[] = [];
    for await (const { name } of life.core.privacy.export(ME, { files: true })) {
      names.push(name);
      if (name.endsWith('clip.mp4'))
        await life.core.takedown.report({ by: 'discord:8', code: job.code, reason: 'me' });
    }
    expect(names.at(-1)).toMatch(/clip\.mp4$/);
  });
});

const LINKS = {
  media: ({ key }: { key: string }) => `https://strut.example/media/${key}`,
  hook: () => '',
  readMedia: () => undefined,
  readHook: () => undefined,
};

describe('an archive that is kept for a member', () => {
  const kept = (life: Life) => life.core.privacy.archive(ME, (archiving) => archiving.kept());

  it('is gone once one of their videos is hidden, and so is its link', async () => {
    const { life, files, job, privacy } = await done({ links: LINKS });
    const made = await privacy.archive(ME, ({ keep }) => keep('/temp/mine.zip'));
    expect(made).toMatchObject({ url: 'https://strut.example/media/kept-/temp/mine.zip' });
    await privacy.archive('discord:8', ({ keep }) => keep('/temp/theirs.zip'));
    expect(await kept(life)).toEqual(made);
    await life.core.takedown.report({ by: 'discord:8', code: job.code, reason: 'me' });
    expect(await kept(life)).toBeUndefined();
    expect(files.kept.has('kept-/temp/mine.zip')).toBe(false);
    expect(files.kept.has('kept-/temp/theirs.zip')).toBe(true);
  });

  it('is not kept at all where that happens while it is made', async () => {
    const { life, files, job, privacy } = await done({ links: LINKS });
    const made = await privacy.archive(ME, async ({ keep }) => {
      await life.core.takedown.report({ by: 'discord:8', code: job.code, reason: 'me' });
      return keep('/temp/mine.zip');
    });
    expect(made).toBe('outdated');
    expect(await kept(life)).toBeUndefined();
    expect(files.kept.has('kept-/temp/mine.zip')).toBe(false);
    // What was hidden before is not in it.
    const next = await privacy.archive(ME, ({ keep }) => keep('/temp/next.zip'));
    expect(await kept(life)).toEqual(next);
  });
});

describe('what is handed to a member', () => {
  it('says that their video was hidden and removed, and neither that nor by whom it was reported', async () => {
    const { life, job } = await done();
    const { spaceId } = CHAT_EVENT.requester;
    const report = { by: 'discord:8', spaceId, code: job.code, reason: 'me' as const };
    await life.core.takedown.report(report);
    const removed = { kind: 'removed' as const, atMs: 1, spaceId, by: 'discord:9', about: ME };
    await life.ctx.audit.append(removed);
    const text = await handed(life, 'consents.json');
    expect(JSON.parse(text)).toMatchObject([
      { kind: 'hidden', about: ME },
      { kind: 'removed', about: ME },
    ]);
    for (const told of ['reported', '"by"', 'discord:8', 'discord:9']) expect(text).not.toContain(told);
  });

  it('says what they reported and decided themselves, and not about whom', async () => {
    const { life, job } = await done();
    const { spaceId } = CHAT_EVENT.requester;
    await life.core.takedown.report({ by: 'discord:8', spaceId, code: job.code, reason: 'me' });
    const decided = { kind: 'restored' as const, atMs: 1, by: 'discord:8', about: ME };
    await life.ctx.audit.append({ ...decided, spaceId });
    await life.ctx.audit.append({ ...decided, spaceId: ME });
    const text = await handed(life, 'consents.json', 'discord:8');
    expect(JSON.parse(text)).toMatchObject([
      { kind: 'reported', by: 'discord:8', jobCode: job.code },
      { kind: 'restored', by: 'discord:8', spaceId },
      { kind: 'restored', by: 'discord:8' },
    ]);
    expect(text).not.toContain(`"${ME}"`);
  });

  it('keeps a report of their own video that they made themselves', async () => {
    const { life, job } = await done();
    await life.core.takedown.report({ by: ME, code: job.code, reason: 'other' });
    expect(JSON.parse(await handed(life, 'consents.json'))).toMatchObject([
      { kind: 'reported', by: ME, about: ME },
    ]);
  });
});

describe('forgetting a member', () => {
  it('removes their jobs and every file of these, and keeps the sums', async () => {
    const { world, files, privacy } = await done();
    expect(files.kept.size).toBe(4);
    expect(await privacy.forget(ME)).toEqual({ jobs: 1, underWay: 0, other: false });
    expect(files.kept.size).toBe(0);
    expect(await world.disk.store.get(CHAT_EVENT.id)).toBeUndefined();
    const book = await world.disk.ledger.totals({ scope: 'operator', window: 'day:2026-11-21' });
    expect(book.settledJobs).toBe(1);
    expect(await privacy.forget(ME)).toEqual({ jobs: 0, underWay: 0, other: false });
  });

  it('deletes what was granted to them, but no block or limit that admins set for them', async () => {
    const { world, life, privacy } = await done();
    const { settings } = life.ctx;
    const grant = (id: string) =>
      settings.change('discord:10', 'discord:1', 'grant', {
        member: id,
        unit: 'jobs',
        amount: '5',
        days: '11',
      });
    await grant(ME);
    await grant('discord:8');
    await settings.change('discord:10', 'discord:1', 'block', { member: ME });
    await settings.change('discord:10', 'discord:1', 'allow', { member: ME });
    await privacy.forget(ME);
    expect(settings.of('discord:10')).toMatchObject({
      grants: [{ who: { id: 'discord:8' } }],
      blocked: [{ member: ME }],
      members: [ME],
    });
    const kept = [...world.disk.settings.known.values()].map(({ grants }) => JSON.stringify(grants)).join();
    expect(kept).not.toContain(ME);
  });

  it('removes the name from the ledger once the jobs are deleted, also where there was no job', async () => {
    const { world, life, privacy } = await done();
    const left: number[] = [];
    life.ctx.traces.forget = async () => {
      left.push((await world.disk.store.ofMember(ME, 9)).length);
      return false;
    };
    await privacy.forget(ME);
    await privacy.forget(ME);
    expect(left).toEqual([0, 0]);
  });

  it('says that something went also where that was no job', async () => {
    const { life, job, privacy } = await done();
    const spaceId = CHAT_EVENT.requester.spaceId;
    const grant = { member: ME, unit: 'jobs', amount: '5', days: '365' };
    await privacy.forgetJob(job.id);
    await life.ctx.settings.change(spaceId, 'discord:1', 'grant', grant);
    expect(await privacy.forget(ME)).toEqual({ jobs: 0, underWay: 0, other: true });
    const asked = { ...AGAIN, id: 'discord:902' };
    expect(await life.core.offers.take(asked, UPLOADS, CHOICES, true)).toMatchObject({ ok: true });
    expect(await privacy.forget(ME)).toEqual({ jobs: 0, underWay: 0, other: true });
    expect(await privacy.forget(ME)).toEqual({ jobs: 0, underWay: 0, other: false });
  });

  it('overwrites the deleted records on disk, once all are deleted', async () => {
    const { life, privacy } = await done();
    const order: string[] = [];
    life.ctx.traces.forget = async () => order.push('forget') > 0;
    life.ctx.traces.overwrite = async () => void order.push('overwrite');
    await privacy.forget(ME);
    expect(order).toEqual(['forget', 'overwrite']);
  });

  it('removes records that cannot be read, with their files, and leaves what they may cost with the operator', async () => {
    const { world, life, files, job, privacy } = await done();
    await life.core.offers.again(AGAIN, job, false);
    const bad = { state: 'unreadable' as const, id: AGAIN.id, files: [job.inputs.image.key, 'kept-alone'] };
    files.kept.add('kept-alone');
    life.ctx.store.unreadableOf = async (memberId) => (memberId === ME ? [bad] : []);
    life.ctx.store.ofMember = async () => [];
    const noted: string[] = [];
    life.ctx.traces.forgetJob = async (id) => void noted.push(id);
    expect(await privacy.forget(ME)).toMatchObject({ jobs: 1 });
    expect(await world.disk.store.get(AGAIN.id)).toBeUndefined();
    expect(files.kept.has('kept-alone')).toBe(false);
    // The other job needs it.
    expect(files.kept.has(job.inputs.image.key)).toBe(true);
    expect(noted).toEqual([AGAIN.id]);
    expect(await world.disk.ledger.held()).toEqual([]);
    expect(await world.disk.ledger.suspended()).toMatchObject([{ jobId: AGAIN.id }]);
  });

  it('deletes the notes of a chat that is not configured any more', async () => {
    const { life, privacy } = await done();
    const noted: string[] = [];
    life.ctx.traces.forgetJob = async (id) => void noted.push(id);
    life.ctx.chats = new Map();
    await privacy.forget(ME);
    expect(noted).toEqual([CHAT_EVENT.id]);
  });

  it('has the provider release what it keeps on this machine, once the video is ours and when the job is deleted', async () => {
    const remote = createRemote('paid');
    const seen: (string | undefined)[] = [];
    const world = createWorld({ remotes: [remote], files: fakeFiles() });
    remote.provider.release = async (id) => {
      seen.push((await world.disk.store.get(id))?.state);
      throw new Error('the disk is busy');
    };
    const life = world.boot();
    await life.jobs.recover();
    await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
    await life.scheduler.runAll(world.time.now + 3_600_000);
    expect(seen).toEqual(['completed']);
    expect(await life.core.privacy.forget(ME)).toMatchObject({ jobs: 1 });
    // A crash may have come between the video and its draft's end.
    expect(seen).toEqual(['completed', 'delivered']);
  });

  it('touches nobody else', async () => {
    const { files, privacy } = await done();
    expect(await privacy.forget('discord:8')).toEqual({ jobs: 0, underWay: 0, other: false });
    expect(files.kept.size).toBe(4);
  });

  it('has the chat delete what it keeps before the record is deleted', async () => {
    const told: string[] = [];
    const { world, privacy } = await done({
      chat: {
        async forget(job) {
          expect(await world.disk.store.get(job.id)).toBeDefined();
          told.push(job.id);
        },
      },
    });
    await privacy.forget(ME);
    expect(told).toEqual([CHAT_EVENT.id]);
  });

  it('has the chats delete what the member has not sent yet', async () => {
    const told: string[] = [];
    const { privacy } = await done({ chat: { forgetMember: async (id) => void told.push(id) } });
    await privacy.forget(ME);
    expect([...new Set(told)]).toEqual([ME]);
  });

  it('leaves a job under way alone, and says so', async () => {
    const world = createWorld({ files: fakeFiles() });
    const life = world.boot();
    await life.jobs.recover();
    await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
    await life.scheduler.runNext();
    expect(await life.core.privacy.forget(ME)).toEqual({ jobs: 0, underWay: 1, other: false });
    expect(await life.core.privacy.forgetJob(CHAT_EVENT.id)).toBe(false);
    expect(await life.core.privacy.forgetJob('discord:nobody')).toBe(true);
    await life.scheduler.runAll();
    expect(await world.disk.store.get(CHAT_EVENT.id)).toMatchObject({ state: 'delivered' });
  });

  it('may end the search for a place to put a video', async () => {
    const { life, files, job, privacy } = await done({
      chat: { deliver: async () => ({ kind: 'nowhere' }) },
    });
    expect(job.state).toBe('completed');
    expect(await privacy.forget(ME)).toEqual({ jobs: 1, underWay: 0, other: false });
    expect(files.kept.size).toBe(0);
    expect(await life.scheduler.size()).toBe(0);
  });
});

describe('the cases of whoever is forgotten', () => {
  const ADMIN = 'discord:9';
  const admin = {
    requester: { ...CHAT_EVENT.requester, memberId: ADMIN },
    standing: { moderator: true, private: false },
  };
  const shelf = async ({ disk }: ReturnType<typeof createWorld>) =>
    JSON.stringify([...(await disk.takedown.startingWith('case:')).values()]);

  async function reported() {
    const all = await done();
    const { life, job } = all;
    const target = { ...job.requester.target, origin: ME };
    await all.world.disk.store.save({ ...job, requester: { ...job.requester, target } });
    await life.core.takedown.report({ by: 'discord:8', code: job.code, reason: 'me' });
    return { ...all, decide: () => life.core.takedown.decide(admin, job.code, 'remove') };
  }

  it('name them no more once they are decided, nor do the cases of others that they have decided', async () => {
    const { world, life, job, privacy, decide } = await reported();
    expect(await decide()).toMatchObject({ ok: true });
    expect(await privacy.forget(ME)).toMatchObject({ other: true });
    expect(await shelf(world)).not.toContain(`"${ME}"`);
    expect(await shelf(world)).toContain(`"${ADMIN}"`);
    await privacy.forget(ADMIN);
    expect(await shelf(world)).not.toContain(`"${ADMIN}"`);
    expect(await life.ctx.cases.get(job.id)).toMatchObject({
      asker: { spaceId: CHAT_EVENT.requester.spaceId, memberId: 'forgotten', target: {} },
      decided: { by: 'forgotten', byOperator: false },
    });
    expect(await privacy.forget(ME)).toEqual({ jobs: 0, underWay: 0, other: false });
  });

  it('name them until the decision where one is open, and no longer', async () => {
    const { world, privacy, decide } = await reported();
    await privacy.forget(ME);
    expect(await shelf(world)).toContain(`"${ME}"`);
    expect(await decide()).toMatchObject({ ok: true });
    expect(await shelf(world)).not.toContain(`"${ME}"`);
    const audited: string[] = [];
    for await (const page of world.disk.audit.read({})) audited.push(JSON.stringify(page));
    expect(audited.join()).not.toContain(`"${ME}"`);
  });
});

describe('a file that two jobs share', () => {
  it('stays until the last of them is forgotten', async () => {
    const { life, files, job, privacy } = await done();
    await life.core.offers.again(AGAIN, job, false);
    await life.scheduler.runAll();
    await privacy.forgetJob(CHAT_EVENT.id);
    for (const { key } of [job.inputs.image, job.inputs.clip]) expect(files.kept.has(key)).toBe(true);
    await privacy.forgetJob(AGAIN.id);
    expect(files.kept.size).toBe(0);
  });

  it('is there for a job made at the same moment, or that job is refused', async () => {
    // The forgetting begins a few turns earlier or later than the new job.
    for (let turns = -12; turns <= 12; turns += 1) {
      const { world, life, files, job, privacy } = await done();
      const wait = async (count: number) => {
        for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
      };
      const [made] = await Promise.all([
        wait(turns).then(() => life.core.offers.again(AGAIN, job, false)),
        wait(-turns).then(() => privacy.forgetJob(CHAT_EVENT.id)),
      ]);
      const next = await world.disk.store.get(AGAIN.id);
      expect(made.ok).toBe(next !== undefined);
      if (made.ok)
        for (const { key } of [job.inputs.image, job.inputs.clip]) expect(files.kept.has(key)).toBe(true);
      else {
        expect(made).toMatchObject({ refusal: { code: 'file-gone' } });
        expect(await world.disk.ledger.held()).toEqual([]);
        expect(files.kept.size).toBe(0);
      }
    }
  });
});

describe('a crash while a member is forgotten', () => {
  it('leaves no job whose files are gone', async () => {
    for (let effect = 1; effect <= 2; effect += 1) {
      const { world, files, privacy } = await done({ chat: { forget: async () => {} } });
      const blown = world.fuse.arm(effect);
      await Promise.race([privacy.forget(ME), blown]);
      const job = await world.disk.store.get(CHAT_EVENT.id);
      if (job) expect(files.kept.size).toBe(4);
      const next = world.boot();
      await next.core.privacy.forget(ME);
      expect(await world.disk.store.get(CHAT_EVENT.id)).toBeUndefined();
    }
  });
});
