import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cropTo, peopleIn } from '../../../src/core/coach/boxes.ts';
import { type Finding, type FindingCode, isHopeless } from '../../../src/core/coach/finding.ts';
import { findingsOf, type Seen } from '../../../src/core/coach/findings.ts';
import { findModel } from '../../../src/core/models/registry.ts';
import type { Choices } from '../../../src/core/price/quote.ts';
import { clipLook, cutAt, inARow, person, pictureLook, shot } from '../../fakes/looks.ts';

const CHOICES: Choices = { orientation: 'auto', quality: 'standard', sound: true, trim: false };

function found(
  seen: Seen,
  { model = 'kling-2.6', choices = {} }: { model?: string; choices?: Partial<Choices> } = {},
): Finding[] {
  const known = findModel(model);
  if (!known) throw new Error(`no model is called ${model}`);
  return findingsOf(seen, { model: known, choices: { ...CHOICES, ...choices }, orientation: 'video' });
}

const told = (findings: readonly Finding[]): [FindingCode, string][] =>
  findings.map(({ code, level }) => [code, level]);

const small = { left: 0.45, top: 0.4, width: 0.1, height: 0.4 };
const smallish = { left: 0.42, top: 0.3, width: 0.15, height: 0.45 };

describe('a good pair', () => {
  it('has nothing said about it, whatever the model is', () => {
    for (const model of ['kling-2.6', 'kling-3.0', 'wan-animate', 'dreamactor-2', 'p-video-animate', 'draft'])
      expect(found({ picture: pictureLook(), clip: clipLook() }, { model }), model).toEqual([]);
  });

  it('needs no look at what nobody has given yet', () => {
    expect(found({ picture: pictureLook() })).toEqual([]);
    expect(found({ clip: clipLook() })).toEqual([]);
    expect(found({})).toEqual([]);
  });
});

describe('of a picture for Kling', () => {
  it.each([
    ['nobody in it', { people: [], face: 0.05 }, [['no-person-in-image', 'may-fail']]],
    ['a drawing of a face alone', { people: [], face: 0.7 }, [['no-person-in-image', 'hint']]],
    ['a dog that is taken for a person', { face: 0.1 }, [['no-face-in-image', 'hint']]],
    ['a person who is seen from behind', { people: [person({ facing: 'back' })], face: 0 }, []],
    ['a face alone', { people: [person({ framing: 'bust' })] }, [['image-only-face', 'may-fail']]],
    ['a person down to the waist', { people: [person({ framing: 'upper' })] }, []],
    ['a person far away', { people: [person({ box: small })] }, [['image-person-small', 'may-fail']]],
    ['a person rather far away', { people: [person({ box: smallish })] }, [['image-person-small', 'hint']]],
    ['three people of one size', { people: inARow(3) }, [['several-people-in-image', 'may-fail']]],
    ['a child beside a grown-up', { people: [person(), person({ box: small })] }, []],
    ['a phone that was held upside down', { turned: 180 }, [['image-not-upright', 'may-fail']]],
    ['somebody who lies', { people: [person({ upright: false })] }, [['image-not-upright', 'hint']]],
    ['a head that is cut off', { people: [person({ headInView: false })] }, [['image-head-cut', 'hint']]],
    ['hands that are cut off', { people: [person({ handsInView: false })] }, [['image-hands-cut', 'hint']]],
    ['no fine line in it', { blurred: true }, [['image-blurred', 'hint']]],
    ['hardly any light', { dark: true }, [['image-dark', 'hint']]],
    ['few pixels', { width: 400, height: 600 }, [['image-small', 'hint']]],
  ] as const)('%s is told as it is measured', (_, look, expected) => {
    expect(told(found({ picture: pictureLook(look as never) }))).toEqual(expected);
  });

  it('three people are told with their number and where each is, and each can be cropped to', () => {
    const [finding] = found({ picture: pictureLook({ people: inARow(3) }) });
    expect(finding?.measured).toEqual({ people: 3 });
    expect(finding?.boxes).toHaveLength(3);
    expect(finding?.mends.map(({ kind, person: number }) => [kind, number])).toEqual([
      ['crop', 1],
      ['crop', 2],
      ['crop', 3],
    ]);
  });

  it('somebody between two others of whom no more than a face is seen can be cropped to as well, with the chest', () => {
    const face = { left: 0.45, top: 0.3, width: 0.1, height: 0.12 };
    const hidden = person({ box: face, head: face, framing: 'face', score: 0, facing: 'unclear' });
    const [finding] = found({ picture: pictureLook({ people: [...inARow(2), hidden] }) });
    const crops = finding?.mends.map(({ person: number, choices }) => [number, choices.crop]);
    expect(crops?.map(([number]) => number)).toEqual([1, 2, 3]);
    const crop = finding?.mends[2]?.choices.crop;
    expect(crop?.top).toBeLessThan(0.3);
    expect((crop?.top ?? 0) + (crop?.height ?? 0)).toBeGreaterThan(0.3 + 3 * 0.12);
    expect(crop?.width).toBeGreaterThan(0.25);
  });

  it('whoever is in a part of it without a head is nobody there', () => {
    const behind = person({ box: { left: 0, top: 0, width: 0.9, height: 1 } });
    const inFront = person({ box: { left: 0.3, top: 0.35, width: 0.4, height: 0.6 } });
    const picture = pictureLook({ people: [behind, inFront] });
    const crop = { left: 0.1, top: 0.3, width: 0.7, height: 0.7 };
    expect(peopleIn(picture, crop)).toMatchObject([{ box: inFront.box }]);
    expect(found({ picture }, { choices: { crop } })).toEqual([]);
  });

  it('forty people are counted, and no more are offered than there is room for', () => {
    const [finding] = found({ picture: pictureLook({ people: inARow(12), count: 40 }) });
    expect(finding?.measured).toEqual({ people: 40 });
    expect(finding?.mends.length).toBeLessThanOrEqual(5);
  });

  it('one of three who was cropped to is alone in what is left', () => {
    const picture = pictureLook({ people: inARow(3) });
    const crop = found({ picture })[0]?.mends[1]?.choices.crop;
    if (!crop) throw new Error('the second one can be cropped to');
    expect(found({ picture }, { choices: { crop } })).toEqual([]);
  });
});

describe('a crop', () => {
  it('is as large as the model takes it, with the person in its middle', () => {
    const picture = pictureLook({ people: [person({ box: small })] });
    const crop = found({ picture })[0]?.mends[0]?.choices.crop;
    if (!crop) throw new Error('a small person can be cropped to');
    expect(crop.width * picture.width).toBeGreaterThanOrEqual(300);
    expect(crop.height * picture.height).toBeGreaterThanOrEqual(300);
    expect(crop.left + crop.width / 2).toBeCloseTo(0.5, 2);
    expect(crop.left).toBeLessThan(small.left);
    expect(crop.top + crop.height).toBeGreaterThan(small.top + small.height);
  });

  it('of any person in any picture is one that the model takes, and has all of them in it', () => {
    const side = fc.integer({ min: 400, max: 8000 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const limits = { minSide: 300, maxRatio: 2.5 };
    fc.assert(
      fc.property(side, side, share, share, share, share, (width, height, left, top, wide, high) => {
        const size = { width: 0.02 + wide * (0.98 - left * 0.98), height: 0.02 + high * (0.98 - top * 0.98) };
        const box = { left: left * 0.98, top: top * 0.98, ...size };
        const crop = cropTo({ box }, { width, height }, limits);
        if (!crop) return;
        const [across, down] = [Math.round(crop.width * width), Math.round(crop.height * height)];
        expect(Math.min(across, down)).toBeGreaterThanOrEqual(300);
        expect(Math.max(across, down) / Math.min(across, down)).toBeLessThanOrEqual(2.5);
        expect(crop.left).toBeLessThanOrEqual(box.left + 0.001);
        expect(crop.left + crop.width).toBeGreaterThanOrEqual(Math.min(1, box.left + box.width) - 0.002);
        expect(crop.top + crop.height).toBeGreaterThanOrEqual(Math.min(1, box.top + box.height) - 0.002);
        expect(crop.left + crop.width).toBeLessThanOrEqual(1.002);
      }),
      { seed: 16, numRuns: 2000 },
    );
  });

  it('never reaches over an edge', () => {
    const corner = { left: 0, top: 0, width: 0.15, height: 0.3 };
    const crop = found({ picture: pictureLook({ people: [person({ box: corner })] }) })[0]?.mends[0]?.choices
      .crop;
    expect(crop).toMatchObject({ left: 0, top: 0 });
  });

  it('is not offered where the picture is too small for one', () => {
    const picture = pictureLook({ width: 310, height: 310, people: [person({ box: small })] });
    expect(found({ picture }).flatMap(({ mends }) => mends)).toEqual([]);
  });

  it('is offered to what lies between plain bars', () => {
    const inBars = { left: 0, top: 0.2, width: 1, height: 0.6 };
    expect(found({ picture: pictureLook({ inBars }) })).toMatchObject([
      { code: 'image-in-bars', level: 'hint', mends: [{ kind: 'crop', choices: { crop: inBars } }] },
    ]);
  });
});

describe('of a clip for Kling', () => {
  it.each([
    ['nobody in it', { people: [], face: 0 }, [['no-person-in-clip', 'may-fail']]],
    ['a cut that is sure', cutAt(7, 10), [['clip-cuts', 'will-fail']]],
    ['what may be a cut, or noise', cutAt(7, 10, 12), [['clip-cuts', 'may-fail']]],
    ['a fade', { fades: [{ fromSeconds: 3, toSeconds: 4 }] }, [['clip-fades', 'may-fail']]],
    [
      'somebody who goes away',
      { outOfView: [{ fromSeconds: 5, toSeconds: 8 }] },
      [['clip-out-of-view', 'may-fail']],
    ],
    ['somebody who is hidden for a moment', { outOfView: [{ fromSeconds: 5, toSeconds: 5.5 }] }, []],
    [
      'nobody until its last second',
      { outOfView: [{ fromSeconds: 0, toSeconds: 7 }] },
      [['clip-out-of-view', 'may-fail']],
    ],
    [
      'two who dance together',
      { people: inARow(2), second: 0.9, shots: [shot(0, 8, { count: 2 })] },
      [['several-people-in-clip', 'may-fail']],
    ],
    ['a passer-by', { people: inARow(2), second: 0.2, shots: [shot(0, 8, { count: 2 })] }, []],
    ['a face alone', { shots: [shot(0, 8, { framing: 'face' })] }, [['clip-only-face', 'may-fail']]],
    [
      'a slide show',
      { still: true, ...cutAt(4, 8) },
      [
        ['clip-cuts', 'will-fail'],
        ['clip-still', 'may-fail'],
      ],
    ],
    ['a dance that is far too fast', { speed: 14 }, [['clip-too-fast', 'hint']]],
    ['a camera that moves', { cameraMoves: true }, [['clip-camera-moves', 'hint']]],
    ['a camera that races', { cameraMoves: true, cameraRaces: true }, [['clip-camera-races', 'hint']]],
    ['a phone that was held upside down', { turned: 180 }, [['clip-not-upright', 'may-fail']]],
    ['a sound track without a sound', { sound: 'silent' }, [['clip-silent', 'hint']]],
    ['no sound track at all', { sound: 'none' }, []],
  ] as const)('%s is told as it is measured', (_, look, expected) => {
    expect(told(found({ clip: clipLook(look as never) }))).toEqual(expected);
  });

  it('a cut is told with its time, and mended by the longest shot', () => {
    expect(found({ clip: clipLook(cutAt(7.3, 10)) })).toMatchObject([
      {
        code: 'clip-cuts',
        measured: { cuts: 1, firstSeconds: 7.3 },
        spans: [{ fromSeconds: 7.3, toSeconds: 7.3 }],
        mends: [{ kind: 'trim', choices: { trimFrom: 0, trimTo: 7 } }],
      },
    ]);
  });

  it('a cut is no longer told once the clip ends at it, and one outside of what is used never was', () => {
    const clip = clipLook(cutAt(7, 10));
    expect(found({ clip }, { choices: { trimFrom: 0, trimTo: 7 } })).toEqual([]);
    expect(found({ clip }, { choices: { trimFrom: 7, trimTo: 10 } })).toEqual([]);
  });

  it('a clip that is all cuts has no mend, as no shot of it is long enough', () => {
    const cuts = [1, 2, 3, 4, 5].map((atSeconds) => ({ atSeconds, score: 40, beside: 3 }));
    const shots = [0, 1, 2, 3, 4, 5].map((at) => shot(at, at + 1));
    const findings = found({ clip: clipLook({ seconds: 6, cuts, shots }) });
    expect(findings).toMatchObject([{ code: 'clip-cuts', level: 'will-fail', mends: [] }]);
  });

  it('a clip whose shots are all too short is mended by the best of them over and over', () => {
    const cuts = [2, 4].map((atSeconds) => ({ atSeconds, score: 40, beside: 3 }));
    const shots = [shot(0, 2, { motion: 0.1 }), shot(2, 4), shot(4, 6)];
    const best = [{ fromSeconds: 2.08, toSeconds: 3.92 }];
    const [finding] = found({ clip: clipLook({ seconds: 6, cuts, shots, best }) });
    expect(finding).toMatchObject({
      code: 'clip-cuts',
      mends: [{ kind: 'loop', choices: { trimFrom: 2.08, trimTo: 3.92, loop: true } }],
    });
  });

  it('a clip that has to be repeated is told to jump where it begins anew', () => {
    expect(found({ clip: clipLook({ seconds: 2 }) })).toMatchObject([
      { code: 'clip-repeated', level: 'hint', measured: { seconds: 2, least: 3 } },
    ]);
    expect(found({ clip: clipLook({ seconds: 2 }) }, { model: 'wan-animate' })).toEqual([]);
  });

  it('a silent sound track is mended by doing without it, where the model has a choice and sound is wanted', () => {
    const clip = clipLook({ sound: 'silent' });
    expect(found({ clip })).toMatchObject([
      { code: 'clip-silent', mends: [{ kind: 'sound', choices: { sound: false } }] },
    ]);
    expect(found({ clip }, { choices: { sound: false } })).toEqual([]);
    expect(found({ clip }, { model: 'wan-animate' })).toEqual([]);
  });

  it('of a clip that is longer than the model takes, the best part is offered though it spares nothing', () => {
    const best = [{ fromSeconds: 12, toSeconds: 42 }];
    const told = found({ clip: clipLook({ seconds: 50, best }) }, { choices: { trim: true } });
    expect(told).toMatchObject([{ code: 'clip-best', mends: [{ choices: { trimFrom: 12, trimTo: 42 } }] }]);
    const first = [{ fromSeconds: 0, toSeconds: 42 }];
    expect(found({ clip: clipLook({ seconds: 50, best: first }) }, { choices: { trim: true } })).toEqual([]);
  });

  it('what is best of it is offered where it spares a good part of the price, as whole seconds to its quiet end', () => {
    const best = [{ fromSeconds: 4.4, toSeconds: 10.9 }];
    expect(found({ clip: clipLook({ seconds: 20, best }) })).toMatchObject([
      { code: 'clip-best', level: 'hint', mends: [{ choices: { trimFrom: 4.9, trimTo: 10.9 } }] },
    ]);
    expect(found({ clip: clipLook({ seconds: 7, best: [{ fromSeconds: 0.2, toSeconds: 6.4 }] }) })).toEqual(
      [],
    );
  });

  it('a moving camera can be followed by the picture where that takes as much of the clip', () => {
    const mends = (seconds: number) =>
      found({ clip: clipLook({ seconds, cameraMoves: true }) }).flatMap(({ mends }) => mends);
    expect(mends(8)).toMatchObject([{ kind: 'orientation', choices: { orientation: 'image' } }]);
    expect(mends(12)).toEqual([]);
  });

  it('one of two shots that shows a single person mends a clip of several', () => {
    const clip = clipLook({
      ...cutAt(4, 10),
      people: inARow(2),
      second: 0.8,
      shots: [shot(0, 4), shot(4, 10, { count: 2 })],
    });
    const several = found({ clip }).find(({ code }) => code === 'several-people-in-clip');
    expect(several?.mends.map(({ choices }) => choices.trimFrom)).toEqual([0]);
  });
});

describe('of a pair for Kling', () => {
  it.each([
    ['hips and a dance with legs', 'hips', 'whole', [['legs-invented', 'may-fail']]],
    ['a whole person and a talk', 'whole', 'upper', []],
    ['a face and a dance', 'bust', 'whole', [['image-only-face', 'may-fail']]],
    ['two of a kind', 'upper', 'upper', []],
  ] as const)('%s are told once', (_, picture, clip, expected) => {
    const seen = {
      picture: pictureLook({ people: [person({ framing: picture })] }),
      clip: clipLook({ shots: [shot(0, 8, { framing: clip })] }),
    };
    expect(told(found(seen))).toEqual(expected);
  });

  it('a picture without legs is mended by a shot that needs none', () => {
    const seen = {
      picture: pictureLook({ people: [person({ framing: 'hips' })] }),
      clip: clipLook({
        ...cutAt(8, 12),
        cuts: [],
        shots: [shot(0, 8), shot(8, 12, { framing: 'upper' })],
      }),
    };
    const [legs] = found(seen);
    expect(legs).toMatchObject({
      code: 'legs-invented',
      mends: [{ kind: 'trim', choices: { trimFrom: 8, trimTo: 12 } }],
    });
  });

  it('a face and a back do not fit, and what is hard to tell is not told', () => {
    const pair = (facing: 'back' | 'unclear') => ({
      picture: pictureLook(),
      clip: clipLook({ firstPose: person({ facing }) }),
    });
    expect(told(found(pair('back')))).toEqual([['facing-differs', 'hint']]);
    expect(found(pair('unclear'))).toEqual([]);
  });
});

describe('what is told', () => {
  const bad = {
    picture: pictureLook({ people: inARow(2), dark: true }),
    clip: clipLook({ ...cutAt(5, 9), speed: 20 }),
  };

  it('has the worst first', () => {
    expect(told(found(bad))).toEqual([
      ['clip-cuts', 'will-fail'],
      ['several-people-in-image', 'may-fail'],
      ['clip-too-fast', 'hint'],
      ['image-dark', 'hint'],
    ]);
  });

  it('depends on the model', () => {
    const cuts = (model: string) => found(bad, { model }).find(({ code }) => code === 'clip-cuts')?.level;
    expect(['kling-2.6', 'wan-animate', 'draft'].map(cuts)).toEqual(['will-fail', 'may-fail', 'hint']);
    expect(isHopeless(found(bad, { model: 'draft' }))).toBe(false);
  });

  it('never calls a statue, a drawing, an animal, a mirror or a split screen hopeless', () => {
    const doubtful: Seen[] = [
      { picture: pictureLook({ face: 0 }) },
      { picture: pictureLook({ people: [], face: 0.2 }) },
      { picture: pictureLook({ people: inARow(2) }) },
      { clip: clipLook({ people: inARow(2), second: 1, shots: [shot(0, 8, { count: 2 })] }) },
      { clip: clipLook({ people: [], face: 0 }) },
      { clip: clipLook({ outOfView: [{ fromSeconds: 0, toSeconds: 7 }] }) },
      { picture: pictureLook({ turned: 180 }), clip: clipLook({ turned: 180 }) },
    ];
    for (const seen of doubtful) expect(isHopeless(found(seen))).toBe(false);
  });
});
