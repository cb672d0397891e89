import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/core/limits/access.ts';
import { MachineBusy, type Media } from '../../src/core/media.ts';
import { refuse } from '../../src/core/refusals.ts';
import { FINGERPRINTS_KEPT_MS } from '../../src/core/trust/fingerprints.ts';
import { WORDS_PER_FRAME } from '../../src/core/trust/frame-match.ts';
import { CHAT_EVENT, CHOICES, createJob, createWorld, MEMBER, UPLOADS } from '../fakes/world.ts';
import { HOUR } from './started.ts';

/** A video of eight pictures, each with so many bits other than the picture of that number. */
function frames(otherBits = 0, count = 8): Uint32Array {
  const words = new Uint32Array(count * WORDS_PER_FRAME);
  for (let at = 0; at < words.length; at += 1) {
    const frame = Math.floor(at / WORDS_PER_FRAME);
    words[at] = Math.imul(frame + 7, 0x9e3779b1) ^ Math.imul((at % 2) + 3, 0x85ebca6b);
    // Each hash has two words: half of the bits in either.
    const share = at % 2 === 0 ? Math.floor(otherBits / 2) : Math.ceil(otherBits / 2);
    words[at] = ((words[at] ?? 0) ^ (2 ** share - 1)) >>> 0;
  }
  return words;
}

async function world(media: Partial<Media> = {}) {
  const made = createWorld({ media });
  const life = made.boot();
  await made.disk.fingerprints.keepFrames('K7QX2M', made.time.now, frames());
  await made.disk.fingerprints.keepFrames('ABC234', made.time.now, frames(40));
  return { ...made, life, verify: life.core.verify };
}

const FILE = { path: '/in/clip', sha256: 'f00' };
const looks = (query: Uint32Array): Partial<Media> => ({
  frameHashes: async () => ({ reference: query, queries: [query] }),
});

describe('whether a video is from here', () => {
  it('is certain where these very bytes were handed out: nobody need look at it', async () => {
    const { verify, disk, time } = await world({
      signedBy: async () => {
        throw new Error('looked at');
      },
    });
    await disk.fingerprints.keepFile('K7QX2M', time.now, 'f00');
    expect(await verify(FILE)).toEqual({ ok: true, value: { kind: 'unchanged', code: 'K7QX2M' } });
  });

  it('is certain where our signature holds for these bytes', async () => {
    const { verify } = await world({ signedBy: async () => ({ state: 'ours', code: 'K7QX2M' }) });
    expect(await verify(FILE)).toEqual({ ok: true, value: { kind: 'unchanged', code: 'K7QX2M' } });
  });

  it.each([
    [0, { kind: 'changed', code: 'K7QX2M' }],
    [10, { kind: 'changed', code: 'K7QX2M' }],
    [11, { kind: 'likely', code: 'K7QX2M' }],
    [14, { kind: 'likely', code: 'K7QX2M' }],
    [15, { kind: 'not-ours' }],
    [38, { kind: 'changed', code: 'ABC234' }],
  ])('is told by its pictures: with %i of 64 bits changed', async (bits, verdict) => {
    const { verify } = await world(looks(frames(bits)));
    expect(await verify(FILE)).toEqual({ ok: true, value: verdict });
  });

  it.each(['others', 'changed'] as const)('is not decided by a signature that is %s', async (state) => {
    const { verify } = await world({
      ...looks(frames(20)),
      signedBy: async () => ({ state, code: 'K7QX2M' }),
    });
    expect(await verify(FILE)).toEqual({ ok: true, value: { kind: 'not-ours' } });
  });

  it('finds the part of a video that is left of it', async () => {
    const part = frames().slice(2 * WORDS_PER_FRAME);
    const { verify } = await world(looks(part));
    expect(await verify(FILE)).toMatchObject({ ok: true, value: { kind: 'changed', code: 'K7QX2M' } });
  });

  it('can’t be told of a file that a look refuses, and the look says why', async () => {
    const refusal = { code: 'broken-file', what: 'clip' } as const;
    const { verify } = await world({ checkClip: async () => refuse(refusal) });
    expect(await verify(FILE)).toEqual({ ok: false, refusal });
    const heavy = await world({
      frameHashes: async () => {
        throw new Error('too heavy');
      },
      checkClip: async () => refuse({ code: 'too-heavy', what: 'clip' }),
    });
    expect(await heavy.verify(FILE)).toEqual({ ok: false, refusal: { code: 'too-heavy', what: 'clip' } });
  });

  it('can’t be told of what is no video, nor by a machine without time', async () => {
    const none = await world();
    expect(await none.verify(FILE)).toEqual({ ok: false, refusal: { code: 'not-a-video' } });
    const busy = await world({
      frameHashes: async () => {
        throw new MachineBusy('no answer');
      },
    });
    expect(await busy.verify(FILE)).toEqual({ ok: false, refusal: { code: 'busy' } });
  });
});

describe('the fingerprint of a video', () => {
  it('is there before anybody has the video, and outlives its job', async () => {
    const seen: string[] = [];
    const made = createWorld({
      media: looks(frames()),
      access: { allowPrivate: true },
      chat: {
        async deliver(job) {
          for await (const { code } of made.disk.fingerprints.all()) seen.push(code);
          expect(seen).toEqual([job.code]);
          return { kind: 'delivered', receipt: { rung: 'channel', at: 1 } };
        },
      },
    });
    const { core, jobs, intake, scheduler } = made.boot();
    await jobs.recover();
    await createJob(intake, CHAT_EVENT, UPLOADS, CHOICES);
    await scheduler.runAll(made.time.now + 4 * HOUR);
    expect(seen).toHaveLength(1);
    await core.privacy.forget(MEMBER.requester.memberId);
    expect(await core.verify(FILE)).toMatchObject({ ok: true, value: { kind: 'changed', code: seen[0] } });
    await made.disk.fingerprints.dropBefore(made.time.now + FINGERPRINTS_KEPT_MS);
    expect(await core.verify(FILE)).toEqual({ ok: true, value: { kind: 'not-ours' } });
  });
});

describe('who made a video', () => {
  const admin = { moderator: true, private: false };
  const told = (code: string, why?: string) => ({ ok: false, refusal: { code, ...(why ? { why } : {}) } });

  async function made() {
    const { boot } = createWorld({ access: { operators: new Set(['discord:99']), allowPrivate: true } });
    const { core, jobs, intake } = boot();
    await jobs.recover();
    const job = await createJob(intake, CHAT_EVENT, UPLOADS, CHOICES);
    if (!job.ok) throw new Error('no job');
    const { requester } = MEMBER;
    const ask = (memberId: string, standing: Caller['standing'], spaceId = requester.spaceId) =>
      core.madeBy({ requester: { ...requester, memberId, spaceId }, standing }, job.value.code);
    return { core, job: job.value, ask, maker: requester.memberId };
  }

  it('is told to an admin of the space where it was made, and to the operator anywhere', async () => {
    const { ask, maker } = await made();
    expect(await ask('discord:8', admin)).toEqual({ ok: true, value: maker });
    const anywhere = await ask('discord:99', { moderator: false, private: true }, 'discord:dm-99');
    expect(anywhere).toEqual({ ok: true, value: maker });
  });

  it('is told to no admin of another space, and to no member, whoever they are', async () => {
    const { ask, maker } = await made();
    expect(await ask('discord:8', admin, 'discord:elsewhere')).toEqual(told('no-such-job'));
    for (const member of ['discord:8', maker])
      expect(await ask(member, MEMBER.standing)).toEqual(told('not-allowed', 'admins-only'));
  });

  it('is known to nobody once the job is forgotten', async () => {
    const { core, job, ask, maker } = await made();
    await core.jobs.cancel(job.id);
    await core.privacy.forget(maker);
    expect(await ask('discord:99', admin)).toEqual(told('no-such-job'));
  });
});
