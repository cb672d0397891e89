import { describe, expect, it } from 'vitest';
import type { ClipLook, PictureLook } from '../../../src/core/coach/look.ts';
import type { IntakeResult } from '../../../src/core/intake/offer.ts';
import type { Media } from '../../../src/core/media.ts';
import type { Outcome } from '../../../src/core/refusals.ts';
import { clipLook, cutAt, inARow, pictureLook } from '../../fakes/looks.ts';
import { createRemote } from '../../fakes/remote.ts';
import { CHAT_EVENT, CHOICES, createWorld, EVENT, MEMBER, UPLOADS } from '../../fakes/world.ts';

/** Of the whole clip: more than any part of it costs. */
const PRICE = 910_000;

/** A hosted model at seven cents a second, and what is seen of the files. */
function worldThatSees(picture: PictureLook, clip: ClipLook, media: Partial<Media> = {}) {
  const remote = createRemote('paid');
  remote.provider.quote = async ({ clipSeconds }) => ({ micros: clipSeconds * 70_000, notes: [] });
  const world = createWorld({
    remotes: [remote],
    clip: { durationMs: clip.seconds * 1000 },
    media: { lookAtPicture: async () => picture, lookAtClip: async () => clip, ...media },
  });
  return { world, ...world.boot() };
}

function offerOf(taken: Outcome<IntakeResult>) {
  if (!taken.ok || taken.value.kind !== 'offer') throw new Error('it was not offered');
  return taken.value.offer;
}

describe('a pair in a chat', () => {
  it('starts as it always did where there is nothing to say, and where there is but a hint', async () => {
    for (const picture of [pictureLook(), pictureLook({ dark: true })]) {
      const { core } = worldThatSees(picture, clipLook());
      expect(await core.offers.take(CHAT_EVENT, UPLOADS, CHOICES, false)).toMatchObject({
        value: { kind: 'job' },
      });
    }
  });

  it('is offered where the model may refuse or spoil it, with the price of each mend', async () => {
    const { core } = worldThatSees(pictureLook(), clipLook(cutAt(7, 13)));
    const offer = offerOf(await core.offers.take(CHAT_EVENT, UPLOADS, CHOICES, false));
    expect(offer).toMatchObject({ why: 'findings', quote: { micros: 910_000 } });
    expect(offer.findings).toMatchObject([
      { code: 'clip-cuts', level: 'will-fail', mends: [{ micros: 490_000 }, { micros: 420_000 }] },
    ]);
  });

  it('costs after a mend what its button said, and says no more of what is mended', async () => {
    const { core } = worldThatSees(pictureLook(), clipLook(cutAt(7, 13)));
    const offer = offerOf(await core.offers.take(CHAT_EVENT, UPLOADS, CHOICES, false));
    const choices = offer.findings?.[0]?.mends[0]?.choices ?? {};
    const mended = await core.offers.change(MEMBER, offer.code, choices);
    expect(mended).toMatchObject({
      value: {
        findings: [],
        quote: { micros: 490_000, seconds: 7 },
        request: { stretch: { fromSeconds: 0, toSeconds: 7 } },
      },
    });
    const whole = { trimFrom: undefined, trimTo: undefined, crop: undefined };
    expect(await core.offers.change(MEMBER, offer.code, whole)).toMatchObject({
      value: { findings: [{ code: 'clip-cuts' }], quote: { micros: 910_000 } },
    });
  });

  it('teaches, when its video has come, what was said of it', async () => {
    const { world, core, ctx, scheduler } = worldThatSees(pictureLook(), clipLook(cutAt(7, 13)));
    const { code } = offerOf(await core.offers.take(CHAT_EVENT, UPLOADS, CHOICES, false));
    await core.offers.confirm(MEMBER, code, PRICE);
    await core.jobs.recover();
    await scheduler.runAll(world.time.now + 3_600_000);
    await expect
      .poll(async () => (await ctx.lessons.read()).record)
      .toMatchObject({ 'kling-2.6': { jobs: 1, by: { 'clip-cuts': { jobs: 1 } } } });
  });

  it("keeps the clip's orientation in a part without the cut, though a cut looks like a move of the camera", async () => {
    const remote = createRemote('paid');
    const world = createWorld({
      remotes: [remote],
      clip: { durationMs: 9000, cameraMoves: true },
      media: { lookAtPicture: async () => pictureLook(), lookAtClip: async () => clipLook(cutAt(5, 9)) },
    });
    const { core } = world.boot();
    const offer = offerOf(await core.offers.take(CHAT_EVENT, UPLOADS, CHOICES, false));
    expect(offer.request.orientation).toBe('image');
    expect(await core.offers.change(MEMBER, offer.code, { trimFrom: 0, trimTo: 5 })).toMatchObject({
      value: { request: { orientation: 'video' }, quote: { notes: [] } },
    });
  });

  it('becomes a job of the part that was chosen, with what was said of it on record', async () => {
    const used: unknown[] = [];
    const { core } = worldThatSees(pictureLook({ people: inARow(3) }), clipLook(cutAt(4, 9)), {
      normaliseImage: async (_path, _to, options) => {
        used.push(options?.crop);
        return { ok: true, value: { mime: 'image/jpeg', width: 400, height: 800, bytes: 1 } };
      },
      normaliseClip: async (_path, _to, { fromSeconds, maxSeconds = 0 }) => {
        used.push([fromSeconds, maxSeconds]);
        const facts = { container: 'MP4', width: 720, height: 1280, fps: 30, hasSound: true, bytes: 1 };
        return { ok: true, value: { ...facts, durationMs: maxSeconds * 1000 } };
      },
      pictureHash: async () => ({ plain: 'f'.repeat(16), mirrored: '0'.repeat(16), middles: [] }),
    });
    const { code, findings = [] } = offerOf(await core.offers.take(CHAT_EVENT, UPLOADS, CHOICES, false));
    const second = findings.find((one) => one.code === 'several-people-in-image')?.mends[1]?.choices;
    await core.offers.change(MEMBER, code, { ...second, trimFrom: 4, trimTo: 9 });
    const made = await core.offers.confirm(MEMBER, code, PRICE);
    expect(used).toEqual([second?.crop, [4, 5]]);
    expect(made).toMatchObject({
      value: {
        kind: 'job',
        job: {
          findings: [],
          request: { crop: second?.crop, stretch: { fromSeconds: 4, toSeconds: 9 }, clipSeconds: 5 },
          // What is blocked of the whole picture is blocked of its parts.
          inputs: { image: { croppedFrom: { looks: { plain: 'f'.repeat(16) } } } },
        },
      },
    });
  });

  it('whose shots are all too short becomes a job of one of them that is repeated, at the price that was said', async () => {
    const [asked, paths]: [unknown[], string[]] = [[], []];
    const clip = clipLook({ ...cutAt(2, 4), best: [{ fromSeconds: 2.08, toSeconds: 4 }] });
    const { core } = worldThatSees(pictureLook(), clip, {
      normaliseClip: async (path, _to, { fromSeconds, maxSeconds, loopToSeconds }) => {
        paths.push(path);
        asked.push([fromSeconds, maxSeconds, loopToSeconds]);
        const facts = { container: 'MP4', width: 720, height: 1280, fps: 30, hasSound: true, bytes: 1 };
        return { ok: true, value: { ...facts, durationMs: (loopToSeconds ?? maxSeconds ?? 0) * 1000 } };
      },
    });
    const { code, findings = [] } = offerOf(await core.offers.take(CHAT_EVENT, UPLOADS, CHOICES, false));
    const [mend] = findings[0]?.mends ?? [];
    expect(mend).toMatchObject({ kind: 'loop', micros: 210_000 });
    const mended = await core.offers.change(MEMBER, code, mend?.choices ?? {});
    expect(mended).toMatchObject({
      value: {
        quote: { micros: 210_000, seconds: 3, notes: ['looped'] },
        findings: [{ code: 'clip-repeated' }],
      },
    });
    expect(await core.offers.confirm(MEMBER, code, PRICE)).toMatchObject({ value: { kind: 'job' } });
    // The part first, of the clip as it was given, and then that over and over.
    expect(asked).toEqual([
      [2.08, expect.closeTo(1.92), undefined],
      [undefined, undefined, 3],
    ]);
    expect(new Set(paths).size).toBe(2);
  });

  it('is proposed in the blocks of seconds that its provider bills', async () => {
    const clip = clipLook({ ...cutAt(14, 20) });
    const remote = createRemote('paid', {
      offers: [{ model: 'kling-2.6', quality: 'standard', bills: { micros: 500_000, blockSeconds: 5 } }],
    });
    remote.provider.quote = async ({ clipSeconds }) => ({
      micros: Math.ceil(clipSeconds / 5) * 500_000,
      notes: [],
    });
    const world = createWorld({
      remotes: [remote],
      clip: { durationMs: 20_000 },
      media: { lookAtPicture: async () => pictureLook(), lookAtClip: async () => clip },
    });
    const offer = offerOf(await world.boot().core.offers.take(CHAT_EVENT, UPLOADS, CHOICES, false));
    expect(offer.findings?.[0]?.mends).toMatchObject([
      { choices: { trimFrom: 0, trimTo: 10 }, micros: 1_000_000 },
      { choices: { trimFrom: 15, trimTo: 20 }, micros: 500_000 },
    ]);
  });

  it('is sent all the same with one yes, and what was said stays on record', async () => {
    const { core } = worldThatSees(pictureLook(), clipLook(cutAt(7, 13)));
    const { code } = offerOf(await core.offers.take(CHAT_EVENT, UPLOADS, CHOICES, false));
    expect(await core.offers.confirm(MEMBER, code, PRICE)).toMatchObject({
      value: { kind: 'job', job: { findings: ['clip-cuts'], quote: { micros: 910_000 } } },
    });
  });

  it('can not be a part of a picture that is a blocked one, though the whole is none', async () => {
    const looks = new Map([
      [UPLOADS.image.path, { plain: '0'.repeat(16), mirrored: '0'.repeat(16), middles: [] }],
    ]);
    const blocked = { plain: 'f'.repeat(16), mirrored: 'f'.repeat(16), middles: [] };
    const { core, ctx } = worldThatSees(pictureLook({ people: inARow(2) }), clipLook(), {
      pictureHash: async (path) => looks.get(path) ?? blocked,
    });
    await ctx.blocks.add({ jobId: 'x', scope: '*', at: 0, sha256: [], pHashes: [blocked.plain] });
    const { code, findings } = offerOf(await core.offers.take(CHAT_EVENT, UPLOADS, CHOICES, false));
    await core.offers.change(MEMBER, code, findings?.[0]?.mends[0]?.choices ?? {});
    expect(await core.offers.confirm(MEMBER, code, PRICE)).toMatchObject({
      refusal: { code: 'picture-blocked' },
    });
  });
});

describe('a pair on the page', () => {
  it('starts without a question: the page has said what there is to say beside its button', async () => {
    const { core } = worldThatSees(pictureLook(), clipLook(cutAt(7, 13)));
    expect(await core.offers.take(EVENT, UPLOADS, CHOICES, false)).toMatchObject({ value: { kind: 'job' } });
  });
});

describe('a look that fails', () => {
  it('says nothing, and what was asked of the files before is asked still', async () => {
    const world = createWorld({ media: { findPerson: async () => ({ image: false, clip: true }) } });
    const { core } = world.boot();
    expect(await core.intake.prepare('discord:10', UPLOADS, CHOICES)).toMatchObject({
      value: { findings: [], quote: { warnings: ['no-person-in-image'] } },
    });
  });
});
