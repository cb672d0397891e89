import { describe, expect, it } from 'vitest';
import { buttonsOf, textOf } from '../../simulators/telegram/telegram.ts';
import { ada, createHarness } from './harness.ts';

describe('a picture and a clip in private', () => {
  it('makes one video of an album, as a reply to it', async () => {
    const harness = await createHarness();
    const { telegram } = harness;
    const { user, chat, photo, clip } = await ada(harness);
    const [first] = await telegram.album(user, chat, [{ photo }, { video: clip }], {
      caption: '/animate on the beach',
    });
    const video = await harness.video(chat);
    expect(video.reply_to_message?.message_id).toBe(first?.message_id);
    expect(await harness.jobs()).toMatchObject([
      { id: `telegram-${chat.id}-${first?.message_id}`, request: { prompt: 'on the beach' } },
    ]);
    expect(harness.remote.submits).toHaveLength(1);
    expect(buttonsOf(video).flat()).toContain('Again');
    expect(telegram.said(chat).map(textOf)).toHaveLength(2);
  });
});
