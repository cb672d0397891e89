import { describe, expect, it } from 'vitest';
import type { Notice, NoticePlace } from '../../src/core/chat-port.ts';
import type { IntakeResult } from '../../src/core/intake/offer.ts';
import type { Caller } from '../../src/core/limits/access.ts';
import { windowOf } from '../../src/core/limits/windows.ts';
import type { Outcome } from '../../src/core/refusals.ts';
import { PRICE } from '../fakes/remote.ts';
import { CHAT_EVENT, CHOICES, createWorld, MEMBER, UPLOADS, type WorldOptions } from '../fakes/world.ts';
import { HOUR } from './started.ts';

const ADMIN: Caller = {
  requester: { ...MEMBER.requester, memberId: 'discord:1' },
  standing: { moderator: true, private: false },
};
const OTHER_ADMIN: Caller = { ...ADMIN, requester: { ...ADMIN.requester, spaceId: 'discord:99' } };
const ONE_JOB = [
  { who: { kind: 'everyone' }, period: 'day', unit: 'jobs', max: 1 },
] satisfies WorldOptions['limits'];

async function up(options: WorldOptions & { log?: string; postFails?: boolean } = {}) {
  const posted: { to: NoticePlace; notice: Notice }[] = [];
  const world = createWorld({
    limits: ONE_JOB,
    ...options,
    chat: {
      async post(to, _spaceId, notice) {
        if (options.postFails && 'channel' in to) throw new Error('no such channel');
        posted.push({ to, notice });
        return true;
      },
    },
  });
  const life = world.boot();
  await life.jobs.recover();
  if (options.log)
    await life.ctx.settings.change('discord:10', 'discord:1', 'log-channel', { channel: options.log });
  let n = 0;
  const take = (memberId = MEMBER.requester.memberId) => {
    n += 1;
    const event = { id: `discord:90${n}`, requester: { ...CHAT_EVENT.requester, memberId } };
    return life.core.offers.take(event, UPLOADS, CHOICES, false);
  };
  /** A member who has used up the day's one job, and wants another. */
  async function over() {
    await take();
    const code = codeOf(await take());
    await settled();
    return code;
  }
  const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  return { world, life, posted, take, over, settled, ...life.core };
}

function codeOf(taken: Outcome<IntakeResult>): string {
  if (!taken.ok || taken.value.kind !== 'over') throw new Error(`not over: ${JSON.stringify(taken)}`);
  return taken.value.offer.code;
}

describe('a member over a limit', () => {
  it('is told which, and nothing is held or sent', async () => {
    const { take, world } = await up();
    await take();
    expect(await take()).toMatchObject({
      ok: true,
      value: { kind: 'over', refusal: { scope: 'member', period: 'day', leftJobs: 0 } },
    });
    expect(
      (await world.disk.ledger.totals(windowOf('operator', 'day', world.time.now, 'UTC'))).heldJobs,
    ).toBe(1);
  });

  it('can ask the admins, who hear of it once in their log channel', async () => {
    const { over, approvals, posted } = await up({ log: '42' });
    const code = await over();
    for (let i = 0; i < 2; i += 1)
      expect(await approvals.ask(MEMBER, code)).toMatchObject({ ok: true, value: { told: 'log-channel' } });
    expect(posted.filter(({ notice }) => notice.kind === 'asked')).toMatchObject([
      { to: { channel: '42' }, notice: { offer: { code, quote: { micros: PRICE } } } },
    ]);
  });

  it.each([
    ['there is no log channel', {}],
    ['the log channel is gone', { log: '42', postFails: true }],
  ])('asks where it asked for the job when %s', async (_why, options) => {
    const { over, approvals, posted } = await up(options);
    expect(await approvals.ask(MEMBER, await over())).toMatchObject({ value: { told: 'here' } });
    expect(posted.at(-1)).toMatchObject({ to: { target: CHAT_EVENT.requester.target } });
  });

  it('asks again when nobody could be told, and hears so', async () => {
    let up = false;
    const world = createWorld({ limits: ONE_JOB, chat: { post: async () => up } });
    const { core, jobs } = world.boot();
    await jobs.recover();
    const event = (n: number) => ({ ...CHAT_EVENT, id: `discord:90${n}` });
    await core.offers.take(event(1), UPLOADS, CHOICES, false);
    const code = codeOf(await core.offers.take(event(2), UPLOADS, CHOICES, false));
    const told = async () => {
      const asked = await core.approvals.ask(MEMBER, code);
      return asked.ok && asked.value.told;
    };
    expect(await told()).toBe('nobody');
    up = true;
    expect([await told(), await told()]).toEqual(['here', 'here']);
  });

  it("can't make something else of it once the admins were asked", async () => {
    const { over, approvals, offers, world } = await up();
    const code = await over();
    await approvals.ask(MEMBER, code);
    expect(await offers.change(MEMBER, code, { sound: false })).toMatchObject({
      refusal: { code: 'already-decided' },
    });
    for (const { provider } of world.remotes) provider.quote = async () => ({ micros: PRICE * 4, notes: [] });
    expect(await offers.confirm(MEMBER, code, PRICE)).toMatchObject({ refusal: { code: 'price-rose' } });
  });

  it('asks anew where it is another limit by now that has no room', async () => {
    const { over, approvals, offers, life, world } = await up();
    const code = await over();
    await approvals.ask(MEMBER, code);
    const set = (scope: string, amount: string) =>
      life.ctx.settings.change('discord:10', 'discord:1', 'limit', {
        scope,
        period: 'day',
        unit: 'jobs',
        amount,
      });
    await set('everyone', '9');
    await set('server', '1');
    expect(await offers.confirm(MEMBER, code, PRICE)).toMatchObject({
      value: { kind: 'over', refusal: { scope: 'space' } },
    });
    expect(await approvals.approve(ADMIN, code, PRICE)).toMatchObject({
      refusal: { code: 'already-decided' },
    });
    // What the admins read, with its buttons, still stands: asked for again, it is what they have read.
    expect(await offers.change(MEMBER, code, { sound: false })).toMatchObject({
      refusal: { code: 'already-decided' },
    });
    for (const { provider } of world.remotes) provider.quote = async () => ({ micros: PRICE * 4, notes: [] });
    expect(await offers.confirm(MEMBER, code, PRICE * 4)).toMatchObject({ refusal: { code: 'price-rose' } });
  });

  it('keeps the request when a yes of their own finds the same limit still full', async () => {
    const { over, approvals, offers } = await up();
    const code = await over();
    await approvals.ask(MEMBER, code);
    await offers.confirm(MEMBER, code, PRICE);
    expect((await approvals.approve(ADMIN, code, PRICE)).ok).toBe(true);
  });

  it('is the only one who can ask for that job', async () => {
    const { over, approvals } = await up();
    expect(await approvals.ask(ADMIN, await over())).toMatchObject({ refusal: { code: 'not-allowed' } });
  });

  it("can't ask past the operator's budget", async () => {
    const { take } = await up({ budgetMicros: PRICE, limits: [] });
    await take();
    expect(await take('discord:8')).toMatchObject({
      ok: false,
      refusal: { code: 'over-quota', scope: 'operator' },
    });
  });
});

describe('an admin who is asked', () => {
  it('lets one job past the limit, once', async () => {
    const { over, approvals, take, world } = await up();
    const code = await over();
    await approvals.ask(MEMBER, code);
    expect(await approvals.approve(ADMIN, code, PRICE)).toMatchObject({
      ok: true,
      value: { kind: 'jobs', jobs: [{ code, state: 'created' }] },
    });
    expect(await approvals.approve(ADMIN, code, PRICE)).toMatchObject({
      refusal: { code: 'already-decided' },
    });
    expect(await take()).toMatchObject({ value: { kind: 'over' } });
    expect(
      (await world.disk.ledger.totals(windowOf('operator', 'day', world.time.now, 'UTC'))).heldJobs,
    ).toBe(2);
  });

  it("lifts one limit with each yes, and never the operator's budget", async () => {
    const space = { who: { kind: 'space' }, period: 'day', unit: 'usd', max: PRICE } as const;
    const both = await up({ limits: [...ONE_JOB, space] });
    const code = await both.over();
    await both.approvals.ask(MEMBER, code);
    expect(await both.approvals.approve(ADMIN, code, PRICE)).toMatchObject({
      refusal: { code: 'over-quota', scope: 'member' },
    });
    // The second yes is to the second limit.
    expect((await both.approvals.approve(ADMIN, code, PRICE)).ok).toBe(true);

    const poor = await up({ budgetMicros: PRICE + 1 });
    const dear = await poor.over().catch(() => undefined);
    // The budget is looked at first: where it has no room there is nobody to ask.
    expect(dear).toBeUndefined();
  });

  it.each([
    ['a member', MEMBER],
    ['an admin of another space', OTHER_ADMIN],
  ])('is not %s', async (_who, call) => {
    const { over, approvals } = await up();
    const code = await over();
    await approvals.ask(MEMBER, code);
    for (const answer of [approvals.approve, approvals.refuse])
      expect(await answer(call, code, PRICE)).toMatchObject({ refusal: { code: 'not-allowed' } });
  });

  it('can say no, and the member hears of it', async () => {
    const { over, approvals, posted, world } = await up();
    const code = await over();
    await approvals.ask(MEMBER, code);
    expect((await approvals.refuse(ADMIN, code)).ok).toBe(true);
    expect(posted.at(-1)).toMatchObject({
      to: { target: CHAT_EVENT.requester.target },
      notice: { kind: 'declined' },
    });
    expect(await approvals.approve(ADMIN, code, PRICE)).toMatchObject({
      refusal: { code: 'already-decided' },
    });
    expect(await world.disk.store.byCode(code)).toEqual([]);
  });

  it('lets nobody past who was blocked since', async () => {
    const { over, approvals, life } = await up();
    const code = await over();
    await approvals.ask(MEMBER, code);
    await life.ctx.settings.change('discord:10', 'discord:1', 'block', { member: 'discord:7' });
    expect(await approvals.approve(ADMIN, code, PRICE)).toMatchObject({ refusal: { code: 'blocked' } });
  });

  it('makes one job when two of them approve at the same moment', async () => {
    const { over, approvals, world } = await up();
    const code = await over();
    await approvals.ask(MEMBER, code);
    const [first, second] = await Promise.all([
      approvals.approve(ADMIN, code, PRICE),
      approvals.refuse(ADMIN, code),
    ]);
    expect([first.ok, second]).toMatchObject([true, { refusal: { code: 'already-decided' } }]);
    expect(await world.disk.store.byCode(code)).toHaveLength(1);
  });

  it('can decide after a restart', async () => {
    const { over, approvals, world } = await up();
    const code = await over();
    await approvals.ask(MEMBER, code);
    world.fuse.newLife();
    const later = world.boot();
    await later.jobs.recover();
    expect((await later.core.approvals.approve(ADMIN, code, PRICE)).ok).toBe(true);
  });

  it('has a day to decide', async () => {
    const { over, approvals, world } = await up();
    const code = await over();
    await approvals.ask(MEMBER, code);
    world.time.now += 25 * HOUR;
    expect(await approvals.approve(ADMIN, code, PRICE)).toMatchObject({ refusal: { code: 'offer-expired' } });
  });

  it('is asked anew where the price has risen since they saw it, and agrees to the one that they see then', async () => {
    const { over, approvals, world, take } = await up();
    const code = await over();
    await approvals.ask(MEMBER, code);
    const charge = (micros: number) => {
      for (const { provider } of world.remotes) provider.quote = async () => ({ micros, notes: [] });
    };
    const dearer = (micros: number) => ({ value: { kind: 'dearer', offer: { code, quote: { micros } } } });
    charge(PRICE + 1);
    // Two of them, each of whom has seen the first price.
    for (let twice = 0; twice < 2; twice += 1)
      expect(await approvals.approve(ADMIN, code, PRICE)).toMatchObject(dearer(PRICE + 1));
    charge(PRICE + 2);
    expect(await approvals.approve(ADMIN, code, PRICE + 1)).toMatchObject(dearer(PRICE + 2));
    expect(await world.disk.store.byCode(code)).toEqual([]);
    charge(PRICE);
    expect(await approvals.approve(ADMIN, code, PRICE + 2)).toMatchObject({
      value: { kind: 'jobs', jobs: [{ quote: { micros: PRICE } }] },
    });
    expect(await take()).toMatchObject({ value: { kind: 'over' } });
  });

  it('is asked once more by a button of an earlier version, which names no price', async () => {
    const { over, approvals, world } = await up();
    const code = await over();
    await approvals.ask(MEMBER, code);
    expect(await approvals.approve(ADMIN, code, undefined)).toMatchObject({ value: { kind: 'dearer' } });
    expect(await world.disk.store.byCode(code)).toEqual([]);
  });
});

describe('the log channel', () => {
  it('hears of 50, 80 and 100 % of a limit of the space, once each', async () => {
    const max = PRICE * 10;
    const limits = [
      { who: { kind: 'space' }, period: 'day', unit: 'usd', max },
    ] satisfies WorldOptions['limits'];
    const { take, posted, settled } = await up({ limits, log: '42' });
    const shares = () => posted.flatMap(({ notice }) => (notice.kind === 'share' ? notice.percent : []));
    const seen: number[][] = [];
    for (let i = 0; i < 10; i += 1) {
      await take(`discord:${100 + i}`);
      await settled();
      seen.push([...shares()]);
    }
    expect([seen[3], seen[4], seen[6], seen[7], seen[9]]).toEqual([[], [50], [50], [50, 80], [50, 80, 100]]);
  });

  it('costs nothing to tell while jobs only move up in the queue', async () => {
    const { take, life, settled } = await up({ log: '42', limits: [] });
    let looks = 0;
    const { totals } = life.ctx.ledger;
    life.ctx.ledger.totals = async (key) => {
      looks += 1;
      return totals(key);
    };
    const taken = await take();
    await settled();
    const once = looks;
    if (!taken.ok || taken.value.kind !== 'job') throw new Error('no job');
    for (const place of [3, 2, 1]) life.ctx.events.publish({ ...taken.value.job, state: 'created', place });
    await settled();
    expect([once > 0, looks]).toEqual([true, once]);
  });
});
