import { describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.ts';
import { namesFor } from '../../src/chat/command.ts';
import type { Call } from '../../src/core/command.ts';
import { codeOf } from '../../src/core/job/code.ts';
import { LOCALES, wordsFor } from '../../src/words/index.ts';
import { FACTS } from '../fakes/chat-facts.ts';
import { fakeFiles } from '../fakes/files.ts';
import { createRemote, PRICE } from '../fakes/remote.ts';
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

const DEAR = 2_000_000;
const refused = (code: string) => ({ ok: false, refusal: { code } });
const NEXT = 'discord:901';

/** A call from the member of CHAT_EVENT, with anything replaced. */
function call(over: Partial<Call> = {}): Call {
  return { id: NEXT, ...MEMBER, options: {}, files: {}, ...over };
}
const moderator = { moderator: true, private: false };
const stranger = { ...MEMBER.requester, memberId: 'discord:8' };
const inPrivate = { moderator: false, private: true };

async function up(options: WorldOptions & { micros?: number } = {}) {
  const files = fakeFiles();
  const world = createWorld({
    files,
    remotes: [createRemote('paid', { micros: options.micros ?? PRICE })],
    ...options,
  });
  const life = world.boot();
  await life.jobs.recover();
  const made = await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
  if (!made.ok) throw new Error('no job');
  return { world, life, core: life.core, files, job: made.value, remote: world.remotes[0] };
}

describe('animate', () => {
  const files = UPLOADS;

  it('makes a job under the id of its call', async () => {
    const { core } = await up();
    const view = await commands.animate.execute(
      call({ files, options: { prompt: 'on a beach', sound: 'false' } }),
      core,
    );
    expect(view).toMatchObject({
      ok: true,
      value: { kind: 'job', job: { id: NEXT, request: { prompt: 'on a beach', sound: false } } },
    });
  });

  describe('with a clip that is too short', () => {
    const short = async () => {
      const world = createWorld({ clip: { durationMs: 1400 } });
      const life = world.boot();
      await life.jobs.recover();
      return life.core;
    };
    const sticker = { ...files, clip: { ...files.clip, repeats: true as const } };
    const looped = { inputs: { clip: { durationMs: 3000 } }, quote: { seconds: 3, notes: ['looped'] } };

    it('repeats a sticker by itself, for three seconds and at their price', async () => {
      const view = await commands.animate.execute(call({ files: sticker }), await short());
      expect(view).toMatchObject({ ok: true, value: { kind: 'job', job: looped } });
    });

    it('repeats any other where the member says so, and a sticker not where the member says no', async () => {
      const view = await commands.animate.execute(call({ files, options: { loop: 'true' } }), await short());
      expect(view).toMatchObject({ ok: true, value: { kind: 'job', job: looped } });
      const no = await commands.animate.execute(
        call({ files: sticker, options: { loop: 'false' } }),
        await short(),
      );
      expect(no).toMatchObject({ ok: false, refusal: { code: 'clip-too-short', canLoop: true } });
    });

    it('keeps the wish when the price is asked for first, and when the rest is chosen anew', async () => {
      const core = await short();
      const asked = await commands.animate.execute(call({ files: sticker, ask: true }), core);
      if (!asked.ok || asked.value.kind !== 'offer') throw new Error('no offer');
      const { code } = asked.value.offer;
      expect(await core.offers.change(call(), code, { sound: false })).toMatchObject({
        ok: true,
        value: { choices: { loop: true, sound: false }, quote: { notes: ['looped'] } },
      });
    });

    it('offers to repeat any other, and starts nothing of it unasked', async () => {
      const view = await commands.animate.execute(call({ files }), await short());
      expect(view).toMatchObject({
        ok: true,
        value: {
          kind: 'offer',
          offer: { why: 'misfit', choices: { loop: true }, quote: { notes: ['looped'] } },
        },
      });
    });
  });

  it('keeps names and prompts whole letter by letter, without what no database holds', async () => {
    const { core } = await up();
    const name = `${'x'.repeat(58)}👩‍👩‍👧‍👦.png`;
    const view = await commands.animate.execute(
      call({
        files: { ...files, image: { ...files.image, name: `a\u0000${name}` } },
        options: { prompt: 'on\u0000 a beach' },
      }),
      core,
    );
    expect(view).toMatchObject({
      ok: true,
      value: {
        job: { request: { prompt: 'on a beach' }, inputs: { image: { name: `a${'x'.repeat(58)}` } } },
      },
    });
  });

  it('shows the price first where it is dear, or where the member asks', async () => {
    const dear = await up({ micros: DEAR });
    expect(await commands.animate.execute(call({ files }), dear.core)).toMatchObject({
      value: { kind: 'offer', offer: { why: 'price' } },
    });
    const cheap = await up();
    expect(await commands.animate.execute(call({ files, ask: true }), cheap.core)).toMatchObject({
      value: { kind: 'offer', offer: { why: 'asked' } },
    });
  });

  it('is refused at the door before anything else is said', async () => {
    const { core } = await up({ access: { allowedSpaces: new Set(['discord:11']) } });
    expect(await commands.animate.execute(call(), core)).toMatchObject(refused('space-not-allowed'));
    expect(await commands.animate.execute(call({ files, standing: inPrivate }), core)).toMatchObject(
      refused('private-not-allowed'),
    );
  });

  it('names what is missing, and options that there are not', async () => {
    const { core } = await up();
    const { image, clip } = UPLOADS;
    expect(await commands.animate.execute(call({ files: { clip } }), core)).toMatchObject(
      refused('missing-image'),
    );
    expect(await commands.animate.execute(call({ files: { image } }), core)).toMatchObject(
      refused('missing-clip'),
    );
    expect(await commands.animate.execute(call({ files, options: { speed: '2' } }), core)).toMatchObject(
      refused('bad-option'),
    );
  });
});

describe('again', () => {
  const again = (over: Partial<Call> = {}) => call({ options: { job: 'x' }, ...over });

  it('renders the same once more, named by id or by code in any case', async () => {
    for (const name of ['id', 'code'] as const) {
      const { core, job } = await up();
      const named = name === 'id' ? job.id : job.code.toLowerCase();
      const view = await commands.again.execute(again({ options: { job: named } }), core);
      expect(view).toMatchObject({ ok: true, value: { kind: 'job', job: { id: NEXT, inputs: job.inputs } } });
    }
  });

  it('takes a press that comes twice for one, though each is an event of its own', async () => {
    const { core, job, world } = await up();
    const options = { job: job.code };
    const both = await Promise.all(
      [NEXT, 'discord:902'].map((id) => commands.again.execute(again({ id, options }), core)),
    );
    const ids = both.map((view) => (view.ok && view.value.kind === 'job' ? view.value.job.id : 'none'));
    expect(new Set(ids)).toEqual(new Set([NEXT]));
    world.time.now += 11_000;
    expect(await commands.again.execute(again({ id: 'discord:903', options }), core)).toMatchObject({
      value: { job: { id: 'discord:903' } },
    });
  });

  it('takes presses on two jobs, or by two members, for two', async () => {
    const { core, job, world } = await up();
    const options = { job: job.code };
    await commands.again.execute(again({ options }), core);
    const other = { requester: stranger, standing: moderator };
    // The picture is another's: only once its asker has said whom it shows.
    const offered = await commands.again.execute(again({ id: 'discord:902', options, ...other }), core);
    expect(offered).toMatchObject({ value: { kind: 'offer', offer: { asks: 'not-theirs' } } });
    const given = { answer: 'permission', language: 'en' } as const;
    expect(await core.offers.confirm(other, codeOf('discord:902'), PRICE, given)).toMatchObject({
      value: { job: { id: 'discord:902', requester: { memberId: 'discord:8' } } },
    });
    const next = await world.disk.store.get(NEXT);
    expect(
      await commands.again.execute(again({ id: 'discord:903', options: { job: next?.code } }), core),
    ).toMatchObject({ ok: true });
  });

  it('waits for a yes where it is dear, as any job does', async () => {
    const { core, job } = await up({ micros: DEAR });
    expect(await commands.again.execute(again({ options: { job: job.code } }), core)).toMatchObject({
      value: { kind: 'offer', offer: { id: NEXT, quote: { micros: DEAR } } },
    });
  });

  it('puts another picture or another clip in the place of the old one', async () => {
    const { core, job, life } = await up();
    const seen: string[] = [];
    const { normaliseImage, normaliseClip } = life.ctx.media;
    life.ctx.media.normaliseImage = (path, ...rest) => {
      seen.push(path);
      return normaliseImage(path, ...rest);
    };
    life.ctx.media.normaliseClip = (path, ...rest) => {
      seen.push(path);
      return normaliseClip(path, ...rest);
    };
    const options = { job: job.code };
    const image = { path: '/in/new', sha256: 'n' };
    expect(await commands.again.execute(again({ options, files: { image } }), core)).toMatchObject({
      value: { kind: 'job', job: { id: NEXT } },
    });
    expect(seen).toEqual(['/in/new', `/kept/${job.inputs.clip.key}`]);
  });

  it('answers only to who may touch the job, and only where jobs may be started', async () => {
    const { core, job } = await up();
    const options = { job: job.code };
    expect(await commands.again.execute(again({ options, requester: stranger }), core)).toMatchObject(
      refused('not-allowed'),
    );
    const elsewhere = { ...stranger, spaceId: 'discord:11' };
    expect(
      await commands.again.execute(again({ options, requester: elsewhere, standing: moderator }), core),
    ).toMatchObject(refused('no-such-job'));
    expect(await commands.again.execute(again({ options, standing: inPrivate }), core)).toMatchObject(
      refused('private-not-allowed'),
    );
  });
});

describe('jobs', () => {
  it('shows the member their own, wherever they asked for them', async () => {
    const { core } = await up();
    const elsewhere = { ...MEMBER.requester, spaceId: 'discord:11' };
    const view = await commands.jobs.execute(call({ requester: elsewhere, standing: inPrivate }), core);
    expect(view).toMatchObject({ value: { kind: 'jobs', jobs: [{ id: CHAT_EVENT.id }] } });
    expect(await commands.jobs.execute(call({ requester: stranger }), core)).toMatchObject({
      value: { jobs: [] },
    });
  });

  it('shows everybody’s here to moderators and operators alone', async () => {
    const { core } = await up({ access: { operators: new Set(['discord:1']) } });
    const options = { all: 'true' };
    expect(await commands.jobs.execute(call({ options }), core)).toMatchObject(refused('not-allowed'));
    const operator = { ...MEMBER.requester, memberId: 'discord:1' };
    for (const over of [{ requester: stranger, standing: moderator }, { requester: operator }]) {
      expect(await commands.jobs.execute(call({ options, ...over }), core)).toMatchObject({
        value: { jobs: [{ id: CHAT_EVENT.id }] },
      });
    }
  });
});

describe('jobs, asked for one by its code', () => {
  it('shows that one to whoever may touch it, and to nobody else', async () => {
    const { core, job } = await up();
    const options = { job: job.code.toLowerCase() };
    for (const over of [{}, { requester: stranger, standing: moderator }])
      expect(await commands.jobs.execute(call({ options, ...over }), core)).toMatchObject({
        value: { kind: 'jobs', jobs: [{ id: job.id }] },
      });
    expect(await commands.jobs.execute(call({ options, requester: stranger }), core)).toMatchObject(
      refused('not-allowed'),
    );
    expect(await commands.jobs.execute(call({ options: { job: 'NOSUCH' } }), core)).toMatchObject(
      refused('no-such-job'),
    );
  });
});

describe('cancel', () => {
  it('answers to the owner and to a moderator, and to nobody else', async () => {
    for (const over of [{}, { requester: stranger, standing: moderator }]) {
      const { core, job } = await up();
      const options = { job: job.code };
      expect(await commands.cancel.execute(call({ options, requester: stranger }), core)).toMatchObject(
        refused('not-allowed'),
      );
      expect(await commands.cancel.execute(call({ options, ...over }), core)).toMatchObject({
        value: { kind: 'cancel', how: 'cancelled', job: { state: 'cancelled' } },
      });
    }
  });
});

describe('cancel, without the code of a job', () => {
  it('stops the only one that can be meant, and lists them where there are several', async () => {
    const { core, job, life } = await up();
    const other = await createJob(life.intake, { ...CHAT_EVENT, id: 'discord:905' }, UPLOADS, CHOICES);
    if (!other.ok) throw new Error('no job');
    expect(await commands.cancel.execute(call(), core)).toMatchObject({
      value: { kind: 'which', jobs: [{ id: other.value.id }, { id: job.id }] },
    });
    await core.jobs.cancel(other.value.id);
    expect(await commands.cancel.execute(call(), core)).toMatchObject({
      value: { kind: 'cancel', how: 'cancelled', job: { id: job.id } },
    });
    expect(await commands.cancel.execute(call(), core)).toMatchObject({ value: { kind: 'which', jobs: [] } });
  });
});

describe('what everybody in a space can read', () => {
  const elsewhere = { ...MEMBER.requester, spaceId: 'discord:11' };

  it('shows no job that was asked for in another one', async () => {
    const { core, job } = await up();
    const there = { requester: elsewhere, seenByAll: true };
    expect(await commands.jobs.execute(call(there), core)).toMatchObject({ value: { jobs: [] } });
    const options = { job: job.code };
    expect(await commands.jobs.execute(call({ ...there, options }), core)).toMatchObject(
      refused('no-such-job'),
    );
    expect(await commands.cancel.execute(call(there), core)).toMatchObject({ value: { jobs: [] } });
    expect(await commands.jobs.execute(call({ seenByAll: true }), core)).toMatchObject({
      value: { jobs: [{ id: job.id }] },
    });
  });
});

describe('quota', () => {
  const micros = 5_000_000;
  const limits = [
    { who: { kind: 'space' }, period: 'day', unit: 'usd', max: micros },
    { who: { kind: 'everyone' }, period: 'day', unit: 'jobs', max: 3 },
  ] satisfies WorldOptions['limits'];

  it('shows a member what stands against their limits, the nearest first, and not the operator’s budget', async () => {
    const { core, life, world } = await up({ limits });
    const lines = async () => {
      const view = await commands.quota.execute(call(), core);
      return view.ok ? view.value : [];
    };
    expect(await lines()).toMatchObject([
      { scope: 'member', period: 'day', maxJobs: 3, heldJobs: 1, usedJobs: 0 },
      { scope: 'space', period: 'day', maxMicros: micros, heldMicros: PRICE, usedMicros: 0 },
    ]);
    await life.scheduler.runAll();
    expect(await lines()).toMatchObject([
      { heldJobs: 0, usedJobs: 1, resetsAt: Date.UTC(2026, 10, 22) },
      { heldMicros: 0, usedMicros: PRICE },
    ]);
    expect(world.time.now).toBeLessThan(Date.UTC(2026, 10, 22));
  });

  it('shows the operator the budget too, and the page nothing else', async () => {
    const { core } = await up({ limits, access: { operators: new Set(['discord:7']) } });
    const scopesFor = async (over: Partial<Call>) => {
      const view = await commands.quota.execute(call(over), core);
      return view.ok ? view.value.map(({ scope }) => scope) : [];
    };
    expect(await scopesFor({})).toEqual(['member', 'space', 'operator', 'operator']);
    expect(await scopesFor({ requester: EVENT.requester })).toEqual(['operator', 'operator']);
  });
});

describe('privacy', () => {
  it('deletes only when told to, and only what is the member’s own', async () => {
    const { core, life, files } = await up();
    await life.scheduler.runAll();
    expect(await commands.privacy.execute(call(), core)).toMatchObject({ value: { kind: 'privacy' } });
    const options = { delete: 'true' };
    expect(
      await commands.privacy.execute(call({ options, requester: stranger, standing: moderator }), core),
    ).toMatchObject({ value: { forgotten: { jobs: 0, underWay: 0 } } });
    expect(files.kept.size).toBe(4);
    expect(await commands.privacy.execute(call({ options }), core)).toMatchObject({
      value: { kind: 'forgotten', forgotten: { jobs: 1, underWay: 0 } },
    });
    expect(files.kept.size).toBe(0);
  });
});

describe('help', () => {
  it('names every command that is offered, in each language', () => {
    const offered = [...namesFor(commands, 'members'), ...namesFor(commands, 'admins')];
    for (const locale of LOCALES) {
      const { lines } = commands.help.show(wordsFor(locale), { relaxed: true }, { ...FACTS, offered });
      const text = lines.join('\n');
      for (const name of offered) expect(text, locale).toContain(`/${name} – `);
      expect(text, locale).not.toMatch(/command\.|help\./);
      const lane = wordsFor(locale).t('choice.speed.relaxed');
      expect(text, locale).toContain(lane);
      const without = commands.help.show(wordsFor(locale), { relaxed: false }, { ...FACTS, offered });
      expect(without.lines?.join('\n'), locale).not.toContain(lane);
    }
  });
});

describe('a command', () => {
  it.each(Object.entries(commands))('%s is called as it is listed', (name, { data }) => {
    expect(data.name).toBe(name);
  });
});
