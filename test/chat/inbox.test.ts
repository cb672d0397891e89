/** How events that one process has received are dealt with by another: each once, and none too early. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createChatInbox } from '../../src/chat/inbox.ts';
import type { Inbox } from '../../src/core/ports.ts';
import { silent } from '../providers/subject.ts';

/** The inbox that processes share, and how it is read: `reading` can hold a look up. */
function shared() {
  const records = new Map<string, { record: unknown; at: number } | undefined>();
  let reading = Promise.resolve();
  const inbox: Inbox = {
    async claim(id, record) {
      if (records.has(id)) return false;
      records.set(id, { record, at: records.size });
      return true;
    },
    async note(id, record) {
      const found = records.get(id);
      if (found) found.record = record;
    },
    done: async (id) => void records.set(id, undefined),
    async pending() {
      const found = [...records].flatMap(([id, one]) => (one ? [{ id, ...one }] : []));
      await reading;
      return found;
    },
  };
  return {
    inbox,
    holdsUp(until: Promise<void>): void {
      reading = until;
    },
    waiting: () => [...records].flatMap(([id, one]) => (one ? [id] : [])),
  };
}

/** As the stores say it. */
const away = () => Object.assign(new Error('the database is away'), { retryHelps: true });

/** A process, and what it has dealt with. `breaks`: so often dealing with an event breaks off. */
function processOn(inbox: Inbox, breaks = 0) {
  const dealt: string[] = [];
  const told: string[] = [];
  let left = breaks;
  const chat = createChatInbox({
    inbox,
    prefix: '',
    schema: z.object({ partly: z.boolean().optional() }),
    async take(id, _record, resumed) {
      left -= 1;
      if (left >= 0) throw away();
      dealt.push(resumed ? `${id} again` : id);
      await chat.done(id);
    },
    isWhole: ({ partly }) => !partly,
    pace: { firstMs: 1, ceilingMs: 1 },
    onReceived: () => void told.push('received'),
    log: silent,
  });
  const receive = async (id: string): Promise<void> => {
    const received = chat.receive(id);
    if (await inbox.claim(id, {}))
      received.deal(async () => {
        dealt.push(id);
        await chat.done(id);
      });
    else received.leave();
  };
  return { chat, dealt, told, receive };
}

describe('the inbox of a chat that processes share', () => {
  it('has one process receive an event and another one deal with it', async () => {
    const { inbox, waiting } = shared();
    const [called, front] = [processOn(inbox), processOn(inbox)];
    await front.chat.resume();
    await called.receive('a');
    expect([called.dealt, called.told, waiting()]).toEqual([[], ['received'], ['a']]);
    await front.chat.look();
    await expect.poll(waiting).toEqual([]);
    expect(front.dealt).toEqual(['a']);
  });

  it('is dealt with once, though it is looked through while an event is received by the same process', async () => {
    const { inbox, holdsUp, waiting } = shared();
    const front = processOn(inbox);
    await front.chat.resume();
    await processOn(inbox).receive('before');
    const held = Promise.withResolvers<void>();
    holdsUp(held.promise);
    const looked = front.chat.look();
    await front.receive('meanwhile');
    held.resolve();
    await looked;
    await front.chat.look();
    await expect.poll(waiting).toEqual([]);
    expect(front.dealt.toSorted()).toEqual(['before', 'meanwhile']);
  });

  it('is dealt with once, though what was read of it is answered by the time that it is looked at', async () => {
    const { inbox, holdsUp, waiting } = shared();
    const front = processOn(inbox);
    await front.chat.resume();
    const received = front.chat.receive('a');
    await inbox.claim('a', {});
    const held = Promise.withResolvers<void>();
    holdsUp(held.promise);
    const looked = front.chat.look();
    received.deal(async () => {
      front.dealt.push('a');
      await front.chat.done('a');
    });
    await expect.poll(waiting).toEqual([]);
    held.resolve();
    await looked;
    expect(front.dealt).toEqual(['a']);
  });

  it('leaves an event alone that whoever receives it is not done with', async () => {
    const { inbox } = shared();
    const front = processOn(inbox);
    await front.chat.resume();
    await inbox.claim('a', { partly: true });
    await front.chat.look();
    expect(front.dealt).toEqual([]);
    await inbox.note('a', {});
    await front.chat.look();
    expect(front.dealt).toEqual(['a']);
  });

  it('has an event that two have received dealt with by the one whose it is to deal with, whichever was first', async () => {
    const { inbox, waiting } = shared();
    const [called, front] = [processOn(inbox), processOn(inbox)];
    await front.chat.resume();
    const twin = front.chat.receive('a');
    await called.receive('a');
    // It looks while it is still receiving its own copy.
    await front.chat.look();
    expect(front.dealt).toEqual([]);
    expect(await inbox.claim('a', {})).toBe(false);
    twin.leave();
    await expect.poll(waiting).toEqual([]);
    expect(front.dealt).toEqual(['a']);
  });

  it('says what may have been begun before: all that lay there when this process got the chat, and nothing later', async () => {
    const { inbox, waiting } = shared();
    const [called, front] = [processOn(inbox), processOn(inbox)];
    await called.receive('a');
    await front.chat.resume();
    await called.receive('b');
    await front.chat.look();
    await expect.poll(waiting).toEqual([]);
    expect(front.dealt).toEqual(['a again', 'b']);
  });

  it('has an event answered for good where that could not be noted at first, without dealing with it again', async () => {
    const { inbox, waiting } = shared();
    const { done } = inbox;
    let fails = 3;
    inbox.done = async (id) => {
      fails -= 1;
      if (fails >= 0) throw away();
      await done(id);
    };
    const front = processOn(inbox);
    await front.chat.resume();
    await front.receive('a');
    await expect.poll(waiting).toEqual([]);
    expect(front.dealt).toEqual(['a']);
  });

  it('has an event dealt with again, as after a crash, where the database was away in the middle of it', async () => {
    const { inbox, waiting } = shared();
    const front = processOn(inbox, 2);
    await processOn(inbox).receive('a');
    await front.chat.resume();
    await expect.poll(waiting).toEqual([]);
    expect(front.dealt).toEqual(['a again']);
  });

  it('leaves it to the next start where trouble does not pass, and what is stopped in between', async () => {
    const { inbox, waiting } = shared();
    inbox.done = async () => {
      throw away();
    };
    const front = processOn(inbox);
    await front.chat.resume();
    await front.receive('a');
    await front.chat.stop(new Promise(() => {}));
    expect(waiting()).toEqual(['a']);
  });
});
