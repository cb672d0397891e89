import { describe, expect, it } from 'vitest';
import { buttonsOf } from '../../simulators/telegram/telegram.ts';
import { asks, createOutboundWorld, jobOf } from './outbound-world.ts';

describe('a finished video on Telegram', () => {
  it('comes as a new reply with its shape, a thumbnail, its facts and buttons', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const { asked, target, chat } = await asks(telegram, 'group');
    const job = jobOf('completed', target);
    const quota = {
      scope: 'member',
      period: 'day',
      maxJobs: 3,
      usedMicros: 0,
      heldMicros: 0,
      usedJobs: 1,
      heldJobs: 0,
      resetsAt: 0,
      timeZone: 'UTC',
    } as const;
    const outcome = await world.until(
      world.boot({ quota: [quota] }).deliver(job, world.original(job), target),
    );

    const [reply] = telegram.replies(asked);
    expect(outcome).toEqual({
      kind: 'delivered',
      receipt: {
        rung: 'chat',
        at: world.time.now(),
        details: { chatId: chat.id, messageId: reply?.message_id },
      },
    });
    expect(reply?.video).toMatchObject({ width: 720, height: 1280, duration: 4, file_name: 'video.mp4' });
    expect(reply?.video?.thumbnail).toMatchObject({ width: 180, height: 320 });
    expect(reply?.caption).toBe(
      [
        'Your video is ready',
        '$0.28 · fal.ai · Standard · 4 s · took 1 min 39 s',
        'Left for you today: 2 of 3 jobs',
        'AI-generated motion transfer',
      ].join('\n'),
    );
    expect(buttonsOf(reply as never)).toEqual([
      ['New image, same motion'],
      ['New motion, same image'],
      ['Again', 'Delete'],
    ]);
    const [call] = telegram.calls('sendVideo');
    expect(call?.params.supports_streaming).toBeTruthy();
    expect(telegram.actions).toEqual([{ at: expect.any(Number), chatId: chat.id, action: 'upload_video' }]);
  });
});
