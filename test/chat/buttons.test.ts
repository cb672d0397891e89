/** What buttons do in every chat: who may, what is said, and what comes of it, also when it broke off before. */
import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../../src/chat/actions.ts';
import { wordsFor } from '../../src/words/index.ts';
import {
  ADA,
  ADMIN,
  buttonsOf,
  createFakeChat,
  EVE,
  type FakeChatOptions,
  labelsOf,
  textOf,
} from '../fakes/chat.ts';
import { fakeFiles } from '../fakes/files.ts';
import { aCharacter, aMotion } from '../fakes/items.ts';
import { createRemote } from '../fakes/remote.ts';

const { t } = wordsFor('en');
const DEAR = 2_000_000;
const LIMIT: FakeChatOptions['limits'] = [
  { who: { kind: 'space' }, period: 'day', unit: 'usd', max: 100_000 },
];

const dear = (options: FakeChatOptions = {}) =>
  createFakeChat({ remotes: [createRemote('paid', { micros: DEAR })], ...options });

/** A job that waits with its provider, and its message. */
async function underWay(options: FakeChatOptions = {}) {
  const remote = createRemote('paid');
  remote.statuses = [{ state: 'queued', position: 1 }];
  const chat = createFakeChat({ remotes: [remote], ...options });
  const message = await chat.animate();
  await chat.life.scheduler.runNext(chat.world.time.now);
  return { chat, remote, message };
}

/** A finished job, and the message of its video. */
async function finished() {
  const chat = createFakeChat();
  const message = await chat.animate();
  await chat.runs();
  const [job] = await chat.jobs();
  if (!job) throw new Error('no job');
  return { chat, message, job };
}

describe('a price that waits for a confirmation', () => {
  it('becomes the message of the job when it is confirmed', async () => {
    const chat = dear();
    const offer = await chat.animate();
    expect(textOf(offer)).toContain('This costs $2.00. Start it?');
    await chat.press(ADA, offer, 'Confirm');
    const [job] = await chat.jobs();
    expect(offer).toMatchObject({ jobId: job?.id });
    expect(labelsOf(offer)).toEqual(['Cancel']);
  });

  it('costs nothing when it is declined', async () => {
    const chat = dear();
    const offer = await chat.animate();
    await chat.press(ADA, offer, 'Decline');
    expect(textOf(offer)).toBe(t('confirm.declined'));
    expect(await chat.jobs()).toEqual([]);
  });

  it('keeps every choice that is made about it', async () => {
    const chat = dear();
    const offer = await chat.animate();
    for (const [label, shown] of [
      ['As in the picture', '● As in the picture'],
      ['☑ Sound', '☐ Sound'],
      ['☐ Trim the clip', '☑ Trim the clip'],
    ] as const) {
      await chat.press(ADA, offer, label);
      expect(labelsOf(offer)).toContain(shown);
    }
    await chat.press(ADA, offer, 'Confirm');
    expect(await chat.jobs()).toMatchObject([{ request: { orientation: 'image', sound: false } }]);
  });

  it('is offered anew where it has risen since', async () => {
    const chat = dear();
    const offer = await chat.animate();
    const [remote] = chat.world.remotes;
    if (remote) remote.provider.quote = async () => ({ micros: 3_000_000, notes: [] });
    await chat.press(ADA, offer, 'Confirm');
    expect(textOf(offer)).toContain(t('confirm.dearer'));
    expect(await chat.jobs()).toEqual([]);
    // What is chosen from then on has a price of its own, which has not risen.
    await chat.press(ADA, offer, '☑ Sound');
    expect(textOf(offer)).not.toContain(t('confirm.dearer'));
  });

  it.each(['confirm|CODE', 'consent|CODE|self'])(
    'is offered once more to %s, which says no price, as in messages of earlier versions',
    async (id) => {
      const chat = dear();
      const offer = await chat.animate();
      const [, code = ''] =
        buttonsOf(offer)
          .find(({ label }) => label === 'Confirm')
          ?.id.split('|') ?? [];
      await chat.pressRaw(ADA, offer, id.replace('CODE', code));
      expect(await chat.jobs()).toEqual([]);
      expect(textOf(offer)).toContain('This costs $2.00. Start it?');
      await chat.press(ADA, offer, 'Confirm');
      expect(await chat.jobs()).toMatchObject([{ quote: { micros: DEAR } }]);
    },
  );

  it('says its price with every yes, also where that says whom the picture shows', async () => {
    const chat = dear({ consents: 'asked' });
    const offer = await chat.animate();
    const yes = buttonsOf(offer).filter(({ id }) => id.startsWith('consent|'));
    expect(yes.map(({ id }) => id.split('|')[2])).toEqual(
      ['self', 'permission', 'no-person'].map((answer) => `${DEAR}.${answer}`),
    );
    await chat.press(ADA, offer, yes[1]?.label ?? '');
    expect(await chat.jobs()).toMatchObject([{ quote: { micros: DEAR } }]);
  });

  it('of several characters is not taken by the second tap of a double tap, which has seen another price', async () => {
    const remote = createRemote('paid');
    const files = fakeFiles();
    const chat = createFakeChat({ remotes: [remote], files });
    const characters = ['Ann', 'Bob'].map((name) =>
      aCharacter({ id: name.toLowerCase(), name, scope: 'space' }),
    );
    for (const item of [aMotion(), ...characters]) {
      files.kept.add(item.file.key);
      await chat.world.disk.library.add(item, { shelf: 9, owner: 9 });
    }
    const offer = await chat.animate(ADA, {
      files: {},
      options: { motion: 'shuffle', characters: 'Ann, Bob' },
    });
    const { id = '' } = buttonsOf(offer).find(({ label }) => label === 'Confirm') ?? {};
    remote.provider.quote = async () => ({ micros: 500_000, notes: [] });
    await Promise.all([chat.press(ADA, offer, id), chat.press(ADA, offer, id)]);
    expect([textOf(offer), await chat.jobs()]).toEqual([expect.stringContaining('for $1.00?'), []]);
    await chat.press(ADA, offer, 'Confirm');
    expect(await chat.jobs()).toHaveLength(2);
  });

  it.each(['Confirm', 'Decline', 'Pro'])('lets nobody else press %s', async (label) => {
    const chat = dear();
    const offer = await chat.animate();
    const before = textOf(offer);
    await chat.press(EVE, offer, label);
    expect(chat.last()).toMatchObject({ for: EVE.id, page: { lines: [t('told.not-yours')] } });
    expect(textOf(offer)).toBe(before);
    expect(await chat.jobs()).toEqual([]);
  });

  it('says that it has expired in its own place, and leaves a job that it has become alone', async () => {
    const chat = dear();
    const offer = await chat.animate();
    const other = await chat.animate();
    chat.world.time.now += 11 * 60_000;
    await chat.press(ADA, offer, 'Confirm');
    expect(textOf(offer)).toBe(t('refusal.offer-expired'));
    await chat.press(ADA, other, 'Decline');
    expect(textOf(other)).toBe(t('refusal.offer-expired'));
    const third = await chat.animate();
    const [confirm] = buttonsOf(third).filter(({ label }) => label === 'Confirm');
    await chat.press(ADA, third, 'Confirm');
    const shown = textOf(third);
    await chat.press(EVE, third, confirm?.id ?? '');
    expect(textOf(third)).toBe(shown);
    expect(chat.last().for).toBe(EVE.id);
  });
});

describe('over a limit', () => {
  const over = async (options: FakeChatOptions = {}) => {
    const chat = createFakeChat({ limits: LIMIT, ...options });
    const mine = await chat.animate();
    expect(textOf(mine)).toContain('over the daily limit for everyone here');
    return { chat, mine };
  };
  const asked = async (options: FakeChatOptions = {}) => {
    const { chat, mine } = await over(options);
    await chat.press(ADA, mine, 'Ask an admin');
    return { chat, mine, request: chat.last() };
  };

  it('a member asks, and the message says that the admins were asked', async () => {
    const { mine, request } = await asked();
    expect(textOf(mine)).toContain(t('approval.sent'));
    expect(labelsOf(mine)).toEqual([]);
    expect(textOf(request)).toContain(`${ADA.id} asks for one more job for $0.28`);
    expect(labelsOf(request)).toEqual(['Approve once', 'Decline']);
  });

  it('the button stays where nobody could be told', async () => {
    const { chat, mine } = await over({ mute: true });
    await chat.press(ADA, mine, 'Ask an admin');
    expect(chat.last()).toMatchObject({ for: ADA.id, page: { lines: [t('approval.nobody')] } });
    expect(labelsOf(mine)).toEqual(['Ask an admin']);
  });

  it('an admin approves, and the member’s message becomes the job’s', async () => {
    const { chat, mine, request } = await asked();
    await chat.press(ADMIN, request, 'Approve once');
    const [job] = await chat.jobs();
    expect(mine.jobId).toBe(job?.id);
    expect(textOf(request)).toContain(`${ADMIN.id} approved it`);
    expect(textOf(request)).toContain('asks for one more job');
    expect(labelsOf(request)).toEqual([]);
  });

  it('an admin is asked anew where it is dearer by now, and says yes to the price that stands there then', async () => {
    const { chat, mine, request } = await asked();
    for (const { provider } of chat.world.remotes)
      provider.quote = async () => ({ micros: 560_000, notes: [] });
    await chat.press(ADMIN, request, 'Approve once');
    expect(textOf(request)).toContain('asks for one more job for $0.28');
    expect(textOf(request)).toContain('It costs $0.56 by now');
    expect(labelsOf(request)).toEqual(['Approve once', 'Decline']);
    expect(await chat.jobs()).toEqual([]);
    await chat.press(ADMIN, request, 'Approve once');
    const [job] = await chat.jobs();
    expect(job?.quote.micros).toBe(560_000);
    expect(mine.jobId).toBe(job?.id);
    expect(textOf(request)).toContain('It costs $0.56 by now');
    expect(textOf(request)).toContain(`${ADMIN.id} approved it`);
  });

  it('an admin who is asked anew for the second time reads the last price alone, and that it is about what it will be', async () => {
    const { chat, request } = await asked();
    for (const micros of [560_000, 700_000]) {
      for (const { provider } of chat.world.remotes)
        provider.quote = async () => ({ micros, notes: ['price-is-approximate'] });
      await chat.press(ADMIN, request, 'Approve once');
    }
    expect(textOf(request)).toContain('It costs about $0.70 by now');
    expect(textOf(request)).not.toContain('$0.56');
    await chat.press(ADMIN, request, 'Approve once');
    expect(await chat.jobs()).toMatchObject([{ quote: { micros: 700_000 } }]);
    expect(textOf(request)).not.toContain('$0.56');
  });

  it('an admin declines, and both messages say so', async () => {
    const { chat, mine, request } = await asked();
    await chat.press(ADMIN, request, 'Decline');
    expect(textOf(mine)).toBe(t('notice.declined'));
    expect(textOf(request)).toContain(`${ADMIN.id} declined it`);
    expect(await chat.jobs()).toEqual([]);
  });

  it('a second approval is needed where another limit has no room either', async () => {
    const limits: FakeChatOptions['limits'] = [
      { who: { kind: 'space' }, period: 'day', unit: 'usd', max: 100_000 },
      { who: { kind: 'everyone' }, period: 'month', unit: 'usd', max: 100_000 },
    ];
    const chat = createFakeChat({ limits });
    const mine = await chat.animate();
    await chat.press(ADA, mine, 'Ask an admin');
    const request = chat.last();
    await chat.press(ADMIN, request, 'Approve once');
    expect(textOf(chat.last())).toContain('Another limit has no room for it either');
    await chat.press(ADMIN, request, 'Approve once');
    expect(await chat.jobs()).toHaveLength(1);
  });

  it('only the member may ask, and only admins may decide', async () => {
    const { chat, mine } = await over();
    await chat.press(EVE, mine, 'Ask an admin');
    expect(chat.last()).toMatchObject({ for: EVE.id, page: { lines: [t('told.not-yours')] } });
    await chat.press(ADA, mine, 'Ask an admin');
    const request = chat.last();
    for (const who of [EVE, ADA])
      for (const label of ['Approve once', 'Decline']) {
        await chat.press(who, request, label);
        expect(chat.last()).toMatchObject({
          for: who.id,
          page: { lines: [t('refusal.not-allowed-admins-only')] },
        });
      }
    expect(await chat.jobs()).toEqual([]);
  });

  it('a request is decided once', async () => {
    const { chat, request } = await asked();
    const [approve, refuse] = buttonsOf(request);
    await chat.press(ADMIN, request, approve?.id ?? '');
    await chat.press(ADMIN, request, refuse?.id ?? '');
    expect(textOf(chat.last())).toBe(t('refusal.already-decided'));
    expect(textOf(request)).toContain('approved it');
    expect(await chat.jobs()).toHaveLength(1);
  });

  it.each([
    ['before it is swept away', false],
    ['after', true],
  ])('says that nobody decided in time, %s', async (_, swept) => {
    const { chat, request } = await asked();
    chat.world.time.now += 25 * 3_600_000;
    if (swept) await chat.life.core.offers.sweep();
    await chat.press(ADMIN, request, 'Approve once');
    expect(textOf(request)).toContain('Nobody decided within 24 hours');
    expect(textOf(request)).toContain('asks for one more job');
  });

  it('an approval that broke off after the job was made goes on with that job', async () => {
    const { chat, mine, request } = await asked();
    const [approve] = buttonsOf(request);
    await chat.press(ADMIN, { ...request, page: request.page }, approve?.id ?? '');
    // As if the process had ended before anything was told.
    mine.page = { lines: ['as it was'] };
    delete mine.jobId;
    await chat.press(ADMIN, request, approve?.id ?? '', true);
    expect(mine.jobId).toBe((await chat.jobs())[0]?.id);
    expect(textOf(request)).toContain('approved it');
    expect(await chat.jobs()).toHaveLength(1);
  });

  it('a refusal that broke off before the member was told is told when it is resumed', async () => {
    const { chat, mine, request } = await asked();
    const [, refuse] = buttonsOf(request);
    const admin = { id: ADMIN.id, moderator: true };
    const caller = {
      requester: { platform: 'discord' as const, spaceId: 'discord:10', memberId: admin.id, target: {} },
      standing: { moderator: true, private: false },
    };
    const code = /refuse\|(\w+)/.exec(refuse?.id ?? '')?.[1] ?? '';
    await chat.life.core.approvals.refuse(caller, code);
    mine.page = { lines: ['as it was'] };
    await chat.press(admin, request, refuse?.id ?? '', true);
    expect(textOf(mine)).toBe(t('notice.declined'));
    expect(textOf(request)).toContain('declined it');
  });
});

describe('Cancel', () => {
  it('stops a job that waits in line, for nothing', async () => {
    const { chat, message } = await underWay();
    await chat.press(ADA, message, 'Cancel');
    expect(await chat.jobs()).toMatchObject([{ state: 'cancelled', costMicros: 0 }]);
    expect(textOf(chat.last())).toBe(t('told.cancelled'));
  });

  it('says when the provider may go on, and bill it', async () => {
    const { chat, message, remote } = await underWay();
    remote.cancels = ['asked'];
    await chat.press(ADA, message, 'Cancel');
    expect(textOf(chat.last())).toBe(t('told.cancel-asked'));
    expect(textOf(message)).toContain('Cancelling');
  });

  it('may be pressed by a moderator too, and not by a stranger', async () => {
    const { chat, message } = await underWay();
    await chat.press(EVE, message, 'Cancel');
    expect(textOf(chat.last())).toBe(t('told.not-yours'));
    expect((await chat.jobs())[0]?.state).toBe('queued');
    await chat.press(ADMIN, message, 'Cancel');
    expect((await chat.jobs())[0]?.state).toBe('cancelled');
  });
});

describe('Delete', () => {
  it('asks first, then takes the messages and the job away', async () => {
    const { chat, message, job } = await finished();
    await chat.press(ADA, message, `delete|${job.code}`);
    const question = chat.last();
    expect(textOf(question)).toBe(t('delete.ask'));
    expect(message.removed).toBeUndefined();
    await chat.press(ADA, question, 'Delete');
    expect(textOf(question)).toBe(t('delete.done'));
    expect(message.removed).toBe(true);
    expect(await chat.jobs()).toEqual([]);
  });

  it('leaves everything as it is when the member thinks better of it', async () => {
    const { chat, message, job } = await finished();
    await chat.press(ADA, message, `delete|${job.code}`);
    const question = chat.last();
    await chat.press(ADA, question, 'Keep it');
    expect([question.removed, message.removed]).toEqual([true, undefined]);
    expect(await chat.jobs()).toHaveLength(1);
  });

  it('that broke off once the job was gone says that it is done', async () => {
    const { chat, message, job } = await finished();
    await chat.press(ADA, message, `delete|${job.code}`);
    const question = chat.last();
    await chat.life.core.privacy.forgetJob(job.id);
    await chat.press(ADA, question, 'Delete', true);
    expect(textOf(question)).toBe(t('delete.done'));
  });

  it('takes nothing away while the job is under way, nor by a button that was made up', async () => {
    const { chat, message } = await underWay();
    const [job] = await chat.jobs();
    await chat.press(ADA, message, `delete-yes|${job?.code}`);
    expect(textOf(chat.last())).toBe(t('refusal.under-way'));
    const done = await finished();
    await done.chat.press(ADA, done.message, `delete-yes|${done.job.code}`);
    expect(textOf(done.chat.last())).toBe(t('told.too-old'));
    expect(await done.chat.jobs()).toHaveLength(1);
  });

  it('of all data asks once more, and deletes only what belongs to whoever pressed', async () => {
    const { chat } = await finished();
    const page = await chat.says(ADA, 'privacy');
    await chat.press(ADA, page, 'Delete my data');
    const question = chat.last();
    await chat.press(EVE, question, 'Delete my data');
    expect(textOf(question)).toBe(t('privacy.nothing'));
    expect(await chat.jobs()).toHaveLength(1);
    await chat.press(ADA, question, 'forget-yes|-');
    expect(textOf(question)).toContain('Deleted');
    expect(await chat.jobs()).toEqual([]);
  });
});

describe('Send again and Details', () => {
  it('send a kept video once more, and say everything about its job', async () => {
    const { chat, message, job } = await finished();
    await chat.press(ADA, message, `send|${job.code}`);
    expect(chat.world.delivered).toHaveLength(2);
    await chat.press(ADA, message, `details|${job.code}`);
    expect(chat.last()).toMatchObject({ for: ADA.id, page: { title: t('details.title') } });
    expect(textOf(chat.last())).toContain(job.code);
  });

  it('say so where the video is too large in every form', async () => {
    const deliver = async () => ({ kind: 'too-large' as const, maxBytes: 1 });
    const chat = createFakeChat({ chat: { deliver } });
    const message = await chat.animate();
    for (let tries = 0; tries < 20; tries += 1)
      await chat.life.scheduler.runNext(chat.world.time.now + 60_000);
    const [job] = await chat.jobs();
    await chat.press(ADA, message, `get|${job?.code}`);
    expect(textOf(chat.last())).toBe(t('told.too-large', { code: job?.code ?? '' }));
  });

  it('say that a video is not kept any more', async () => {
    const { chat, message, job } = await finished();
    if (job.state !== 'delivered') throw new Error('not delivered');
    await chat.world.disk.files.remove(job.video.key);
    await chat.press(ADA, message, `send|${job.code}`);
    expect(textOf(chat.last())).toBe(t('jobs.gone'));
  });
});

describe('/usage', () => {
  it('says the sums, with a picture and a way to export them', async () => {
    const { chat } = await finished();
    const report = await chat.says(ADMIN, 'usage');
    expect(textOf(report)).toContain('$0.28 in 1 job');
    expect(report.page.media).toBeDefined();
    expect(labelsOf(report)).toEqual([t('usage.export'), t('usage.export-audit')]);
  });

  it('says them all the same where no picture can be drawn', async () => {
    const chat = createFakeChat({ media: { chart: () => Promise.reject(new Error('no room')) } });
    await chat.animate();
    await chat.runs();
    const report = await chat.says(ADMIN, 'usage');
    expect(textOf(report)).toContain('$0.28 in 1 job');
    expect(report.page.media).toBeUndefined();
  });

  it('offers the export while money is only held', async () => {
    const { chat } = await underWay();
    const report = await chat.says(ADMIN, 'usage');
    expect(textOf(report)).toContain('reserved');
    expect(labelsOf(report)).toEqual([t('usage.export'), t('usage.export-audit')]);
  });

  it('exports a table, unless it is too large to be sent or somebody else asks', async () => {
    const { chat } = await finished();
    const report = await chat.says(ADMIN, 'usage');
    await chat.press(ADMIN, report, t('usage.export'));
    expect(chat.last()).toMatchObject({
      for: ADMIN.id,
      page: { media: { as: 'file', mime: 'text/csv', name: 'usage-2026-11-01-2026-11-21.csv' } },
    });
    await chat.press(ADA, report, t('usage.export'));
    expect(textOf(chat.last())).toBe(t('refusal.not-allowed-admins-only'));
    const small = createFakeChat({ maxBytes: 10 });
    await small.animate();
    await small.press(ADMIN, await small.says(ADMIN, 'usage'), t('usage.export'));
    expect(textOf(small.last())).toBe(t('usage.too-large'));
  });
});

describe('the settings panel', () => {
  it('changes what its button says, shows what came of it, and brings the history beside it', async () => {
    const chat = createFakeChat();
    const panel = await chat.says(ADMIN, 'settings');
    await chat.press(ADMIN, panel, 'Notify members → off');
    expect(labelsOf(panel)).toContain('Notify members → on');
    expect(JSON.stringify(panel.page.news)).toContain('Notify members');
    await chat.press(ADMIN, panel, 'Changes');
    expect(textOf(chat.last())).toContain('Notify members');
    expect(chat.last().for).toBe(ADMIN.id);
  });

  it('tells whoever is no admin why, and changes nothing', async () => {
    const chat = createFakeChat();
    const panel = await chat.says(ADMIN, 'settings');
    const asItWas = JSON.stringify(panel.page);
    for (const label of labelsOf(panel)) {
      await chat.press(EVE, panel, label);
      expect(textOf(chat.last())).toBe('Only admins can do that.');
    }
    expect(JSON.stringify(panel.page)).toBe(asItWas);
    expect(chat.life.core.settings.own('discord:10')).toEqual({});
  });
});

describe('a button of any kind', () => {
  const VERBS = [...Object.keys(ACTIONS), 'constructor', 'valueof', 'nonsense'];

  it.each(VERBS)('%s about a job that nobody knows is answered, and moves nothing', async (verb) => {
    const { chat, job } = await finished();
    const notice = await chat.says(EVE, 'quota');
    const count = chat.messages.length;
    const before = JSON.stringify(notice.page);
    await chat.press(EVE, notice, `${verb}|ZZZZZZ|x`);
    const isAnswered = chat.messages.length > count || JSON.stringify(notice.page) !== before;
    expect(isAnswered).toBe(true);
    expect(await chat.jobs()).toEqual([job]);
  });

  it.each(VERBS)('%s about somebody else’s job is answered, and moves nothing', async (verb) => {
    const { chat, job } = await finished();
    const notice = await chat.says(EVE, 'quota');
    const count = chat.messages.length;
    const before = JSON.stringify(notice.page);
    await chat.press(EVE, notice, `${verb}|${job.code}|x`);
    const isAnswered = chat.messages.length > count || JSON.stringify(notice.page) !== before;
    expect(isAnswered).toBe(true);
    expect(await chat.jobs()).toEqual([job]);
    expect(chat.world.delivered).toHaveLength(1);
  });
});
