import { describe, expect, it } from 'vitest';
import { buttonsOf } from '../../../simulators/telegram/telegram.ts';
import type { Delivery } from '../../../src/core/chat-port.ts';
import { sampleClip } from '../../samples.ts';
import { asks, createOutboundWorld, jobOf, linkedButtons, mustBe, uploadsOf } from './outbound-world.ts';

const MEMBERS_DAY = {
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

describe('a finished video on Telegram', () => {
  it('comes as a new reply with its shape, a thumbnail, its facts and buttons', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const { asked, target, chat } = await asks(telegram, 'group');
    const job = jobOf('completed', target);
    const outbound = world.boot({ quota: [MEMBERS_DAY] });
    const outcome = await world.until(outbound.deliver(job, world.original(job), target));

    const reply = mustBe(telegram.replies(asked)[0]);
    expect(outcome).toEqual({
      kind: 'delivered',
      receipt: {
        rung: 'chat',
        at: world.time.now(),
        details: { chatId: chat.id, messageId: reply.message_id },
      },
    });
    expect(reply.video).toMatchObject({ width: 720, height: 1280, duration: 4, file_name: 'video.mp4' });
    expect(reply.video?.thumbnail).toMatchObject({ width: 180, height: 320 });
    expect(reply.caption).toBe(
      [
        `AI-generated motion transfer · ${job.code}`,
        '$0.28 · fal.ai · Standard · 4 s · took 1 min 39 s',
        'Left for you today: 2 of 3 jobs',
      ].join('\n'),
    );
    expect(buttonsOf(reply)).toEqual([
      ['New image, same motion'],
      ['New motion, same image'],
      ['Again', 'Delete', 'Details'],
      ['Save motion', 'Save character', 'Report'],
    ]);
    const [call] = telegram.calls('sendVideo');
    expect(call?.params.supports_streaming).toBeTruthy();
    expect(telegram.actions).toEqual([{ at: expect.any(Number), chatId: chat.id, action: 'upload_video' }]);
  });

  it('shows that it is being uploaded for as long as it is, and not longer', async () => {
    const world = await createOutboundWorld();
    const { target } = await asks(world.telegram);
    const job = jobOf('completed', target);
    world.telegram.fault({ method: 'sendVideo', how: { delayMs: 12_000 } });
    const sending = world.boot().deliver(job, world.original(job), target);
    const { actions, calls, waitFor } = world.telegram;
    await waitFor(() => calls('sendVideo').length === 1);
    for (const [nth, ms] of [4_500, 4_500, 3_000].entries()) {
      await waitFor(() => actions.length === nth + 1);
      await world.time.advance(ms);
    }
    await sending;
    await world.pass(30_000);
    expect(actions).toHaveLength(3);
  });

  it('stays in its topic, and comes without one when the topic is closed', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const zoe = telegram.user({ first_name: 'Zoe' });
    const forum = telegram.group({ forum: true, creator: zoe });
    const topic = telegram.topic(zoe, forum, 'Dances');
    const { target, asked } = await asks(telegram, forum, { topic });
    const outbound = world.boot();
    const first = jobOf('completed', target, 'telegram:1');
    await world.until(outbound.deliver(first, world.original(first), target));
    expect(telegram.replies(asked).at(-1)).toMatchObject({
      message_thread_id: topic,
      is_topic_message: true,
    });
    expect(telegram.actions[0]).toMatchObject({ topic });

    // A reply goes into the topic of the message that it answers: where that is closed, it fails as well.
    const how = { status: 400, description: 'Bad Request: TOPIC_CLOSED' };
    telegram.fault({ method: 'sendVideo', how, times: 2 });
    const second = jobOf('completed', target, 'telegram:2');
    const outcome = await world.until(outbound.deliver(second, world.original(second), target));
    expect(outcome.kind).toBe('delivered');
    const last = mustBe(telegram.said(forum).at(-1));
    expect([last.message_thread_id, last.reply_to_message]).toEqual([undefined, undefined]);
  });

  it('comes all the same when the message that asked is gone', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const { asked, target, chat } = await asks(telegram, 'group');
    telegram.deletes(asked);
    const job = jobOf('completed', target);
    const outcome = await world.until(world.boot().deliver(job, world.original(job), target));
    expect(outcome.kind).toBe('delivered');
    expect(telegram.said(chat).at(-1)?.video).toBeDefined();
  });

  it('follows a group that has become a supergroup, and remembers where it went', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const creator = telegram.user({ first_name: 'Zoe' });
    const group = telegram.group({ type: 'group', creator });
    const { target } = await asks(telegram, group);
    const supergroup = telegram.migrates(group);
    for (const id of ['telegram:1', 'telegram:2']) {
      const job = jobOf('completed', target, id);
      const outcome = await world.until(world.boot().deliver(job, world.original(job), target));
      expect(outcome).toMatchObject({ receipt: { rung: 'chat', details: { chatId: supergroup.id } } });
    }
    // The old number names another message there, or none: it is no reply.
    expect(telegram.said(supergroup).map(({ reply_to_message }) => reply_to_message)).toEqual([
      undefined,
      undefined,
    ]);
    expect(telegram.calls('sendVideo').map(({ params }) => Number(params.chat_id))).toEqual([
      group.id,
      supergroup.id,
      supergroup.id,
    ]);
  });

  it('is sent again by the name that Telegram gave it, without an upload', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const { ada, chat, target } = await asks(telegram, 'group');
    const outbound = world.boot();
    const job = jobOf('completed', target);
    const delivery = world.original(job);
    await world.until(outbound.deliver(job, delivery, target));
    const list = await telegram.sends(ada, chat, { text: '/jobs' });
    const again = { ...target, messageId: list.message_id };
    const outcome = await world.until(world.boot().deliver(jobOf('delivered', target), delivery, again));

    expect(outcome.kind).toBe('delivered');
    expect(telegram.replies(list)[0]?.video).toMatchObject({ width: 720, height: 1280 });
    expect(uploadsOf(telegram.calls('sendVideo')).map(({ length }) => length)).toEqual([2, 0]);
    expect(telegram.actions).toHaveLength(1);
  });

  it('is uploaded once more when Telegram no longer knows that name', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const { target } = await asks(telegram);
    const job = jobOf('delivered', target);
    const delivery = world.original(job);
    await world.shelf.set(`files:${job.id}`, { [job.video.key]: { fileId: 'BAACnobody', as: 'video' } });
    const outcome = await world.until(world.boot().deliver(job, delivery, target));
    expect(outcome.kind).toBe('delivered');
    expect(uploadsOf(telegram.calls('sendVideo')).map(({ length }) => length)).toEqual([0, 2]);
  });

  it('is sent again as the animation that Telegram made of it', async () => {
    const world = await createOutboundWorld({ silentVideosBecomeAnimations: true });
    const { telegram } = world;
    const { target, chat } = await asks(telegram);
    const outbound = world.boot();
    const path = await sampleClip({ seconds: 3, sound: false });
    for (const state of ['completed', 'delivered'] as const) {
      const job = jobOf(state, target);
      const outcome = await world.until(outbound.deliver(job, world.original(job, path), target));
      expect(outcome.kind).toBe('delivered');
    }
    expect(telegram.said(chat).map(({ animation }) => animation?.width)).toEqual([720, 720]);
    expect(uploadsOf(telegram.calls('sendAnimation'))).toEqual([[]]);
  });

  it('is delivered though Telegram sends it later and names no message', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const creator = telegram.user({ first_name: 'Zoe' });
    const { target } = await asks(telegram, telegram.group({ creator, schedulesVideos: true }));
    const job = jobOf('completed', target);
    const outcome = await world.until(world.boot().deliver(job, world.original(job), target));
    expect(outcome).toMatchObject({ kind: 'delivered', receipt: { details: { messageId: 0 } } });
  });

  it('is reported too large when Telegram says so', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const { target } = await asks(telegram);
    const job = jobOf('completed', target);
    telegram.fault({ method: 'sendVideo', how: { status: 413, description: 'Request Entity Too Large' } });
    const outbound = world.boot();
    const maxBytes = outbound.uploadLimitBytes();
    expect(maxBytes).toBeGreaterThan(49 << 20);
    expect(maxBytes).toBeLessThan(50 << 20);
    const outcome = await world.until(outbound.deliver(job, world.original(job), target));
    expect(outcome).toEqual({ kind: 'too-large', maxBytes });
  });

  it('may be far larger where the operator runs a Bot API server', async () => {
    const world = await createOutboundWorld({ local: true });
    const limit = world.boot().uploadLimitBytes();
    expect(limit).toBeGreaterThan(1_900 * 1024 * 1024);
    expect(limit).toBeLessThan(2_000 * 1024 * 1024);
  });

  it('brings the link to the whole video with a smaller copy', async () => {
    const world = await createOutboundWorld();
    const { asked, target } = await asks(world.telegram);
    const job = jobOf('completed', target);
    const link = world.link();
    const delivery: Delivery = {
      ...world.original(job),
      form: 'smaller',
      video: job.video,
      path: world.videoFile(),
      link,
    };
    await world.until(world.boot().deliver(job, delivery, target));
    const reply = mustBe(world.telegram.replies(asked)[0]);
    expect(reply.caption).toContain('smaller copy');
    expect(linkedButtons(reply)).toEqual([link.url]);
  });

  it('is a picture with a link where no copy fits, with the day on which the link ends', async () => {
    const world = await createOutboundWorld();
    const { asked, target } = await asks(world.telegram);
    const job = jobOf('completed', target);
    const link = world.link();
    const delivery: Delivery = { form: 'link', link, poster: async () => world.jpeg };
    const outcome = await world.until(world.boot().deliver(job, delivery, target));
    expect(outcome.kind).toBe('delivered');
    const reply = mustBe(world.telegram.replies(asked)[0]);
    expect(reply.photo).toBeDefined();
    expect(reply.caption).toContain('The full video is behind the link until Nov 15, 2023');
    expect(linkedButtons(reply)).toEqual([link.url]);
  });

  it('is a plain text with the link where neither picture nor button can be had', async () => {
    const world = await createOutboundWorld();
    const { asked, target } = await asks(world.telegram);
    // Telegram takes no button that leads to a host without a dot.
    const link = { url: 'http://localhost:8080/media/abc', until: world.time.now() + 1000 };
    const delivery: Delivery = { form: 'link', link, poster: async () => undefined };
    const outcome = await world.until(world.boot().deliver(jobOf('completed', target), delivery, target));
    expect(outcome.kind).toBe('delivered');
    expect(world.telegram.replies(asked)[0]?.text).toContain(link.url);
  });

  it('comes without trimmings when Telegram finds fault with them', async () => {
    const world = await createOutboundWorld();
    const { asked, target } = await asks(world.telegram);
    const job = jobOf('completed', target);
    const how = { status: 400, description: "Bad Request: can't parse entities: unexpected end tag" };
    world.telegram.fault({ method: 'sendVideo', how });
    const outcome = await world.until(world.boot().deliver(job, world.original(job), target));
    expect(outcome.kind).toBe('delivered');
    const reply = mustBe(world.telegram.replies(asked)[0]);
    expect(reply.video).toBeDefined();
    expect(reply.caption).toContain('AI-generated motion transfer');
    expect(world.logged.join('\n')).toContain('Telegram found fault with a message');
  });
});

describe('where a video goes when the chat is closed', () => {
  it('comes in private, with the reason, when the bot was kicked', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const { ada, target, chat } = await asks(telegram, 'group');
    const own = telegram.privateChat(ada);
    telegram.becomes(chat, 'kicked');
    const job = jobOf('completed', target);
    const outcome = await world.until(world.boot().deliver(job, world.original(job), target));
    expect(outcome).toMatchObject({ receipt: { rung: 'private', details: { chatId: own.id } } });
    expect(telegram.said(own).at(-1)?.caption).toContain(
      "I couldn't post in the chat, so here is your video.",
    );
  });

  it('comes in private when the group forbids videos', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const { ada, target, chat } = await asks(telegram, 'group');
    telegram.privateChat(ada);
    chat.forbids.add('media');
    const job = jobOf('completed', target);
    const outcome = await world.until(world.boot().deliver(job, world.original(job), target));
    expect(outcome).toMatchObject({ receipt: { rung: 'private' } });
  });

  it('goes nowhere when the member never started the bot, or asked as an anonymous admin', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const { target, chat } = await asks(telegram, 'group');
    telegram.becomes(chat, 'kicked');
    const outbound = world.boot();
    const job = jobOf('completed', target);
    expect(await world.until(outbound.deliver(job, world.original(job), target))).toEqual({
      kind: 'nowhere',
    });
    const { userId: _, ...anonymous } = target;
    expect(await world.until(outbound.deliver(job, world.original(job), anonymous))).toEqual({
      kind: 'nowhere',
    });
  });

  it('goes nowhere when the member has blocked the bot, and comes when they let it in again', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const { target, chat } = await asks(telegram);
    telegram.blocks(chat);
    const outbound = world.boot();
    const job = jobOf('completed', target);
    expect(await world.until(outbound.deliver(job, world.original(job), target))).toEqual({
      kind: 'nowhere',
    });
    await telegram.starts(chat);
    const outcome = await world.until(outbound.deliver(job, world.original(job), target));
    expect(outcome.kind).toBe('delivered');
  });
});
