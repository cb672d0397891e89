import { describe, expect, it } from 'vitest';
import type { Call } from '../../../simulators/telegram/journal.ts';
import { linesOf } from '../../../src/chat/telegram/render.ts';
import type { TelegramTarget } from '../../../src/chat/telegram/target.ts';
import type { JobIn } from '../../../src/core/job/job.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { asks, createOutboundWorld, jobOf, mustBe } from './outbound-world.ts';

const words = wordsFor('en');
const SPEAKING = /^(send(?!ChatAction)|edit)/;
const refused = (calls: readonly Call[]) => calls.filter(({ answer }) => answer?.status === 429);

function running(target: TelegramTarget, id: string, progress: number): JobIn<'running'> {
  return { ...jobOf('running', target, id), phase: { kind: 'rendering', progress } };
}

/** The most calls that fall into any stretch of that length. */
function mostWithin(calls: readonly Call[], ms: number): number {
  const times = calls.map(({ at }) => at);
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + ms).length));
}

describe('how fast the bot talks', () => {
  it('changes the messages of three jobs in one group every 12 s at most, and gets round to each', async () => {
    const world = await createOutboundWorld();
    const { target, chat } = await asks(world.telegram, 'group');
    const outbound = world.boot();
    const ids = ['a', 'b', 'c'];
    for (const id of ids) {
      const messageId = mustBe(await world.until(outbound.say(target, linesOf([`job ${id}`]))));
      await outbound.bind(id, { chatId: chat.id, messageId });
    }
    for (let second = 0; second < 90; second += 1) {
      for (const id of ids) outbound.show(running(target, id, second / 100));
      await world.pass(1_000, 1_000);
    }
    const edits = world.telegram.calls('editMessageText');
    expect(edits.length).toBeGreaterThanOrEqual(7);
    expect(mostWithin(edits, 12_000)).toBe(1);
    expect(new Set(edits.map(({ params }) => params.message_id)).size).toBe(3);
  });

  it('changes a message every 5 s at most in private', async () => {
    const world = await createOutboundWorld();
    const { target, chat } = await asks(world.telegram);
    const outbound = world.boot();
    const messageId = mustBe(await world.until(outbound.say(target, linesOf(['job']))));
    await outbound.bind('a', { chatId: chat.id, messageId });
    for (let second = 0; second < 60; second += 1) {
      outbound.show(running(target, 'a', second / 100));
      await world.pass(1_000, 1_000);
    }
    const edits = world.telegram.calls('editMessageText');
    expect(edits.length).toBeGreaterThanOrEqual(10);
    expect(mostWithin(edits, 5_000)).toBe(1);
  });

  it('brings twenty jobs of one group to their end within 20 messages a minute, none refused', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    telegram.limitFloods();
    const { target, chat } = await asks(telegram, 'group');
    const outbound = world.boot();
    const ids = Array.from({ length: 20 }, (_, at) => `job-${at}`);
    const begun = ids.map(async (id) => {
      const messageId = mustBe(await outbound.say(target, linesOf([id])));
      await outbound.bind(id, { chatId: chat.id, messageId });
      outbound.show(running(target, id, 0.1));
      const job = jobOf('completed', target, id);
      const outcome = await outbound.deliver(job, world.original(job), target);
      outbound.show(jobOf('delivered', target, id));
      return outcome.kind;
    });
    expect(await world.until(Promise.all(begun))).toEqual(ids.map(() => 'delivered'));
    await world.pass(180_000);

    const calls = telegram.journal.filter(({ method }) => SPEAKING.test(method));
    expect(refused(calls)).toEqual([]);
    expect(mostWithin(calls, 60_000)).toBeLessThanOrEqual(20);
    const said = telegram.said(chat);
    expect(said.filter(({ video }) => video)).toHaveLength(20);
    expect(said.filter(({ text }) => text === words.job(jobOf('delivered', target)))).toHaveLength(20);
  });

  it('waits as long as it is told to in a storm, the video first, and progress not at all', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const { target, chat } = await asks(telegram, 'group');
    const outbound = world.boot();
    const messageId = mustBe(await world.until(outbound.say(target, linesOf(['a']))));
    await outbound.bind('a', { chatId: chat.id, messageId });
    await outbound.bind('b', { chatId: chat.id, messageId: 999_999 });

    await world.pass(10_000);
    telegram.fault({ method: SPEAKING, how: { status: 429, retryAfter: 137 }, times: 2 });
    const stormAt = world.time.now();
    outbound.show(running(target, 'a', 0.2));
    await world.pass(500);
    const word = outbound.say(target, linesOf(['a word']));
    const job = jobOf('completed', target, 'b');
    const video = outbound.deliver(job, world.original(job), target);
    for (let second = 0; second < 100; second += 10) {
      outbound.show(running(target, 'a', 0.3 + second / 200));
      await world.pass(10_000, 1_000);
    }
    // Nothing but the one call that was told to wait.
    expect(telegram.journal.filter(({ at, method }) => at >= stormAt && SPEAKING.test(method))).toHaveLength(
      1,
    );

    await world.until(Promise.all([word, video]));
    const after = telegram.journal.filter(({ at, method }) => at > stormAt + 1_000 && SPEAKING.test(method));
    const waits = after.map(({ at, method }) => [method, Math.floor((at - stormAt) / 137_000)]);
    // The video meets the second refusal, and is the first to go once that is over, too.
    expect(waits.slice(0, 3)).toEqual([
      ['sendVideo', 1],
      ['sendVideo', 2],
      ['sendMessage', 2],
    ]);
    expect(telegram.said(chat).filter((message) => message.video)).toHaveLength(1);
  });

  it('lets no chat wait for another', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const flooded = await asks(telegram, 'group');
    const calm = await asks(telegram);
    telegram.fault({ chatId: flooded.chat.id, how: { status: 429, retryAfter: 600 } });
    const outbound = world.boot();
    const waiting = outbound.say(flooded.target, linesOf(['later']));
    await world.pass(1_000);
    expect(await world.until(outbound.say(calm.target, linesOf(['now'])))).toBeDefined();
    expect(telegram.said(flooded.chat)).toEqual([]);
    expect(await world.until(waiting)).toBeDefined();
  });

  it('keeps room for words while videos are on their way up', async () => {
    const world = await createOutboundWorld();
    const { telegram } = world;
    const { target, chat } = await asks(telegram, 'group');
    telegram.fault({ method: 'sendVideo', how: { delayMs: 30_000 }, times: 9 });
    const outbound = world.boot();
    const videos = Array.from({ length: 8 }, (_, at) => {
      const job = jobOf('completed', target, `job-${at}`);
      return outbound.deliver(job, world.original(job), target);
    });
    await telegram.waitFor(() => telegram.calls('sendVideo').length === 3);
    const word = outbound.say(target, linesOf(['still here']));
    await telegram.waitFor(() => telegram.said(chat).some(({ text }) => text === 'still here'));
    expect(await word).toBeDefined();
    expect(telegram.calls('sendVideo')).toHaveLength(3);
    while (telegram.said(chat).length < 9) {
      await world.time.advance(5_000);
      await world.tick();
    }
    expect((await Promise.all(videos)).map(({ kind }) => kind)).toEqual(videos.map(() => 'delivered'));
  });
});
