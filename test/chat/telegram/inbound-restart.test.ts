import { describe, expect, it } from 'vitest';
import { textOf } from '../../../simulators/telegram/telegram.ts';
import { ada, createHarness } from './harness.ts';

describe('a bot that is killed while it takes something in', () => {
  it('makes one job and one video of an album, wherever it is killed', async () => {
    const killedAt: number[] = [];
    for (let at = 1; ; at += 1) {
      const harness = await createHarness();
      await harness.registers();
      // Killed in the very call that is paid for, a job is never sent again: what comes of that is the core's own test.
      harness.pause();
      const { user, chat, photo, clip } = await ada(harness);
      const { promise: killed, resolve } = Promise.withResolvers<'killed'>();
      harness.fuse.arm(at, () => void harness.kill().then(() => resolve('killed')));
      await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
      const first = await Promise.race([killed, harness.until('created').then(() => harness.calm())]);
      harness.fuse.arm(Number.POSITIVE_INFINITY, () => {});
      if (first === 'killed') {
        killedAt.push(at);
        await harness.boot();
      }
      harness.pause(false);
      await harness.video(chat);
      await harness.calm();
      expect([at, (await harness.jobs()).map(({ id }) => id)]).toEqual([
        at,
        [expect.stringMatching(/^telegram-/)],
      ]);
      expect([at, harness.remote.submits.length]).toEqual([at, 1]);
      expect([at, harness.videos(chat).length]).toEqual([at, 1]);
      await harness.end();
      if (first !== 'killed') break;
    }
    expect(killedAt.length).toBeGreaterThan(10);
  });

  it('goes on with the first half of an album once the second has come', async () => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    const album = harness.telegram.album(user, chat, [{ photo, caption: 'in snow' }, { video: clip }], {
      gapMs: 700,
    });
    await harness.claimed(1);
    await harness.kill();
    await album;
    await harness.boot();
    await harness.video(chat);
    await harness.calm();
    expect(await harness.jobs()).toMatchObject([{ request: { prompt: 'in snow' } }]);
  });

  it('remembers a half and what was said to it', async () => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    await harness.telegram.sends(user, chat, { photo, caption: 'at night' });
    await harness.hears(chat, 'Now send the clip');
    await harness.calm();
    await harness.kill();
    await harness.boot();
    await harness.telegram.sends(user, chat, { video: clip });
    await harness.video(chat);
    expect(await harness.jobs()).toMatchObject([{ request: { prompt: 'at night' } }]);
  });

  it('goes on in the same status message when it dies during a download', async () => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    harness.telegram.fault({ method: 'file', how: { stallAfterBytes: 100 }, times: 99 });
    await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    await harness.telegram.waitFor(() => harness.telegram.calls('file').length > 0);
    await harness.kill();
    harness.telegram.clearFaults();
    await harness.boot();
    await harness.video(chat);
    expect(harness.telegram.said(chat).map(textOf)).toHaveLength(2);
  });

  it('takes up what it was doing when it was asked to stop', async () => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    harness.telegram.fault({ method: 'file', how: { stallAfterBytes: 100 }, times: 99 });
    await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    await harness.telegram.waitFor(() => harness.telegram.calls('file').length > 0);
    await harness.stop();
    harness.telegram.clearFaults();
    await harness.boot();
    await harness.video(chat);
    expect(await harness.jobs()).toHaveLength(1);
    expect(harness.telegram.said(chat).map(textOf).join('\n')).not.toContain('Something went wrong');
  });
});
