import { describe, expect, it } from 'vitest';
import type { Holder } from '../../src/core/holds.ts';
import { WORKERS } from '../../src/core/ports.ts';
import { startUpkeep } from '../../src/core/upkeep/upkeep.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS } from '../fakes/world.ts';

/** A process whose upkeep is told in words, and waits where it is told to. */
function setUp() {
  const { ctx, core } = createWorld().boot();
  const done: string[] = [];
  let goOn = Promise.resolve();
  const sweep = async () => {
    done.push('offers');
    await goOn;
    return false;
  };
  const overwrite = async () => void done.push('overwritten');
  const parts = [
    { ...ctx, traces: { ...ctx.traces, overwrite } },
    { ...core, offers: { ...core.offers, sweep } },
    { isAtHome: () => true, takeCopy: async () => void done.push('copied'), alarms: async () => {} },
  ] as const;
  return {
    parts,
    done,
    hold() {
      const held = Promise.withResolvers<void>();
      goOn = held.promise;
      return held.resolve;
    },
  };
}

/** Another process may have it: it is given and taken by the test. */
function handed() {
  let holder: Holder | undefined;
  let isHeld = false;
  return {
    holds: () => isHeld,
    onHeld(_name: string, given: Holder) {
      holder = given;
      return async () => {
        if (isHeld) await given.lost();
      };
    },
    async give() {
      isHeld = true;
      await holder?.gained();
    },
    async take() {
      isHeld = false;
      await holder?.lost();
    },
  };
}

describe('upkeep', () => {
  it('begins at once where a process is alone, and one work after the other', async () => {
    const { parts, done } = setUp();
    const stop = startUpkeep(...parts);
    await expect.poll(() => done).toEqual(['copied', 'offers', 'overwritten']);
    await stop();
  });

  it('begins in one of several processes when it is its turn', async () => {
    const { parts, done } = setUp();
    const turn = handed();
    const stop = startUpkeep(...parts, turn);
    await new Promise(setImmediate);
    expect(done).toEqual([]);
    await turn.give();
    await expect.poll(() => done).toEqual(['copied', 'offers', 'overwritten']);
    await stop();
  });

  it('gives the jobs and the line of a process that is gone to one that goes on, whoever has started meanwhile', async () => {
    const world = createWorld({ alone: false });
    const before = world.boot();
    const opened = await createJob(before.intake, EVENT, UPLOADS, CHOICES);
    if (!opened.ok) throw new Error('no job');
    const { ctx, core } = world.boot();
    await core.jobs.serve([WORKERS]);
    expect(await ctx.scheduler.missing([opened.value.id])).toEqual([opened.value.id]);
    await ctx.admissionQueue.enter({ ...opened.value, id: 'web:stray' });
    expect(await ctx.admissionQueue.ids('all')).toContain('web:stray');
    const turn = handed();
    const stop = startUpkeep(
      ctx,
      core,
      { isAtHome: () => true, takeCopy: async () => {}, alarms: async () => {} },
      turn,
    );
    await turn.give();
    await expect.poll(() => ctx.scheduler.missing([opened.value.id])).toEqual([]);
    await expect.poll(() => ctx.admissionQueue.ids('all')).toEqual([]);
    await stop();
  });

  it('does nothing more once another process has it, in the middle of a round too', async () => {
    const { parts, done, hold } = setUp();
    const turn = handed();
    const goOn = hold();
    startUpkeep(...parts, turn);
    await turn.give();
    await expect.poll(() => done).toEqual(['copied', 'offers']);
    await turn.take();
    goOn();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(done).toEqual(['copied', 'offers']);
  });
});
