import { describe, expect, it } from 'vitest';
import { settings } from '../../commands/settings.ts';
import type { Call } from '../../src/core/command.ts';
import { type ChangingPart, readChange, SETTINGS_PARTS } from '../../src/core/settings-words.ts';
import { createRemote } from '../fakes/remote.ts';
import { CHAT_EVENT, createWorld, EVENT, MEMBER } from '../fakes/world.ts';

const NOW = 1_000_000;
const DAY = 86_400_000;

describe('what an admin writes', () => {
  it.each<[ChangingPart, Record<string, string>, unknown]>([
    [
      'limit',
      { scope: 'server', period: 'day', unit: 'usd', amount: '5' },
      { rule: { who: { kind: 'space' }, period: 'day', unit: 'usd', max: 5_000_000 } },
    ],
    [
      'limit',
      { scope: 'everyone', period: 'month', unit: 'usd', amount: '$0,50' },
      { rule: { who: { kind: 'everyone' }, max: 500_000 } },
    ],
    [
      'limit',
      { scope: 'role', role: '77', period: 'day', unit: 'jobs', amount: '10' },
      { rule: { who: { kind: 'role', id: '77' }, unit: 'jobs', max: 10 } },
    ],
    [
      'limit',
      { scope: 'member', member: 'discord:7', period: 'day', unit: 'jobs', amount: 'OFF' },
      { rule: { max: 'off' } },
    ],
    ['allow', { channel: '5' }, { what: 'allow', kind: 'channels', id: '5' }],
    ['allow', { member: 'discord:7' }, { kind: 'members', id: 'discord:7' }],
    ['block', { member: 'discord:7' }, { what: 'block', member: 'discord:7' }],
    ['block', { member: 'discord:7', days: '2' }, { until: NOW + 2 * DAY }],
    ['block', { member: 'discord:7', days: '0' }, { what: 'unblock', member: 'discord:7' }],
    ['providers', { list: 'runcomfy, FAL' }, { providers: ['runcomfy', 'fal'] }],
    ['providers', { list: 'all' }, { providers: [] }],
    ['quality', { best: 'standard' }, { quality: 'standard' }],
    ['confirm', { usd: '0.50' }, { aboveMicros: 500_000 }],
    ['notify', { members: 'off' }, { on: false }],
    ['log-channel', { channel: '42' }, { channel: '42' }],
    ['log-channel', {}, { channel: undefined }],
    ['timezone', { zone: 'Europe/Berlin' }, { zone: 'Europe/Berlin' }],
    ['retention', { days: '7' }, { days: 7 }],
    [
      'grant',
      { role: '77', unit: 'jobs', amount: '3', days: '7' },
      { grant: { who: { kind: 'role', id: '77' }, unit: 'jobs', max: 3, until: NOW + 7 * DAY } },
    ],
    ['reset', { setting: 'confirm' }, { setting: 'confirmAboveMicros' }],
    ['reset', {}, { what: 'reset' }],
  ])('%s %j is understood', (part, texts, change) => {
    expect(readChange(part, texts, NOW)).toMatchObject({ ok: true, value: change });
  });

  it.each<[ChangingPart, Record<string, string>, string]>([
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
    const read = readChange(part, texts, NOW);
    expect(read).toMatchObject({ ok: false, refusal: { code: 'bad-option', option } });
    expect(!read.ok && read.refusal.code === 'bad-option' && read.refusal.allowed.length).toBeGreaterThan(0);
  });

  it('has no option of two meanings, and requires nothing after what may be left out', () => {
    for (const { options } of Object.values(SETTINGS_PARTS)) {
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

  it('tells the log channel of its own end, too, so that nobody spends out of sight', async () => {
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
      refusal: { code: 'bad-option', allowed: Object.keys(SETTINGS_PARTS) },
    });
  });
});
