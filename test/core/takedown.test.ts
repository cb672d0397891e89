import { describe, expect, it } from 'vitest';
import { again } from '../../commands/again.ts';
import { MachineBusy } from '../../src/core/media.ts';
import { CHAT_EVENT, CHOICES, createJob, UPLOADS } from '../fakes/world.ts';
import {
  ADMIN,
  ASKER,
  ASKER_AS_ADMIN,
  createReportedWorld,
  OPERATOR,
  OTHER_ADMIN,
  WITNESS,
} from './reported.ts';

const HOUR = 3_600_000;
const LINKS = {
  media: () => 'https://strut.example/media/x',
  hook: () => '',
  readMedia: () => undefined,
  readHook: () => undefined,
};

/** What comes of it without anything else having to end first. */
async function inTurns<T>(work: Promise<T>): Promise<T | 'still waits'> {
  let answer: T | 'still waits' = 'still waits';
  void work.then((value) => {
    answer = value;
  });
  await turnsUntil(async () => answer !== 'still waits');
  return answer;
}

async function turnsUntil(isSo: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500 && !(await isSo()); turn += 1) await new Promise(setImmediate);
}

async function delivered(options = {}) {
  const all = createReportedWorld(options);
  await all.deliver();
  expect(await all.job()).toMatchObject({ state: 'delivered' });
  return all;
}

describe('a report of a delivered video', () => {
  it.each(['me', 'intimate', 'minor'] as const)('that says "%s" hides it at once', async (reason) => {
    const all = await delivered();
    expect(await all.report(reason)).toMatchObject({ ok: true });
    const job = await all.job();
    expect(job?.hidden).toMatchObject({ reason, since: all.world.time.now });
    expect(all.retracted[0]).toBe(CHAT_EVENT.id);
    expect(await all.case()).toMatchObject({ hidden: true, todo: [], retracted: { deleted: 2 } });
    expect(job && 'video' in job && (await all.life.ctx.cases.hidesFile(job.video.key))).toBe(true);
    const marked = job && 'video' in job ? job.marked?.video : undefined;
    expect(await all.life.ctx.cases.hidesFile(marked?.key ?? '')).toBe(true);
  });

  it('that says "other" leaves it where it is and asks the admins', async () => {
    const all = await delivered();
    await all.report('other');
    expect(await all.job()).not.toHaveProperty('hidden');
    expect(all.retracted).toEqual([]);
    expect(all.told.some(({ to }) => 'member' in to && to.member === 'discord:9')).toBe(true);
  });

  it('keeps it from being sent again, rendered again, and told as kept', async () => {
    const all = await delivered();
    await all.report('me');
    const sent = await all.life.jobs.sendAgain(CHAT_EVENT.id, CHAT_EVENT.requester.target, true);
    expect(sent).toEqual({ ok: false, refusal: { code: 'job-hidden' } });
    expect(all.world.delivered).toHaveLength(1);
  });

  it('refuses its picture and its video in that space from then on, and nowhere else', async () => {
    const all = await delivered({
      media: {
        pictureHash: async () => ({ plain: 'f0f0f0f0f0f0f0f0', mirrored: '0f0f0f0f0f0f0f0f', middles: [] }),
      },
    });
    await all.report('me');
    const { blocks } = all.life.ctx;
    const refusal = { code: 'picture-blocked' };
    expect(await blocks.refusalFor('discord:10', UPLOADS)).toEqual(refusal);
    expect(await blocks.refusalFor('discord:11', UPLOADS)).toBeUndefined();
    const event = { ...CHAT_EVENT, id: 'discord:901' };
    expect(await createJob(all.life.intake, event, UPLOADS, CHOICES)).toEqual({ ok: false, refusal });
    // Nothing was sent anywhere for it.
    expect(all.world.remotes[0]?.submits).toHaveLength(1);
  });

  it('tells the operator and the admins why, and nobody by whom', async () => {
    const all = await delivered({ access: { operators: new Set(['discord:1']) } });
    await all.report('intimate');
    const members = all.told.flatMap(({ to }) => ('member' in to ? [to.member] : []));
    expect(members).toEqual(['discord:1', 'discord:9']);
    expect(JSON.stringify(all.told)).not.toContain(WITNESS);
    const records = await all.audit();
    expect(records.map(({ kind, spaceId, by }) => [kind, spaceId, by])).toEqual([
      ['reported', 'web', WITNESS],
      ['hidden', 'discord:10', 'strut'],
    ]);
  });

  it('by the same person a hundred times has one effect, one record and one notice', async () => {
    const all = await delivered();
    for (let time = 0; time < 100; time += 1) expect(await all.report('me')).toMatchObject({ ok: true });
    expect((await all.audit()).filter(({ kind }) => kind === 'reported')).toHaveLength(1);
    expect(all.told.filter(({ to }) => 'member' in to)).toHaveLength(1);
    expect((await all.case())?.reports).toBe(1);
  });

  it('is answered in the same way where there is no such video, whose codes count against the limit too', async () => {
    const all = await delivered();
    const known = await all.report('me');
    const guess = (code: string) => all.takedown.report({ by: 'discord:66', code, reason: 'me' });
    expect(await guess('ZZZZZZ')).toEqual(known);
    const answers = await Promise.all(
      Array.from({ length: 99 }, (_, i) => guess(`ZZZ${String(i).padStart(3, 'X')}`)),
    );
    const refused = answers.filter((answer) => !answer.ok);
    expect(refused.length).toBe(99 - 9);
    expect(refused[0]).toMatchObject({ refusal: { code: 'slow-down' } });
    expect((await all.audit()).filter(({ kind }) => kind === 'reports-limited')).toHaveLength(1);
  });

  it('that is graver than the first locks what was hidden, and tells anew', async () => {
    const all = await delivered();
    await all.report('me');
    await all.report('minor', 'discord:77');
    expect((await all.job())?.hidden).toMatchObject({ reason: 'minor', locked: true });
    expect((await all.life.ctx.blocks.all())[0]?.scope).toBe('*');
    expect(all.told.filter(({ to }) => 'member' in to)).toHaveLength(2);
  });
});

describe('a report of a job under way', () => {
  it('lets it go on, bills it once, and gives its video to nobody', async () => {
    const all = createReportedWorld();
    await all.deliver(2);
    await all.report('me');
    await all.life.scheduler.runAll(all.world.time.now + 4 * HOUR);
    expect(await all.job()).toMatchObject({ state: 'completed', hidden: { reason: 'me' } });
    expect(all.world.delivered).toEqual([]);
    expect(all.world.remotes[0]?.submits).toHaveLength(1);
  });

  it('brings the video once it is restored', async () => {
    const all = createReportedWorld();
    await all.deliver(2);
    await all.report('me');
    await all.life.scheduler.runAll(all.world.time.now + 4 * HOUR);
    expect(await all.takedown.decide(ADMIN, await all.code(), 'restore')).toMatchObject({ ok: true });
    await all.life.scheduler.runAll(all.world.time.now + HOUR);
    expect(await all.job()).toMatchObject({ state: 'delivered' });
    expect(all.world.delivered).toHaveLength(1);
  });

  it('that is removed goes as soon as the job has ended', async () => {
    const all = createReportedWorld();
    await all.deliver(2);
    await all.takedown.recover();
    await all.report('me');
    await all.takedown.decide(ADMIN, await all.code(), 'remove');
    expect(await all.job()).toBeDefined();
    await all.life.scheduler.runAll(all.world.time.now + 4 * HOUR);
    await all.life.clocks.runAll(all.world.time.now + HOUR);
    expect(await all.job()).toBeUndefined();
    expect(await all.world.disk.ledger.held()).toEqual([]);
  });
});

describe('a delivery that is under way when its video is reported', () => {
  it('does not go on to the next form, and what it posted is taken back', async () => {
    const reports: Promise<unknown>[] = [];
    const all: ReturnType<typeof createReportedWorld> = createReportedWorld({
      links: LINKS,
      chat: {
        uploadLimitBytes: () => Number.POSITIVE_INFINITY,
        async deliver(job) {
          all.world.delivered.push(job);
          reports.push(all.report('me'));
          while (!(await all.case())) await new Promise(setImmediate);
          return { kind: 'too-large', maxBytes: 1 };
        },
      },
    });
    await all.deliver();
    await all.life.scheduler.runAll(all.world.time.now + HOUR);
    await Promise.all(reports);
    await turnsUntil(async () => (await all.job())?.hidden !== undefined);
    expect(all.world.delivered).toHaveLength(1);
    expect((await all.job())?.hidden).toBeDefined();
  });
});

describe('the decision', () => {
  it('to restore brings the video back, its links and its picture', async () => {
    const all = await delivered();
    await all.report('me');
    const done = await all.takedown.decide(ADMIN, await all.code(), 'restore');
    expect(done).toMatchObject({ ok: true, value: { state: 'restored', hidden: false, todo: [] } });
    const job = await all.job();
    expect(job).not.toHaveProperty('hidden');
    expect(all.world.delivered).toHaveLength(2);
    expect(await all.life.ctx.blocks.all()).toEqual([]);
    expect(job && 'video' in job && (await all.life.ctx.cases.hidesFile(job.video.key))).toBe(false);
    expect((await all.audit()).at(-1)).toMatchObject({
      kind: 'restored',
      by: 'discord:9',
      spaceId: 'discord:10',
    });
  });

  it('to remove takes the record and all files, and leaves the picture blocked there', async () => {
    const all = await delivered();
    await all.report('me');
    await all.takedown.decide(ADMIN, await all.code(), 'remove');
    expect(await all.job()).toBeUndefined();
    expect(await all.life.ctx.blocks.all()).toMatchObject([{ scope: 'discord:10' }]);
  });

  it('of the operator to remove blocks the picture everywhere, and no admin may undo it', async () => {
    const all = await delivered();
    await all.report('me');
    const code = await all.code();
    await all.takedown.decide(OPERATOR, code, 'remove');
    expect(await all.life.ctx.blocks.all()).toMatchObject([{ scope: '*' }]);
    expect(await all.takedown.decide(ADMIN, code, 'restore')).toMatchObject({
      refusal: { code: 'already-decided' },
    });
  });

  it('to restore a removed one lets its picture be used again, though the video is gone', async () => {
    const all = await delivered();
    await all.report('me');
    const code = await all.code();
    await all.takedown.decide(ADMIN, code, 'remove');
    expect(await all.takedown.decide(ADMIN, code, 'restore')).toMatchObject({ ok: true });
    expect(await all.life.ctx.blocks.all()).toEqual([]);
  });

  it('to ban the asker uses the list of those who are blocked, and leaves the video to be decided', async () => {
    const all = await delivered();
    await all.report('me');
    await all.takedown.decide(ADMIN, await all.code(), 'ban');
    expect(all.life.ctx.settings.of('discord:10').blocked).toEqual([{ member: 'discord:7' }]);
    expect(all.life.ctx.access.refusalFor(ASKER)).toEqual({ code: 'blocked' });
    expect(await all.case()).toMatchObject({ state: 'open', hidden: true });
  });

  it('to ban is not noted where the list could not be written', async () => {
    const all = await delivered();
    await all.report('me');
    const { settings } = all.life.ctx;
    settings.change = () => Promise.reject(new Error('the disk is full'));
    await expect(all.takedown.decide(ADMIN, await all.code(), 'ban')).rejects.toThrow('the disk is full');
    expect(await all.case()).not.toHaveProperty('banned');
  });

  it('to restore keeps the marked video that is made on the way', async () => {
    const all = await delivered();
    await all.report('me');
    const before = await all.job();
    if (before?.state !== 'delivered') throw new Error('not delivered');
    const { marked: _, ...bare } = before;
    await all.world.disk.store.save(bare);
    await all.takedown.decide(ADMIN, await all.code(), 'restore');
    expect(await all.job()).toHaveProperty('marked');
  });

  it('is not for members, nor for admins of another space', async () => {
    const all = await delivered();
    await all.report('me');
    const code = await all.code();
    expect(await all.takedown.decide(ASKER, code, 'restore')).toMatchObject({
      refusal: { code: 'not-allowed', why: 'admins-only' },
    });
    expect(await all.takedown.decide(OTHER_ADMIN, code, 'restore')).toMatchObject({
      refusal: { code: 'no-such-job' },
    });
    expect((await all.job())?.hidden).toBeDefined();
  });

  it('of an admin about a video of their own can only be to remove it', async () => {
    const all = await delivered();
    await all.report('me');
    const code = await all.code();
    for (const decision of ['restore', 'ban'] as const)
      expect(await all.takedown.decide(ASKER_AS_ADMIN, code, decision)).toMatchObject({
        refusal: { code: 'not-allowed', why: 'own-video' },
      });
    expect(await all.takedown.decide(ASKER_AS_ADMIN, code, 'remove')).toMatchObject({ ok: true });
  });

  it('about what may show a minor is for whoever is signed in on the page alone', async () => {
    const all = await delivered({ access: { operators: new Set(['discord:9']) } });
    await all.report('minor');
    const code = await all.code();
    for (const decision of ['restore', 'remove', 'ban'] as const)
      expect(await all.takedown.decide(ADMIN, code, decision)).toMatchObject({
        refusal: { code: 'not-allowed', why: 'locked' },
      });
    // Neither its owner nor the sweep of what is old may make it disappear.
    expect(await all.life.core.privacy.forgetJob(CHAT_EVENT.id)).toBe(false);
    expect(await all.life.core.privacy.forget('discord:7')).toMatchObject({ jobs: 0, underWay: 1 });
    expect(await all.takedown.decide(OPERATOR, code, 'remove')).toMatchObject({ ok: true });
    expect(await all.job()).toBeUndefined();
  });

  it('to restore is not undone by the next report of the same kind, which asks once more', async () => {
    const all = await delivered();
    await all.report('me');
    await all.takedown.decide(ADMIN, await all.code(), 'restore');
    await all.report('me', 'discord:78');
    expect(await all.job()).not.toHaveProperty('hidden');
    expect(await all.case()).toMatchObject({ state: 'open', hidden: false });
    await all.report('minor', 'discord:79');
    expect((await all.job())?.hidden).toMatchObject({ locked: true });
  });
});

describe('a thousand statements from outside', () => {
  it('make room for the next one by the oldest that named no video', async () => {
    const all = await delivered();
    const text = { reason: 'me', what: 'my face', name: 'Mary', contact: 'mary@example.org' } as const;
    const send = (i: number, where: string) => all.takedown.state({ ...text, where }, `198.51.100.${i}`);
    await send(0, await all.code());
    for (let i = 1; i < 1_000; i += 1) {
      all.world.time.now += 1;
      await send(i, `somewhere ${i}`);
    }
    expect(await send(1_000, 'the last one')).toMatchObject({ ok: true });
    const kept = (await all.takedown.statements()).map(({ where }) => where);
    expect(kept).toHaveLength(1_000);
    expect(kept).toContain(await all.code());
    expect(kept).toContain('the last one');
    expect(kept).not.toContain('somewhere 1');
  });
});

describe('a job that was not sent yet', () => {
  it('ends free of charge once it is reported, and nothing of it is uploaded', async () => {
    const all = createReportedWorld();
    await all.deliver(0);
    await all.report('me');
    await all.life.scheduler.runAll(all.world.time.now + HOUR);
    expect(await all.job()).toMatchObject({ state: 'failed', failure: 'not-usable', costMicros: 0 });
    expect(all.world.remotes[0]?.submits).toEqual([]);
  });

  it('ends free of charge where its picture was blocked since', async () => {
    const all = createReportedWorld();
    await all.deliver(0);
    all.life.ctx.blocks.refusalFor = async () => ({ code: 'picture-blocked' });
    await all.life.scheduler.runAll(all.world.time.now + HOUR);
    expect(await all.job()).toMatchObject({ state: 'failed', failure: 'not-usable', costMicros: 0 });
    expect(all.world.remotes[0]?.submits).toEqual([]);
  });
});

describe('a report while something is in its way', () => {
  const MEDIA_BUSY = { pictureHash: () => Promise.reject(new MachineBusy()) };

  it('hides, blocks and tells, though the chat takes no message back', async () => {
    const all = await delivered({ chat: { retract: () => Promise.reject(new Error('no network')) } });
    await all.report('minor');
    expect((await all.job())?.hidden).toMatchObject({ locked: true });
    expect(await all.life.ctx.blocks.all()).toMatchObject([{ scope: '*' }]);
    expect(all.told.some(({ to }) => 'member' in to)).toBe(true);
    expect((await all.case())?.todo).toEqual(['messages', 'late-messages']);
  });

  it('hides, tells and takes messages back, though the picture can be looked at only later', async () => {
    const all = await delivered({ media: MEDIA_BUSY });
    await all.report('me');
    expect((await all.job())?.hidden).toBeDefined();
    expect(all.told.some(({ to }) => 'member' in to)).toBe(true);
    expect(all.retracted.length).toBeGreaterThan(0);
    expect((await all.case())?.todo).toContain('block');
  });

  it('does not forget a job that is removed before its messages are gone', async () => {
    const all = await delivered({ chat: { retract: () => Promise.reject(new Error('no network')) } });
    await all.report('me');
    await all.takedown.decide(OPERATOR, await all.code(), 'remove');
    expect(await all.job()).toBeDefined();
    expect((await all.case())?.todo).toEqual(['messages', 'late-messages', 'widen', 'forget']);
  });

  it('and a decision about it are answered at once, though somebody is at work on the job', async () => {
    const all = await delivered();
    const free = Promise.withResolvers<void>();
    const held = all.life.ctx.locks.run(CHAT_EVENT.id, () => free.promise);
    await inTurns(all.report('minor'));
    expect(await all.life.ctx.blocks.all()).toMatchObject([{ scope: '*' }]);
    expect(all.told.some(({ to }) => 'member' in to)).toBe(true);
    expect(all.retracted.length).toBeGreaterThan(0);
    // Those who ask by then do not go by the job, which does not say so yet.
    expect(await all.job()).not.toHaveProperty('hidden');
    expect(await inTurns(all.life.core.privacy.forgetJob(CHAT_EVENT.id))).toBe(false);
    const call = { ...ASKER, id: 'discord:902', options: { job: await all.code() }, files: {} };
    expect(await again.execute(call, all.life.core)).toEqual({ ok: false, refusal: { code: 'job-hidden' } });
    const code = await all.code();
    expect(await inTurns(all.takedown.decide(OPERATOR, code, 'remove'))).toMatchObject({ ok: true });
    free.resolve();
    await held;
    await turnsUntil(async () => (await all.case())?.todo.length === 0);
    expect(await all.job()).toBeUndefined();
    expect(await all.case()).toMatchObject({ state: 'removed', todo: [] });
  });

  it('covers the video, too, that is being fetched just then', async () => {
    const all = createReportedWorld();
    await all.takedown.recover();
    await all.deliver(2);
    all.life.ctx.fetcher.fetch = async () => {
      await inTurns(all.report('me'));
      return 'here';
    };
    await all.life.scheduler.runAll(all.world.time.now + 4 * HOUR);
    await turnsUntil(async () => (await all.job())?.hidden !== undefined);
    await all.life.clocks.runAll(all.world.time.now + HOUR);
    const job = await all.job();
    if (job?.state !== 'completed') throw new Error('not fetched');
    expect(await all.life.ctx.cases.hidesFile(job.video.key)).toBe(true);
    expect((await all.life.ctx.blocks.all())[0]?.sha256).toContain(job.video.key.slice(0, 64));
    expect(all.world.delivered).toEqual([]);
  });

  it('tells once more what is left for the admins to delete', async () => {
    const all = await delivered({ chat: { retract: async () => ({ deleted: 0, emptied: 0, left: 2 }) } });
    await all.report('me');
    const told = all.told.flatMap(({ to, notice }) =>
      'member' in to && notice.kind === 'reported' ? [notice.about.retracted.left] : [],
    );
    expect(told).toHaveLength(2);
    expect(told.at(-1)).toBeGreaterThan(0);
  });
});

describe('a restore that is still to have its effect', () => {
  /** The store fails while the video is restored, so that the lifting and the bringing back are left over. */
  async function halfRestored() {
    const all = await delivered();
    await all.report('me');
    const { blocks } = all.life.ctx;
    const { lift } = blocks;
    let fails = true;
    blocks.lift = (jobId) => (fails ? Promise.reject(new Error('the disk is full')) : lift(jobId));
    await all.takedown.decide(ADMIN, await all.code(), 'restore');
    expect((await all.case())?.todo).toEqual(['lift', 'bring-back']);
    fails = false;
    return all;
  }

  it('does not undo the hiding by a report that came since', async () => {
    const all = await halfRestored();
    await all.report('minor', 'discord:79');
    await all.takedown.recover();
    await all.life.clocks.runAll(all.world.time.now + HOUR);
    expect(await all.case()).toMatchObject({ hidden: true, locked: true, todo: [] });
    expect(await all.life.ctx.blocks.all()).toMatchObject([{ scope: '*' }]);
    const job = await all.job();
    expect(job && 'video' in job && (await all.life.ctx.cases.hidesFile(job.video.key))).toBe(true);
    expect(all.world.delivered).toHaveLength(1);
  });

  it('does not undo a removal that came since', async () => {
    const all = await halfRestored();
    await all.takedown.decide(ADMIN, await all.code(), 'remove');
    await all.takedown.recover();
    await all.life.clocks.runAll(all.world.time.now + HOUR);
    expect(await all.case()).toMatchObject({ state: 'removed', hidden: true, todo: [] });
    expect(await all.life.ctx.blocks.all()).toMatchObject([{ scope: 'discord:10' }]);
    expect(await all.job()).toBeUndefined();
  });
});

describe('the clock of 48 hours', () => {
  const reminders = (all: ReturnType<typeof createReportedWorld>) =>
    all.told.filter(({ to, notice }) => 'member' in to && notice.kind === 'reported' && notice.reminder)
      .length;

  it('reminds after 24 and after 40 hours, also over a restart, and no more', async () => {
    const all = await delivered();
    await all.takedown.recover();
    await all.report('me');
    const since = all.world.time.now;
    await all.life.clocks.runAll(since + 23 * HOUR);
    expect(reminders(all)).toBe(0);
    await all.life.clocks.runAll(since + 24 * HOUR);
    expect(reminders(all)).toBe(1);
    await all.restart();
    await all.life.clocks.runAll(since + 39 * HOUR);
    expect(reminders(all)).toBe(1);
    await all.life.clocks.runAll(since + 40 * HOUR);
    expect(reminders(all)).toBe(2);
    await all.life.clocks.runAll(since + 400 * HOUR);
    expect(reminders(all)).toBe(2);
  });

  it('is silent once somebody has decided', async () => {
    const all = await delivered();
    await all.takedown.recover();
    await all.report('me');
    await all.takedown.decide(ADMIN, await all.code(), 'restore');
    await all.life.clocks.runAll(all.world.time.now + 100 * HOUR);
    expect(reminders(all)).toBe(0);
  });
});

describe('a chat that fails while its messages are taken back', () => {
  it('is tried again until they are gone, and what is left is counted', async () => {
    let fails = 3;
    const all = await delivered({
      chat: {
        async retract() {
          if (fails-- > 0) throw new Error('no network');
          return fails === -1 ? { deleted: 1, emptied: 1, left: 1 } : { deleted: 0, emptied: 0, left: 0 };
        },
      },
    });
    await all.takedown.recover();
    await all.report('me');
    expect((await all.case())?.todo).toContain('messages');
    await all.life.clocks.runAll(all.world.time.now + HOUR);
    expect(await all.case()).toMatchObject({ todo: [], retracted: { deleted: 1, emptied: 1, left: 1 } });
    expect(all.takedown.counts().messages).toEqual({ deleted: 1, emptied: 1, left: 1 });
  });
});
