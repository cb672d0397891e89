import { describe, expect, it } from 'vitest';
import { settings } from '../../commands/settings.ts';
import { settings as list, parts } from '../../settings/index.ts';
import type { Call } from '../../src/core/command.ts';
import type { OwnSettings } from '../../src/core/settings/setting.ts';
import { changed } from '../../src/core/settings/settings-parts.ts';
import { createRemote } from '../fakes/remote.ts';
import { CHAT_EVENT, createWorld, EVENT, MEMBER } from '../fakes/world.ts';

const NOW = 1_000_000;
const DAY = 86_400_000;

describe('what an admin writes', () => {
  it.each<[string, Record<string, string>, OwnSettings]>([
    [
      'limit',
      { scope: 'server', period: 'day', unit: 'usd', amount: '5' },
      { limits: [{ who: { kind: 'space' }, period: 'day', unit: 'usd', max: 5_000_000 }] },
    ],
    [
      'limit',
      { scope: 'everyone', period: 'month', unit: 'usd', amount: '$0,50' },
      { limits: [{ who: { kind: 'everyone' }, period: 'month', unit: 'usd', max: 500_000 }] },
    ],
    [
      'limit',
      { scope: 'role', role: '77', period: 'day', unit: 'jobs', amount: '10' },
      { limits: [{ who: { kind: 'role', id: '77' }, period: 'day', unit: 'jobs', max: 10 }] },
    ],
    [
      'limit',
      { scope: 'member', member: 'discord:7', period: 'day', unit: 'jobs', amount: 'OFF' },
      { limits: [{ who: { kind: 'member', id: 'discord:7' }, period: 'day', unit: 'jobs', max: 'off' }] },
    ],
    ['allow', { channel: '5' }, { channels: ['5'] }],
    ['allow', { member: 'discord:7' }, { members: ['discord:7'] }],
    ['block', { member: 'discord:7' }, { blocked: [{ member: 'discord:7' }] }],
    [
      'block',
      { member: 'discord:7', days: '2' },
      { blocked: [{ member: 'discord:7', until: NOW + 2 * DAY }] },
    ],
    ['block', { member: 'discord:7', days: '0' }, { blocked: [] }],
    ['providers', { list: 'runcomfy, FAL' }, { providers: ['runcomfy', 'fal'] }],
    ['providers', { list: 'all' }, {}],
    ['quality', { best: 'standard' }, { quality: 'standard' }],
    ['confirm', { usd: '0.50' }, { confirmAboveMicros: 500_000 }],
    ['notify', { members: 'off' }, { notify: false }],
    ['log-channel', { channel: '42' }, { logChannel: '42' }],
    ['log-channel', {}, {}],
    ['timezone', { zone: 'Europe/Berlin' }, { timeZone: 'Europe/Berlin' }],
    ['retention', { days: '7' }, { retentionDays: 7 }],
    [
      'grant',
      { role: '77', unit: 'jobs', amount: '3', days: '7' },
      { grants: [{ who: { kind: 'role', id: '77' }, unit: 'jobs', max: 3, until: NOW + 7 * DAY }] },
    ],
  ])('%s %j is understood', (part, texts, after) => {
    expect(changed(list, {}, part, texts, NOW)).toMatchObject({ ok: true, value: { after } });
    // And leaves alone what is set beside it.
    const [other, set] = part === 'quality' ? (['notify', true] as const) : (['quality', 'pro'] as const);
    expect(changed(list, { [other]: set }, part, texts, NOW)).toMatchObject({
      value: { after: { ...after, [other]: set } },
    });
  });

  it('takes off its list again whom an admin lets in twice, and those who are named again once only', () => {
    const twice = (part: string, texts: Record<string, string>) => {
      const once = changed(list, {}, part, texts, NOW);
      return changed(list, once.ok ? once.value.after : {}, part, texts, NOW);
    };
    expect(twice('allow', { role: '5' })).toMatchObject({ value: { after: { roles: [] } } });
    expect(twice('block', { member: 'discord:7' })).toMatchObject({
      value: { after: { blocked: [{ member: 'discord:7' }] } },
    });
  });

  it('drops an expired grant when the next one is given, and no other', () => {
    const grant = (id: string, until: number) =>
      ({ who: { kind: 'member', id }, unit: 'jobs', max: 1, until }) as const;
    const own = { grants: [grant('discord:1', NOW), grant('discord:2', NOW + 1)] };
    const texts = { member: 'discord:3', unit: 'jobs', amount: '1', days: '1' };
    expect(changed(list, own, 'grant', texts, NOW)).toMatchObject({
      value: { after: { grants: [{ who: { id: 'discord:2' } }, { who: { id: 'discord:3' } }] } },
    });
  });

  it.each<[Record<string, string>, OwnSettings]>([
    [{ setting: 'confirm' }, { notify: false }],
    [{}, {}],
  ])('reset %j goes back to the defaults', (texts, after) => {
    const own: OwnSettings = { confirmAboveMicros: 5, notify: false };
    const result = changed(list, own, 'reset', texts, NOW);
    expect(result.ok && result.value.after).toEqual(after);
  });

  it.each<[string, Record<string, string>, string]>([
    ['limit', { scope: 'galaxy', period: 'day', unit: 'usd', amount: '5' }, 'scope'],
    ['limit', { scope: 'role', period: 'day', unit: 'usd', amount: '5' }, 'role'],
    ['limit', { scope: 'server', period: 'year', unit: 'usd', amount: '5' }, 'period'],
    ['limit', { scope: 'server', period: 'day', unit: 'euro', amount: '5' }, 'unit'],
    ['limit', { scope: 'server', period: 'day', unit: 'usd', amount: '-5' }, 'amount'],
    ['limit', { scope: 'server', period: 'day', unit: 'jobs', amount: '1.5' }, 'amount'],
    ['limit', { scope: 'server', period: 'day', unit: 'usd', amount: '1e9' }, 'amount'],
    ['allow', {}, 'channel'],
    ['block', { member: 'discord:7', days: 'soon' }, 'days'],
    ['quality', { best: 'ultra' }, 'best'],
    ['confirm', { usd: 'a lot' }, 'usd'],
    ['retention', { days: '0' }, 'days'],
    ['retention', { days: '366' }, 'days'],
    ['grant', { member: 'discord:7', unit: 'jobs', amount: '3', days: '0' }, 'days'],
    ['grant', { unit: 'jobs', amount: '3', days: '7' }, 'member'],
    ['reset', { setting: 'everything' }, 'setting'],
  ])('%s %j is answered with what would be right', (part, texts, option) => {
    const read = changed(list, {}, part, texts, NOW);
    expect(read).toMatchObject({ ok: false, refusal: { code: 'bad-option', option } });
    expect(!read.ok && read.refusal.code === 'bad-option' && read.refusal.allowed.length).toBeGreaterThan(0);
  });

  it('has no option of two meanings, and requires nothing after what may be left out', () => {
    for (const { options } of Object.values(parts)) {
      const names = options.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

describe('/settings', () => {
  const admin: Call = {
    id: 'discord-1',
    requester: CHAT_EVENT.requester,
    standing: { moderator: true, private: false },
    options: {},
    files: {},
  };
  async function up(canPost = true) {
    const posted: string[] = [];
    const channels: string[] = [];
    const world = createWorld({
      remotes: [createRemote('fal'), createRemote('runpod')],
      chat: {
        canPost: async () => canPost,
        post: async (to, _spaceId, { kind }) => {
          posted.push(kind);
          if ('channel' in to) channels.push(to.channel);
          return true;
        },
      },
    });
    const { core } = world.boot();
    const run = (over: Partial<Call>) => settings.execute({ ...admin, ...over }, core);
    return { core, run, posted, channels };
  }

  it('shows what holds, also without a word', async () => {
    const { run } = await up();
    expect(await run({})).toMatchObject({ ok: true, value: { kind: 'settings', own: {} } });
  });

  it('changes a setting, keeps who did it, and tells the log channel', async () => {
    const { run, posted } = await up();
    await run({ part: 'log-channel', options: { channel: '42' } });
    expect(await run({ part: 'confirm', options: { usd: '0.5' } })).toMatchObject({
      value: { kind: 'changed', settings: { confirmAboveMicros: 500_000 }, own: { logChannel: '42' } },
    });
    expect(posted).toEqual(['changed', 'changed']);
    expect(await run({ part: 'history' })).toMatchObject({
      value: { entries: [{ by: 'discord:7', setting: 'confirmAboveMicros' }, { setting: 'logChannel' }] },
    });
  });

  it('tells the log channel when it is itself turned off, so that nobody spends out of sight', async () => {
    const { run, channels } = await up();
    const end = { part: 'log-channel', options: {} };
    for (const change of [
      { ...end, options: { channel: '42' } },
      { ...end, options: { channel: '43' } },
      end,
    ])
      await run(change);
    expect(channels).toEqual(['42', '42', '43', '43']);
    await run({ ...end, options: { channel: '42' } });
    await run({ part: 'reset', options: {} });
    expect(channels.slice(4)).toEqual(['42', '42']);
  });

  it('refuses a log channel that it cannot post in, and leaves all as it was', async () => {
    const { run, core } = await up(false);
    expect(await run({ part: 'log-channel', options: { channel: '42' } })).toMatchObject({
      refusal: { code: 'channel-closed' },
    });
    expect(core.settings.own('discord:10')).toEqual({});
  });

  it('takes providers that have a key here, in the order that was given, and refuses the others', async () => {
    const { run, core } = await up();
    const choose = (list: string) => run({ part: 'providers', options: { list } });
    await choose('runpod fal');
    expect(core.settings.own('discord:10')).toEqual({ providers: ['runpod', 'fal'] });
    for (const wrong of ['runcomfy', 'fal acme'])
      expect(await choose(wrong)).toMatchObject({
        refusal: { code: 'bad-option', option: 'providers', allowed: ['fal', 'runpod', 'all'] },
      });
    expect(core.settings.own('discord:10')).toEqual({ providers: ['runpod', 'fal'] });
    await choose('all');
    expect(core.settings.own('discord:10')).toEqual({});
  });

  it.each<[string, Partial<Call>, string]>([
    ['members', { standing: MEMBER.standing }, 'admins-only'],
    ['anybody in private', { standing: { moderator: true, private: true } }, 'in-private'],
    ['the page', { requester: EVENT.requester }, 'in-private'],
  ])('is not for %s', async (_who, over, why) => {
    const { run } = await up();
    expect(await run(over)).toMatchObject({ refusal: { code: 'not-allowed', why } });
  });

  it('answers a part that there is not with those there are', async () => {
    const { run } = await up();
    expect(await run({ part: 'colour' })).toMatchObject({
      refusal: { code: 'bad-option', allowed: Object.keys(parts) },
    });
  });
});
