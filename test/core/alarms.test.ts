import { describe, expect, it } from 'vitest';
import type { Notice, NoticePlace } from '../../src/core/chat-port.ts';
import type { Diagnosis } from '../../src/core/diagnosis.ts';
import { createLocks } from '../../src/core/locks.ts';
import { createAlarms } from '../../src/core/upkeep/alarms.ts';
import { shareUrgent } from '../../src/core/upkeep/shared-urgent.ts';
import { memoryKeyValueStore } from '../fakes/shelf.ts';
import { silent } from '../providers/subject.ts';

const EMPTY: Diagnosis = {
  code: 'provider-no-balance',
  about: 'fal',
  level: 'broken',
  what: 'The account at fal.ai is empty.',
  why: 'It takes no more jobs.',
  nextStep: 'Top it up.',
};

function world() {
  const kv = memoryKeyValueStore();
  const told: string[] = [];
  const closed = new Set<string>();
  const away = new Set<string>();
  let found: Diagnosis[] = [];
  const chat = (platform: string) => ({
    async post(to: NoticePlace, _spaceId: string, notice: Notice) {
      if (!('member' in to) || notice.kind !== 'alarm') throw new Error('nobody else is told');
      if (away.has(platform)) throw new Error('no connection');
      // As slow as a chat is.
      await new Promise(setImmediate);
      if (closed.has(to.member)) return false;
      told.push(`${to.member} ${notice.over ? 'over' : 'begins'} ${notice.diagnosis.code}`);
      return true;
    },
  });
  const ctx = {
    access: { operators: new Set(['discord:1', 'telegram:2']) },
    chats: new Map([
      ['discord', chat('discord')],
      ['telegram', chat('telegram')],
    ]),
    locks: createLocks(),
    log: silent,
  };
  const start = () => createAlarms(ctx as never, { kv, urgent: async () => found });
  const time = { now: 0 };
  /** One of several processes on these records, and what it alone sees. */
  let processes = 0;
  const startShared = () => {
    processes += 1;
    let own: Diagnosis[] = [];
    const parts = { clock: { now: () => time.now }, log: silent, stopping: () => true };
    const shared = shareUrgent(parts, { id: String(processes), kv, see: async () => own });
    return {
      see: (...all: Diagnosis[]) => {
        own = all;
        return shared.note();
      },
      look: createAlarms(ctx as never, { kv, urgent: shared.urgent }),
    };
  };
  return {
    time,
    startShared,
    told,
    closed,
    away,
    start,
    find: (...all: Diagnosis[]) => {
      found = all;
    },
  };
}

async function times(count: number, look: () => Promise<void>): Promise<void> {
  for (let i = 0; i < count; i += 1) await look();
}

describe('what only an operator can mend', () => {
  it('is told to each of them once when it begins, and once when it is over, also across a restart', async () => {
    const { told, find, start } = world();
    find(EMPTY);
    await times(3, start());
    await times(2, start());
    expect(told).toEqual(['discord:1 begins provider-no-balance', 'telegram:2 begins provider-no-balance']);
    find();
    await times(10, start());
    expect(told.slice(2)).toEqual([
      'discord:1 over provider-no-balance',
      'telegram:2 over provider-no-balance',
    ]);
    find(EMPTY);
    await times(1, start());
    expect(told).toHaveLength(6);
  });

  it('is one trouble where it comes and goes within minutes', async () => {
    const { told, find, start } = world();
    const look = start();
    for (const isThere of [true, false, false, true, false, true]) {
      find(...(isThere ? [EMPTY] : []));
      await look();
    }
    expect(told).toHaveLength(2);
  });

  it('is told apart by what it is about', async () => {
    const { told, find, start } = world();
    find(EMPTY, { ...EMPTY, about: 'kling' });
    await times(2, start());
    expect(told).toHaveLength(4);
  });

  it('is told later to whoever can’t be reached just now, and not again to who was', async () => {
    const { told, find, away, start } = world();
    away.add('telegram');
    find(EMPTY);
    await times(3, start());
    expect(told).toEqual(['discord:1 begins provider-no-balance']);
    away.clear();
    await times(3, start());
    expect(told).toEqual(['discord:1 begins provider-no-balance', 'telegram:2 begins provider-no-balance']);
  });

  it('is over without a word to who never heard of it', async () => {
    const { told, find, closed, start } = world();
    closed.add('telegram:2');
    find(EMPTY);
    await times(3, start());
    find();
    await times(6, start());
    expect(told).toEqual(['discord:1 begins provider-no-balance', 'discord:1 over provider-no-balance']);
  });

  it('is taken back later to whoever can’t be reached as it ends, and not again to who was', async () => {
    const { told, find, away, start } = world();
    find(EMPTY);
    await times(2, start());
    find();
    away.add('telegram');
    await times(8, start());
    expect(told.slice(2)).toEqual(['discord:1 over provider-no-balance']);
    away.clear();
    await times(8, start());
    expect(told.slice(3)).toEqual(['telegram:2 over provider-no-balance']);
  });

  describe('where several processes share the work', () => {
    it('is told once, though two of them look at the same moment', async () => {
      const { told, find, start } = world();
      find(EMPTY);
      await Promise.all([start()(), start()(), start()()]);
      expect(told).toEqual(['discord:1 begins provider-no-balance', 'telegram:2 begins provider-no-balance']);
      find();
      await Promise.all(Array.from({ length: 8 }, () => start()()));
      expect(told).toHaveLength(4);
    });

    it('is told of by whoever tells, though another one has seen it, until no one sees it any more', async () => {
      const { told, startShared } = world();
      const [teller, other, third] = [startShared(), startShared(), startShared()];
      await other.see(EMPTY);
      await third.see(EMPTY);
      await times(2, teller.look);
      expect(told).toHaveLength(2);
      await other.see();
      await times(8, teller.look);
      expect(told).toHaveLength(2);
      // Another one has the turn to tell now, and says nothing twice.
      await times(2, third.look);
      expect(told).toHaveLength(2);
      await third.see();
      await times(8, teller.look);
      expect(told.slice(2)).toEqual([
        'discord:1 over provider-no-balance',
        'telegram:2 over provider-no-balance',
      ]);
    });

    it('is over where the process is gone that has seen it', async () => {
      const { told, time, startShared } = world();
      const [teller, other] = [startShared(), startShared()];
      await other.see(EMPTY);
      await times(8, teller.look);
      time.now += 10 * 60_000;
      await times(8, teller.look);
      expect(told).toHaveLength(4);
    });
  });
});
