import type { Api } from 'grammy';
import { describe, expect, it } from 'vitest';
import { textOf, type User } from '../../../simulators/telegram/telegram.ts';
import { createInline } from '../../../src/chat/telegram/inbound/inline.ts';
import { inspectTelegram } from '../../../src/chat/telegram/inspect.ts';
import type { Core } from '../../../src/core/command.ts';
import { accept } from '../../../src/core/refusals.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { aMotion, manyMotions } from '../../fakes/items.ts';
import { MEMBER } from '../../fakes/world.ts';
import { ada, createHarness, type HarnessOptions } from './harness.ts';

const { t } = wordsFor('en');
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Ada and Bo in a group with the bot, whose inline mode is on; each motion is kept by whom it says. */
async function inGroup(
  options: HarnessOptions['telegram'] = {},
  more: Omit<HarnessOptions, 'telegram'> = {},
) {
  const harness = await createHarness({ telegram: { inline: true, ...options }, ...more });
  const { telegram, world } = harness;
  const one = await ada(harness);
  const bo = telegram.user({ first_name: 'Bo' });
  const group = telegram.group({ creator: one.user, members: [bo] });
  const keeps = async (owner: User, over: Partial<Parameters<typeof aMotion>[0]> & object): Promise<void> => {
    const file = await keptClip(one.clip);
    const item = aMotion({ spaceId: `telegram:${group.id}`, scope: 'mine', file, ...over });
    await world.disk.library.add({ ...item, ownerId: `telegram:${owner.id}` }, ROOM);
  };
  async function keptClip(path: string) {
    const { copyFile } = await import('node:fs/promises');
    const temp = await world.disk.files.temp('mp4');
    await copyFile(path, temp.path);
    return world.disk.files.keep(temp.path, 'video/mp4');
  }
  return { harness, telegram, ...one, bo, group, keeps };
}

const ROOM = { shelf: Infinity, owner: Infinity };
const titles = (answer: { results: { title: string }[] }) => answer.results.map(({ title }) => title);

describe('inline mode', () => {
  it('is asked for where BotFather has turned it on, and nowhere else', async () => {
    const on = await createHarness({ telegram: { inline: true } });
    await on.until(() => on.telegram.calls('getUpdates').length > 0);
    expect(on.telegram.calls('getUpdates')[0]?.params.allowed_updates).toContain('inline_query');
    const off = await createHarness();
    await off.until(() => off.telegram.calls('getUpdates').length > 0);
    expect(off.telegram.calls('getUpdates')[0]?.params.allowed_updates).not.toContain('inline_query');
  });

  it.each([true, false])('is told by the doctor where it is on: %s', async (inline) => {
    const { telegram } = await createHarness({ telegram: { inline } });
    const { signal } = new AbortController();
    const deps = { signal, publicUrl: undefined, isRunning: true, listenMs: 0 };
    const found = await inspectTelegram({ token: telegram.token, apiUrl: telegram.apiUrl }, deps);
    expect(found.some(({ code }) => code === 'telegram-inline')).toBe(inline);
  });

  it('offers the asker’s own motions by a part of their names, with seconds and how they went', async () => {
    const { telegram, user, keeps, group } = await inGroup();
    await keeps(user, { id: 'm1', name: 'Shuffle' });
    await keeps(user, { id: 'm2', name: 'Cha cha' });
    const found = await telegram.asksInline(user, 'SHU', { chat: group }).done;
    expect(found.results).toEqual([
      {
        title: 'Shuffle',
        description: `6 s · ${t('library.unused')}`,
        text: `/animate@${telegram.bot.username} motion="Shuffle"`,
      },
    ]);
    expect(titles(await telegram.asksInline(user, '', { chat: group }).done).sort()).toEqual([
      'Cha cha',
      'Shuffle',
    ]);
  });

  it('offers them also where nobody may use the bot in private, as is usual', async () => {
    const { telegram, user, bo, keeps, group } = await inGroup(
      {},
      { world: { access: { allowPrivate: false } } },
    );
    await keeps(user, { id: 'm1', name: 'Shuffle' });
    await keeps(bo, { id: 'm2', name: 'Shimmy' });
    expect(titles(await telegram.asksInline(user, 'sh', { chat: group }).done)).toEqual(['Shuffle']);
  });

  it('says the price in the bot’s own chat alone, as it can differ in others', async () => {
    const { telegram, user, chat, keeps } = await inGroup();
    await keeps(user, { name: 'Shuffle' });
    const [here] = (await telegram.asksInline(user, 'shu', { chat }).done).results;
    expect(here?.description).toContain('$');
    const [there] = (await telegram.asksInline(user, 'shuf', { chatType: '' }).done).results;
    expect(there?.description).not.toContain('$');
  });

  it('offers nobody what is another’s, or a group’s, or from a channel for adults', async () => {
    const { telegram, user, bo, keeps, group } = await inGroup();
    await keeps(user, { id: 'm1', name: 'Mine' });
    await keeps(bo, { id: 'm2', name: 'Group’s', scope: 'space' });
    await keeps(user, { id: 'm3', name: 'Adults’', forAdults: true });
    expect(titles(await telegram.asksInline(user, '', { chat: group }).done)).toEqual(['Mine']);
    const others = await telegram.asksInline(bo, '', { chat: group }).done;
    expect(others).toMatchObject({ results: [], personal: true });
    expect(others.button?.text).toBe(t('library.inline-none'));
  });

  it('holds no file, no address and no id of any chat', async () => {
    const { telegram, user, keeps, group } = await inGroup();
    await keeps(user, { name: 'Shuffle' });
    await telegram.asksInline(user, '', { chat: group }).done;
    const sent = JSON.stringify(telegram.calls('answerInlineQuery').map(({ params }) => params));
    expect(sent).not.toMatch(/https?:|\.mp4|\.webp|thumbnail|file_id/);
    expect(sent).not.toContain(String(group.id));
  });

  it('comes in pages of fifty', async () => {
    const { harness, telegram, user, group } = await inGroup();
    for (const item of manyMotions(120, { scope: 'mine', ownerId: `telegram:${user.id}` }))
      await harness.world.disk.library.add(item, ROOM);
    const seen: string[] = [];
    let offset = '';
    do {
      const page = await telegram.asksInline(user, '', { chat: group, offset }).done;
      seen.push(...titles(page));
      offset = page.nextOffset;
    } while (offset !== '');
    expect([seen.length, new Set(seen).size]).toEqual([120, 120]);
  });

  it('offers nothing for chats that the bot can not be in, and says so', async () => {
    const { telegram, user, keeps } = await inGroup();
    await keeps(user, { name: 'Shuffle' });
    for (const chatType of ['private', 'channel']) {
      const { results, button } = await telegram.asksInline(user, chatType, { chatType }).done;
      expect([results, button?.text]).toEqual([[], t('library.inline-elsewhere')]);
    }
  });

  it('says that nothing is called so, in the asker’s language', async () => {
    const { telegram, keeps, group } = await inGroup();
    const eva = telegram.user({ first_name: 'Eva', language_code: 'de' });
    await keeps(eva, { name: 'Shuffle' });
    const { button } = await telegram.asksInline(eva, 'walzer', { chat: group }).done;
    expect(button).toEqual({
      text: wordsFor('de').t('library.inline-no-match'),
      start_parameter: 'motions',
    });
  });

  it('leads by its button to the motions in the bot’s own chat', async () => {
    const { harness, telegram, user, chat } = await inGroup();
    await telegram.sends(user, chat, { text: '/start motions' });
    await harness.hears(chat, t('library.none-motion'));
  });

  it('leaves a flood of queries unanswered, and answers again after it', async () => {
    let now = 0;
    const answered: string[] = [];
    const answer = createInline({
      api: { answerInlineQuery: async (id: string) => answered.push(id) } as unknown as Api,
      core: Promise.resolve({ library: { list: async () => accept([]) } } as unknown as Core),
      who: { member: async () => MEMBER },
      clock: { now: () => now },
      log: SILENT,
    });
    const types = (id: number, by: number) =>
      answer(
        { id: String(id), from: { id: by, is_bot: false }, query: '', offset: '' },
        { id: 1, username: 'bot' },
      );
    for (let id = 0; id < 40; id += 1) await types(id, 7);
    expect(answered).toHaveLength(30);
    await types(50, 8);
    expect(answered.at(-1)).toBe('50');
    now += 10_000;
    await types(51, 7);
    expect(answered.at(-1)).toBe('51');
  });

  it('that can not be answered in time harms nothing', async () => {
    const { harness, telegram, user, chat, group } = await inGroup();
    telegram.fault({ method: 'answerInlineQuery', how: { status: 500 } });
    telegram.asksInline(user, 'a', { chat: group });
    await telegram.asksInline(user, 'b', { chat: group }).done;
    await telegram.sends(user, chat, { text: '/help' });
    await harness.hears(chat, t('help.intro'));
    expect(harness.logged.join('\n')).not.toMatch(/^error/m);
  });

  it('of a library that is off there offers nothing', async () => {
    const { harness, telegram, user, chat, keeps } = await inGroup();
    await keeps(user, { name: 'Shuffle' });
    const memberId = `telegram:${user.id}`;
    const requester = { platform: 'telegram', spaceId: `telegram:${chat.id}`, memberId, target: {} };
    const admin = { requester, standing: { moderator: true, private: false } };
    expect((await harness.core().settings.change(admin, 'library', { who: 'off' })).ok).toBe(true);
    expect(await telegram.asksInline(user, 'shu', { chat }).done).toMatchObject({ results: [] });
  });
});

describe('a chosen result', () => {
  it.each([
    ['with its command marked', undefined],
    ['with nothing marked in it', []],
  ])('in answer to a picture animates it, in privacy mode, %s', async (_how, entities) => {
    const { harness, telegram, user, photo, keeps, group } = await inGroup();
    await keeps(user, { name: 'Cha cha' });
    const picture = await telegram.sends(user, group, { photo });
    const asked = telegram.asksInline(user, 'cha', { chat: group });
    await asked.done;
    telegram.picksInline(asked, group, 'Cha cha', { replyTo: picture, ...(entities ? { entities } : {}) });
    await harness.until('delivered');
    const [job] = await harness.jobs(user);
    expect(job?.inputs.clip).toMatchObject({ name: 'Cha cha', item: 'k7qx2mabcdef' });
    expect(job?.request.prompt).toBeUndefined();
  });

  it('of a member who is blocked in that group makes nothing there, also where the block comes after they chose it', async () => {
    const { harness, telegram, bo, user, photo, keeps, group } = await inGroup();
    await keeps(bo, { id: 'm1', name: 'Cha cha' });
    await keeps(user, { id: 'm2', name: 'Group’s', scope: 'space' });
    const block = async (days: string) => {
      const requester = {
        platform: 'telegram',
        spaceId: `telegram:${group.id}`,
        memberId: `telegram:${user.id}`,
        target: {},
      };
      const admin = { requester, standing: { moderator: true, private: false } };
      const told = { member: `telegram:${bo.id}`, ...(days === '' ? {} : { days }) };
      expect((await harness.core().settings.change(admin, 'block', told)).ok).toBe(true);
    };
    const picks = async () => {
      const picture = await telegram.sends(bo, group, { photo });
      const asked = telegram.asksInline(bo, '', { chat: group });
      // Their own, which they see in private as well; of the group nothing is offered to anybody.
      expect(titles(await asked.done)).toEqual(['Cha cha']);
      return () => telegram.picksInline(asked, group, 'Cha cha', { replyTo: picture });
    };
    const early = await picks();
    await block('');
    early();
    await harness.hears(group, t('refusal.blocked'));
    await harness.calm();
    const late = await picks();
    late();
    await telegram.waitFor(
      () => telegram.said(group).filter((one) => textOf(one).includes(t('refusal.blocked'))).length === 2,
    );
    await harness.calm();
    expect(await harness.jobs(bo)).toEqual([]);
    expect(harness.remote.submits).toEqual([]);
    await block('0');
    (await picks())();
    await harness.until('delivered');
    expect(await harness.jobs(bo)).toHaveLength(1);
  });

  it('with quotes in its name is found, too', async () => {
    const { harness, telegram, user, photo, keeps, group } = await inGroup();
    await keeps(user, { name: 'The “big” one' });
    const picture = await telegram.sends(user, group, { photo });
    const asked = telegram.asksInline(user, 'big', { chat: group });
    await asked.done;
    telegram.picksInline(asked, group, 'The “big” one', { replyTo: picture });
    await harness.until('delivered');
    expect((await harness.jobs(user))[0]?.inputs.clip.name).toBe('The “big” one');
  });

  it('is known by the bot that it came by: the same words, with nothing marked in them, are no command', async () => {
    const { harness, telegram, user, photo, keeps, group } = await inGroup();
    await keeps(user, { name: 'Cha cha' });
    const picture = await telegram.sends(user, group, { photo });
    telegram.becomes(group, 'administrator');
    await telegram.sends(user, group, {
      text: `/animate@${telegram.bot.username} motion="Cha cha"`,
      entities: [],
      replyTo: picture,
    });
    await harness.calm();
    expect(await harness.jobs()).toEqual([]);
  });
});
