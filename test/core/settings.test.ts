import { describe, expect, it } from 'vitest';
import { type OwnSettings, settle } from '../../src/core/settings.ts';
import { createSettingsBook } from '../../src/core/settings-book.ts';
import type { Change } from '../../src/core/settings-change.ts';
import { memorySettings } from '../fakes/settings.ts';

const SPACE = 'discord:1';
const NOW = 1000;

function make(known: [string, OwnSettings][] = []) {
  const store = memorySettings();
  const clock = { now: NOW };
  const book = createSettingsBook({
    known,
    store,
    defaults: { limits: [], timeZone: 'UTC' },
    clock: { now: () => clock.now },
  });
  return { store, clock, book, change: (change: Change) => book.change(SPACE, 'discord:9', change) };
}

const limit = (max: number | 'off'): Change => ({
  what: 'limit',
  rule: { who: { kind: 'space' }, period: 'day', unit: 'usd', max },
});

describe('the settings of a space', () => {
  it('are the defaults until something is set', () => {
    const { book } = make();
    expect(book.of(SPACE)).toEqual(settle({}, { limits: [], timeZone: 'UTC' }));
  });

  it('hold from the moment they are set, and after a restart', async () => {
    const { book, store, change } = make();
    await change(limit(5_000_000));
    expect(book.of(SPACE).limits).toHaveLength(1);
    const later = make([...store.known]).book;
    expect(later.of(SPACE)).toEqual(book.of(SPACE));
    expect(later.of('discord:2').limits).toEqual([]);
  });

  it('are each said once: a new limit takes the place of the old one', async () => {
    const { book, change } = make();
    await change(limit(5_000_000));
    await change(limit('off'));
    expect(book.of(SPACE).limits).toEqual([
      { who: { kind: 'space' }, period: 'day', unit: 'usd', max: 'off' },
    ]);
  });

  it('tell who changed what, when, from what, to what', async () => {
    const { book, change, clock } = make();
    await change({ what: 'confirm', aboveMicros: 500_000 });
    clock.now += 5;
    await change({ what: 'confirm', aboveMicros: 250_000 });
    expect(await book.history(SPACE, 10)).toEqual([
      { at: NOW + 5, by: 'discord:9', setting: 'confirmAboveMicros', from: 500_000, to: 250_000 },
      { at: NOW, by: 'discord:9', setting: 'confirmAboveMicros', to: 500_000 },
    ]);
  });

  it('lose none of the changes that are made at once, nor say anything twice', async () => {
    const { book, store, change } = make();
    const made = await Promise.all([
      change(limit(5_000_000)),
      change({ what: 'block', member: 'discord:7' }),
      change({ what: 'notify', on: false }),
      change({ what: 'notify', on: false }),
    ]);
    expect(book.own(SPACE)).toMatchObject({ limits: [{}], blocked: [{}], notify: false });
    expect(store.known.get(SPACE)).toEqual(book.own(SPACE));
    expect(made.map((one) => one.ok && one.value.length)).toEqual([1, 1, 1, 0]);
  });

  it('keep quiet about a change that changes nothing', async () => {
    const { book, change } = make();
    await change({ what: 'notify', on: false });
    expect(await change({ what: 'notify', on: false })).toEqual({ ok: true, value: [] });
    expect(await book.history(SPACE, 10)).toHaveLength(1);
  });

  it.each<[string, Change]>([
    ['a zone that there is not', { what: 'timezone', zone: 'Mars/Olympus' }],
    ['a negative sum', { what: 'confirm', aboveMicros: -1 }],
    [
      'half a job',
      { what: 'limit', rule: { who: { kind: 'space' }, period: 'day', unit: 'jobs', max: 1.5 } },
    ],
    ['a block that is over already', { what: 'block', member: 'discord:7', until: NOW }],
    [
      'a grant that is over already',
      { what: 'grant', grant: { who: { kind: 'role', id: 'crew' }, unit: 'jobs', max: 1, until: NOW } },
    ],
    ['a retention of no day', { what: 'retention', days: 0 }],
  ])('refuse %s, and stay as they were', async (_name, change) => {
    const made = make();
    expect(await made.change(change)).toMatchObject({ ok: false, refusal: { code: 'bad-option' } });
    expect([made.book.own(SPACE), await made.book.history(SPACE, 10)]).toEqual([{}, []]);
  });

  it('go back to the defaults, one or all', async () => {
    const { book, change } = make();
    await change({ what: 'quality', quality: 'standard' });
    await change({ what: 'log-channel', channel: '42' });
    await change({ what: 'reset', setting: 'quality' });
    expect([book.of(SPACE).quality, book.of(SPACE).logChannel]).toEqual(['pro', '42']);
    await change({ what: 'reset' });
    expect(book.own(SPACE)).toEqual({});
  });

  it('block and unblock a member, and name each once', async () => {
    const { book, change } = make();
    await change({ what: 'block', member: 'discord:7' });
    await change({ what: 'block', member: 'discord:7', until: NOW + 5 });
    expect(book.of(SPACE).blocked).toEqual([{ member: 'discord:7', until: NOW + 5 }]);
    await change({ what: 'unblock', member: 'discord:7' });
    expect(book.of(SPACE).blocked).toEqual([]);
  });
});
