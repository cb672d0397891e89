import { describe, expect, it } from 'vitest';
import { offerPage } from '../../src/chat/offer-page.ts';
import type { IntakeResult, Offer } from '../../src/core/intake/offer.ts';
import type { Caller } from '../../src/core/limits/access.ts';
import { type Outcome, refuse } from '../../src/core/refusals.ts';
import { wordsFor } from '../../src/words/index.ts';
import { type FakeFiles, fakeFiles } from '../fakes/files.ts';
import { createRemote, PRICE, type Remote } from '../fakes/remote.ts';
import {
  CHAT_EVENT,
  CHOICES,
  createJob,
  createWorld,
  EVENT,
  MEMBER,
  UPLOADS,
  type WorldOptions,
} from '../fakes/world.ts';
import { HOUR } from './started.ts';

const DEAR = 2_000_000;
const MINUTE = 60_000;
const STRANGER: Caller = {
  requester: { ...MEMBER.requester, memberId: 'discord:8' },
  standing: MEMBER.standing,
};

function priced(micros: number) {
  const remote = createRemote('paid', { micros });
  return {
    remote,
    charge: (next: number) => {
      remote.provider.quote = async () => ({ micros: next, notes: [] });
    },
  };
}

async function up({ micros = DEAR, ...options }: { micros?: number } & WorldOptions = {}) {
  const files: FakeFiles = fakeFiles();
  const { remote, charge } = priced(micros);
  const world = createWorld({ files, remotes: [remote], ...options });
  const life = world.boot();
  await life.jobs.recover();
  return { world, life, offers: life.core.offers, files, remote, charge };
}

const take = ({ offers }: { offers: Awaited<ReturnType<typeof up>>['offers'] }, ask = false) =>
  offers.take(CHAT_EVENT, UPLOADS, CHOICES, ask);

function offerOf(taken: Outcome<IntakeResult>): Offer {
  if (!taken.ok || taken.value.kind !== 'offer') throw new Error(`no offer: ${JSON.stringify(taken)}`);
  return taken.value.offer;
}

const refused = (code: string) => ({ ok: false, refusal: { code } });
const aJob = { ok: true, value: { kind: 'job', job: { id: CHAT_EVENT.id } } };

describe('what a member asks for', () => {
  it('starts at once where its price needs no confirmation', async () => {
    const parts = await up({ micros: 1_000_000 });
    expect(await take(parts)).toMatchObject(aJob);
  });

  it('asks for the price once, and looks at it once more just before it is sent', async () => {
    const parts = await up({ micros: 1_000_000 });
    const { provider } = parts.remote;
    const { quote } = provider;
    let asked = 0;
    provider.quote = (request) => {
      asked += 1;
      return quote(request);
    };
    await take(parts);
    expect(asked).toBe(1);
    await parts.life.scheduler.runAll();
    expect(asked).toBe(2);
  });

  it('waits for a confirmation where it is expensive: nothing is held, nothing is sent', async () => {
    const parts = await up();
    const offer = offerOf(await take(parts));
    expect(offer).toMatchObject({ id: CHAT_EVENT.id, why: 'price', quote: { micros: DEAR } });
    await parts.life.scheduler.runAll();
    expect(parts.remote.submits).toEqual([]);
    expect(await parts.world.disk.ledger.held()).toEqual([]);
    expect(await parts.world.disk.store.get(CHAT_EVENT.id)).toBeUndefined();
  });

  it('waits for a yes where the member wants to choose', async () => {
    const parts = await up({ micros: PRICE });
    expect(offerOf(await take(parts, true))).toMatchObject({ why: 'asked', quote: { micros: PRICE } });
  });

  it('never waits on the page, which shows the price before its button', async () => {
    const { offers } = await up();
    expect(await offers.take(EVENT, UPLOADS, CHOICES, false)).toMatchObject({ value: { kind: 'job' } });
  });

  it('is not sent when its price has risen since it was started: it ends, and costs nothing', async () => {
    const parts = await up({ micros: PRICE });
    expect(await take(parts)).toMatchObject(aJob);
    parts.charge(DEAR);
    await parts.life.scheduler.runAll();
    expect(parts.remote.submits).toEqual([]);
    expect(await parts.world.disk.store.get(CHAT_EVENT.id)).toMatchObject({ state: 'failed', costMicros: 0 });
    expect(await parts.world.disk.ledger.held()).toEqual([]);
  });

  it('makes one offer however often its event comes, and what was chosen since stays chosen', async () => {
    const parts = await up();
    const [first, second] = (await Promise.all([take(parts), take(parts)])).map(offerOf);
    expect(second).toEqual(first);
    const changed = await parts.offers.change(MEMBER, first?.code ?? '', { sound: false });
    expect(changed).toMatchObject({ ok: true, value: { choices: { sound: false } } });
    expect(offerOf(await take(parts)).choices.sound).toBe(false);
    expect(parts.files.kept.size).toBe(2);
  });

  it('is refused like any job when it can not be done, and leaves nothing behind', async () => {
    const parts = await up({ clip: { durationMs: 1400, fps: 0.5 } });
    expect(await take(parts)).toMatchObject(refused('clip-too-short'));
    expect(parts.files.kept.size).toBe(0);
  });

  it.each([
    ['too long', 'cut', 31_000, { trim: true }, 'trimmed'],
    ['too short', 'repeated', 1400, { loop: true }, 'looped'],
  ] as const)(
    'waits for a yes, however cheap, where a clip is %s: it would be %s',
    async (_, _how, durationMs, mend, note) => {
      const parts = await up({ micros: PRICE, clip: { durationMs } });
      const offer = offerOf(await take(parts));
      expect(offer).toMatchObject({
        why: 'misfit',
        misfitSeconds: durationMs / 1000,
        choices: mend,
        quote: { notes: [note] },
      });
      expect(parts.remote.submits).toEqual([]);
      expect(await parts.offers.confirm(MEMBER, offer.code, DEAR)).toMatchObject(aJob);
    },
  );

  it('stays as it is where the member turns off what makes the clip fit', async () => {
    const parts = await up({ clip: { durationMs: 1400 } });
    const offer = offerOf(await take(parts));
    expect(await parts.offers.change(MEMBER, offer.code, { loop: false })).toMatchObject(
      refused('clip-too-short'),
    );
    expect(await parts.offers.find(MEMBER, offer.code)).toMatchObject({ ok: true, value: offer });
  });
});

describe('a confirmation', () => {
  it('makes the job, which runs like any other, and deletes the files of the offer', async () => {
    const parts = await up();
    const { code } = offerOf(await take(parts));
    expect(await parts.offers.confirm(MEMBER, code.toLowerCase(), DEAR)).toMatchObject(aJob);
    await parts.life.scheduler.runAll();
    expect(parts.remote.submits).toEqual([CHAT_EVENT.id]);
    const job = await parts.world.disk.store.get(CHAT_EVENT.id);
    expect(job).toMatchObject({ state: 'delivered', code, costMicros: DEAR });
    if (job?.state !== 'delivered') return;
    const { inputs, video, marked } = job;
    expect([...parts.files.kept].sort()).toEqual(
      [inputs.image.key, inputs.clip.key, video.key, marked?.video.key].sort(),
    );
  });

  it('that is given twice makes one job, at once or later', async () => {
    const parts = await up();
    const { code } = offerOf(await take(parts));
    const both = await Promise.all([
      parts.offers.confirm(MEMBER, code, DEAR),
      parts.offers.confirm(MEMBER, code, DEAR),
    ]);
    for (const one of both) expect(one).toMatchObject(aJob);
    await parts.life.scheduler.runAll();
    expect(await parts.offers.confirm(MEMBER, code, DEAR)).toMatchObject(aJob);
    expect(parts.remote.submits).toHaveLength(1);
    expect(await parts.offers.decline(MEMBER, code)).toMatchObject(refused('already-decided'));
    expect(await parts.offers.change(MEMBER, code, { sound: false })).toMatchObject(
      refused('already-decided'),
    );
  });

  it('to a price that rose meanwhile is asked for again, and then holds', async () => {
    const parts = await up();
    const { code } = offerOf(await take(parts));
    parts.charge(DEAR + 1);
    expect(offerOf(await parts.offers.confirm(MEMBER, code, DEAR))).toMatchObject({
      code,
      why: 'dearer',
      quote: { micros: DEAR + 1 },
    });
    await parts.life.scheduler.runAll();
    expect(parts.remote.submits).toEqual([]);
    expect(await parts.offers.confirm(MEMBER, code, DEAR + 1)).toMatchObject(aJob);
    expect((await parts.world.disk.store.get(CHAT_EVENT.id))?.quote.micros).toBe(DEAR + 1);
  });

  it('makes no second job where a crash came before the offer was dropped and the job was deleted since', async () => {
    const parts = await up();
    const { code } = offerOf(await take(parts));
    const { delete: drop } = parts.world.disk.offers;
    parts.world.disk.offers.delete = () => Promise.reject(new Error('the process is gone'));
    await expect(parts.offers.confirm(MEMBER, code, DEAR)).rejects.toThrow();
    parts.world.disk.offers.delete = drop;
    await parts.life.scheduler.runAll(parts.world.time.now + MINUTE);
    await parts.life.core.privacy.forgetJob(CHAT_EVENT.id);
    expect(await parts.offers.confirm(MEMBER, code, DEAR)).toMatchObject(refused('already-decided'));
    expect(await parts.offers.decline(MEMBER, code)).toMatchObject(refused('already-decided'));
    await parts.world.disk.offers.delete(`offer:${code}`);
    parts.charge(PRICE);
    expect(await take(parts)).toMatchObject(refused('already-decided'));
    await parts.life.scheduler.runAll(parts.world.time.now + MINUTE);
    expect(parts.remote.submits).toHaveLength(1);
  });

  it('that is tapped twice while the price rises agrees to the one that was seen, and to no other', async () => {
    const parts = await up();
    const { code } = offerOf(await take(parts));
    parts.charge(DEAR + 1);
    const twice = [parts.offers.confirm(MEMBER, code, DEAR), parts.offers.confirm(MEMBER, code, DEAR)];
    for (const answer of (await Promise.all(twice)).map(offerOf))
      expect(answer).toMatchObject({ why: 'dearer', quote: { micros: DEAR + 1 } });
    await parts.life.scheduler.runAll();
    expect(parts.remote.submits).toEqual([]);
    expect(await parts.world.disk.ledger.held()).toEqual([]);
    expect(await parts.offers.confirm(MEMBER, code, DEAR + 1)).toMatchObject(aJob);
  });

  it('to what it was before a dearer choice was made is asked for again', async () => {
    const parts = await up();
    const { code } = offerOf(await take(parts));
    parts.charge(2 * DEAR);
    await parts.offers.change(MEMBER, code, { prompt: 'on a beach' });
    expect(offerOf(await parts.offers.confirm(MEMBER, code, DEAR))).toMatchObject({
      why: 'dearer',
      quote: { micros: 2 * DEAR },
    });
    expect(parts.remote.submits).toEqual([]);
  });

  it('without a price, as buttons of earlier versions have it, is asked for again, with the same offer', async () => {
    const parts = await up();
    const { code, why, quote } = offerOf(await take(parts));
    expect(offerOf(await parts.offers.confirm(MEMBER, code, undefined))).toMatchObject({ code, why, quote });
    expect(await parts.offers.confirm(MEMBER, code, DEAR)).toMatchObject(aJob);
  });

  it('without a price starts what costs nothing', async () => {
    const parts = await up({ micros: 0 });
    const { code } = offerOf(await take(parts, true));
    expect(await parts.offers.confirm(MEMBER, code, undefined)).toMatchObject(aJob);
  });

  it('to a price that fell pays the lower one', async () => {
    const parts = await up();
    const { code } = offerOf(await take(parts));
    parts.charge(PRICE);
    await parts.offers.confirm(MEMBER, code, DEAR);
    expect((await parts.world.disk.store.get(CHAT_EVENT.id))?.quote.micros).toBe(PRICE);
  });

  it('is never spent on a dearer provider, also when the first one fails', async () => {
    const first: Remote = createRemote('first', { micros: DEAR });
    const second: Remote = createRemote('second', { micros: DEAR + 1 });
    first.answers = ['refused'];
    const parts = await up({ remotes: [first, second] });
    const { code } = offerOf(await take(parts));
    await parts.offers.confirm(MEMBER, code, DEAR);
    await parts.life.scheduler.runAll();
    expect(second.submits).toEqual([]);
    expect(await parts.world.disk.store.get(CHAT_EVENT.id)).toMatchObject({ state: 'failed', costMicros: 0 });
  });

  it('that the budget has no room for leaves the offer to be confirmed later', async () => {
    const parts = await up({ budgetMicros: DEAR - 1 });
    const { code } = offerOf(await take(parts));
    expect(await parts.offers.confirm(MEMBER, code, DEAR)).toMatchObject(refused('over-quota'));
    expect(await parts.offers.find(MEMBER, code)).toMatchObject({ ok: true });
    // Only what the offer itself needs.
    expect(parts.files.kept.size).toBe(2);
  });

  it('counts only from the one who asked, and only where they may start jobs', async () => {
    const parts = await up({ access: { allowedSpaces: new Set(['discord:10']) } });
    const { code } = offerOf(await take(parts));
    for (const how of ['find', 'decline'] as const)
      expect(await parts.offers[how](STRANGER, code)).toMatchObject(refused('not-allowed'));
    expect(await parts.offers.confirm(STRANGER, code, DEAR)).toMatchObject(refused('not-allowed'));
    expect(await parts.offers.change(STRANGER, code, { sound: false })).toMatchObject(refused('not-allowed'));
    const elsewhere = { ...MEMBER, requester: { ...MEMBER.requester, spaceId: 'discord:11' } };
    expect(await parts.offers.confirm(elsewhere, code, DEAR)).toMatchObject(refused('space-not-allowed'));
    const inPrivate = { ...MEMBER, standing: { moderator: false, private: true } };
    expect(await parts.offers.confirm(inPrivate, code, DEAR)).toMatchObject(refused('private-not-allowed'));
    expect(await parts.offers.confirm(MEMBER, code, DEAR)).toMatchObject(aJob);
    expect(await parts.offers.confirm(STRANGER, code, DEAR)).toMatchObject(refused('offer-expired'));
  });
});

describe('a confirmation that is said somewhere else than the offer was asked for', () => {
  const elsewhere: Caller = { ...MEMBER, requester: { ...MEMBER.requester, spaceId: 'discord:11' } };
  const inPrivate: Caller = { ...elsewhere, standing: { moderator: false, private: true } };
  const admin: Caller = { ...elsewhere, standing: { moderator: true, private: false } };

  it.each([
    ['in another server', elsewhere],
    ['in private', inPrivate],
    ['in a server of their own', admin],
  ])('is not taken of whoever is blocked there: %s', async (_where, caller) => {
    const parts = await up({ access: { allowPrivate: true } });
    const { code } = offerOf(await take(parts));
    await parts.life.ctx.settings.change('discord:10', 'discord:1', 'block', { member: 'discord:7' });
    expect(await parts.offers.confirm(caller, code, DEAR)).toMatchObject(refused('blocked'));
  });

  it('is taken of whoever is welcome in both', async () => {
    const parts = await up({ access: { allowPrivate: true } });
    const { code } = offerOf(await take(parts));
    expect(await parts.offers.confirm(inPrivate, code, DEAR)).toMatchObject(aJob);
  });
});

describe('a change of the choices', () => {
  it('is quoted again, and restarts the time to decide', async () => {
    const parts = await up();
    const { code, expiresAt } = offerOf(await take(parts));
    parts.world.time.now += 9 * MINUTE;
    parts.charge(PRICE);
    const changed = await parts.offers.change(MEMBER, code, { prompt: 'on a beach' });
    expect(changed).toMatchObject({
      ok: true,
      value: { quote: { micros: PRICE }, request: { prompt: 'on a beach', sound: true }, why: 'price' },
    });
    expect(changed.ok && changed.value.expiresAt).toBe(expiresAt + 9 * MINUTE);
    await parts.offers.confirm(MEMBER, code, DEAR);
    expect((await parts.world.disk.store.get(CHAT_EVENT.id))?.request.prompt).toBe('on a beach');
  });

  it('that is refused leaves the offer as it was', async () => {
    const parts = await up();
    const { code } = offerOf(await take(parts));
    expect(await parts.offers.change(MEMBER, code, { quality: 'pro' })).toMatchObject(
      refused('no-provider-for-quality'),
    );
    expect(await parts.offers.find(MEMBER, code)).toMatchObject({
      value: { choices: { quality: 'standard' } },
    });
  });
});

describe('an offer that is not confirmed', () => {
  it('ends with its files when the member declines', async () => {
    const parts = await up();
    const { code } = offerOf(await take(parts));
    expect(await parts.offers.decline(MEMBER, code)).toMatchObject({ ok: true, value: { code } });
    expect(await parts.offers.confirm(MEMBER, code, DEAR)).toMatchObject(refused('offer-expired'));
    expect(parts.files.kept.size).toBe(0);
  });

  it('ends when its time is over', async () => {
    const parts = await up();
    const { code, expiresAt } = offerOf(await take(parts));
    parts.world.time.now = expiresAt - 1;
    await parts.offers.sweep();
    expect(await parts.offers.find(MEMBER, code)).toMatchObject({ ok: true });
    parts.world.time.now = expiresAt;
    expect(await parts.offers.confirm(MEMBER, code, DEAR)).toMatchObject(refused('offer-expired'));
    expect(parts.files.kept.size).toBe(2);
    await parts.offers.sweep();
    expect(parts.files.kept.size).toBe(0);
    expect(await parts.offers.confirm(MEMBER, code, DEAR)).toMatchObject(refused('offer-expired'));
  });

  it('is not swept while a confirmation is under way', async () => {
    let normalising = () => {};
    const begun = new Promise<void>((resolve) => {
      normalising = resolve;
    });
    const gate = Promise.withResolvers<void>();
    const parts = await up();
    const { normaliseImage } = parts.life.ctx.media;
    parts.life.ctx.media.normaliseImage = async (path, ...rest) => {
      normalising();
      await gate.promise;
      expect(parts.files.kept.has(path.replace('/kept/', ''))).toBe(true);
      return normaliseImage(path, ...rest);
    };
    const { code, expiresAt } = offerOf(await take(parts));
    const yes = parts.offers.confirm(MEMBER, code, DEAR);
    await begun;
    parts.world.time.now = expiresAt + HOUR;
    const sweep = parts.offers.sweep();
    gate.resolve();
    expect(await yes).toMatchObject(aJob);
    await sweep;
    await parts.life.scheduler.runAll();
    expect(await parts.world.disk.store.get(CHAT_EVENT.id)).toMatchObject({ state: 'delivered' });
  });
});

describe('a crash at any effect of a confirmation', () => {
  async function yes(world: ReturnType<typeof createWorld>): Promise<Outcome<IntakeResult>> {
    const life = world.boot();
    await life.jobs.recover();
    const taken = await life.core.offers.take(CHAT_EVENT, UPLOADS, CHOICES, false);
    const code = taken.ok && taken.value.kind === 'offer' ? taken.value.offer.code : undefined;
    const made = code ? await life.core.offers.confirm(MEMBER, code, DEAR) : taken;
    await life.scheduler.runAll(world.time.now + 4 * HOUR);
    return made;
  }

  it('leads to one job, at the price that was confirmed, and the offer ends', async () => {
    const make = () => createWorld({ remotes: [createRemote('paid', { micros: DEAR })] });
    const counted = make();
    void counted.fuse.arm(Number.POSITIVE_INFINITY);
    await yes(counted);
    const effects = counted.fuse.count();
    expect(effects).toBeGreaterThan(20);
    for (let effect = 1; effect <= effects; effect += 1) {
      const world = make();
      const blown = world.fuse.arm(effect);
      await Promise.race([yes(world), blown]);
      const [remote] = world.remotes;
      if (!remote) throw new Error('no provider');
      // Whoever has a job already must not be asked for another yes, whatever the price is by now.
      if (await world.disk.store.get(CHAT_EVENT.id)) {
        remote.provider.quote = async () => ({ micros: DEAR * 2, notes: [] });
      }
      expect(await yes(world)).toMatchObject(aJob);
      expect(remote.submits.length).toBeLessThanOrEqual(1);
      expect((await world.disk.store.get(CHAT_EVENT.id))?.quote.micros).toBe(DEAR);
      const { core } = world.boot();
      world.time.now += HOUR;
      await core.offers.sweep();
      expect(await core.offers.find(MEMBER, 'nothing')).toMatchObject(refused('offer-expired'));
    }
  });

  it('between the job and the end of its offer is noticed: nothing is left to decide', async () => {
    const parts = await up();
    const { code } = offerOf(await take(parts));
    await createJob(parts.life.intake, CHAT_EVENT, UPLOADS, CHOICES);
    parts.charge(DEAR * 2);
    expect(await parts.offers.decline(MEMBER, code)).toMatchObject(refused('already-decided'));
    expect(await parts.offers.change(MEMBER, code, { sound: false })).toMatchObject(
      refused('already-decided'),
    );
    expect(await parts.offers.confirm(MEMBER, code, DEAR)).toMatchObject(aJob);
  });
});

describe('rendering a job again', () => {
  const AGAIN = { ...CHAT_EVENT, id: 'discord:901' };

  async function done(micros = PRICE) {
    const parts = await up({ micros });
    await createJob(parts.life.intake, CHAT_EVENT, UPLOADS, CHOICES);
    await parts.life.scheduler.runAll();
    const job = await parts.world.disk.store.get(CHAT_EVENT.id);
    if (job?.state !== 'delivered') throw new Error('not delivered');
    return { ...parts, job };
  }

  it('starts at once where its price needs no yes, on the files that are there', async () => {
    const { offers, job, world } = await done();
    expect(await offers.again(AGAIN, job, false)).toMatchObject({ ok: true, value: { kind: 'job' } });
    const next = await world.disk.store.get(AGAIN.id);
    expect(next).toMatchObject({ inputs: job.inputs, request: job.request });
  });

  it('waits for a yes where it costs more than it did, however little that is', async () => {
    const { offers, job, charge, remote } = await done();
    charge(PRICE + 1);
    const offer = offerOf(await offers.again(AGAIN, job, false));
    expect(offer).toMatchObject({ why: 'dearer', quote: { micros: PRICE + 1 } });
    // Nobody has said yes to it before.
    const { lines } = offerPage(wordsFor('en'), offer);
    expect(lines[0]).toBe('The price has gone up since you last saw it.');
    expect(remote.submits).toEqual([job.id]);
    expect(await offers.confirm(MEMBER, offer.code, PRICE + 1)).toMatchObject({ value: { kind: 'job' } });
  });

  it('waits for a yes where it is dear or the member asks, and then renders the same', async () => {
    for (const micros of [DEAR, PRICE]) {
      const { offers, job, world, files, life } = await done(micros);
      const offer = offerOf(await offers.again(AGAIN, job, micros === PRICE));
      expect(offer).toMatchObject({ id: AGAIN.id, request: job.request });
      expect(await offers.confirm(MEMBER, offer.code, DEAR)).toMatchObject({
        ok: true,
        value: { kind: 'job' },
      });
      await life.scheduler.runAll();
      expect(await world.disk.store.get(AGAIN.id)).toMatchObject({
        state: 'delivered',
        request: job.request,
      });
      for (const key of [job.inputs.image.key, job.inputs.clip.key]) expect(files.kept.has(key)).toBe(true);
    }
  });

  it('is offered at the price of the files that are there, which may be a little longer than the first ones', async () => {
    const { remote, ...parts } = await done();
    const { offers, job, life } = parts;
    remote.provider.quote = async ({ clipSeconds }) => ({ micros: clipSeconds * 1_000, notes: [] });
    const { checkClip } = life.ctx.media;
    life.ctx.media.checkClip = async (...args) => {
      const checked = await checkClip(...args);
      return checked.ok ? { ok: true, value: { ...checked.value, durationMs: 4_070 } } : checked;
    };
    const offer = offerOf(await offers.again(AGAIN, job, true));
    expect(offer.quote).toMatchObject({ seconds: 5, micros: 5_000 });
    expect(await offers.confirm(MEMBER, offer.code, DEAR)).toMatchObject({
      ok: true,
      value: { kind: 'job' },
    });
  });

  it('with another picture takes nothing away from the job that the clip came from', async () => {
    const { offers, job, files, life } = await done();
    const uploads = { ...(await life.intake.uploadsOf(job)), image: { path: '/in/other', sha256: 'o' } };
    const { code } = offerOf(await offers.take(AGAIN, uploads, life.intake.choicesOf(job), true));
    expect(files.kept.has(job.inputs.clip.key)).toBe(true);
    await offers.decline(MEMBER, code);
    for (const key of [job.inputs.image.key, job.inputs.clip.key, job.video.key])
      expect(files.kept.has(key)).toBe(true);
    expect(files.kept.size).toBe(4);
  });

  it('keeps the clip that its offer needs, also when the job that it came from is forgotten', async () => {
    const { offers, job, files, life, world } = await done();
    const uploads = { ...(await life.intake.uploadsOf(job)), image: { path: '/in/other', sha256: 'o' } };
    const { code } = offerOf(await offers.take(AGAIN, uploads, life.intake.choicesOf(job), true));
    await life.core.privacy.forgetJob(job.id);
    expect(files.kept.has(job.inputs.clip.key)).toBe(true);
    expect(files.kept.has(job.inputs.image.key)).toBe(false);
    expect(await offers.confirm(MEMBER, code, DEAR)).toMatchObject({ ok: true, value: { kind: 'job' } });
    await life.scheduler.runAll();
    expect(await world.disk.store.get(AGAIN.id)).toMatchObject({ state: 'delivered' });
    expect(files.kept.has(job.inputs.clip.key)).toBe(false);
  });

  it('is refused when its files are gone', async () => {
    const { offers, job, life } = await done();
    const uploads = { ...(await life.intake.uploadsOf(job)), image: { path: '/in/other', sha256: 'o' } };
    await life.core.privacy.forgetJob(job.id);
    expect(await offers.again(AGAIN, job, false)).toMatchObject(refused('file-gone'));
    for (const ask of [true, false])
      expect(await offers.take(AGAIN, uploads, CHOICES, ask)).toMatchObject(refused('file-gone'));
  });
});

describe('forgetting a member', () => {
  it('drops what waits for their yes, and nobody else’s', async () => {
    const parts = await up();
    const mine = offerOf(await take(parts));
    const theirs = offerOf(
      await parts.offers.take(
        { id: 'discord:950', requester: STRANGER.requester },
        { image: { path: '/in/a', sha256: 'a' }, clip: { path: '/in/b', sha256: 'b' } },
        CHOICES,
        false,
      ),
    );
    await parts.offers.forget(MEMBER.requester.memberId);
    expect(await parts.offers.find(MEMBER, mine.code)).toMatchObject(refused('offer-expired'));
    expect(await parts.offers.find(STRANGER, theirs.code)).toMatchObject({ ok: true });
    expect(parts.files.kept.size).toBe(2);
  });
});

describe('a disk that is full', () => {
  it('takes no offer: its files would have to be kept', async () => {
    const parts = await up();
    parts.files.hasRoom = async () => false;
    expect(await take(parts)).toMatchObject(refused('disk-full'));
    expect(parts.files.kept.size).toBe(0);
  });

  it('lets a member who has an offer already see it again', async () => {
    const parts = await up();
    const offer = offerOf(await take(parts));
    parts.files.hasRoom = async () => false;
    expect(offerOf(await take(parts)).code).toBe(offer.code);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('no space left on device'))],
    ['looks broken', async () => refuse({ code: 'broken-file', what: 'clip' as const })],
  ])(
    'is named as the reason when it runs full while a file is made, and that %s',
    async (_, normaliseClip) => {
      const parts = await up({
        micros: 1_000_000,
        media: {
          normaliseClip: () => {
            parts.files.hasRoom = async () => false;
            return normaliseClip();
          },
        },
      });
      expect(await take(parts)).toMatchObject(refused('disk-full'));
    },
  );
});
