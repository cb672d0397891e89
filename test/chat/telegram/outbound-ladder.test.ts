import { copyFile, stat, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { deliver } from '../../../src/core/delivery/delivery.ts';
import type { Media } from '../../../src/core/media.ts';
import { createStore } from '../../../src/store/index.ts';
import { freshFolder } from '../../fakes/folder.ts';
import { createWorld } from '../../fakes/world.ts';
import { asks, createOutboundWorld, jobOf, linkedButtons, mustBe } from './outbound-world.ts';

const MB = 1024 * 1024;

/** A finished video of 60 MB, the core's own ladder, and a shrinker that makes of it what it is told. */
async function sixtyMegabytes(shrunkBytes: number | 'impossible') {
  const world = await createOutboundWorld();
  const { target, asked } = await asks(world.telegram);
  const store = createStore(freshFolder(), () => {});
  const temp = await store.files.temp('mp4');
  await writeFile(temp.path, 'a long video');
  await truncate(temp.path, 60 * MB);
  const shrink: Media['shrink'] = async (_path, toPath, { maxBytes }) => {
    if (shrunkBytes === 'impossible') return undefined;
    await writeFile(toPath, 'a small video');
    await truncate(toPath, Math.min(shrunkBytes, maxBytes));
    return { width: 480, height: 854, durationMs: 4000 };
  };
  const poster: Media['poster'] = async (_path, toPath) => {
    await copyFile(world.jpeg, toPath);
  };
  const mark: Media['mark'] = async (path, toPath) => {
    await copyFile(path, toPath);
    return { width: 480, height: 854, durationMs: 4000 };
  };
  const core = createWorld({ files: store.files, media: { shrink, poster, mark } });
  const outbound = world.boot();
  const link = world.link();
  const links = {
    media: () => link.url,
    hook: () => '',
    readMedia: () => undefined,
    readHook: () => undefined,
  };
  const ctx = {
    ...core.boot().ctx,
    links,
    chats: new Map([
      [
        'telegram' as const,
        {
          platform: 'telegram' as const,
          start: async () => {},
          stop: async () => {},
          show: outbound.show,
          uploadLimitBytes: outbound.uploadLimitBytes,
          deliver: outbound.deliver,
        },
      ],
    ]),
  };
  const job = jobOf('completed', target);
  job.video = { ...job.video, ...(await store.files.keep(temp.path, 'video/mp4')) };
  const saved = await core.disk.store.save(job);
  const after = await world.until(deliver(ctx, saved));
  await store.close();
  return { world, after, link, reply: mustBe(world.telegram.replies(asked)[0]) };
}

describe('a video of 60 MB', () => {
  it('is shrunk until Telegram takes it, with a link to the whole one', async () => {
    const { world, after, link, reply } = await sixtyMegabytes(2 * MB);
    expect(after).toMatchObject({ state: 'delivered', rungs: [{ form: 'smaller', outcome: 'delivered' }] });
    expect(reply.video).toMatchObject({ width: 480, height: 854 });
    expect(linkedButtons(reply)).toEqual([link.url]);
    const [call] = world.telegram.calls('sendVideo');
    const sizes = Object.values(mustBe(call).uploads).map(({ bytes }) => bytes);
    expect(sizes).toContain(2 * MB);
    expect(sizes).toContain((await stat(world.jpeg)).size);
  });

  it('is linked to where it cannot be made small enough', async () => {
    const { world, after, link, reply } = await sixtyMegabytes('impossible');
    expect(after).toMatchObject({ state: 'delivered', rungs: [{ form: 'link', outcome: 'delivered' }] });
    expect(reply.photo).toBeDefined();
    expect(linkedButtons(reply)).toEqual([link.url]);
    expect(world.telegram.calls('sendVideo')).toEqual([]);
  });
});
