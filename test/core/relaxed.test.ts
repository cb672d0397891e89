import { describe, expect, it } from 'vitest';
import { createHistory } from '../../src/core/job/history.ts';
import type { Event } from '../../src/core/job/job.ts';
import type { Choices } from '../../src/core/price/quote.ts';
import { RELAXABLE } from '../fakes/models.ts';
import { createRemote } from '../fakes/remote.ts';
import { memoryKeyValueStore } from '../fakes/shelf.ts';
import { CHAT_EVENT, CHOICES, createWorld, EVENT, MEMBER, UPLOADS } from '../fakes/world.ts';

const WAN: Choices = { ...CHOICES, model: 'wan-animate' };
const RELAXED: Choices = { ...WAN, speed: 'relaxed' };

async function up() {
  const patient = createRemote('patient', { offers: RELAXABLE, micros: 300_000 });
  // The cheaper one, which nobody can ask to let others go first.
  const hasty = createRemote('hasty', { offers: [{ model: 'wan-animate', quality: 'standard' }] });
  const world = createWorld({ remotes: [patient, hasty], clip: { hasSound: false } });
  const life = world.boot();
  await life.jobs.recover();
  const { offers } = life.core;
  async function offered(choices: Choices, event: Event = CHAT_EVENT) {
    const taken = await offers.take(event, UPLOADS, choices, true);
    return taken.ok && taken.value.kind === 'offer' ? taken.value.offer : taken;
  }
  async function made(choices: Choices, event: Event = CHAT_EVENT) {
    const taken = await offers.take(event, UPLOADS, choices, false);
    if (!taken.ok || taken.value.kind !== 'job') throw new Error('there is no job');
    return taken.value.job;
  }
  const set = (speed: string) => life.core.settings.change(MEMBER, 'speed', { default: speed });
  return { patient, hasty, world, life, offered, made, set };
}

describe('the relaxed lane', () => {
  it('is only at who can let others go first, and the price says it before the yes', async () => {
    const { offered } = await up();
    expect(await offered(RELAXED)).toMatchObject({
      request: { model: 'wan-animate', speed: 'relaxed' },
      quote: { provider: 'patient', micros: 300_000, notes: ['relaxed'] },
      choosable: { relaxed: true },
    });
  });

  it('gives a job three times as long', async () => {
    const { made, life } = await up();
    const [relaxed, normal] = [await made(RELAXED), await made(WAN, { ...CHAT_EVENT, id: 'another' })];
    const [long, short] = [relaxed, normal].map(({ deadlineAt, createdAt }) => deadlineAt - createdAt);
    expect(long).toBe(Number(short) * 3);
    await life.scheduler.runAll();
  });

  it('is nothing that a job gets without being asked', async () => {
    const { made, life } = await up();
    const job = await made(WAN);
    expect(job).toMatchObject({ quote: { provider: 'hasty', notes: [] } });
    expect(job.request).not.toHaveProperty('speed');
    await life.scheduler.runAll();
  });

  it.each([
    ['of a model that nobody renders so', { ...CHOICES, speed: 'relaxed' }],
    ['of a draft', { ...CHOICES, quality: 'draft', speed: 'relaxed' }],
  ] as const)('is refused with what there is, %s', async (_, choices) => {
    const { offered } = await up();
    expect(await offered(choices)).toEqual({
      ok: false,
      refusal: { code: 'bad-option', option: 'speed', allowed: ['normal'] },
    });
  });

  it('is never left for another lane when its provider says no', async () => {
    const { patient, hasty, made, life, world } = await up();
    patient.answers = ['refused'];
    const { id } = await made(RELAXED);
    await life.scheduler.runAll();
    expect(await world.disk.store.get(id)).toMatchObject({ state: 'failed', costMicros: 0 });
    expect(hasty.submits).toEqual([]);
  });

  it('is kept by Again and by a new picture or motion, whatever was set since', async () => {
    const { made, life, set, world } = await up();
    const relaxed = await made(RELAXED);
    const plain = await made({ ...WAN, speed: 'normal' }, { ...CHAT_EVENT, id: 'discord:901' });
    await life.scheduler.runAll();
    await set('relaxed');
    const again = async (job: typeof relaxed, id: string) => {
      const taken = await life.core.offers.again({ ...CHAT_EVENT, id }, job, false);
      return taken.ok && taken.value.kind === 'job' ? taken.value.job.request.speed : taken;
    };
    expect(await again(relaxed, 'discord:902')).toBe('relaxed');
    expect(await again(plain, 'discord:903')).toBeUndefined();
    expect(life.intake.choicesOf(relaxed).speed).toBe('relaxed');
    expect(life.intake.choicesOf(plain).speed).toBe('normal');
    expect((await world.disk.store.get(relaxed.id))?.request.speed).toBe('relaxed');
  });

  it('is let go of with a model that has none, rather than refused', async () => {
    const { offered, life } = await up();
    const offer = await offered(RELAXED);
    if (!('code' in offer)) throw new Error('there is no offer');
    const change = (choices: Partial<Choices>) => life.core.offers.change(MEMBER, offer.code, choices);
    expect(await change({ model: 'dreamactor-2' })).toMatchObject({
      ok: true,
      value: { quote: { notes: [] } },
    });
    expect(await change({ model: 'wan-animate', speed: 'relaxed' })).toMatchObject({
      value: { request: { speed: 'relaxed' } },
    });
  });

  it('has usual times of its own, which are told with its price', async () => {
    const { offered, made, life } = await up();
    const history = await createHistory(memoryKeyValueStore());
    Object.assign(life.ctx.history, history);
    const { request, quote } = await made(RELAXED, { ...CHAT_EVENT, id: 'discord:920' });
    expect(quote).not.toHaveProperty('usualMs');
    const { speed: _, ...plain } = { ...request, clipSeconds: 10 };
    await history.learn('patient', request, 720_000);
    await history.learn('patient', { ...plain, speed: 'relaxed' }, 900_000);
    await history.learn('patient', plain, 180_000);
    expect(await offered(RELAXED)).toMatchObject({ quote: { usualMs: 720_000 } });
    const [, wan] = await life.core.models.list(CHAT_EVENT.requester.spaceId);
    expect(wan).toMatchObject({ model: { id: 'wan-animate' }, relaxed: { usualMs: 900_000 } });
    expect(history.usualMs('patient', plain)).toBe(180_000);
  });
});

describe('the speed of members without a role', () => {
  const withRole = { ...CHAT_EVENT, requester: { ...CHAT_EVENT.requester, roles: ['77'] } };

  it('is what the admins set, and nobody else is concerned', async () => {
    const { offered, set } = await up();
    expect(await set('relaxed')).toMatchObject({ ok: true });
    expect(await offered(WAN)).toMatchObject({
      request: { speed: 'relaxed' },
      quote: { notes: ['relaxed'] },
    });
    const others = [
      await offered(WAN, { ...withRole, id: 'discord:910' }),
      await offered({ ...WAN, speed: 'normal' }, { ...CHAT_EVENT, id: 'discord:911' }),
    ];
    for (const offer of others) {
      expect(offer).toMatchObject({ quote: { provider: 'hasty' } });
      expect('request' in offer && offer.request).not.toHaveProperty('speed');
    }
  });

  it('is the usual one while nobody who could let others go first takes jobs', async () => {
    const { offered, set, life } = await up();
    await set('relaxed');
    life.ctx.registry.trouble('patient', { kind: 'out-of-balance', message: 'top up' });
    expect(await offered(WAN)).toMatchObject({ quote: { provider: 'hasty', notes: [] } });
  });

  it('is the usual one of models that can not be relaxed, and on the operator’s own page', async () => {
    const { offered, made, set } = await up();
    await set('relaxed');
    expect(await offered(CHOICES)).toMatchObject({ request: { model: 'kling-2.6' }, quote: { notes: [] } });
    expect((await made(WAN, EVENT)).request).not.toHaveProperty('speed');
  });
});
