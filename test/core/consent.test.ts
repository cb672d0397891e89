import { describe, expect, it } from 'vitest';
import type { IntakeResult, Offer } from '../../src/core/intake/offer.ts';
import { codeOf } from '../../src/core/job/code.ts';
import type { Event } from '../../src/core/job/job.ts';
import type { Caller } from '../../src/core/limits/access.ts';
import type { Outcome } from '../../src/core/refusals.ts';
import { passedOn } from '../../src/core/trust/consent.ts';
import { audited } from '../contracts/audit.ts';
import { createRemote, PRICE } from '../fakes/remote.ts';
import {
  CHAT_EVENT,
  CHOICES,
  createWorld,
  EVENT,
  MEMBER,
  UPLOADS,
  type WorldOptions,
} from '../fakes/world.ts';
import { HOUR } from './started.ts';

const DAY = 24 * HOUR;
const SELF = { answer: 'self', language: 'de' } as const;
const OTHER: Caller = { ...MEMBER, requester: { ...MEMBER.requester, memberId: 'discord:8' } };
const next = (n: number): Event => ({ ...CHAT_EVENT, id: `discord:90${n}` });
const CODE = codeOf(CHAT_EVENT.id);
const THEIRS = { ...UPLOADS, image: { ...UPLOADS.image, postedBy: 'discord:8' } };

async function up(options: WorldOptions = {}) {
  const world = createWorld({ consents: 'asked', ...options });
  const life = world.boot();
  await life.jobs.recover();
  const { offers } = life.core;
  return {
    world,
    ...life,
    offers,
    take: (event: Event = CHAT_EVENT, uploads = UPLOADS) => offers.take(event, uploads, CHOICES, false),
    jobs: async () => (await world.disk.store.ofMember('discord:7', 99)).map(({ id }) => id),
  };
}

function offerOf(taken: Outcome<IntakeResult>): Offer {
  if (!taken.ok || taken.value.kind !== 'offer') throw new Error(`no offer: ${JSON.stringify(taken)}`);
  return taken.value.offer;
}

const aJob = (id = CHAT_EVENT.id) => ({ ok: true, value: { kind: 'job', job: { id } } });
const refused = (code: string) => ({ ok: false, refusal: { code } });

describe("a member's first job", () => {
  it('waits for a word on whom the picture shows, which is all that it takes', async () => {
    const { take, offers, jobs, world } = await up();
    expect(offerOf(await take())).toMatchObject({
      why: 'consent',
      asks: 'not-lately',
      quote: { micros: PRICE },
    });
    expect(await jobs()).toEqual([]);
    expect(await offers.confirm(MEMBER, CODE, PRICE, SELF)).toMatchObject(aJob());
    expect(await audited(world.disk.audit)).toEqual([
      {
        kind: 'consent-given',
        atMs: world.time.now,
        spaceId: 'discord:10',
        by: 'discord:7',
        jobCode: CODE,
        answer: 'self',
        wordsVersion: 1,
        language: 'de',
        provider: 'paid',
      },
    ]);
  });

  it('is not started by a yes that leaves it open whom the picture shows', async () => {
    const { take, offers, jobs } = await up();
    await take();
    expect(offerOf(await offers.confirm(MEMBER, CODE, PRICE))).toMatchObject({ asks: 'not-lately' });
    expect(await jobs()).toEqual([]);
  });

  it('is not started by an answer of somebody else', async () => {
    const { take, offers, jobs, world } = await up();
    await take();
    expect(await offers.confirm(OTHER, CODE, PRICE, SELF)).toMatchObject(refused('not-allowed'));
    expect(await jobs()).toEqual([]);
    expect(await audited(world.disk.audit)).toEqual([]);
  });

  it('asks along with the price where that takes a yes as well: one press for both', async () => {
    const { take, offers } = await up({ remotes: [createRemote('paid', { micros: 2_000_000 })] });
    expect(offerOf(await take())).toMatchObject({ why: 'price', asks: 'not-lately' });
    expect(await offers.confirm(MEMBER, CODE, 2_000_000, SELF)).toMatchObject(aJob());
  });

  it('keeps the answer where the price has gone up meanwhile', async () => {
    const remote = createRemote('paid');
    const { take, offers } = await up({ remotes: [remote] });
    await take();
    remote.provider.quote = async () => ({ micros: PRICE * 2, notes: [] });
    expect(offerOf(await offers.confirm(MEMBER, CODE, PRICE, SELF))).toMatchObject({
      why: 'dearer',
      consented: true,
    });
    expect(await offers.confirm(MEMBER, CODE, PRICE * 2)).toMatchObject(aJob());
  });

  it('asks the admins past a limit only after the answer', async () => {
    const limits = [{ who: { kind: 'space' }, period: 'day', unit: 'usd', max: 1 }] as const;
    const { take, offers, core } = await up({ limits: [...limits] });
    await take();
    expect(await offers.confirm(MEMBER, CODE, PRICE, SELF)).toMatchObject({ value: { kind: 'over' } });
    await core.approvals.ask(MEMBER, CODE);
    const admin = { ...OTHER, standing: { moderator: true, private: false } };
    expect(await core.approvals.approve(admin, CODE, PRICE)).toMatchObject({
      ok: true,
      value: { jobs: [{ id: CHAT_EVENT.id }] },
    });
  });
});

describe('an answer', () => {
  async function answered() {
    const parts = await up();
    await parts.take();
    await parts.offers.confirm(MEMBER, CODE, PRICE, SELF);
    return parts;
  }

  it("holds for the member's second job, which takes no press more", async () => {
    const { take } = await answered();
    expect(await take(next(1))).toMatchObject(aJob('discord:901'));
  });

  it('holds for 90 days to the hour, and no longer', async () => {
    const { take, world } = await answered();
    world.time.now += 90 * DAY - HOUR;
    expect(await take(next(1))).toMatchObject(aJob('discord:901'));
    world.time.now += HOUR;
    expect(offerOf(await take(next(2)))).toMatchObject({ asks: 'not-lately' });
  });

  it('holds for nobody else', async () => {
    const { take } = await answered();
    const event = { ...next(1), requester: OTHER.requester };
    expect(offerOf(await take(event))).toMatchObject({ asks: 'not-lately' });
  });

  it('to other words than those of today holds no longer', async () => {
    const { take, world } = await up();
    await world.disk.audit.append({
      kind: 'consent-given',
      atMs: world.time.now,
      spaceId: 'discord:10',
      by: 'discord:7',
      answer: 'self',
      wordsVersion: 0,
      language: 'en',
      provider: 'paid',
    });
    expect(offerOf(await take())).toMatchObject({ asks: 'not-lately' });
  });

  it('that a wrong clock dated years ahead does not hold for ever', async () => {
    const { take, world } = await answered();
    world.time.now -= 400 * DAY;
    expect(offerOf(await take(next(1)))).toMatchObject({ asks: 'not-lately' });
  });

  it('is kept as one of nobody when its member asks to be forgotten, who is asked anew then', async () => {
    const { take, core, scheduler, world } = await answered();
    await scheduler.runAll(world.time.now + 4 * HOUR);
    await core.privacy.forget('discord:7');
    const [record, ...more] = await audited(world.disk.audit);
    expect(more).toEqual([]);
    expect(record).toMatchObject({ kind: 'consent-given', by: 'forgotten', answer: 'self' });
    expect(JSON.stringify(record)).not.toContain('discord:7');
    expect(offerOf(await take(next(1)))).toMatchObject({ asks: 'not-lately' });
  });
});

describe('a picture that somebody else posted', () => {
  it('is asked about each time, whatever was answered before, and the record says whose it was', async () => {
    const { take, offers, world } = await up({ consents: 'given' });
    for (const n of [1, 2]) {
      expect(offerOf(await take(next(n), THEIRS))).toMatchObject({ why: 'consent', asks: 'not-theirs' });
      const given = { answer: 'permission', language: 'en' } as const;
      expect(await offers.confirm(MEMBER, codeOf(next(n).id), PRICE, given)).toMatchObject(aJob(next(n).id));
    }
    expect(await audited(world.disk.audit)).toMatchObject([{ about: 'discord:8' }, { about: 'discord:8' }]);
  });

  it('says nothing of the next picture: an answer about it is no answer for 90 days', async () => {
    const { take, offers } = await up();
    await take(CHAT_EVENT, THEIRS);
    const given = { answer: 'permission', language: 'en' } as const;
    expect(await offers.confirm(MEMBER, CODE, PRICE, given)).toMatchObject(aJob());
    expect(offerOf(await take(next(1)))).toMatchObject({ asks: 'not-lately' });
  });

  it('is asked about without an end to what was answered for the member’s own', async () => {
    const { take, offers } = await up();
    await take();
    await offers.confirm(MEMBER, CODE, PRICE, SELF);
    await take(next(1), THEIRS);
    await offers.confirm(MEMBER, codeOf(next(1).id), PRICE, SELF);
    expect(await take(next(2))).toMatchObject(aJob(next(2).id));
  });

  it.each([passedOn(), passedOn('discord:7')])(
    'may also be what the member only passed on (%s), of which the record names nobody',
    async (postedBy) => {
      const { take, offers, core, world } = await up({ consents: 'given' });
      // Their wish is about others, not about themselves.
      await core.optOut(MEMBER.requester, true);
      const linked = { ...UPLOADS, image: { ...UPLOADS.image, postedBy } };
      expect(offerOf(await take(CHAT_EVENT, linked))).toMatchObject({ asks: 'not-theirs' });
      expect(await offers.confirm(MEMBER, CODE, PRICE, SELF)).toMatchObject(aJob());
      expect((await audited(world.disk.audit)).at(-1)).toMatchObject({ about: 'somebody-else' });
    },
  );

  it('is not what the member posted themselves', async () => {
    const { take } = await up({ consents: 'given' });
    const mine = { ...UPLOADS, image: { ...UPLOADS.image, postedBy: 'discord:7' } };
    expect(await take(CHAT_EVENT, mine)).toMatchObject(aJob());
  });

  it('is asked about again when the job is asked for once more', async () => {
    const { take, offers, world } = await up({ consents: 'given' });
    await take(CHAT_EVENT, THEIRS);
    await offers.confirm(MEMBER, CODE, PRICE, SELF);
    const job = await world.disk.store.get(CHAT_EVENT.id);
    if (!job) throw new Error('no job');
    expect(job.inputs.image).toMatchObject({ postedBy: 'discord:8' });
    world.time.now += HOUR;
    expect(offerOf(await offers.again(next(1), job, false))).toMatchObject({ asks: 'not-theirs' });
  });

  it("is also what an admin takes from a member's job", async () => {
    const { take, offers, world } = await up({ consents: 'given' });
    await take();
    const job = await world.disk.store.get(CHAT_EVENT.id);
    if (!job) throw new Error('no job');
    const event = { ...next(1), requester: OTHER.requester };
    expect(offerOf(await offers.again(event, job, false))).toMatchObject({ asks: 'not-theirs' });
  });
});

describe('a member who has opted out', () => {
  it.each(['image', 'clip'] as const)(
    'has no %s of theirs animated by others, wherever they are',
    async (what) => {
      const { take, core, jobs } = await up({ consents: 'given' });
      await core.optOut({ ...OTHER.requester, spaceId: 'discord:somewhere' }, true);
      const uploads = { ...UPLOADS, [what]: { ...UPLOADS[what], postedBy: 'discord:8' } };
      expect(await take(CHAT_EVENT, uploads)).toEqual({ ok: false, refusal: { code: 'not-usable', what } });
      expect(await jobs()).toEqual([]);
    },
  );

  it('has nothing animated by others that they passed on either', async () => {
    const { take, core } = await up({ consents: 'given' });
    await core.optOut(OTHER.requester, true);
    const image = { ...UPLOADS.image, postedBy: passedOn('discord:8') };
    expect(await take(CHAT_EVENT, { ...UPLOADS, image })).toMatchObject(refused('not-usable'));
  });

  it('animates what they posted themselves', async () => {
    const { take, core } = await up({ consents: 'given' });
    await core.optOut(OTHER.requester, true);
    expect(await take({ ...CHAT_EVENT, requester: OTHER.requester }, THEIRS)).toMatchObject(aJob());
  });

  it('is heard after the picture was offered, too', async () => {
    const { take, core, offers, jobs } = await up({ consents: 'given' });
    await take(CHAT_EVENT, THEIRS);
    await core.optOut(OTHER.requester, true);
    expect(await offers.confirm(MEMBER, CODE, PRICE, SELF)).toMatchObject(refused('not-usable'));
    expect(await jobs()).toEqual([]);
  });

  it('is heard up to the moment before it is sent: nothing is uploaded, and nothing costs', async () => {
    const { take, core, offers, scheduler, world } = await up({ consents: 'given' });
    await take(CHAT_EVENT, THEIRS);
    await offers.confirm(MEMBER, CODE, PRICE, SELF);
    await core.optOut(OTHER.requester, true);
    await scheduler.runAll(world.time.now + HOUR);
    const job = await world.disk.store.get(CHAT_EVENT.id);
    expect(job).toMatchObject({ state: 'failed', failure: 'not-usable', costMicros: 0 });
    expect(world.remotes[0]?.submits).toEqual([]);
    expect(await world.disk.ledger.held()).toEqual([]);
  });

  it('can take it back, and each change is on record once', async () => {
    const { take, core, world } = await up({ consents: 'given' });
    for (const out of [true, true, false, false]) await core.optOut(OTHER.requester, out);
    expect(offerOf(await take(CHAT_EVENT, THEIRS))).toMatchObject({ asks: 'not-theirs' });
    expect(await audited(world.disk.audit)).toMatchObject([
      { kind: 'opted-out', by: 'discord:8' },
      { kind: 'opted-in', by: 'discord:8' },
    ]);
  });

  it('stays so when everything else about them is forgotten', async () => {
    const { take, core } = await up({ consents: 'given' });
    await core.optOut(OTHER.requester, true);
    await core.privacy.forget('discord:8');
    expect(await take(CHAT_EVENT, THEIRS)).toMatchObject(refused('not-usable'));
  });
});

describe('a script', () => {
  const start = async (consent?: typeof SELF) => {
    const parts = await up();
    const taken = await parts.offers.take(
      { ...EVENT, ...(consent ? { consent } : {}) },
      UPLOADS,
      CHOICES,
      false,
    );
    return { ...parts, taken };
  };

  it('is told that it has to say whom the picture shows, and nothing starts', async () => {
    const { taken, world } = await start();
    expect(taken).toEqual({
      ok: false,
      refusal: { code: 'consent-needed', why: 'not-lately', provider: 'paid' },
    });
    expect(await world.disk.store.get(EVENT.id)).toBeUndefined();
  });

  it('says it with the request, and need not say it the next time', async () => {
    const { taken, offers, world } = await start(SELF);
    expect(taken).toMatchObject(aJob(EVENT.id));
    expect(await audited(world.disk.audit)).toMatchObject([{ by: 'web:operator', answer: 'self' }]);
    expect(await offers.take({ ...EVENT, id: 'web-2' }, UPLOADS, CHOICES, false)).toMatchObject(
      aJob('web-2'),
    );
  });
});

describe('a kill between the answer and the job', async () => {
  /** The member presses; where the process dies of it, the next one takes the press up again. */
  async function press(world: ReturnType<typeof createWorld>, blowAt: number): Promise<boolean> {
    const first = world.boot();
    await first.jobs.recover();
    offerOf(await first.core.offers.take(CHAT_EVENT, UPLOADS, CHOICES, false));
    const blown = world.fuse.arm(blowAt);
    const crashed = await Promise.race([
      first.core.offers.confirm(MEMBER, CODE, PRICE, SELF).then(() => false),
      blown.then(() => true),
    ]);
    if (!crashed) return false;
    const second = world.boot();
    await second.jobs.recover();
    expect(await second.core.offers.confirm(MEMBER, CODE, PRICE, SELF)).toMatchObject(aJob());
    return true;
  }

  const counted = createWorld({ consents: 'asked' });
  await press(counted, Number.POSITIVE_INFINITY);
  const effects = counted.fuse.count();

  it('has enough effects for the test to mean something', () => expect(effects).toBeGreaterThan(10));

  it.each(Array.from({ length: effects }, (_, index) => index + 1))(
    'at effect %i asks no second time, makes one job, and writes the answer down once',
    async (effect) => {
      const world = createWorld({ consents: 'asked' });
      expect(await press(world, effect)).toBe(true);
      expect((await world.disk.store.ofMember('discord:7', 9)).map(({ id }) => id)).toEqual([CHAT_EVENT.id]);
      expect(await world.disk.ledger.held()).toEqual([CHAT_EVENT.id]);
      expect((await audited(world.disk.audit)).map(({ kind }) => kind)).toEqual(['consent-given']);
    },
  );
});
