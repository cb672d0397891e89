import { describe, expect, it } from 'vitest';
import { sweepKept } from '../../src/core/upkeep/retention.ts';
import { fakeFiles } from '../fakes/files.ts';
import { jobIn } from '../fakes/jobs.ts';
import { createWorld, EVENT, MEMBER } from '../fakes/world.ts';

const DAY = 86_400_000;
const SPACE = MEMBER.requester.spaceId;

async function up() {
  const files = fakeFiles();
  const world = createWorld({ files });
  const life = world.boot();
  await life.jobs.recover();
  const start = world.time.now;
  const made = async (id: string, state: 'delivered' | 'completed' | 'failed', over = {}) => {
    const made = jobIn(state, { id, createdAt: start });
    const job = made.state === 'completed' ? { ...made, completedAt: start } : made;
    await world.disk.store.save({ ...job, updatedAt: start, requester: { ...MEMBER.requester, ...over } });
  };
  const sweepAfter = (days: number) => {
    world.time.now = start + days * DAY;
    return sweepKept(life.ctx, life.core.privacy);
  };
  const left = async (id: string) => (await world.disk.store.get(id)) !== undefined;
  return { world, life, files, made, sweepAfter, left };
}

describe('what is kept', () => {
  it('is deleted after thirty days, and not before', async () => {
    const { made, sweepAfter, left } = await up();
    await made('discord-1', 'delivered');
    await made('discord-2', 'failed');
    expect([await sweepAfter(29.9), await left('discord-1')]).toEqual([0, true]);
    expect([await sweepAfter(30.1), await left('discord-1'), await left('discord-2')]).toEqual([
      2,
      false,
      false,
    ]);
  });

  it('is deleted when the admins of its space set it so, and only there', async () => {
    const { made, sweepAfter, left, life } = await up();
    await made('discord-1', 'delivered');
    await made('discord-2', 'delivered', { spaceId: 'discord:other' });
    await life.ctx.settings.change(SPACE, 'discord:1', 'retention', { days: '2' });
    expect([await sweepAfter(3), await left('discord-1'), await left('discord-2')]).toEqual([1, false, true]);
  });

  it('stays on the page', async () => {
    const { made, sweepAfter, left } = await up();
    await made('web-1', 'delivered', EVENT.requester);
    expect([await sweepAfter(400), await left('web-1')]).toEqual([0, true]);
  });

  it('is deleted at the same time where the video could not be delivered, but not within a week', async () => {
    const { made, sweepAfter, left, life } = await up();
    await made('discord-1', 'completed');
    await made('discord-2', 'completed', { spaceId: 'discord:other' });
    await life.ctx.settings.change(SPACE, 'discord:1', 'retention', { days: '2' });
    expect([await sweepAfter(6.9), await left('discord-1'), await left('discord-2')]).toEqual([
      0,
      true,
      true,
    ]);
    expect([await sweepAfter(7.1), await left('discord-1'), await left('discord-2')]).toEqual([
      1,
      false,
      true,
    ]);
    expect([await sweepAfter(29.9), await left('discord-2')]).toEqual([0, true]);
    expect([await sweepAfter(30.1), await left('discord-2')]).toEqual([1, false]);
  });

  it('is found behind everything that must stay, a hundred at a time', async () => {
    const { made, sweepAfter, left, life, world } = await up();
    await life.ctx.settings.change(SPACE, 'discord:1', 'retention', { days: '2' });
    for (let n = 0; n < 150; n += 1) await made(`discord-${n}`, 'completed');
    for (let n = 0; n < 130; n += 1) await made(`discord-x${n}`, 'failed');
    expect(await sweepAfter(3)).toBe(100);
    expect(await sweepAfter(3)).toBe(30);
    expect(await left('discord-0')).toBe(true);
    expect((await world.disk.store.recent(SPACE, 999)).length).toBe(150);
  });

  it('is deleted also where it cannot be read any more', async () => {
    const { made, sweepAfter, left, life } = await up();
    await made('discord-1', 'delivered');
    const { oldest } = life.ctx.store;
    life.ctx.store.oldest = async function* (...asked) {
      yield { state: 'unreadable', id: 'discord-bad', files: ['kept-bad'] };
      yield* oldest(...asked);
    };
    expect([await sweepAfter(31), await left('discord-1')]).toEqual([2, false]);
  });
});
