import { describe, expect, it } from 'vitest';
import { buttonsOf, textOf } from '../../../simulators/telegram/telegram.ts';
import { ada, createHarness } from './harness.ts';

/** Ada, and a finished video of hers. */
async function finished() {
  const harness = await createHarness();
  const one = await ada(harness);
  await harness.telegram.album(one.user, one.chat, [{ photo: one.photo }, { video: one.clip }]);
  const video = await harness.video(one.chat);
  await harness.calm();
  const press = (label: string, message = video) => harness.telegram.press(one.user, message, label).done;
  const named = (file: string, name: string) => ({
    document: { file, name, mime: name.endsWith('png') ? 'image/png' : 'video/mp4' },
  });
  return { harness, telegram: harness.telegram, ...one, video, press, named };
}

describe('a member who changes their mind after New image', () => {
  it('gets a video of the new pair when they send one, a clip first', async () => {
    const { harness, telegram, user, chat, photo, clip, press, named } = await finished();
    await press('New image, same motion');
    await harness.hears(chat, /as a reply to this message/);
    await telegram.sends(user, chat, named(clip, 'new.mp4'));
    await harness.hears(chat, 'Now send the picture');
    await telegram.sends(user, chat, named(photo, 'new.png'));
    await telegram.waitFor(() => harness.videos(chat).length === 2);
    const inputs = (await harness.jobs()).map((job) => [job.inputs.image.name, job.inputs.clip.name]);
    expect(inputs).toContainEqual(['new.png', 'new.mp4']);
  });

  it('gets a video of the new pair when they send an album', async () => {
    const { harness, telegram, user, chat, photo, clip, press, named } = await finished();
    await press('New image, same motion');
    await harness.hears(chat, /as a reply to this message/);
    await telegram.album(user, chat, [named(photo, 'new.png'), named(clip, 'new.mp4')]);
    await telegram.waitFor(() => harness.videos(chat).length === 2);
    const inputs = (await harness.jobs()).map((job) => [job.inputs.image.name, job.inputs.clip.name]);
    expect(inputs).toContainEqual(['new.png', 'new.mp4']);
  });
});

it('a text that replies to a live photo asks for no other video', async () => {
  const harness = await createHarness();
  const { user, chat, photo, clip } = await ada(harness);
  const live = await harness.telegram.sends(user, chat, { livePhoto: { photo, video: clip } });
  await harness.video(chat);
  await harness.telegram.sends(user, chat, { text: 'that was a nice day', replyTo: live });
  await harness.calm();
  expect(await harness.jobs()).toHaveLength(1);
});

describe('a video that is to be deleted', () => {
  it.each([
    ['asks to wait', { status: 429, retryAfter: 1 }],
    ['is away', 'cut' as const],
  ])('goes from the chat, too, when Telegram %s', async (_, how) => {
    const { harness, telegram, chat, video, press } = await finished();
    await press('Delete');
    const ask = await harness.hears(chat, "This can't be undone");
    telegram.fault({ method: 'deleteMessage', how });
    await press('Delete', ask);
    await harness.hears(chat, 'Deleted.');
    expect(telegram.message(video)).toBeUndefined();
    expect(await harness.jobs()).toEqual([]);
  });
});

describe('while Telegram’s answers get lost', () => {
  it('a message is sent twice at most', async () => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    harness.telegram.fault({ method: 'sendMessage', how: 'lose-answer', times: 9 });
    await harness.telegram.sends(user, chat, { text: '/quota' });
    await harness.calm();
    expect(harness.telegram.said(chat).map(textOf)).toEqual([
      expect.stringContaining('Your limits'),
      expect.stringContaining('Your limits'),
    ]);
  });

  it('a video that is sent again comes twice at most', async () => {
    const { harness, telegram, user, chat } = await finished();
    await telegram.sends(user, chat, { text: '/jobs' });
    const list = await harness.hears(chat, 'Recent jobs');
    telegram.fault({ method: 'sendVideo', how: 'lose-answer', times: 9 });
    await telegram.press(user, list, buttonsOf(list).flat()[0] ?? '').done;
    await harness.calm();
    // The first one, and those two.
    expect(harness.videos(chat)).toHaveLength(3);
  });

  it('a status message is begun twice at most, and the job goes on without it', async () => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    harness.telegram.fault({ method: 'sendMessage', how: 'lose-answer', times: 9 });
    await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    await harness.video(chat);
    await harness.calm();
    expect(harness.telegram.said(chat)).toHaveLength(3);
    expect(await harness.jobs()).toHaveLength(1);
  });
});

it('Again that is pressed twice at once is one job with one message', async () => {
  const { harness, telegram, chat, press } = await finished();
  await Promise.all([press('Again'), press('Again')]);
  await telegram.waitFor(() => harness.videos(chat).length === 2);
  await harness.calm();
  expect(await harness.jobs()).toHaveLength(2);
  expect(telegram.said(chat)).toHaveLength(4);
});
