import { describe, expect, it } from 'vitest';
import { CHAT_EVENT } from '../fakes/world.ts';
import { ADMIN, createReportedWorld, type ReportedWorld } from './reported.ts';

const HOUR = 3_600_000;

async function world(): Promise<ReportedWorld> {
  const all = createReportedWorld();
  await all.deliver();
  return all;
}

/** What the chat's inbox does after a crash: the press that began it all comes once more. */
async function pressed(all: ReportedWorld, what: (all: ReportedWorld) => Promise<unknown>): Promise<void> {
  await all.restart();
  await what(all);
  await all.life.clocks.runAll(all.world.time.now + HOUR);
  await all.life.scheduler.runAll(all.world.time.now + HOUR);
}

const report = (all: ReportedWorld) => all.report('me');
const decide = (decision: 'restore' | 'remove', code: string) => (all: ReportedWorld) =>
  all.takedown.decide(ADMIN, code, decision);

/** As many effects, each counted before and after, as that takes when nothing breaks off. */
async function countEffects(
  what: (all: ReportedWorld) => Promise<unknown>,
  before = async (_: ReportedWorld) => {},
) {
  const all = await world();
  await before(all);
  void all.world.fuse.arm(Number.POSITIVE_INFINITY);
  await what(all);
  return all.world.fuse.count();
}

describe('a crash at any effect of a report', async () => {
  const effects = await countEffects(report);

  it('has enough effects for the test to mean something', () => expect(effects).toBeGreaterThan(20));

  it.each(Array.from({ length: effects }, (_, index) => index + 1))(
    'at effect %i leaves the video hidden, its messages gone and its picture blocked',
    async (effect) => {
      const all = await world();
      const blown = all.world.fuse.arm(effect);
      expect(await Promise.race([report(all).then(() => 'ended'), blown.then(() => 'crashed')])).toBe(
        'crashed',
      );
      await pressed(all, report);
      expect((await all.job())?.hidden).toMatchObject({ reason: 'me' });
      expect(all.retracted.length).toBeGreaterThan(0);
      expect(await all.life.ctx.blocks.all()).toHaveLength(1);
      expect(await all.case()).toMatchObject({ state: 'open', hidden: true, todo: [] });
      expect(all.told.length).toBeGreaterThan(0);
      expect(all.world.delivered).toHaveLength(1);
    },
  );

  it('is taken up by itself from the moment that the case is on disk, though nobody presses again', async () => {
    let begun = 0;
    for (let effect = 1; effect <= effects; effect += 1) {
      const all = await world();
      const blown = all.world.fuse.arm(effect);
      await Promise.race([report(all), blown]);
      const onDisk = (await all.case()) !== undefined;
      await pressed(all, async () => {});
      expect((await all.job())?.hidden !== undefined).toBe(onDisk);
      if (onDisk) begun += 1;
    }
    expect(begun).toBeGreaterThan(effects - 8);
  });
});

describe('a crash at any effect of a decision', async () => {
  const restores = await countEffects(
    async (all) => decide('restore', await all.code())(all),
    async (all) => void (await report(all)),
  );

  it.each(Array.from({ length: restores }, (_, index) => index + 1))(
    'at effect %i of restoring brings the video back and leaves nothing blocked',
    async (effect) => {
      const all = await world();
      await report(all);
      const code = await all.code();
      const blown = all.world.fuse.arm(effect);
      await Promise.race([decide('restore', code)(all), blown]);
      await pressed(all, decide('restore', code));
      expect(await all.job()).not.toHaveProperty('hidden');
      expect(await all.life.ctx.blocks.all()).toEqual([]);
      expect(await all.case()).toMatchObject({ state: 'restored', todo: [] });
      expect(all.world.delivered.length).toBeGreaterThanOrEqual(2);
    },
  );

  const removals = await countEffects(
    async (all) => decide('remove', await all.code())(all),
    async (all) => void (await report(all)),
  );

  it.each(Array.from({ length: removals }, (_, index) => index + 1))(
    'at effect %i of removing leaves no job, and the picture blocked',
    async (effect) => {
      const all = await world();
      await report(all);
      const code = await all.code();
      const blown = all.world.fuse.arm(effect);
      await Promise.race([decide('remove', code)(all), blown]);
      await pressed(all, decide('remove', code));
      expect(await all.world.disk.store.get(CHAT_EVENT.id)).toBeUndefined();
      expect(await all.life.ctx.blocks.all()).toHaveLength(1);
      expect(all.world.delivered).toHaveLength(1);
    },
  );
});
