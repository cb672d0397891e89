import { describe, expect, it } from 'vitest';
import { sweepKept } from '../../src/core/retention.ts';
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
    const job = jobIn(state, { id, createdAt: start });
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
  it('goes after thirty days, and not before', async () => {
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

  it('goes when the admins of its space said, and only there', async () => {
    const { made, sweepAfter, left, life } = await up();
    await made('discord-1', 'delivered');
    await made('discord-2', 'delivered', { spaceId: 'discord:other' });
    await life.ctx.settings.change(SPACE, 'discord:1', { what: 'retention', days: 2 });
    expect([await sweepAfter(3), await left('discord-1'), await left('discord-2')]).toEqual([1, false, true]);
  });

  it('stays while nobody has the video yet, and on the page', async () => {
    const { made, sweepAfter, left } = await up();
    await made('discord-1', 'completed');
    await made('web-1', 'delivered', EVENT.requester);
    expect([await sweepAfter(400), await left('discord-1'), await left('web-1')]).toEqual([0, true, true]);
  });
});
