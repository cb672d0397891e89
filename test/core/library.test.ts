import { describe, expect, it, vi } from 'vitest';
import type { Job } from '../../src/core/job/job.ts';
import type { LibraryItem } from '../../src/core/library/item.ts';
import { UNCHOSEN } from '../../src/core/library/prices.ts';
import { partText } from '../../src/core/library/saving.ts';
import type { Caller } from '../../src/core/limits/access.ts';
import { MachineBusy, type Media } from '../../src/core/media.ts';
import { accept } from '../../src/core/refusals.ts';
import { FORGOTTEN } from '../../src/core/trust/audit.ts';
import { fakeFiles } from '../fakes/files.ts';
import { aCharacter, aMotion } from '../fakes/items.ts';
import { inARow, pictureLook } from '../fakes/looks.ts';
import { createRemote } from '../fakes/remote.ts';
import {
  CHAT_EVENT,
  CHOICES,
  createJob,
  createWorld,
  MEMBER,
  UPLOADS,
  type WorldOptions,
} from '../fakes/world.ts';

const LOOK = {
  width: 720,
  height: 1280,
  turned: 0 as const,
  seconds: 20,
  people: [],
  count: 1,
  second: 0,
  face: 0,
  moments: [0, 3, 6, 9, 12, 15].map((atSeconds) => ({
    atSeconds,
    boxes: [],
    motion: atSeconds === 9 || atSeconds === 12 ? 5 : 0,
  })),
  cuts: [],
  fades: [],
  outOfView: [],
  shots: [],
  best: [{ fromSeconds: 1, toSeconds: 19 }],
  speed: 1,
  cameraMoves: false,
  cameraRaces: false,
  still: false,
  sound: 'heard' as const,
};

const PICTURE_LOOK = {
  width: 800,
  height: 800,
  turned: 0 as const,
  people: [],
  count: 0,
  face: 0,
  sharpness: 1,
  blurred: false,
  brightness: 0.5,
  dark: false,
};

const CLIP = { path: '/in/clip', sha256: 'c', name: 'dance_off.mp4' };
const PICTURE = { path: '/in/picture', sha256: 'p', name: 'IMG_1234.jpg' };
const member = (name: string, over: Partial<Caller['requester']> = {}, moderator = false): Caller => ({
  requester: { ...CHAT_EVENT.requester, memberId: `discord:${name}`, ...over },
  standing: { moderator, private: false },
});
const missing = (): never => {
  throw new Error('it is missing');
};
const ME = MEMBER;
const OTHER = member('8');
const ADMIN = member('1', {}, true);

const taken = <T>(outcome: { ok: true; value: T } | { ok: false; refusal: unknown }): T => {
  if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
  return outcome.value;
};
const codeOf = (outcome: { ok: boolean; refusal?: { code: string } }): string | undefined =>
  outcome.ok ? undefined : outcome.refusal?.code;

async function setUp(options: WorldOptions = {}) {
  const files = fakeFiles();
  const calls = { checkClip: 0, normaliseClip: 0, lookAtClip: 0, checkImage: 0, normaliseImage: 0 };
  const world = createWorld({ files, remotes: [createRemote('fal')], ...options });
  const life = world.boot();
  // Counted on the port itself, whatever the test has put there.
  for (const name of Object.keys(calls) as (keyof typeof calls)[]) {
    const real = life.ctx.media[name] as (...args: unknown[]) => unknown;
    (life.ctx.media as Record<string, unknown>)[name] = (...args: unknown[]) => {
      calls[name] += 1;
      return real(...args);
    };
  }
  await life.jobs.recover();
  const { library } = life.core;
  let events = 0;
  const event = (caller: Caller) => {
    events += 1;
    return { ...caller, id: `discord:keep-${events}` };
  };

  async function keep(
    caller: Caller = ME,
    kind: 'motion' | 'character' = 'motion',
    {
      name = 'Shuffle',
      scope = 'space' as 'space' | 'mine',
      shows = 'no-person' as const,
      upload = kind === 'motion' ? CLIP : PICTURE,
    } = {},
  ): Promise<LibraryItem> {
    const saving = taken(await library.savings.look(event(caller), kind, upload, name));
    const saved = taken(await library.savings.save(caller, saving.code, { scope, shows }));
    if (saved.kind !== 'saved') throw new Error('the name was taken');
    return saved.item;
  }

  async function animate(caller: Caller, id: string, motion: string, character?: string) {
    const clip = taken(await library.take(caller, 'motion', motion));
    const image = character ? taken(await library.take(caller, 'character', character)) : UPLOADS.image;
    return createJob(life.intake, { ...caller, id }, { image, clip }, CHOICES);
  }
  return { world, life, files, calls, library, event, keep, animate };
}

describe('a motion', () => {
  it('is looked at, cut and shown first, and kept with a yes', async () => {
    const { library, event, world } = await setUp({ media: { preview: async () => true } });
    const saving = taken(await library.savings.look(event(ME), 'motion', CLIP, undefined));
    expect(saving).toMatchObject({ kind: 'motion', name: 'dance off', micros: 280_000, wholeSeconds: 4 });
    expect(saving.preview).toBeDefined();
    expect(await world.disk.library.on(['space:discord:10'], 'motion')).toEqual([]);
    const saved = taken(await library.savings.save(ME, saving.code, { scope: 'space' }));
    expect(saved).toMatchObject({ kind: 'saved', item: { name: 'dance off', ownerId: 'discord:7' } });
  });

  it('is one item, however often its yes is said, also by a hand that shakes', async () => {
    const { library, event } = await setUp();
    const asked = event(ME);
    const saving = taken(await library.savings.look(asked, 'motion', CLIP, 'Shuffle'));
    expect(taken(await library.savings.look(asked, 'motion', CLIP, 'Shuffle')).code).toBe(saving.code);
    const yes = () => library.savings.save(ME, saving.code, { scope: 'space' });
    const [one, other] = await Promise.all([yes(), yes()]);
    expect(taken(one)).toEqual(taken(other));
    expect(taken(await library.list(ME, { kind: 'motion' }))).toHaveLength(1);
  });

  it('is the very file that a job is made with, without another look at it', async () => {
    const lookAtClip: Media['lookAtClip'] = async () => ({ ...LOOK, seconds: 4 });
    const { keep, animate, calls, world } = await setUp({ media: { lookAtClip } });
    const item = await keep();
    const before = { ...calls };
    taken(await animate(OTHER, 'discord:901', 'shuf'));
    const job = await world.disk.store.get('discord:901');
    expect(job?.inputs.clip).toMatchObject({ key: item.file.key, item: item.id, name: 'Shuffle' });
    expect(calls).toEqual({
      ...before,
      checkImage: before.checkImage + 1,
      normaliseImage: before.normaliseImage + 1,
    });
  });

  it('can’t be kept of a job whose clip is gone, which is said as that', async () => {
    const { library, keep, animate, event, life, files, world } = await setUp();
    const item = await keep();
    taken(await animate(OTHER, 'discord:901', 'shuf'));
    const job = await world.disk.store.get('discord:901');
    if (!job) throw new Error('there is no job');
    const { has } = life.ctx.files;
    const look = () => library.savings.lookAtJob(event(OTHER), 'motion', job);
    files.kept.delete(item.file.key);
    expect(codeOf(await look())).toBe('file-gone');
    // It goes between the look for it and its use.
    life.ctx.files.has = vi.fn(has).mockResolvedValueOnce(true);
    expect(codeOf(await look())).toBe('file-gone');
  });

  it('needs nothing to be looked at where it goes with a character', async () => {
    const lookAtClip: Media['lookAtClip'] = async () => ({ ...LOOK, seconds: 4 });
    const lookAtPicture: Media['lookAtPicture'] = async () => PICTURE_LOOK;
    const { keep, animate, calls, world } = await setUp({ media: { lookAtClip, lookAtPicture } });
    await keep();
    const rob = await keep(ME, 'character', { name: 'Rob', scope: 'mine' });
    const before = { ...calls };
    taken(await animate(ME, 'discord:901', 'Shuffle', 'rob'));
    expect(calls).toEqual(before);
    expect((await world.disk.store.get('discord:901'))?.inputs.image).toMatchObject({ item: rob.id });
  });

  it('is normalised anew for a model that does not take it as it is', async () => {
    const { keep, calls, life, library } = await setUp();
    const item = await keep();
    await life.ctx.library.change(
      item.id,
      (one) => ({ ...one, facts: { ...one.facts, bytes: 1e9 } }) as LibraryItem,
      () => ({ shelf: 200, owner: 20 }),
    );
    const before = calls.normaliseClip;
    const clip = taken(await library.take(ME, 'motion', 'Shuffle'));
    taken(await createJob(life.intake, { ...ME, id: 'discord:901' }, { ...UPLOADS, clip }, CHOICES));
    expect(calls.normaliseClip).toBe(before + 1);
  });

  it('that was removed while a form was open with it is refused in words; an offer with it keeps its file', async () => {
    const { keep, library, life, files } = await setUp();
    const item = await keep();
    const clip = taken(await library.take(OTHER, 'motion', item.id));
    const event = { ...OTHER, id: 'discord:901' };
    const offered = taken(await life.core.offers.take(event, { ...UPLOADS, clip }, CHOICES, true));
    if (offered.kind !== 'offer') throw new Error('no offer');
    taken(await library.remove(ME, item));
    expect(codeOf(await library.take(OTHER, 'motion', item.id))).toBe('no-such-item');
    expect(files.kept.has(item.file.key)).toBe(true);
    const job = taken(
      await life.core.offers.confirm({ ...OTHER }, offered.offer.code, offered.offer.quote.micros),
    );
    expect(job).toMatchObject({ kind: 'job' });
  });

  it('leaves no file behind when it is removed, nor when its yes never came', async () => {
    const { keep, library, event, files, world } = await setUp();
    const item = await keep();
    await library.savings.look(event(ME), 'motion', { ...CLIP, path: '/in/other' }, 'Twist');
    taken(await library.remove(ME, item));
    world.time.now += 3_600_000;
    await library.savings.sweep();
    expect([...files.kept]).toEqual([]);
  });

  it('waits on where the machine is too busy for another part of it, or for what its yes takes', async () => {
    const busy = { clip: false };
    const { library, event, life } = await setUp({
      clip: { durationMs: 20_000 },
      media: { lookAtClip: async () => LOOK },
    });
    const { media } = life.ctx;
    const { normaliseClip } = media;
    media.normaliseClip = async (...args) => {
      if (busy.clip) throw new MachineBusy('no room');
      return normaliseClip(...args);
    };
    media.pictureHash = () => Promise.reject(new MachineBusy('no room'));
    const { code } = taken(await library.savings.look(event(ME), 'motion', CLIP, 'Long'));
    busy.clip = true;
    expect(codeOf(await library.savings.choose(ME, code, {}))).toBe('busy');
    expect(taken(await library.savings.save(ME, code, { scope: 'mine' }))).toMatchObject({ kind: 'saved' });
    const picture = taken(await library.savings.look(event(ME), 'character', PICTURE, 'Ann'));
    expect(codeOf(await library.savings.save(ME, picture.code, { scope: 'mine' }))).toBe('busy');
    expect((await library.savings.find(ME, picture.code)).ok).toBe(true);
  });

  it('of a name that another took a moment before is proposed under a free one', async () => {
    const { library, event } = await setUp();
    const [mine, theirs] = [ME, OTHER].map((who) => library.savings.look(event(who), 'motion', CLIP, 'Café'));
    const [one, other] = [taken(await (mine ?? missing())), taken(await (theirs ?? missing()))];
    const [first, second] = await Promise.all([
      library.savings.save(ME, one.code, { scope: 'space' }),
      library.savings.save(OTHER, other.code, { scope: 'space' }),
    ]);
    const kinds = [taken(first).kind, taken(second).kind].sort();
    expect(kinds).toEqual(['saved', 'taken']);
    const [loser, code] = taken(first).kind === 'taken' ? [ME, one.code] : [OTHER, other.code];
    const again = taken(await library.savings.save(loser ?? ME, code ?? '', { scope: 'space' }));
    expect(again).toMatchObject({ kind: 'saved', item: { name: 'Café 2' } });
  });

  it('that nobody can look at just now is refused, and nothing of it stays', async () => {
    const { library, event, files } = await setUp({
      media: { checkClip: async () => ({ ok: false, refusal: { code: 'busy' } }) },
    });
    expect(codeOf(await library.savings.look(event(ME), 'motion', CLIP, 'x'))).toBe('busy');
    expect([...files.kept]).toEqual([]);
  });
});

describe('a long clip', () => {
  const media: Partial<Media> = { lookAtClip: async () => LOOK };

  it('is proposed as its liveliest five seconds; another part, or all of it, is a press away', async () => {
    const cuts: unknown[] = [];
    const normaliseClip: Media['normaliseClip'] = async (_path, _to, { fromSeconds, maxSeconds = 20 }) => {
      cuts.push({ fromSeconds, maxSeconds });
      return accept({
        container: 'MP4',
        width: 720,
        height: 1280,
        durationMs: maxSeconds * 1000,
        fps: 30,
        hasSound: true,
        bytes: 1000,
      });
    };
    const { library, event } = await setUp({
      clip: { durationMs: 20_000 },
      media: { ...media, normaliseClip },
    });
    const saving = taken(await library.savings.look(event(ME), 'motion', CLIP, 'Long'));
    expect(saving).toMatchObject({ stretch: { fromSeconds: 9, toSeconds: 14 }, facts: { durationMs: 5000 } });
    const other = taken(
      await library.savings.choose(ME, saving.code, { span: { fromSeconds: 1, toSeconds: 6 } }),
    );
    expect(other).toMatchObject({ stretch: { fromSeconds: 1, toSeconds: 6 } });
    const whole = taken(await library.savings.choose(ME, saving.code, {}));
    expect(whole).toMatchObject({ facts: { durationMs: 20_000 } });
    expect(cuts).toEqual([
      { fromSeconds: 9, maxSeconds: 5 },
      { fromSeconds: 1, maxSeconds: 5 },
      { fromSeconds: undefined, maxSeconds: 20 },
    ]);
    expect(codeOf(await library.savings.choose(OTHER, saving.code, {}))).toBe('not-allowed');
  });

  it('of which another part can’t be cut just now stays as it was shown', async () => {
    const { life, library, event } = await setUp({ clip: { durationMs: 20_000 }, media });
    const saving = taken(await library.savings.look(event(ME), 'motion', CLIP, 'Long'));
    life.ctx.media.normaliseClip = async () => {
      throw new MachineBusy('all hands are full');
    };
    expect(codeOf(await library.savings.choose(ME, saving.code, {}))).toBe('busy');
    expect(taken(await library.savings.find(ME, saving.code))).toEqual(saving);
  });

  it('that is no longer among our files has expired, and is no missing job', async () => {
    const { files, library, event } = await setUp({ clip: { durationMs: 20_000 }, media });
    const saving = taken(await library.savings.look(event(ME), 'motion', CLIP, 'Long'));
    files.kept.clear();
    expect(codeOf(await library.savings.choose(ME, saving.code, {}))).toBe('offer-expired');
  });
});

describe('who may use and change what is in the library', () => {
  it('is everybody for what is the space’s, and one member alone for what is theirs', async () => {
    const { keep, library } = await setUp();
    await keep();
    await keep(ME, 'motion', { name: 'Secret', scope: 'mine' });
    const namesFor = async (who: Caller) =>
      taken(await library.list(who, { kind: 'motion' })).map(({ item, mayChange }) => [item.name, mayChange]);
    expect(await namesFor(ME)).toEqual([
      ['Secret', true],
      ['Shuffle', true],
    ]);
    expect(await namesFor(OTHER)).toEqual([['Shuffle', false]]);
    expect(await namesFor(ADMIN)).toEqual([['Shuffle', true]]);
    expect(await namesFor(member('7', { spaceId: 'discord:11' }))).toEqual([['Secret', true]]);
    expect(codeOf(await library.take(OTHER, 'motion', 'Secret'))).toBe('no-such-item');
  });

  it('lets its owner or a moderator rename, move and remove it, and admins alone pin it', async () => {
    const { keep, library } = await setUp();
    const item = await keep();
    for (const done of [
      await library.rename(OTHER, item, 'Mine now'),
      await library.move(OTHER, item, 'mine'),
      await library.remove(OTHER, item),
    ])
      expect(codeOf(done)).toBe('not-allowed');
    expect(codeOf(await library.pin(ME, item, true))).toBe('not-allowed');
    const renamed = taken(await library.rename(ADMIN, item, 'Two-step'));
    expect(taken(await library.pin(ADMIN, renamed, true))).toMatchObject({
      name: 'Two-step',
      pinned: true,
    });
    const moved = taken(await library.move(ME, renamed, 'mine'));
    expect(moved).toMatchObject({ scope: 'mine' });
    expect(moved.pinned).toBeUndefined();
    expect(taken(await library.list(OTHER, { kind: 'motion' }))).toEqual([]);
    taken(await library.move(ME, moved, 'space'));
    taken(await library.remove(ADMIN, moved));
    expect(codeOf(await library.rename(ME, moved, 'x'))).toBe('no-such-item');
  });

  it('follows what admins say of who may add, and how much', async () => {
    const { library, life, keep, event } = await setUp();
    const set = (texts: Record<string, string>) =>
      life.ctx.settings.change('discord:10', 'discord:1', 'library', texts);
    await set({ who: 'admins' });
    expect([library.savings.scopes(ME), library.savings.scopes(ADMIN)]).toEqual([
      ['mine'],
      ['space', 'mine'],
    ]);
    const saving = taken(await library.savings.look(event(ME), 'motion', CLIP, 'Shuffle'));
    expect(await library.savings.save(ME, saving.code, { scope: 'space' })).toMatchObject({
      refusal: { code: 'not-allowed', why: 'library' },
    });
    // A server of their own, where they may, is not the one where it would be kept.
    const atHome: Caller = {
      requester: { ...ME.requester, spaceId: 'discord:11' },
      standing: { moderator: true, private: false },
    };
    expect(await library.savings.save(atHome, saving.code, { scope: 'space' })).toMatchObject({
      refusal: { code: 'not-allowed', why: 'library' },
    });
    await set({ role: '77' });
    expect(library.savings.scopes(member('7', { roles: ['77'] }))).toContain('space');
    expect(library.savings.scopes(ME)).toEqual(['mine']);
    await set({ who: 'everyone', each: '1', most: '2' });
    await keep();
    await expect(keep(ME, 'motion', { name: 'Twist' })).rejects.toThrow('"whose":"member","max":1');
    await keep(OTHER, 'motion', { name: 'Twist' });
    await expect(keep(ADMIN, 'motion', { name: 'Third' })).rejects.toThrow('"whose":"space","max":2');
    await set({ who: 'off' });
    expect(codeOf(await library.list(ME, { kind: 'motion' }))).toBe('library-off');
    expect(codeOf(await library.take(ME, 'motion', 'Shuffle'))).toBe('library-off');
    expect(codeOf(await library.savings.look(event(ME), 'motion', CLIP, 'x'))).toBe('library-off');
  });

  it('is nobody who was blocked, or left without the library, while something waited for their yes', async () => {
    const { keep, library, life, event } = await setUp({
      clip: { durationMs: 20_000 },
      media: { lookAtClip: async () => LOOK },
    });
    const item = await keep(ME, 'motion', { name: 'Mine', scope: 'mine' });
    const { savings } = library;
    const { code } = taken(await savings.look(event(ME), 'motion', CLIP, 'Shuffle'));
    const job = { inputs: { clip: item.file }, requester: ME.requester } as unknown as Job;
    const all = async () =>
      Promise.all([
        savings.look(event(ME), 'motion', { ...CLIP, path: '/in/other' }, 'x'),
        savings.lookAtJob(event(ME), 'motion', job),
        savings.find(ME, code),
        savings.choose(ME, code, {}),
        savings.call(ME, code, 'Other'),
        savings.save(ME, code, { scope: 'mine' }),
        library.rename(ME, item, 'Other'),
        library.move(ME, item, 'space'),
      ]);
    const set = (part: string, texts: Record<string, string>) =>
      life.ctx.settings.change('discord:10', 'discord:1', part, texts);
    await set('library', { who: 'off' });
    expect((await all()).map(codeOf)).toEqual(Array(8).fill('library-off'));
    await set('library', { who: 'everyone' });
    await set('block', { member: 'discord:7' });
    expect((await all()).map(codeOf)).toEqual(Array(8).fill('blocked'));
    // What is theirs they may take away at any time.
    taken(await savings.decline(ME, code));
    taken(await library.remove(ME, item));
  });

  it('keeps what came from a channel for adults to such channels', async () => {
    const { keep, library, life } = await setUp();
    await life.ctx.settings.change('discord:10', 'discord:1', 'adult', { channels: 'on' });
    const adult = member('7', { forAdults: true });
    await keep(adult);
    expect(taken(await library.list(adult, { kind: 'motion' }))).toHaveLength(1);
    expect(taken(await library.list(ME, { kind: 'motion' }))).toEqual([]);
    expect(codeOf(await library.take(ME, 'motion', 'Shuffle'))).toBe('no-such-item');
  });

  it('refuses the file of somebody who has opted out, to be kept and to be used', async () => {
    const { library, event, keep, life, animate } = await setUp();
    await keep();
    await life.ctx.optOuts.set('discord:7', true);
    expect(codeOf(await animate(OTHER, 'discord:901', 'Shuffle'))).toBe('not-usable');
    const theirs = { ...CLIP, postedBy: 'discord:7' };
    expect(await library.savings.look(event(OTHER), 'motion', theirs, 'x')).toMatchObject({
      refusal: { code: 'not-usable', what: 'clip' },
    });
  });
});

describe('a character in the library', () => {
  const hash = { plain: '0123456789abcdef', mirrored: 'fedcba9876543210', middles: [] };

  it('is hidden while its picture is blocked, and goes with the video that is removed', async () => {
    const { keep, library, life, animate, world } = await setUp({ media: { pictureHash: async () => hash } });
    await keep();
    await keep(ME, 'character', { name: 'Rob' });
    taken(await animate(OTHER, 'discord:901', 'Shuffle', 'Rob'));
    const job = await world.disk.store.get('discord:901');
    await life.scheduler.runAll(world.time.now + 3_600_000);
    await life.core.takedown.report({ by: 'discord:9', code: job?.code ?? '', reason: 'me' });
    await life.clocks.runAll(world.time.now + 3_600_000);
    expect(taken(await library.list(ME, { kind: 'character' }))).toEqual([]);
    expect(codeOf(await library.take(ME, 'character', 'Rob'))).toBe('no-such-item');
    taken(await life.core.takedown.decide(ADMIN, job?.code ?? '', 'remove'));
    await life.clocks.runAll(world.time.now + 7_200_000);
    expect(await world.disk.library.on(['space:discord:10'], 'character')).toEqual([]);
  });

  it('is the part of its picture that was chosen, and keeps what the whole is known by', async () => {
    const { library, event, life, files, world } = await setUp({ media: { pictureHash: async () => hash } });
    const { media } = life.ctx;
    const { normaliseImage } = media;
    const cut: unknown[] = [];
    media.normaliseImage = async (path, to, how) => {
      cut.push(how?.crop);
      return normaliseImage(path, to, how);
    };
    const crop = { left: 0.5, top: 0, width: 0.5, height: 1 };
    // Files are named by their hash.
    const WHOLE = 'kept-/in/picture';
    const saving = taken(await library.savings.look(event(ME), 'character', PICTURE, 'Rob', crop));
    expect(cut).toEqual([crop]);
    const saved = taken(await library.savings.save(ME, saving.code, { scope: 'mine' }));
    expect(saved).toMatchObject({ item: { croppedFrom: { sha256: WHOLE, looks: hash } } });
    if (saved.kind !== 'saved') throw new Error('the name was taken');
    // The whole picture is nobody's any more.
    expect([...files.kept]).toEqual([saved.item.file.key]);
    const image = taken(await library.take(ME, 'character', 'Rob'));
    taken(await createJob(life.intake, { ...ME, id: 'discord:901' }, { ...UPLOADS, image }, CHOICES));
    const job = await world.disk.store.get('discord:901');
    expect(job?.inputs.image).toMatchObject({ key: saved.item.file.key, croppedFrom: { sha256: WHOLE } });
    // So it does where a job was made of that part, and its picture is kept.
    if (!job) throw new Error('there is no job');
    const again = taken(await library.savings.lookAtJob(event(ME), 'character', job));
    expect(taken(await library.savings.save(ME, again.code, { scope: 'mine' }))).toMatchObject({
      item: { file: saved.item.file, croppedFrom: { sha256: WHOLE } },
    });
  });

  it('is one of several people in its picture by one press each, and the whole again, with what that is known by', async () => {
    const { library, event, life, files } = await setUp({
      media: {
        pictureHash: async () => hash,
        lookAtPicture: async () => pictureLook({ people: inARow(3) }),
      },
    });
    const { media } = life.ctx;
    const { normaliseImage } = media;
    const cut: unknown[] = [];
    media.normaliseImage = async (path, to, how) => {
      cut.push(how?.crop);
      return normaliseImage(path, to, how);
    };
    const asked = taken(await library.savings.look(event(ME), 'character', PICTURE, 'Rob'));
    if (asked.kind !== 'character') throw new Error('no character');
    expect(asked.people?.map(({ person }) => person)).toEqual([1, 2, 3]);
    expect(asked.findings).toMatchObject([{ code: 'several-people-in-image', mends: [] }]);
    const boxes = asked.people?.map(({ crop }) => crop) ?? [];
    for (const crop of boxes.slice(1)) {
      const one = taken(await library.savings.choose(ME, asked.code, { crop }));
      expect(one).toMatchObject({
        kind: 'character',
        crop,
        people: asked.people,
        croppedFrom: { looks: hash },
      });
    }
    expect(cut).toEqual([undefined, boxes[1], boxes[2]]);
    const whole = taken(await library.savings.choose(ME, asked.code, {}));
    expect(whole).not.toHaveProperty('croppedFrom');
    expect(whole).not.toHaveProperty('crop');
    const [last] = boxes;
    const shown = taken(await library.savings.choose(ME, asked.code, last ? { crop: last } : {}));
    // No part of a clip is a part of a picture.
    const span = { fromSeconds: 0, toSeconds: 1 };
    expect(taken(await library.savings.choose(ME, asked.code, { span }))).toEqual(shown);
    const saved = taken(await library.savings.save(ME, asked.code, { scope: 'mine' }));
    expect(saved).toMatchObject({ item: { croppedFrom: { looks: hash } } });
    if (saved.kind !== 'saved') throw new Error('the name was taken');
    expect([...files.kept]).toEqual([saved.item.file.key]);
  });

  it('is kept by a yes to the part that was seen alone: after another one was chosen, that one is shown', async () => {
    const { library, event } = await setUp({
      media: {
        pictureHash: async () => hash,
        lookAtPicture: async () => pictureLook({ people: inARow(3) }),
      },
    });
    const asked = taken(await library.savings.look(event(ME), 'character', PICTURE, 'Rob'));
    const [, crop] = asked.kind === 'character' ? (asked.people ?? []).map((one) => one.crop) : [];
    const chosen = taken(await library.savings.choose(ME, asked.code, crop ? { crop } : {}));
    const yesTo = (part: string) =>
      library.savings.save(ME, asked.code, { scope: 'mine', shows: 'self', part }).then(taken);
    expect(await yesTo(partText(asked))).toEqual({ kind: 'other-part', saving: chosen });
    expect(taken(await library.list(ME, { kind: 'character' }))).toEqual([]);
    expect(await yesTo(partText(chosen))).toMatchObject({
      kind: 'saved',
      item: { croppedFrom: { looks: hash } },
    });
  });

  it('is refused where the part of its picture that was chosen is a picture that is blocked', async () => {
    const { library, event, life, files } = await setUp({
      media: { pictureHash: async (path) => (path.startsWith('/in/') ? undefined : hash) },
    });
    life.ctx.blocks.refusalFor = async (_space, { image }) =>
      image.path.startsWith('/in/') ? undefined : { code: 'picture-blocked' };
    const crop = { left: 0.5, top: 0, width: 0.5, height: 1 };
    expect(codeOf(await library.savings.look(event(ME), 'character', PICTURE, 'Rob', crop))).toBe(
      'picture-blocked',
    );
    expect([...files.kept]).toEqual([]);
  });

  it('is asked about whom it shows by whoever did not give it', async () => {
    const { keep, library, life } = await setUp({ consents: 'asked' });
    await keep(ME, 'character', { name: 'Rob' });
    const image = taken(await library.take(OTHER, 'character', 'Rob'));
    expect(await life.core.consents.reasonToAsk(OTHER.requester, image)).toBe('not-theirs');
  });
});

describe('the numbers of a motion', () => {
  it('come from the ledger, and say why it failed', async () => {
    const { keep, animate, library, life, world } = await setUp();
    const item = await keep();
    taken(await animate(OTHER, 'discord:901', 'Shuffle'));
    await life.scheduler.runAll(world.time.now + 3_600_000);
    const [listed] = taken(await library.list(ME, { kind: 'motion' }));
    expect(listed).toMatchObject({
      micros: 280_000,
      numbers: { used: 1, delivered: 1, failed: 0, costMicros: 280_000 },
    });
    expect((await library.details(ME, item)).usualMs).toBeGreaterThanOrEqual(0);
  });

  it('sort the gallery, and pinned ones come first among the newest', async () => {
    const { keep, animate, library, life, world } = await setUp();
    await keep(ME, 'motion', { name: 'Old' });
    world.time.now += 1000;
    const young = await keep(ME, 'motion', { name: 'Young' });
    world.time.now += 1000;
    await keep(ME, 'motion', { name: 'Youngest' });
    taken(await animate(OTHER, 'discord:901', 'Old'));
    await life.scheduler.runAll(world.time.now + 3_600_000);
    taken(await library.pin(ADMIN, young, true));
    const names = async (sort: 'newest' | 'used') =>
      taken(await library.list(ME, { kind: 'motion', sort })).map(({ item }) => item.name);
    expect(await names('newest')).toEqual(['Young', 'Youngest', 'Old']);
    expect((await names('used'))[0]).toBe('Old');
  });

  it('ask for the price once for all of the same length', async () => {
    const { library, life } = await setUp();
    for (let at = 0; at < 30; at += 1)
      await life.ctx.library.add(
        aMotion({ id: `m${at}`, name: `Motion ${at}`, file: { key: `k${at}`, bytes: 1, mime: 'video/mp4' } }),
        { shelf: 200, owner: 200 },
      );
    const [provider] = life.ctx.registry.open();
    if (!provider) throw new Error('nobody renders');
    const quote = vi.spyOn(provider, 'quote');
    expect(taken(await library.list(ME, { kind: 'motion' }))).toHaveLength(30);
    expect(quote.mock.calls.length).toBeLessThanOrEqual(1);
    expect(UNCHOSEN.trim).toBe(true);
  });
});

describe('a member who wants to be forgotten', () => {
  it('takes along what they saved, with its files, and what waits for their yes', async () => {
    const { keep, library, event, life, files, world } = await setUp();
    await keep();
    await keep(ME, 'motion', { name: 'Secret', scope: 'mine' });
    await keep(ME, 'character', { name: 'Rob' });
    await library.savings.look(event(ME), 'motion', { ...CLIP, path: '/in/third' }, 'Waiting');
    const kept = await keep(OTHER, 'motion', { name: 'Theirs', upload: { ...CLIP, path: '/in/theirs' } });
    await life.core.privacy.forget('discord:7');
    const left: string[] = [];
    for await (const { name } of world.disk.library.all()) left.push(name);
    expect(left).toEqual(['Theirs']);
    expect([...files.kept].sort()).toEqual([kept.file.key].sort());
  });

  it('leaves what admins have pinned, without their name, but no picture of themselves', async () => {
    const { life, world, library } = await setUp();
    const room = { shelf: 200, owner: 200 };
    const pinned = { scope: 'space', pinned: true } as const;
    const mine = 'discord:7';
    await life.ctx.library.add(aMotion({ ...pinned, postedBy: mine }), room);
    await life.ctx.library.add(aCharacter({ ...pinned, id: 'me', name: 'Me', shows: 'self' }), room);
    await life.ctx.library.add(aCharacter({ ...pinned, id: 'fox', name: 'Fox' }), room);
    await life.ctx.library.add(
      aMotion({ id: 'theirs', name: 'Theirs', ownerId: 'discord:8', postedBy: mine }),
      room,
    );
    await life.core.privacy.forget(mine);
    const left: LibraryItem[] = [];
    for await (const item of world.disk.library.all()) left.push(item);
    expect(left.map(({ id }) => id).sort()).toEqual(['fox', 'k7qx2mabcdef', 'theirs']);
    expect(JSON.stringify(left)).not.toContain(mine);
    expect(left.find(({ id }) => id === 'fox')?.ownerId).toBe(FORGOTTEN);
    expect(taken(await library.list(ME, { kind: 'motion' })).every(({ mayChange }) => !mayChange)).toBe(true);
  });

  it('is handed what they keep', async () => {
    const { keep, life } = await setUp();
    await keep();
    const names: string[] = [];
    for await (const { name } of life.core.privacy.export('discord:7', { files: true })) names.push(name);
    expect(names).toEqual(expect.arrayContaining([expect.stringContaining('library')]));
  });
});

describe('retention', () => {
  it('does not touch the library', async () => {
    const { keep, files, world, life } = await setUp();
    const item = await keep();
    world.time.now += 400 * 24 * 3_600_000;
    await life.ctx.fileUse.release([...files.kept]);
    expect(files.kept.has(item.file.key)).toBe(true);
  });
});
