import { describe, expect, it } from 'vitest';
import { chosenIn, hostedModels } from '../../src/core/models/chosen.ts';
import { DRAFT, findModel, MODELS, modelOf, modelOfJob } from '../../src/core/models/registry.ts';
import { plan } from '../../src/core/price/quote.ts';
import { jobIn } from '../fakes/jobs.ts';
import { SEVERAL } from '../fakes/models.ts';
import { createRemote } from '../fakes/remote.ts';
import { CHAT_EVENT, CHOICES, createWorld, MEMBER, UPLOADS, type World } from '../fakes/world.ts';

const { spaceId } = CHAT_EVENT.requester;

const many = (world: World = createWorld({ remotes: [createRemote('paid', { offers: SEVERAL })] })) =>
  world.boot();
const allow = (life: ReturnType<typeof many>, list: string) =>
  life.core.settings.change(MEMBER, 'models', { list });

describe('the registry of models', () => {
  it('names each model once, by an id that is a single word', () => {
    expect(new Set(MODELS.map(({ id }) => id)).size).toBe(MODELS.length);
    for (const { id } of MODELS) expect(id).toMatch(/^[a-z0-9.-]{2,40}$/);
  });

  it('has none that would not take what every file is made into', () => {
    for (const { image, clip } of MODELS) {
      expect(image.formats).toContain('JPEG');
      expect(clip.formats).toContain('MP4');
      expect(image.minSide).toBeLessThan(image.maxSide);
      expect(clip.minSeconds).toBeLessThan(Math.min(...Object.values(clip.maxSeconds)));
    }
  });

  it('reads records of before there were several: Kling 2.6, or a draft of this machine', () => {
    const old = jobIn('queued');
    expect(old.request).not.toHaveProperty('model');
    expect(modelOfJob(old).id).toBe('kling-2.6');
    expect(modelOfJob({ ...old, provider: 'local' }).id).toBe(DRAFT);
    expect(modelOf({ quality: 'draft' }).id).toBe(DRAFT);
  });

  it('reads one that is built in no more as the usual one', () =>
    expect(modelOf({ model: 'long-gone', quality: 'pro' }).id).toBe('kling-2.6'));
});

describe('the model of a request', () => {
  const choose = (wishes: Parameters<typeof chosenIn>[2], life = many()) => {
    const chosen = chosenIn(life.ctx, spaceId, wishes);
    return chosen.ok ? [chosen.value.model.id, chosen.value.quality, chosen.value.scene] : chosen.refusal;
  };
  const wish = (wishes: Partial<Parameters<typeof chosenIn>[2]>) => ({ quality: undefined, ...wishes });

  it('is the usual one unless somebody chose another', () => {
    expect(choose(wish({}))).toEqual(['kling-2.6', 'standard', 'picture']);
    expect(choose(wish({ model: 'wan-animate', scene: 'clip' }))).toEqual([
      'wan-animate',
      'standard',
      'clip',
    ]);
  });

  it('is a draft where the quality says so, whatever model was chosen', () => {
    expect(choose(wish({ quality: 'draft', model: 'wan-animate' }))).toEqual([DRAFT, 'draft', 'picture']);
    expect(choose(wish({ model: DRAFT }))).toEqual([DRAFT, 'draft', 'picture']);
    expect(choose(wish({ model: DRAFT, quality: 'pro' }))).toEqual(['kling-2.6', 'pro', 'picture']);
  });

  it('is a draft where nobody else is there to render', () => {
    const alone = createWorld({ remotes: [createRemote('local', { free: true })] }).boot();
    expect(choose(wish({ quality: 'pro' }), alone)).toEqual([DRAFT, 'pro', 'picture']);
  });

  it('shows the clip’s scene by itself where it is offered in no other', () => {
    const offers = [{ model: 'wan-animate', quality: 'standard', scene: 'clip' }] as const;
    const own = createWorld({ remotes: [createRemote('own', { offers })] }).boot();
    expect(choose(wish({}), own)).toEqual(['wan-animate', 'standard', 'clip']);
    expect(choose(wish({ scene: 'picture' }), own)).toMatchObject({ option: 'scene', allowed: ['clip'] });
  });

  it('is refused with those there are when it is mistyped, or offered by nobody', () => {
    const allowed = ['kling-2.6', 'wan-animate', 'dreamactor-2', DRAFT];
    for (const model of ['klingg', 'p-video-animate', 'constructor'])
      expect(choose(wish({ model }))).toEqual({ code: 'bad-option', option: 'model', allowed });
  });

  it('puts a character into the clip only where it can', () => {
    const refusal = { code: 'bad-option', option: 'scene', allowed: ['picture'] };
    expect(choose(wish({ scene: 'clip' }))).toEqual(refusal);
    expect(choose(wish({ scene: 'clip', quality: 'draft' }))).toEqual(refusal);
  });
});

describe('the models of a space', () => {
  it('are those that its admins allow, the first of them by itself', async () => {
    const life = many();
    expect(await allow(life, 'wan-animate, dreamactor-2')).toMatchObject({ ok: true });
    const listed = await life.core.models.list(spaceId);
    expect(listed.map(({ model }) => model.id)).toEqual(['wan-animate', 'dreamactor-2']);
    expect(chosenIn(life.ctx, spaceId, { quality: undefined })).toMatchObject({
      value: { model: { id: 'wan-animate' } },
    });
    expect(chosenIn(life.ctx, spaceId, { model: 'kling-2.6', quality: undefined })).toMatchObject({
      refusal: { code: 'bad-option', allowed: ['wan-animate', 'dreamactor-2', DRAFT] },
    });
    await allow(life, 'all');
    expect(await life.core.models.list(spaceId)).toHaveLength(3);
  });

  it('can not be set to what is mistyped, nor to what nobody here renders', async () => {
    const life = many();
    for (const list of ['klingg', 'wan-animate, p-video-animate'])
      expect(await allow(life, list)).toEqual({
        ok: false,
        refusal: {
          code: 'bad-option',
          option: 'models',
          allowed: ['kling-2.6', 'wan-animate', 'dreamactor-2', 'all'],
        },
      });
  });

  it('say in one line that the allowed one is offered by nobody any more', async () => {
    const world = createWorld({ remotes: [createRemote('paid', { offers: SEVERAL })] });
    await allow(world.boot(), 'wan-animate');
    const [remote] = world.remotes;
    if (!remote) throw new Error('there is one');
    remote.provider.capabilities.offers = SEVERAL.slice(0, 2);
    expect(chosenIn(world.boot().ctx, spaceId, { quality: undefined })).toEqual({
      ok: false,
      refusal: { code: 'no-provider-for-model', model: 'Wan 2.2 Animate' },
    });
  });

  it('are told with the cheapest second of each, its scenes and its qualities', async () => {
    const [kling, wan] = await many().core.models.list(spaceId);
    expect(kling).toMatchObject({
      perSecondMicros: 28_000,
      qualities: ['standard', 'pro'],
      scenes: ['picture'],
    });
    expect(wan).toMatchObject({ qualities: ['standard'], scenes: ['picture', 'clip'] });
  });

  it('leave nothing to choose where there is one', async () => {
    const single = createWorld().boot();
    expect(hostedModels(single.ctx.registry)).toEqual(['kling-2.6']);
    expect(single.core.models.choice()).toEqual({ models: false, scenes: false, speeds: false });
    expect(many().core.models.choice()).toEqual({ models: true, scenes: true, speeds: false });
    const offer = await offered(single);
    expect(offer.choosable).toEqual({
      models: [],
      qualities: ['draft', 'standard', 'pro'],
      scenes: ['picture'],
    });
  });
});

async function offered(life: ReturnType<typeof many>, choices = CHOICES) {
  const taken = await life.core.offers.take(CHAT_EVENT, UPLOADS, choices, true);
  if (!taken.ok || taken.value.kind !== 'offer') throw new Error(JSON.stringify(taken));
  return taken.value.offer;
}

describe('an offer', () => {
  it('goes over to another model, and leaves behind what that one does not have', async () => {
    const life = many();
    const { code } = await offered(life, { ...CHOICES, quality: 'pro' });
    const change = async (choices: object) => {
      const changed = await life.core.offers.change(MEMBER, code, choices);
      if (!changed.ok) throw new Error(JSON.stringify(changed.refusal));
      const { model, quality, scene } = changed.value.request;
      return [model, quality, scene];
    };
    expect(await change({ model: 'wan-animate' })).toEqual(['wan-animate', 'standard', undefined]);
    expect(await change({ scene: 'clip' })).toEqual(['wan-animate', 'standard', 'clip']);
    expect(await change({ model: 'dreamactor-2' })).toEqual(['dreamactor-2', 'standard', undefined]);
    expect(await change({ quality: 'draft' }).catch(() => 'no draft here')).toBe('no draft here');
  });

  it('is answered in its own words for a model that is not there', async () => {
    const life = many();
    const { code } = await offered(life);
    expect(await life.core.offers.change(MEMBER, code, { model: 'klingg' })).toMatchObject({
      refusal: { code: 'bad-option', option: 'model' },
    });
  });
});

describe('a job once more', () => {
  it('keeps its model and its scene, with the same files and with new ones', async () => {
    const life = many();
    const choices = { ...CHOICES, model: 'wan-animate', scene: 'clip' as const };
    const prepared = await life.intake.prepare(spaceId, UPLOADS, choices);
    if (!prepared.ok) throw new Error(prepared.refusal.code);
    const made = await life.intake.open(CHAT_EVENT, prepared.value);
    if (!made.ok) throw new Error(made.refusal.code);
    expect(made.value.request).toMatchObject({ model: 'wan-animate', scene: 'clip' });
    const again = await life.intake.prepareAgain(spaceId, made.value);
    expect(again).toMatchObject({ value: { plan: { request: { model: 'wan-animate', scene: 'clip' } } } });
    expect(life.intake.choicesOf(made.value)).toMatchObject({ model: 'wan-animate', scene: 'clip' });
  });

  it('has its own model in the marks of its video', async () => {
    const marked: (string | undefined)[] = [];
    const world = createWorld({
      remotes: [createRemote('paid', { offers: SEVERAL })],
      media: {
        mark: async (_path, _to, { facts }) => {
          marked.push(facts.model);
          return { width: 720, height: 1280, durationMs: 4000 };
        },
      },
    });
    const life = world.boot();
    await life.jobs.recover();
    const prepared = await life.intake.prepare(spaceId, UPLOADS, { ...CHOICES, model: 'dreamactor-2' });
    if (!prepared.ok) throw new Error(prepared.refusal.code);
    await life.intake.open(CHAT_EVENT, prepared.value);
    await life.scheduler.runAll();
    expect(marked).toEqual(['DreamActor 2']);
  });

  it('is refused once its model is not allowed any more', async () => {
    const life = many();
    const prepared = await life.intake.prepare(spaceId, UPLOADS, { ...CHOICES, model: 'wan-animate' });
    if (!prepared.ok) throw new Error(prepared.refusal.code);
    const made = await life.intake.open(CHAT_EVENT, prepared.value);
    if (!made.ok) throw new Error(made.refusal.code);
    await allow(life, 'kling-2.6');
    expect(await life.intake.prepareAgain(spaceId, made.value)).toMatchObject({
      refusal: { code: 'bad-option', option: 'model' },
    });
  });

  it('never goes to a provider of another model when the first one says no', async () => {
    const kling = createRemote('kling', { micros: 1 });
    const wan = createRemote('wan', { offers: [{ model: 'wan-animate', quality: 'standard' }] });
    const life = createWorld({ remotes: [kling, wan] }).boot();
    wan.answers.push('refused');
    const prepared = await life.intake.prepare(spaceId, UPLOADS, { ...CHOICES, model: 'wan-animate' });
    if (!prepared.ok) throw new Error(prepared.refusal.code);
    expect(prepared.value.quote.provider).toBe('wan');
    await life.jobs.recover();
    await life.intake.open(CHAT_EVENT, prepared.value);
    await life.scheduler.runAll();
    expect(kling.submits).toEqual([]);
    expect(await life.ctx.store.get(CHAT_EVENT.id)).toMatchObject({ state: 'failed' });
  });
});

describe('a plan', () => {
  const clip = { container: 'MP4', fps: 30, durationMs: 12_000, cameraMoves: true, hasSound: true };
  const planFor = (id: string, over: object = {}) => {
    const model = findModel(id);
    if (!model) throw new Error(id);
    const wishes = { ...CHOICES, orientation: 'image' as const, prompt: 'fog', ...over };
    const planned = plan(wishes, { ...clip, ...over }, { model, quality: 'standard', scene: 'picture' });
    return planned.ok ? planned.value : planned.refusal;
  };

  it('goes by the lengths that the model takes', () => {
    expect(planFor('kling-2.6')).toMatchObject({ code: 'clip-too-long', maxSeconds: 10 });
    expect(planFor('wan-animate')).toMatchObject({ request: { orientation: 'video', clipSeconds: 12 } });
    expect(planFor('wan-animate', { durationMs: 2_000 })).toMatchObject({ request: { clipSeconds: 2 } });
    expect(planFor('kling-3.0', { durationMs: 2_000 })).toMatchObject({ minSeconds: 3 });
    expect(planFor('wan-animate', { durationMs: 1_000 })).toMatchObject({ minSeconds: 2 });
  });

  it('says which wishes the model does not heed', () => {
    expect(planFor('wan-animate')).toMatchObject({
      notes: ['orientation-ignored', 'prompt-ignored', 'sound-unsure'],
    });
    expect(planFor('kling-2.6', { durationMs: 5_000 })).toMatchObject({ notes: [] });
    expect(planFor('wan-animate', { hasSound: false, prompt: '', orientation: 'auto' })).toMatchObject({
      notes: [],
    });
  });
});
