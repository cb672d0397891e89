import { describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.ts';
import { approve, refuse } from '../../src/chat/approvals.ts';
import type { Face, Press } from '../../src/chat/face.ts';
import type { Page } from '../../src/chat/page.ts';
import { createRequests } from '../../src/chat/requests.ts';
import type { Caller } from '../../src/core/limits/access.ts';
import { wordsFor } from '../../src/words/index.ts';
import { memoryKeyValueStore } from '../fakes/shelf.ts';
import { CHAT_EVENT, CHOICES, createWorld, MEMBER, UPLOADS } from '../fakes/world.ts';

const ADMIN: Caller = {
  requester: { ...MEMBER.requester, memberId: 'discord:1' },
  standing: { moderator: true, private: false },
};
const STRANGER: Caller = { ...MEMBER, requester: { ...MEMBER.requester, memberId: 'discord:66' } };
const ADMIN_ELSEWHERE: Caller = { ...ADMIN, requester: { ...ADMIN.requester, spaceId: 'discord:99' } };

/** A request that an admin has decided, in a process that ended before the message could say so. */
async function decidedUnseen(how: 'approve' | 'refuse') {
  const world = createWorld({
    limits: [{ who: { kind: 'everyone' }, period: 'day', unit: 'jobs', max: 1 }],
    chat: { post: async () => true },
  });
  const { core } = world.boot();
  const take = (id: string) => core.offers.take({ ...CHAT_EVENT, id }, UPLOADS, CHOICES, false);
  await take('discord:901');
  const over = await take('discord:902');
  if (!over.ok || over.value.kind !== 'over') throw new Error('not over');
  const { offer } = over.value;
  const requests = createRequests(memoryKeyValueStore(), () => ({}));
  await requests.ask(offer, { message: 'theirs' });
  await core.approvals.ask(MEMBER, offer.code);
  expect(await core.approvals[how](ADMIN, offer.code, offer.quote.micros)).toMatchObject({ ok: true });
  const seen = { instead: [] as Page[], aside: [] as Page[], became: 0, declined: 0 };
  const face = {
    instead: async (page: Page) => void seen.instead.push(page),
    // That it is over may be said there in anybody's name, as it names nobody.
    over: async (page: Page) => void seen.aside.push(page),
    async aside(page: Page) {
      seen.aside.push(page);
      return 'done';
    },
    async becomeAt() {
      seen.became += 1;
    },
    async tellDeclined() {
      seen.declined += 1;
    },
  } satisfies Partial<Face> as unknown as Face;
  /** A press that broke off, taken up once more. */
  async function press(caller: Caller): Promise<typeof seen> {
    const attempt: Press['as'] = (then) => then(caller);
    const pressed: Press = {
      id: 'press',
      verb: how,
      code: offer.code,
      words: wordsFor('en'),
      again: true,
      alone: false,
      as: attempt,
      asAdmin: attempt,
      where: (job) => ({ to: job.requester.target, reached: true }),
      name: async () => caller.requester.memberId,
    };
    const tools = { core, commands, requests, files: world.disk.files };
    await (how === 'approve' ? approve : refuse)(pressed, face, tools);
    return seen;
  }
  return { press };
}

describe.each(['approve', 'refuse'] as const)('a press that broke off, to %s', (how) => {
  it.each([
    ['a member', STRANGER],
    ['whoever asked', MEMBER],
    ['an admin of another server', ADMIN_ELSEWHERE],
  ])('does not make %s the one who decided', async (_, who) => {
    const { press } = await decidedUnseen(how);
    const seen = await press(who);
    expect(seen).toMatchObject({ instead: [], became: 0, declined: 0 });
    expect(seen.aside).toHaveLength(1);
    expect(JSON.stringify(seen.aside)).not.toContain(who.requester.memberId);
  });

  it('is finished for the admin whose it was', async () => {
    const { press } = await decidedUnseen(how);
    const seen = await press(ADMIN);
    expect(JSON.stringify(seen.instead)).toContain('discord:1');
    expect([seen.became, seen.declined]).toEqual(how === 'approve' ? [1, 0] : [0, 1]);
  });
});
