import { describe, expect, it } from 'vitest';
import { settings } from '../../settings/index.ts';
import type { OwnSettings, Texts } from '../../src/core/settings/setting.ts';
import { createSettingsService } from '../../src/core/settings/settings-service.ts';
import { memorySettings, settle } from '../fakes/settings.ts';

const SPACE = 'discord:1';
const NOW = 1000;

function make(known: [string, OwnSettings][] = []) {
  const store = memorySettings();
  const clock = { now: NOW };
  const book = createSettingsService({
    list: settings,
    found: known,
    onLost: () => {},
    store,
    defaults: { limits: [], timeZone: 'UTC' },
    clock: { now: () => clock.now },
  });
  return {
    store,
    clock,
    book,
    change: (part: string, texts: Texts = {}) => book.change(SPACE, 'discord:9', part, texts),
  };
}

const limit = (amount: string) => ['limit', { scope: 'server', period: 'day', unit: 'usd', amount }] as const;

describe('the settings of a space', () => {
  it('are the defaults until something is set', () => {
    const { book } = make();
    expect(book.of(SPACE)).toEqual(settle({}, { limits: [], timeZone: 'UTC' }));
  });

  it('hold from the moment they are set, and after a restart', async () => {
    const { book, store, change } = make();
    await change(...limit('5'));
    expect(book.of(SPACE).limits).toHaveLength(1);
    const later = make([...store.known]).book;
    expect(later.of(SPACE)).toEqual(book.of(SPACE));
    expect(later.of('discord:2').limits).toEqual([]);
  });

  it('are each set once: a new limit replaces the old one', async () => {
    const { book, change } = make();
    await change(...limit('5'));
    await change(...limit('off'));
    expect(book.of(SPACE).limits).toEqual([
      { who: { kind: 'space' }, period: 'day', unit: 'usd', max: 'off' },
    ]);
  });

  it('tell who changed what, when, from what, to what', async () => {
    const { book, change, clock } = make();
    await change('confirm', { usd: '0.50' });
    clock.now += 5;
    await change('confirm', { usd: '0.25' });
    expect(await book.history(SPACE, 10)).toEqual([
      { at: NOW + 5, by: 'discord:9', setting: 'confirmAboveMicros', from: 500_000, to: 250_000 },
      { at: NOW, by: 'discord:9', setting: 'confirmAboveMicros', to: 500_000 },
    ]);
  });

  it('lose none of the changes that are made at once, nor say anything twice', async () => {
    const { book, store, change } = make();
    const made = await Promise.all([
      change(...limit('5')),
      change('block', { member: 'discord:7' }),
      change('notify', { members: 'off' }),
      change('notify', { members: 'off' }),
    ]);
    expect(book.own(SPACE)).toMatchObject({ limits: [{}], blocked: [{}], notify: false });
    expect(store.known.get(SPACE)).toEqual(book.own(SPACE));
    expect(made.map((one) => one.ok && one.value.length)).toEqual([1, 1, 1, 0]);
  });

  it('keep quiet about a change that changes nothing', async () => {
    const { book, change } = make();
    await change('notify', { members: 'off' });
    expect(await change('notify', { members: 'off' })).toEqual({ ok: true, value: [] });
    expect(await book.history(SPACE, 10)).toHaveLength(1);
  });

  it.each<[string, string, Texts]>([
    ['a zone that there is not', 'timezone', { zone: 'Mars/Olympus' }],
    ['a negative sum', 'confirm', { usd: '-0.01' }],
    ['half a job', 'limit', { scope: 'server', period: 'day', unit: 'jobs', amount: '1.5' }],
    ['a block that is over already', 'block', { member: 'discord:7', days: '-1' }],
    ['a grant that is over already', 'grant', { role: 'crew', unit: 'jobs', amount: '1', days: '0' }],
    ['a retention of no day', 'retention', { days: '0' }],
    ['a name that no chat gives', 'log-channel', { channel: '1'.repeat(65) }],
    ['a part that there is not', 'colour', { colour: 'red' }],
  ])('refuse %s, and stay as they were', async (_name, part, texts) => {
    const made = make();
    expect(await made.change(part, texts)).toMatchObject({ ok: false, refusal: { code: 'bad-option' } });
    expect([made.book.own(SPACE), await made.book.history(SPACE, 10)]).toEqual([{}, []]);
  });

  it('go back to the defaults, one or all', async () => {
    const { book, change } = make();
    await change('quality', { best: 'standard' });
    await change('log-channel', { channel: '42' });
    await change('reset', { setting: 'quality' });
    expect([book.of(SPACE).quality, book.of(SPACE).logChannel]).toEqual(['pro', '42']);
    await change('reset');
    expect(book.own(SPACE)).toEqual({});
  });

  it('block and unblock a member, and name each once', async () => {
    const { book, change } = make();
    await change('block', { member: 'discord:7' });
    await change('block', { member: 'discord:7', days: '5' });
    expect(book.of(SPACE).blocked).toEqual([{ member: 'discord:7', until: NOW + 5 * 86_400_000 }]);
    await change('block', { member: 'discord:7', days: '0' });
    expect(book.of(SPACE).blocked).toEqual([]);
  });
});
