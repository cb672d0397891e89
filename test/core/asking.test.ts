/** A dearer provider is left, and the member is asked: nothing goes there before the yes, whatever else happens. */
import { describe, expect, it } from 'vitest';
import { isOver, type Job, MOVES } from '../../src/core/job/job.ts';
import type { Caller } from '../../src/core/limits/access.ts';
import type { LimitRule } from '../../src/core/limits/limit-rules.ts';
import { createRemote, PRICE, type Remote } from '../fakes/remote.ts';
import {
  CHAT_EVENT,
  CHOICES,
  createJob,
  createWorld,
  type Incarnation,
  MEMBER,
  UPLOADS,
  type World,
  type WorldOptions,
} from '../fakes/world.ts';
import { TODAY } from './started.ts';

const DEAR = 420_000;
const TEN_MINUTES = 600_000;
const EVE: Caller = { ...MEMBER, requester: { ...MEMBER.requester, memberId: 'discord:8' } };
const ADMIN: Caller = { requester: EVE.requester, standing: { moderator: true, private: false } };
const usd = (max: number): LimitRule[] => [{ who: { kind: 'everyone' }, period: 'day', unit: 'usd', max }];

/** The first says no, the second would take it for more. */
function remotes(): [Remote, Remote] {
  const [first, second] = [createRemote('first'), createRemote('second', { micros: DEAR })];
  first.answers = ['refused'];
  return [first, second];
}

/** A job just made, in a process that is up. */
async function made(options: WorldOptions = {}) {
  const [first, second] = remotes();
  const world = createWorld({ remotes: [first, second], ...options });
  const life = world.boot();
  await life.jobs.recover();
  await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
  const job = () => world.disk.store.get(CHAT_EVENT.id);
  const held = async () => (await world.disk.ledger.totals(TODAY)).heldMicros;
  return { world, life, job, held, first, second };
}

/** The same, once it asks. */
async function asking(options: WorldOptions = {}) {
  const all = await made(options);
  await all.life.scheduler.runAll(all.world.time.now + 60_000);
  const job = await all.job();
  if (job?.state !== 'asking') throw new Error(`it is ${job?.state}`);
  return { ...all, asked: job };
}

const yes = ({ jobs }: Incarnation, by: Caller = MEMBER, micros = DEAR) =>
  jobs.goOn(by, CHAT_EVENT.id, micros);

describe('where only a dearer provider is left', () => {
  it('the member is asked, with who can’t and who can for how much, and nothing is sent there', async () => {
    const { world, asked, held, second } = await asking();
    expect(asked).toMatchObject({
      stop: { provider: 'first', why: 'refused' },
      instead: { provider: 'second', micros: DEAR, seconds: 4 },
      until: world.time.now + TEN_MINUTES,
    });
    expect(world.shown.at(-1)).toMatchObject({ state: 'asking' });
    expect([await held(), second.submits]).toEqual([PRICE, []]);
  });

  it('a yes sends it there, and the book has just what was billed', async () => {
    const { world, life, job, held, first, second } = await asking();
    expect(await yes(life)).toMatchObject({ ok: true, value: { state: 'created', quote: { micros: DEAR } } });
    expect(await held()).toBe(DEAR);
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', provider: 'second', costMicros: DEAR });
    expect([first.submits, second.submits]).toEqual([[], [CHAT_EVENT.id]]);
    expect(await world.disk.ledger.totals(TODAY)).toMatchObject({ heldMicros: 0, settledMicros: DEAR });
  });

  it('no answer ends it after ten minutes, free of charge', async () => {
    const { world, life, job, held, asked, second } = await asking();
    await life.scheduler.runAll(asked.until - 1);
    expect(await job()).toMatchObject({ state: 'asking' });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'not-confirmed', costMicros: 0 });
    expect([world.time.now, await held(), second.submits]).toEqual([asked.until, 0, []]);
  });

  it('a no ends it at once, free of charge', async () => {
    const { life, job, held, second } = await asking();
    expect(await life.jobs.cancel(CHAT_EVENT.id)).toMatchObject({ ok: true, value: { how: 'cancelled' } });
    expect(await job()).toMatchObject({ state: 'cancelled', costMicros: 0 });
    expect([await held(), second.submits, await life.scheduler.size()]).toEqual([0, [], 0]);
    expect(await yes(life)).toEqual({ ok: false, refusal: { code: 'already-decided' } });
  });

  it('two yeses at once are one', async () => {
    const { life, job, second } = await asking();
    const both = await Promise.all([yes(life), yes(life)]);
    expect(both.map(({ ok }) => ok)).toEqual([true, true]);
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', costMicros: DEAR });
    expect(second.submits).toHaveLength(1);
    expect(await yes(life)).toMatchObject({ ok: true, value: { state: 'delivered' } });
  });

  it.each([
    ['another member', EVE],
    ['an admin', ADMIN],
  ])('%s can’t say yes to what counts against the member’s limits', async (_, who) => {
    const { life, job, held } = await asking();
    expect(await yes(life, who)).toEqual({ ok: false, refusal: { code: 'not-allowed' } });
    expect([(await job())?.state, await held()]).toEqual(['asking', PRICE]);
  });

  it('a member who was shut out meanwhile can’t say yes', async () => {
    const { life, job } = await asking();
    const private_: Caller = { ...MEMBER, standing: { moderator: false, private: true } };
    expect(await yes(life, private_)).toMatchObject({ refusal: { code: 'private-not-allowed' } });
    expect(await job()).toMatchObject({ state: 'asking' });
  });

  it('a yes that comes after ten minutes starts nothing, and the job has ended', async () => {
    const { world, life, job, asked, second } = await asking();
    world.time.now = asked.until;
    expect(await yes(life)).toEqual({ ok: false, refusal: { code: 'offer-expired' } });
    await life.scheduler.runAll(world.time.now);
    expect(await job()).toMatchObject({ state: 'failed', failure: 'not-confirmed' });
    expect(await yes(life)).toEqual({ ok: false, refusal: { code: 'offer-expired' } });
    expect(second.submits).toEqual([]);
  });

  it.each([
    ['the member’s limit', { limits: usd(400_000) }, 'member', 400_000],
    ['the operator’s budget', { budgetMicros: 300_000 }, 'operator', 300_000],
  ] as const)(
    'a yes that %s has no room for changes nothing, and says so',
    async (_, options, scope, left) => {
      const { life, job, held, second } = await asking(options);
      expect(await yes(life)).toMatchObject({
        refusal: { code: 'over-quota', scope, leftMicros: left },
      });
      expect([(await job())?.state, await held(), second.submits]).toEqual(['asking', PRICE, []]);
      await life.scheduler.runAll();
      expect([(await job())?.state, await held()]).toEqual(['failed', 0]);
    },
  );

  it('a yes fits to the last micro, counted without what was held', async () => {
    const { life, job } = await asking({ limits: usd(DEAR), budgetMicros: DEAR });
    expect(await yes(life)).toMatchObject({ ok: true });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
  });

  it('a yes from elsewhere is not taken of whoever is blocked where it was asked for', async () => {
    const { life, job, second } = await asking({ access: { allowPrivate: true } });
    await life.ctx.settings.change('discord:10', 'discord:1', 'block', { member: 'discord:7' });
    const elsewhere = { ...MEMBER.requester, spaceId: 'discord:dm-7' };
    const inPrivate = { requester: elsewhere, standing: { moderator: false, private: true } };
    expect(await yes(life, inPrivate)).toMatchObject({ refusal: { code: 'blocked' } });
    expect([(await job())?.state, second.submits]).toEqual(['asking', []]);
  });

  it('a price that rose since is asked anew, and the old yes is not taken for it', async () => {
    const { world, life, job, held, second } = await asking();
    world.time.now += 60_000;
    second.provider.quote = async () => ({ micros: DEAR + 1, notes: [] });
    for (let twice = 0; twice < 2; twice += 1)
      expect(await yes(life)).toEqual({ ok: false, refusal: { code: 'price-rose', micros: DEAR + 1 } });
    expect(await job()).toMatchObject({
      state: 'asking',
      instead: { micros: DEAR + 1 },
      until: world.time.now + TEN_MINUTES,
    });
    expect(await held()).toBe(PRICE);
    await life.scheduler.runAll(world.time.now + TEN_MINUTES - 1);
    expect(await job()).toMatchObject({ state: 'asking' });
    expect(await yes(life, MEMBER, DEAR + 1)).toMatchObject({ ok: true });
  });

  it('a yes while nobody can take it changes nothing', async () => {
    const { life, job, held } = await asking();
    life.ctx.registry.trouble('second', { kind: 'out-of-balance', message: '' });
    expect(await yes(life)).toEqual({ ok: false, refusal: { code: 'provider-down' } });
    expect([(await job())?.state, await held()]).toEqual(['asking', PRICE]);
  });

  it('it asks again where that one says no as well, and a third costs still more', async () => {
    const [first, second] = remotes();
    second.answers = ['not-sent'];
    const third = createRemote('third', { micros: DEAR * 2 });
    const { world, life, job } = await asking({ remotes: [first, second, third] });
    await yes(life);
    await life.scheduler.runAll(world.time.now + 60_000);
    expect(await job()).toMatchObject({
      state: 'asking',
      stop: { provider: 'second', why: 'silent' },
      instead: { provider: 'third', micros: DEAR * 2 },
    });
    await yes(life, MEMBER, DEAR * 2);
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', provider: 'third', costMicros: DEAR * 2 });
  });

  it('it is not asked where the files would be refused there, too', async () => {
    const [first, second] = remotes();
    first.provider.submit = async () => ({ kind: 'refused', failure: 'content-refused' });
    const { world, life, job } = await made({ remotes: [first, second] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'content-refused' });
    expect(world.shown.map(({ state }) => state)).not.toContain('asking');
  });

  it('others need not wait for the answer', async () => {
    const { world, life } = await asking();
    const other = { ...CHAT_EVENT, id: 'discord:901' };
    await createJob(life.intake, other, UPLOADS, CHOICES);
    await life.scheduler.runAll(world.time.now + 60_000);
    // A member has one job at a time.
    expect(await world.disk.store.get(other.id)).toMatchObject({ state: 'delivered', provider: 'first' });
  });
});

describe('the question', () => {
  it('never stands where a provider may have the job', async () => {
    const before = Object.entries(MOVES).filter(([, after]) => after.some((state) => state === 'asking'));
    expect(before.map(([state]) => state)).toEqual(['created', 'asking']);
    const [first, second] = remotes();
    first.answers = ['lost'];
    const { world, life, job } = await made({ remotes: [first, second] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'unknown-fate' });
    expect(world.shown.map(({ state }) => state)).not.toContain('asking');
    expect(second.submits).toEqual([]);
  });

  it('is asked where the price rose while the job waited', async () => {
    const { world, life, job, first } = await made({ remotes: [createRemote('first')] });
    const [only] = world.remotes;
    if (!only) throw new Error('no remote');
    only.provider.quote = async () => ({ micros: DEAR, notes: [] });
    await life.scheduler.runAll(world.time.now);
    expect(await job()).toMatchObject({
      state: 'asking',
      stop: { provider: 'first', why: 'dearer' },
      instead: { provider: 'first', micros: DEAR },
    });
    await yes(life);
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', provider: 'first' });
    expect(first.submits).toEqual([]);
    expect(only.submits).toHaveLength(1);
  });

  it('keeps what the price said of the request, and says what holds of the other provider', async () => {
    const [first, second] = remotes();
    second.provider.quote = async () => ({ micros: DEAR, notes: ['price-at-most'] });
    Object.assign(second.provider.capabilities, { neverCancels: true });
    const world = createWorld({ remotes: [first, second], clip: { durationMs: 40_000 } });
    const life = world.boot();
    await life.jobs.recover();
    await createJob(life.intake, CHAT_EVENT, UPLOADS, { ...CHOICES, trim: true });
    await life.scheduler.runAll(world.time.now + 60_000);
    expect(await world.disk.store.get(CHAT_EVENT.id)).toMatchObject({
      quote: { notes: ['trimmed'] },
      instead: { notes: ['trimmed', 'price-at-most', 'no-cancel'] },
    });
  });
});

describe('a provider that does not answer', () => {
  const silent = () => {
    const [first, second] = remotes();
    first.answers = [];
    const { upload } = first.provider;
    const state = { down: true, tries: 0 };
    first.provider.upload = async (...args) => {
      state.tries += 1;
      if (state.down) throw new Error('connect ETIMEDOUT');
      return upload(...args);
    };
    return { first, second, state };
  };

  it('is told of at once, tried again, and asked about as soon as it is clear', async () => {
    const { first, second, state } = silent();
    const { world, life, job } = await made({ remotes: [first, second] });
    const began = world.time.now;
    await life.scheduler.runNext();
    expect(await job()).toMatchObject({ state: 'created', unanswered: { provider: 'first', since: began } });
    expect(world.shown.at(-1)).toMatchObject({ unanswered: { provider: 'first' } });
    await life.scheduler.runAll(began + 30_000);
    expect(await job()).toMatchObject({
      state: 'asking',
      stop: { provider: 'first', why: 'silent' },
      instead: { provider: 'second' },
    });
    expect(state.tries).toBe(3);
    await yes(life);
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', provider: 'second' });
    expect(first.submits).toEqual([]);
  });

  it('asks nothing where it soon answers again', async () => {
    const { first, second, state } = silent();
    const { world, life, job } = await made({ remotes: [first, second] });
    await life.scheduler.runNext();
    state.down = false;
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', provider: 'first', costMicros: PRICE });
    expect(world.shown.map(({ state }) => state)).not.toContain('asking');
  });

  it('is told of over a restart as well, which does not begin the wait anew', async () => {
    const { first, second } = silent();
    const { world, life, job } = await made({ remotes: [first, second] });
    await life.scheduler.runNext();
    world.time.now += 5_000;
    const later = world.boot();
    await later.jobs.recover();
    await later.scheduler.runNext();
    expect(await job()).toMatchObject({ state: 'asking' });
  });

  it('is told of and waited for where nobody else is left', async () => {
    const { first, state } = silent();
    const { life, job } = await made({ remotes: [first] });
    for (let tries = 0; tries < 8; tries += 1) await life.scheduler.runNext();
    expect(await job()).toMatchObject({ state: 'created', unanswered: { provider: 'first' } });
    state.down = false;
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
  });
});

describe('a process that dies while the question stands', () => {
  it('leaves it standing, until the same moment', async () => {
    const { world, job, asked, second } = await asking();
    const life = world.boot();
    await life.jobs.recover();
    await life.scheduler.runAll(asked.until - 1);
    expect(await job()).toEqual(asked);
    expect(await yes(life)).toMatchObject({ ok: true });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
    expect(second.submits).toHaveLength(1);
  });

  it('leaves it to end where its time is over by the next start', async () => {
    const { world, job, held, asked } = await asking();
    world.time.now = asked.until + 3_600_000;
    const life = world.boot();
    await life.jobs.recover();
    await life.scheduler.runNext();
    expect([(await job())?.state, await held()]).toEqual(['failed', 0]);
  });

  /** One life: the event again, what is due, the yes where it is asked for, and all that follows. */
  async function live(world: World, says: boolean): Promise<void> {
    const life = world.boot();
    await life.jobs.recover();
    await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
    await life.scheduler.runAll(world.time.now + 60_000);
    const job = await world.disk.store.get(CHAT_EVENT.id);
    if (says && job?.state === 'asking') await yes(life);
    await life.scheduler.runAll(world.time.now + 4 * 3_600_000);
  }

  async function effectsOf(says: boolean): Promise<number> {
    const world = createWorld({ remotes: remotes() });
    void world.fuse.arm(Number.POSITIVE_INFINITY);
    await live(world, says);
    return world.fuse.count();
  }

  /** Killed at that effect; then a second life, in which the member says yes again, or never. */
  async function killed(effect: number, says: boolean, later: boolean) {
    const world = createWorld({ remotes: remotes() });
    const blown = world.fuse.arm(effect);
    const died = await Promise.race([live(world, says).then(() => false), blown.then(() => true)]);
    expect(died).toBe(true);
    await live(world, later);
    const job = (await world.disk.store.get(CHAT_EVENT.id)) as Job;
    expect(isOver(job)).toBe(true);
    const [first, second] = world.remotes as [Remote, Remote];
    return { world, job, first, second, book: await world.disk.ledger.totals(TODAY) };
  }

  it('at any effect of its way to the video has at most one submit there, and an exact book', async () => {
    const effects = await effectsOf(true);
    let lost = 0;
    for (let effect = 1; effect <= effects; effect += 1) {
      const { job, first, second, book } = await killed(effect, true, true);
      expect(first.submits).toEqual([]);
      expect(second.submits.length).toBeLessThanOrEqual(1);
      if (job.state === 'delivered')
        expect(book).toMatchObject({ heldMicros: 0, settledMicros: DEAR, settledJobs: 1 });
      else {
        // Around either call nobody knows whether it arrived; what may be billed is what was held by then.
        lost += 1;
        expect(job).toMatchObject({ state: 'failed', failure: 'unknown-fate' });
        const sent = job.attempts.length > 0 ? DEAR : PRICE;
        expect(book).toMatchObject({ heldMicros: sent, settledMicros: 0 });
      }
    }
    expect([effects > 30, lost]).toEqual([true, 8]);
  });

  it('between the yes and the submit leaves a book that is exact also where nobody says yes again', async () => {
    const effects = await effectsOf(true);
    const ends = new Set<string>();
    for (let effect = 1; effect <= effects; effect += 1) {
      const { world, job, second, book } = await killed(effect, true, false);
      ends.add(job.state === 'failed' ? job.failure : job.state);
      if (job.state === 'failed' && job.failure === 'not-confirmed') {
        expect(second.submits).toEqual([]);
        expect(book).toMatchObject({ heldMicros: 0, heldJobs: 0, settledMicros: 0 });
      }
      expect(await world.disk.ledger.held()).toEqual([]);
    }
    expect([...ends].sort()).toEqual(['delivered', 'not-confirmed', 'unknown-fate']);
  });

  it('sends nothing there, at whatever effect, where nobody ever says yes', async () => {
    const effects = await effectsOf(false);
    for (let effect = 1; effect <= effects; effect += 1) {
      const { world, second } = await killed(effect, false, false);
      expect(second.submits).toEqual([]);
      expect(await world.disk.ledger.held()).toEqual([]);
    }
  });
});
