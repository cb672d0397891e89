import { describe, expect, it, onTestFinished } from 'vitest';
import { createCore } from '../../src/core/core.ts';
import type { Caller } from '../../src/core/limits/access.ts';
import type { LimitRule } from '../../src/core/limits/limit-rules.ts';
import { createConsents } from '../../src/core/trust/consent.ts';
import { createStore } from '../../src/store/index.ts';
import { fakeFiles } from '../fakes/files.ts';
import { freshFolder } from '../fakes/folder.ts';
import { aCharacter, aMotion } from '../fakes/items.ts';
import { createRemote, PRICE } from '../fakes/remote.ts';
import {
  CHAT_EVENT,
  CHOICES,
  createWorld,
  evenProviderHealth,
  MEMBER,
  UPLOADS,
  type WorldOptions,
} from '../fakes/world.ts';

const STRANGER: Caller = { ...MEMBER, requester: { ...MEMBER.requester, memberId: 'discord:8' } };
const PRICE_OF_TWO = 2 * PRICE;
const ADMIN: Caller = {
  requester: { ...MEMBER.requester, memberId: 'discord:1' },
  standing: { moderator: true, private: false },
};
const CALL = { ...MEMBER, id: 'discord:901' };

async function up(options: WorldOptions = {}) {
  const files = fakeFiles();
  const world = createWorld({ files, remotes: [createRemote('paid')], ...options });
  const life = world.boot();
  await life.jobs.recover();
  const room = { shelf: 200, owner: 200 };
  const motion = aMotion();
  await world.disk.library.add(motion, room);
  files.kept.add(motion.file.key);
  for (const name of ['Ann', 'Bob', 'Cy', 'Dee', 'Eve']) {
    const file = { key: `kept-${name}`, bytes: 1, mime: 'image/jpeg' };
    await world.disk.library.add(aCharacter({ id: `c${name.toLowerCase()}`, name, file }), room);
    files.kept.add(file.key);
  }
  const offer = (characters: string) =>
    life.core.casts.offer(CALL, { motion: 'shuf', characters, choices: CHOICES });
  const jobs = () => world.disk.store.ofMember('discord:7', 99);
  return { world, life, files, offer, jobs, casts: life.core.casts };
}
const taken = <T>(outcome: { ok: true; value: T } | { ok: false; refusal: unknown }): T => {
  if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
  return outcome.value;
};
const limit = (unit: 'usd' | 'jobs', max: number): LimitRule => ({
  who: { kind: 'space' },
  period: 'day',
  unit,
  max,
});

describe('one motion with four characters', () => {
  it('has one price for all before, and becomes a job each with a yes', async () => {
    const { offer, casts, jobs, life, world } = await up();
    const asked = taken(await offer('Ann, bob; cy、dee'));
    expect(asked).toMatchObject({
      motion: { name: 'Shuffle' },
      characters: [{ name: 'Ann' }, { name: 'Bob' }, { name: 'Cy' }, { name: 'Dee' }],
    });
    expect(asked.micros).toBe(4 * (asked.characters[0]?.micros ?? 0));
    expect(await jobs()).toEqual([]);
    const made = taken(await casts.confirm(MEMBER, asked.code, asked.micros));
    if (made.kind !== 'jobs') throw new Error('no jobs');
    expect(made.jobs.map(({ inputs }) => [inputs.image.item, inputs.clip.item])).toEqual(
      ['cann', 'cbob', 'ccy', 'cdee'].map((id) => [id, 'k7qx2mabcdef']),
    );
    expect(made.jobs.every(({ cast }) => cast?.length === 4)).toBe(true);
    await life.scheduler.runAll(world.time.now + 3_600_000);
    expect((await jobs()).map(({ state }) => state)).toEqual(Array(4).fill('delivered'));
    expect(
      (await world.disk.ledger.itemNumbers('motion', ['k7qx2mabcdef'])).get('k7qx2mabcdef'),
    ).toMatchObject({
      used: 4,
      delivered: 4,
    });
  });

  it('is made once, however often the yes is said', async () => {
    const { offer, casts, jobs } = await up();
    const { code } = taken(await offer('Ann, Bob'));
    const [one, other] = await Promise.all([
      casts.confirm(MEMBER, code, PRICE_OF_TWO),
      casts.confirm(MEMBER, code, PRICE_OF_TWO),
    ]);
    expect(taken(one)).toMatchObject({ kind: 'jobs' });
    expect(taken(other)).toMatchObject({ kind: 'jobs' });
    expect(await jobs()).toHaveLength(2);
  });

  it.each([
    ['of jobs', limit('jobs', 3)],
    ['of money', limit('usd', 4 * PRICE - 1)],
  ])('is not made where a limit %s has no room for all, and holds nothing', async (_what, rule) => {
    const { offer, casts, jobs, world } = await up({ limits: [rule] });
    const { code, micros } = taken(await offer('Ann, Bob, Cy, Dee'));
    expect(taken(await casts.confirm(MEMBER, code, micros))).toMatchObject({
      kind: 'over',
      refusal: { code: 'over-quota', scope: 'space' },
    });
    expect(await jobs()).toEqual([]);
    expect(await world.disk.ledger.held()).toEqual([]);
  });

  it('is refused where the operator’s budget has no room for all, whom nobody can ask', async () => {
    const { offer, casts } = await up({ budgetMicros: 4 * PRICE - 1 });
    const { code, micros } = taken(await offer('Ann, Bob, Cy, Dee'));
    expect(await casts.confirm(MEMBER, code, micros)).toMatchObject({
      refusal: { code: 'over-quota', scope: 'operator' },
    });
  });

  it('is let past a limit as a whole, once, by an admin who is asked', async () => {
    const { offer, casts, jobs, life } = await up({ limits: [limit('jobs', 3)] });
    const { approvals } = life.core;
    const { code, micros } = taken(await offer('Ann, Bob, Cy, Dee'));
    taken(await casts.confirm(MEMBER, code, micros));
    expect(await approvals.ask(STRANGER, code)).toMatchObject({ refusal: { code: 'not-allowed' } });
    expect(taken(await approvals.ask(MEMBER, code))).toMatchObject({ offer: { code } });
    expect(await approvals.approve(MEMBER, code, micros)).toMatchObject({ refusal: { code: 'not-allowed' } });
    const [one, other] = await Promise.all([
      approvals.approve(ADMIN, code, micros),
      approvals.approve(ADMIN, code, micros),
    ]);
    expect(taken(one)).toMatchObject({ jobs: { length: 4 } });
    expect(other).toMatchObject({ refusal: { code: 'already-decided' } });
    expect((await jobs()).every(({ cast }) => cast?.length === 4)).toBe(true);
    expect(await jobs()).toHaveLength(4);
  });

  it('is let past a limit at no more than what an admin has seen, and their no ends it', async () => {
    const remote = createRemote('paid');
    const { offer, casts, jobs, life } = await up({ limits: [limit('jobs', 1)], remotes: [remote] });
    const { approvals } = life.core;
    const { code, micros } = taken(await offer('Ann, Bob'));
    taken(await casts.confirm(MEMBER, code, micros));
    taken(await approvals.ask(MEMBER, code));
    remote.provider.quote = async () => ({ micros: PRICE + 1, notes: [] });
    expect(await casts.confirm(MEMBER, code, micros)).toMatchObject({ refusal: { code: 'price-rose' } });
    expect(taken(await approvals.approve(ADMIN, code, micros))).toMatchObject({
      kind: 'dearer',
      offer: { micros: micros + 2, characters: [{ micros: PRICE + 1 }, { micros: PRICE + 1 }] },
    });
    taken(await approvals.refuse(ADMIN, code));
    expect(await casts.confirm(MEMBER, code, micros)).toMatchObject({ refusal: { code: 'offer-expired' } });
    expect(await jobs()).toEqual([]);
  });

  it('is not called off by an admin’s no when its jobs were made after all', async () => {
    const { offer, casts, jobs, life, world } = await up({ limits: [limit('jobs', 2)] });
    const { approvals, offers } = life.core;
    taken(await offers.take(CHAT_EVENT, UPLOADS, CHOICES, false));
    const { code, micros } = taken(await offer('Ann, Bob'));
    expect(taken(await casts.confirm(MEMBER, code, micros))).toMatchObject({ kind: 'over' });
    taken(await approvals.ask(MEMBER, code));
    // The limit begins anew before an admin has decided.
    world.time.now += 20 * 3_600_000;
    expect(taken(await casts.confirm(MEMBER, code, micros))).toMatchObject({ kind: 'jobs' });
    expect(await approvals.refuse(ADMIN, code)).toMatchObject({ refusal: { code: 'already-decided' } });
    expect(taken(await casts.confirm(MEMBER, code, micros))).toMatchObject({ kind: 'jobs' });
    expect(await jobs()).toHaveLength(3);
  });

  it('can be asked for also where a crash has left some of its jobs, and has then no room for the others', async () => {
    const { offer, casts, jobs, life } = await up({ limits: [limit('jobs', 2)] });
    const { approvals, offers } = life.core;
    const { code, micros } = taken(await offer('Ann, Bob'));
    const { save } = life.ctx.store;
    life.ctx.store.save = (job, how) =>
      job.id.endsWith('-2') ? Promise.reject(new Error('the disk is gone')) : save(job, how);
    await expect(casts.confirm(MEMBER, code, micros)).rejects.toThrow();
    life.ctx.store.save = save;
    expect(await jobs()).toHaveLength(1);
    taken(await offers.take(CHAT_EVENT, UPLOADS, CHOICES, false));
    expect(taken(await casts.confirm(MEMBER, code, micros))).toMatchObject({ kind: 'over' });
    expect(taken(await casts.find(MEMBER, code))).toMatchObject({ code });
    taken(await approvals.ask(MEMBER, code));
    expect(taken(await approvals.approve(ADMIN, code, micros))).toMatchObject({ jobs: { length: 2 } });
    expect(await jobs()).toHaveLength(3);
  });

  it('makes none of its jobs anew once one of them was deleted, or all', async () => {
    const { offer, casts, jobs, life, world } = await up();
    const { code, micros } = taken(await offer('Ann, Bob'));
    taken(await casts.confirm(MEMBER, code, micros));
    await life.scheduler.runAll(world.time.now + 3_600_000);
    const [one, other] = await jobs();
    await life.core.privacy.forgetJob(one?.id ?? '');
    expect(taken(await casts.confirm(MEMBER, code, micros))).toMatchObject({ jobs: [{ id: other?.id }] });
    expect(await casts.decline(MEMBER, code)).toMatchObject({ refusal: { code: 'already-decided' } });
    await life.core.privacy.forgetJob(other?.id ?? '');
    expect(await casts.confirm(MEMBER, code, micros)).toMatchObject({ refusal: { code: 'already-decided' } });
    expect(await casts.find(MEMBER, code)).toMatchObject({ refusal: { code: 'already-decided' } });
  });

  it('makes none of its jobs anew either where a crash came before that was noted', async () => {
    const remote = createRemote('paid');
    const { offer, casts, jobs, life, world } = await up({ remotes: [remote] });
    const { code, micros } = taken(await offer('Ann, Bob'));
    const { set } = world.disk.offers;
    world.disk.offers.set = () => Promise.reject(new Error('the process is gone'));
    await expect(casts.confirm(MEMBER, code, micros)).rejects.toThrow();
    world.disk.offers.set = set;
    await life.scheduler.runAll(world.time.now + 60_000);
    const [one, other] = await jobs();
    await life.core.privacy.forgetJob(one?.id ?? '');
    expect(taken(await casts.confirm(MEMBER, code, micros))).toMatchObject({ jobs: [{ id: other?.id }] });
    expect(await casts.find(MEMBER, code)).toMatchObject({ refusal: { code: 'already-decided' } });
    await life.core.privacy.forgetJob(other?.id ?? '');
    expect(await casts.confirm(MEMBER, code, micros)).toMatchObject({ refusal: { code: 'already-decided' } });
    expect(await casts.decline(MEMBER, code)).toMatchObject({ refusal: { code: 'already-decided' } });
    await life.scheduler.runAll(world.time.now + 60_000);
    expect(remote.submits).toHaveLength(2);
  });

  it('is made where it was asked for, by the rules there, wherever its yes is said', async () => {
    const { offer, casts, jobs, life } = await up();
    const elsewhere = { ...MEMBER, requester: { ...MEMBER.requester, spaceId: 'discord:11' } };
    const { code, micros } = taken(await offer('Ann, Bob'));
    await life.ctx.settings.change('discord:10', 'discord:1', 'block', { member: 'discord:7' });
    expect(await casts.confirm(elsewhere, code, micros)).toMatchObject({ refusal: { code: 'blocked' } });
    await life.ctx.settings.change('discord:10', 'discord:1', 'block', { member: 'discord:7', days: '0' });
    await life.ctx.settings.change('discord:11', 'discord:1', 'library', { who: 'off' });
    expect(taken(await casts.confirm(elsewhere, code, micros))).toMatchObject({ kind: 'jobs' });
    expect((await jobs()).map(({ requester }) => requester.spaceId)).toEqual(['discord:10', 'discord:10']);
  });

  it.each(['', 'Ann, Bob, Cy, Dee, Eve', 'Ann, Nobody'])('is refused for %j', async (characters) => {
    const { offer } = await up();
    expect((await offer(characters)).ok).toBe(false);
  });

  it('is its member’s to say yes and no to, while it waits', async () => {
    const { offer, casts, world } = await up();
    const { code } = taken(await offer('Ann, Bob'));
    expect(await casts.confirm(STRANGER, code, PRICE_OF_TWO)).toMatchObject({
      refusal: { code: 'not-allowed' },
    });
    world.time.now += 3_600_000;
    expect(await casts.confirm(MEMBER, code, PRICE_OF_TWO)).toMatchObject({
      refusal: { code: 'offer-expired' },
    });
    taken(await casts.decline(MEMBER, code));
    expect(await casts.decline(MEMBER, code)).toMatchObject({ refusal: { code: 'offer-expired' } });
  });

  it('is not asked about any more on records that were put back: the yes may have been said since', async () => {
    const { life, world } = await up();
    const store = createStore(freshFolder(), (error) => expect.fail(error.message));
    onTestFinished(() => store.close());
    const shelves = {
      ...{ offers: store.keyv('offers'), notices: world.disk.notices, library: store.keyv('library') },
      takedown: { kv: store.keyv('takedown'), scheduler: life.clocks },
    };
    const { casts } = createCore(life.ctx, shelves, {
      providerHealth: evenProviderHealth(),
      examine: async () => ({ at: 0, found: [] }),
    });
    const asked = await casts.offer(CALL, { motion: 'shuf', characters: 'Ann, Bob', choices: CHOICES });
    const { code } = taken(asked);
    await store.putBack.dropAsked();
    expect(await casts.confirm(MEMBER, code, PRICE_OF_TWO)).toMatchObject({
      refusal: { code: 'offer-expired' },
    });
    expect(await world.disk.store.ofMember('discord:7', 99)).toEqual([]);
  });

  it('says whom the pictures show with its yes, once for each job', async () => {
    const { offer, casts, world } = await up({ consents: 'asked' });
    const { code, asks } = taken(await offer('Ann, Bob'));
    expect(asks).toBe('not-lately');
    expect(taken(await casts.confirm(MEMBER, code, PRICE_OF_TWO))).toMatchObject({ kind: 'cast' });
    taken(await casts.confirm(MEMBER, code, PRICE_OF_TWO, { answer: 'no-person', language: 'en' }));
    const said: string[] = [];
    for await (const page of world.disk.audit.read({})) for (const { kind } of page) said.push(kind);
    expect(said).toEqual(['consent-given', 'consent-given']);
  });

  it('asks whom the pictures show also where that has come to be asked since it was offered', async () => {
    const { offer, casts, jobs, world, life } = await up({ consents: 'asked' });
    const [noPerson, days] = [{ answer: 'no-person', language: 'en' } as const, 24 * 3_600_000];
    const said = { event: { ...CALL, id: 'discord:900' }, image: { postedBy: 'discord:7' } };
    await createConsents(life.ctx).give(said.event, said.image, noPerson, 'paid');
    world.time.now += 90 * days - 60_000;
    const { code, micros, asks } = taken(await offer('Ann, Bob'));
    expect(asks).toBeUndefined();
    world.time.now += 120_000;
    const asked = taken(await casts.confirm(MEMBER, code, micros));
    expect(asked).toMatchObject({ kind: 'cast', offer: { asks: 'not-lately' } });
    expect(await jobs()).toEqual([]);
    expect(taken(await casts.confirm(MEMBER, code, micros, noPerson))).toMatchObject({ kind: 'jobs' });
  });

  it('stays at what the admins were asked for, also where that question came after', async () => {
    const remote = createRemote('paid');
    const { offer, casts, world, life } = await up({
      consents: 'asked',
      limits: [limit('jobs', 1)],
      remotes: [remote],
    });
    const [noPerson, days] = [{ answer: 'no-person', language: 'en' } as const, 24 * 3_600_000];
    const said = { event: { ...CALL, id: 'discord:900' }, image: { postedBy: 'discord:7' } };
    await createConsents(life.ctx).give(said.event, said.image, noPerson, 'paid');
    world.time.now += 90 * days - 60_000;
    const { code, micros } = taken(await offer('Ann, Bob'));
    expect(taken(await casts.confirm(MEMBER, code, micros))).toMatchObject({ kind: 'over' });
    taken(await life.core.approvals.ask(MEMBER, code));
    world.time.now += 120_000;
    expect(taken(await casts.confirm(MEMBER, code, micros))).toMatchObject({
      kind: 'cast',
      offer: { asks: 'not-lately', micros },
    });
    remote.provider.quote = async () => ({ micros: PRICE + 1, notes: [] });
    expect(await casts.confirm(MEMBER, code, micros + 2, noPerson)).toMatchObject({
      refusal: { code: 'price-rose' },
    });
  });

  it('is not taken of whoever is blocked where it was asked for, wherever they say yes', async () => {
    const { offer, casts, life, jobs } = await up();
    const { code, micros } = taken(await offer('Ann, Bob'));
    await life.ctx.settings.change('discord:10', 'discord:1', 'block', { member: 'discord:7' });
    const elsewhere = { ...MEMBER, requester: { ...MEMBER.requester, spaceId: 'discord:11' } };
    expect(await casts.confirm(elsewhere, code, micros)).toMatchObject({ refusal: { code: 'blocked' } });
    expect(await jobs()).toEqual([]);
  });

  it('is offered anew where its price has risen since, also to a second tap, and made at that price with another yes', async () => {
    const remote = createRemote('paid');
    const { offer, casts, jobs } = await up({ remotes: [remote] });
    const { code, micros } = taken(await offer('Ann, Bob'));
    remote.provider.quote = async () => ({ micros: 2 * PRICE, notes: [] });
    const twice = [casts.confirm(MEMBER, code, micros), casts.confirm(MEMBER, code, micros)];
    for (const answer of await Promise.all(twice))
      expect(taken(answer)).toMatchObject({ kind: 'cast', offer: { micros: 4 * PRICE, dearer: true } });
    expect(micros).toBe(PRICE_OF_TWO);
    expect(await jobs()).toEqual([]);
    expect(taken(await casts.confirm(MEMBER, code, 4 * PRICE))).toMatchObject({ kind: 'jobs' });
  });

  it('is offered once more to a yes that names no price, as buttons of earlier versions have it', async () => {
    const { offer, casts, jobs } = await up();
    const { code, micros } = taken(await offer('Ann, Bob'));
    const answer = taken(await casts.confirm(MEMBER, code, undefined));
    expect(answer).toMatchObject({ kind: 'cast', offer: { micros } });
    expect(answer).not.toHaveProperty('offer.dearer');
    expect(await jobs()).toEqual([]);
  });

  it('is forgotten with its member, also where a yes to it is under way that offers it anew', async () => {
    const remote = createRemote('paid');
    const { offer, casts } = await up({ remotes: [remote] });
    const { code } = taken(await offer('Ann, Bob'));
    remote.provider.quote = async () => ({ micros: 2 * PRICE, notes: [] });
    const [yes] = await Promise.all([casts.confirm(MEMBER, code, PRICE_OF_TWO), casts.forget('discord:7')]);
    expect(taken(yes)).toMatchObject({ kind: 'cast' });
    expect(await casts.confirm(MEMBER, code, PRICE_OF_TWO)).toMatchObject({
      refusal: { code: 'offer-expired' },
    });
  });

  it('is refused where a character is removed before the yes', async () => {
    const { offer, casts, life, jobs } = await up();
    const { code } = taken(await offer('Ann, Bob'));
    await life.ctx.library.remove('cbob');
    expect(await casts.confirm(MEMBER, code, PRICE_OF_TWO)).toMatchObject({
      refusal: { code: 'no-such-item' },
    });
    expect(await jobs()).toEqual([]);
  });
});
