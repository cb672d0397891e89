import { describe, expect, it } from 'vitest';
import { buttonsOf, type SimChat } from '../../../simulators/telegram/telegram.ts';
import type { Outbound } from '../../../src/chat/telegram/outbound/index.ts';
import { linesOf } from '../../../src/chat/telegram/render.ts';
import type { TelegramTarget } from '../../../src/chat/telegram/target.ts';
import type { Job, JobIn } from '../../../src/core/job/job.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { jobIn } from '../../fakes/jobs.ts';
import { asks, createOutboundWorld, jobOf, mustBe, type OutboundWorld } from './outbound-world.ts';

const words = wordsFor('en');
const DONE = words.job(jobIn('delivered'));

/** Somebody who has asked, and the message that tells how it stands. */
async function ready(where: 'private' | 'group' | SimChat = 'private', options = {}) {
  const world = await createOutboundWorld(options);
  const asker = await asks(world.telegram, where);
  const outbound = world.boot({ usualMs: 300_000 });
  const messageId = await statusOf(world, outbound, asker.target);
  const message = () =>
    world.telegram.messages(asker.chat).find(({ message_id }) => message_id === messageId);
  const edits = () => world.telegram.calls('editMessageText').length;
  async function shows(job: Job): Promise<void> {
    outbound.show(job);
    await world.pass(6_000);
  }
  return { world, outbound, message, messageId, edits, shows, ...asker };
}

async function statusOf(world: OutboundWorld, outbound: Outbound, target: TelegramTarget, id = 'telegram:1') {
  const messageId = mustBe(await world.until(outbound.say(target, linesOf(['Looking at your files…']))));
  await outbound.bind(id, { chatId: target.chatId, messageId });
  return messageId;
}

function running(target: TelegramTarget, progress: number, now: number): JobIn<'running'> {
  const job = jobOf('running', target);
  return {
    ...job,
    submittedAt: now - 60_000,
    startedAt: now - 60_000,
    updatedAt: now,
    phase: { kind: 'rendering', progress },
  };
}

describe('the message that tells how a job stands', () => {
  it('shows how far it is, what it will cost and a way to stop it, as a reply', async () => {
    const { world, message, shows, target, asked } = await ready();
    await shows(running(target, 0.3, world.time.now()));
    const status = mustBe(message());
    expect(status.reply_to_message?.message_id).toBe(asked.message_id);
    expect(status.text).toMatch(
      /^Rendering\n▰▰▰▱▱▱▱▱▱▱ 30% · about \d min left\npicture \+ clip\n\$0\.28 · 4 s/,
    );
    expect(buttonsOf(status)).toEqual([['Cancel']]);
  });

  it('shows what is news by the time it may speak, and drops what is stale', async () => {
    const { world, outbound, message, edits, target } = await ready();
    for (const progress of [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
      outbound.show(running(target, progress, world.time.now()));
    await world.pass(10_000);
    expect(message()?.text).toContain('60%');
    expect(edits()).toBeLessThanOrEqual(2);
  });

  it('follows the place in line, and never goes back to how it began', async () => {
    const { world, outbound, message, shows, target } = await ready();
    const created = jobOf('created', target);
    await shows({ ...created, place: 2 });
    expect(message()?.text).toContain('place 2');
    await shows({ ...created, place: 1 });
    expect(message()?.text).toContain('place 1');
    outbound.show(created);
    await world.pass(6_000);
    expect(message()?.text).toContain('place 1');
    await shows(jobOf('submitting', target));
    expect(message()?.text).not.toContain('place');
  });

  it('is not touched while nothing has changed, and told anew what time is left', async () => {
    const { world, outbound, message, edits, target } = await ready();
    for (let times = 0; times < 3; times += 1) {
      outbound.show(jobOf('submitting', target));
      await world.pass(40_000);
    }
    expect(edits()).toBe(1);
    outbound.show({ ...jobOf('queued', target), submittedAt: world.time.now() });
    await world.pass(2_000);
    expect(message()?.text).toContain('about 5 min left');
    await world.pass(150_000);
    expect(message()?.text).toContain('about 3 min left');
    expect(edits()).toBeLessThanOrEqual(8);
  });

  it('shrinks to one line once the video is there', async () => {
    const { message, shows, target } = await ready();
    await shows(jobOf('delivered', target));
    expect(message()?.text).toBe(DONE);
    expect(buttonsOf(mustBe(message()))).toEqual([]);
  });

  it('lets the end follow the last progress at once, and nothing after it', async () => {
    const { world, outbound, message, target, shows } = await ready();
    await shows(running(target, 0.5, world.time.now()));
    outbound.show(running(target, 0.6, world.time.now()));
    outbound.show(jobOf('delivered', target));
    await world.pass(500);
    expect(message()?.text).toBe(DONE);
    await world.pass(120_000);
    expect(message()?.text).toBe(DONE);
  });

  it('says why a job failed and notifies the member of it, once', async () => {
    const { world, outbound, message, shows, target, asked } = await ready('group');
    const job = jobOf('failed', target);
    await shows(job);
    await shows(job);
    const again = world.boot();
    again.show(job);
    await world.pass(6_000);
    expect(message()?.text).toContain("That didn't work");
    expect(buttonsOf(mustBe(message()))).toEqual([['Again']]);
    const notices = world.telegram
      .replies(asked)
      .filter(({ message_id }) => message_id !== message()?.message_id);
    expect(notices.map(({ text }) => text)).toEqual([expect.stringContaining('It cost nothing.')]);
    await outbound.stop();
  });

  it.each(['failed', 'cancelled', 'delivered'] as const)(
    'is told once that a job is %s when the process dies before it could say so',
    async (state) => {
      const { world, outbound, message, target, asked } = await ready('group');
      const job = jobOf(state, target);
      world.jobs.set(job.id, job);
      // Killed after the last change was on disk and before anything was made of it.
      await outbound.stop();
      // Each of them finds what the one before has left.
      for (let starts = 0; starts < 3; starts += 1) {
        const next = world.boot();
        await next.start();
        await world.pass(6_000);
        await next.stop();
      }
      expect(message()?.text).not.toContain('Looking at');
      const others = world.telegram
        .replies(asked)
        .filter(({ message_id }) => message_id !== message()?.message_id);
      expect(others).toHaveLength(state === 'failed' ? 1 : 0);
      expect(await world.inbox.pending('telegram-status:')).toEqual([]);
    },
  );

  it('is told late, and takes no process down, where the database was away as its turn came', async () => {
    const { world, outbound, message, target } = await ready('group');
    const job = jobOf('delivered', target);
    await outbound.stop();
    world.jobs.set(job.id, job);
    const next = world.boot();
    await next.start();
    world.away.reads = 2;
    await world.pass(60_000);
    expect(world.away.reads).toBeLessThan(0);
    expect(message()?.text).toContain(DONE);
  });

  it('waits for a job that an admin may still approve, but not for ever', async () => {
    const { world } = await ready('group');
    await world.boot().start();
    expect(await world.inbox.pending('telegram-status:')).toHaveLength(1);
    await world.time.advance(4 * 24 * 3_600_000);
    await world.boot().start();
    expect(await world.inbox.pending('telegram-status:')).toEqual([]);
  });

  it('tells of a failure in private when the chat is closed', async () => {
    const { world, chat, ada, shows, target } = await ready('group');
    const own = world.telegram.privateChat(ada);
    world.telegram.becomes(chat, 'kicked');
    const job = jobOf('failed', target);
    await shows(job);
    expect(world.telegram.said(own).map(({ text }) => text)).toEqual([
      `${words.job(job)}\n${words.t('card.job', { code: job.code })}`,
    ]);
  });

  it('tells of a cancelled job without a word of its own', async () => {
    const { world, message, shows, target, asked } = await ready();
    await shows(jobOf('cancelled', target));
    expect(message()?.text).toContain('Cancelled');
    expect(world.telegram.replies(asked)).toHaveLength(1);
  });

  it('says where a video is found that could be posted nowhere', async () => {
    const { world, message, shows, target, asked, chat } = await ready('group');
    const rungs = [{ at: 1, form: 'original' as const, outcome: 'nowhere' as const }];
    await shows({ ...jobOf('completed', target), rungs });
    await shows({ ...jobOf('completed', target), rungs, deliveryTries: 2 });
    expect(message()?.text).toBe([words.t('told.find-in-jobs'), words.t('told.not-started')].join('\n'));
    expect(world.telegram.replies(asked)).toHaveLength(2);
    expect(world.telegram.said(chat)).toHaveLength(2);
    expect(buttonsOf(mustBe(message()))).toEqual([['Send again']]);
  });

  it.each([
    ['too large in every form', 'too-large', 1_000, 'even made smaller'],
    ['in trouble for more than an hour', 'failed', 4_000_000, 'I go on trying'],
  ] as const)(
    'says so of a video that is %s, once, with a way to ask for it again',
    async (_, outcome, afterMs, said) => {
      const { world, message, shows, target, asked } = await ready('group');
      const job = jobOf('completed', target);
      const at = job.completedAt + afterMs;
      const rungs = [{ at, form: 'smaller' as const, outcome }];
      await shows({ ...job, rungs });
      await shows({ ...job, rungs: [...rungs, ...rungs], deliveryTries: 2 });
      expect(message()?.text).toContain(said);
      expect(buttonsOf(mustBe(message()))).toEqual([['Send again']]);
      const others = world.telegram.replies(asked).filter(({ text }) => text !== message()?.text);
      expect(world.telegram.replies(asked).length - others.length).toBe(2);
    },
  );

  it('goes on telling of its delivery while trouble may pass', async () => {
    const { message, shows, target } = await ready();
    const job = jobOf('completed', target);
    const rungs = [{ at: job.completedAt + 60_000, form: 'original' as const, outcome: 'failed' as const }];
    await shows({ ...job, rungs });
    expect(message()?.text).toContain('delivering');
  });

  it('takes nothing in a file name for HTML', async () => {
    const { message, shows, target, world } = await ready();
    const job = running(target, 0.3, world.time.now());
    job.inputs.image.name = '</b><a href="https://evil.example">free</a> & <tg-spoiler>';
    await shows(job);
    expect(message()?.text).toContain('</b><a href="https://evil.ex');
    // What looks like a link or a command is marked by every app, whoever writes it.
    const own = message()?.entities?.filter(({ type }) => type !== 'url' && type !== 'bot_command');
    expect(own).toEqual([{ type: 'bold', offset: 0, length: 9 }]);
  });

  it('is left alone once it is gone, and when the bot is blocked', async () => {
    for (const end of ['deleted', 'blocked'] as const) {
      const { world, chat, message, shows, edits, target } = await ready();
      if (end === 'deleted') world.telegram.deletes(mustBe(message()));
      else world.telegram.blocks(chat);
      for (const progress of [0.2, 0.4, 0.6]) await shows(running(target, progress, world.time.now()));
      await shows(jobOf('delivered', target));
      expect(edits()).toBe(1);
    }
  });

  it('is found again after a restart', async () => {
    const { world, outbound, message, target } = await ready();
    await outbound.stop();
    world.boot().show(running(target, 0.7, world.time.now()));
    await world.pass(1_000);
    expect(message()?.text).toContain('70%');
  });

  it('shows at once what happened before it was known', async () => {
    const world = await createOutboundWorld();
    const { target, chat } = await asks(world.telegram);
    const outbound = world.boot();
    const job = jobOf('failed', target);
    world.jobs.set(job.id, job);
    outbound.show(job);
    await world.pass(1_000);
    await statusOf(world, outbound, target);
    await world.pass(1_000);
    expect(world.telegram.said(chat).map(({ text }) => text?.split('\n')[0])).toContain("That didn't work");
  });

  it('gets its last word through when Telegram fails for a while', async () => {
    const { world, outbound, message, target } = await ready();
    world.telegram.fault({ method: 'editMessageText', how: 'cut', times: 2 });
    outbound.show(jobOf('delivered', target));
    await world.pass(20_000);
    expect(message()?.text).toBe(DONE);
  });

  it('gets the word of a bad end through when Telegram is away for minutes', async () => {
    const { world, outbound, message, chat, target } = await ready();
    const away = world.telegram.fault({ method: /^(editMessageText|sendMessage)$/, how: 'cut', times: 999 });
    outbound.show(jobOf('failed', target));
    await world.pass(60_000);
    away.clear();
    await world.pass(90_000);
    expect(message()?.text).toContain("That didn't work");
    expect(world.telegram.said(chat).slice(1)).toHaveLength(1);
  });

  it('does not say a bad end a third time when the answers are lost', async () => {
    const { world, outbound, chat, target } = await ready();
    world.telegram.fault({ method: 'sendMessage', how: 'lose-answer', times: 999 });
    outbound.show(jobOf('failed', target));
    await world.pass(400_000);
    expect(world.telegram.said(chat).slice(1)).toHaveLength(2);
  });

  it('is not looked for in a group that became a supergroup: its number means another message there', async () => {
    const world = await createOutboundWorld();
    const creator = world.telegram.user({ first_name: 'Zoe' });
    const group = world.telegram.group({ type: 'group', creator });
    const { target } = await asks(world.telegram, group);
    const outbound = world.boot();
    await statusOf(world, outbound, target);
    const supergroup = world.telegram.migrates(group);
    for (const progress of [0.2, 0.4, 0.6]) {
      outbound.show(running(target, progress, world.time.now()));
      await world.pass(15_000);
    }
    expect(world.telegram.calls('editMessageText').map(({ params }) => params.chat_id)).toEqual([group.id]);
    outbound.show(jobOf('failed', target));
    await world.pass(2_000);
    expect(world.telegram.said(supergroup)).toHaveLength(1);
  });

  it('is forgotten with its job', async () => {
    const { world, outbound, edits, shows, target } = await ready();
    const job = running(target, 0.3, world.time.now());
    await shows(job);
    await outbound.forget(job);
    await world.pass(60_000);
    outbound.show(jobOf('delivered', target));
    await world.pass(2_000);
    expect(edits()).toBe(1);
    expect(await world.shelf.get('status:telegram:1')).toBeUndefined();
  });
});

describe('a message of its own', () => {
  it('is not said where the bot may not speak, and thrown back where Telegram cannot be reached', async () => {
    const { world, outbound, target, chat } = await ready();
    const away = world.boot({ apiUrl: 'http://127.0.0.1:1' });
    await expect(world.until(away.say(target, linesOf(['x'])))).rejects.toMatchObject({ kind: 'network' });
    world.telegram.blocks(chat);
    expect(await world.until(outbound.say(target, linesOf(['x'])))).toBeUndefined();
    await outbound.stop();
    await expect(outbound.say(target, linesOf(['x']))).rejects.toThrow('stopped');
  });

  it('is said once, though its answer is lost', async () => {
    const { world, outbound, target, chat } = await ready();
    world.telegram.fault({ method: 'sendMessage', how: 'lose-answer' });
    await expect(world.until(outbound.say(target, linesOf(['once'])))).rejects.toMatchObject({
      maybeDone: true,
    });
    expect(world.telegram.said(chat).filter(({ text }) => text === 'once')).toHaveLength(1);
  });

  it('can be changed, and says whether that worked', async () => {
    const { world, outbound, target, message, messageId } = await ready();
    const ref = { chatId: target.chatId, messageId };
    expect(await world.until(outbound.edit(ref, linesOf(['something else'])))).toBe(true);
    expect(message()?.text).toBe('something else');
    expect(await world.until(outbound.edit(ref, linesOf(['something else'])))).toBe(true);
    world.telegram.deletes(mustBe(message()));
    expect(await world.until(outbound.edit(ref, linesOf(['nothing'])))).toBe(false);
  });
});
