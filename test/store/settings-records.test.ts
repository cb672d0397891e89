/** Records of settings as they were written in November 2026: whatever becomes of the code, they are read. */
import { describe, expect, it } from 'vitest';
import { settings } from '../../settings/index.ts';
import { createSettingsService } from '../../src/core/settings/settings-service.ts';
import { createSettingsStore } from '../../src/store/settings.ts';
import { wordsFor } from '../../src/words/index.ts';
import { historyLines, settingsLines } from '../../src/words/settings.ts';
import { freshDatabase } from './open.ts';

const SPACE = 'telegram:-1001';

/** One with everything that can be set, and each kind of it. */
const RECORD = `{"limits":[{"who":{"kind":"space"},"period":"day","unit":"usd","max":5000000},{"who":{"kind":"everyone"},"period":"month","unit":"jobs","max":30},{"who":{"kind":"channel","id":"7"},"period":"day","unit":"jobs","max":0},{"who":{"kind":"role","id":"77"},"period":"month","unit":"usd","max":10000000},{"who":{"kind":"member","id":"telegram:5"},"period":"day","unit":"jobs","max":"off"}],"grants":[{"who":{"kind":"member","id":"telegram:5"},"until":1796000000000,"unit":"usd","max":2000000},{"who":{"kind":"role","id":"77"},"until":1796000000000,"unit":"jobs","max":3}],"channels":["7"],"roles":["77"],"members":["telegram:5"],"blocked":[{"member":"telegram:6"},{"member":"telegram:8","until":1796000000000}],"providers":["runcomfy","fal"],"models":["kling-3.0","kling-2.6"],"quality":"standard","speed":"relaxed","confirmAboveMicros":500000,"notify":false,"adult":true,"library":{"who":"roles","roles":["77"],"most":50,"each":5},"label":"plate","logChannel":"-1001/12","timeZone":"Europe/Berlin","retentionDays":7}`;

/** The newest first: what the table of changes holds beside who and when. */
const CHANGES = [
  ['retentionDays', '{"from":30,"to":7}'],
  ['timeZone', '{"to":"Europe/Berlin"}'],
  ['logChannel', '{"from":"-1001"}'],
  ['notify', '{"to":false}'],
  ['label', '{"to":"plate"}'],
  ['adult', '{"to":true}'],
  ['confirmAboveMicros', '{"from":250000,"to":500000}'],
  ['speed', '{"to":"relaxed"}'],
  ['quality', '{"to":"standard"}'],
  ['providers', '{"from":["fal"],"to":["runcomfy","fal"]}'],
  ['models', '{"to":["kling-3.0","kling-2.6"]}'],
  ['blocked', '{"from":[],"to":[{"member":"telegram:6"}]}'],
  ['members', '{"to":["telegram:5"]}'],
  ['roles', '{"to":["77"]}'],
  ['channels', '{"to":["7"]}'],
  ['grants', '{"to":[{"who":{"kind":"role","id":"77"},"until":1796000000000,"unit":"jobs","max":3}]}'],
  ['limits', '{"to":[{"who":{"kind":"space"},"period":"day","unit":"usd","max":5000000}]}'],
  ['library', '{"to":{"who":"roles","roles":["77"],"most":50,"each":5}}'],
] as const;

async function up() {
  const db = freshDatabase();
  await db.run('INSERT INTO settings (space_id, settings) VALUES (?, ?)', SPACE, RECORD);
  const change = "INSERT INTO audit (space_id, at, by, setting, change) VALUES (?, 5, 'telegram:1', ?, ?)";
  for (const [setting, text] of CHANGES.toReversed()) await db.run(change, SPACE, setting, text);
  const store = createSettingsStore(db);
  const lost: string[][] = [];
  const book = createSettingsService({
    list: settings,
    found: await store.all(),
    onLost: (_spaceId, names) => void lost.push(names),
    store,
    defaults: { limits: [], timeZone: 'UTC' },
    clock: { now: () => 6 },
  });
  const textOf = async () =>
    String(Object((await db.all('SELECT settings FROM settings WHERE space_id = ?', SPACE))[0]).settings);
  return { book, lost, textOf };
}

describe('a record of settings', () => {
  it('is read whole, and holds as it stands', async () => {
    const { book, lost } = await up();
    expect(lost).toEqual([]);
    expect(book.own(SPACE)).toEqual(JSON.parse(RECORD));
    expect(book.of(SPACE)).toEqual(JSON.parse(RECORD));
  });

  it('has every setting that there is today', () =>
    expect(Object.keys(JSON.parse(RECORD)).toSorted()).toEqual(settings.map(({ key }) => key).toSorted()));

  it('is written as it was but for what is changed', async () => {
    const { book, textOf } = await up();
    await book.change(SPACE, 'telegram:1', 'quality', { best: 'pro' });
    expect(JSON.parse(await textOf())).toEqual({ ...JSON.parse(RECORD), quality: 'pro' });
    await book.change(SPACE, 'telegram:1', 'limit', {
      scope: 'server',
      period: 'day',
      unit: 'usd',
      amount: 'off',
    });
    const [, ...others] = JSON.parse(RECORD).limits;
    expect(JSON.parse(await textOf()).limits).toEqual([
      ...others,
      { who: { kind: 'space' }, period: 'day', unit: 'usd', max: 'off' },
    ]);
  });

  it('and what led there can be told, also in words', async () => {
    const { book } = await up();
    const entries = await book.history(SPACE, 20);
    expect(entries).toEqual(
      CHANGES.map(([setting, text]) => ({ at: 5, by: 'telegram:1', setting, ...JSON.parse(text) })),
    );
    const words = wordsFor('en');
    const naming = (_kind: string, id: string) => id;
    const told = historyLines(words, entries, naming, 'UTC');
    expect(told[0]).toContain('Keep videos for from 30 days to 7 days');
    expect(told[6]).toContain('Ask before jobs dearer than from $0.25 to $0.50');
    expect(told[16]).toContain('Limits from default to all together: $5.00 a day');
    const state = settingsLines(words, { settings: book.of(SPACE), own: book.own(SPACE) }, naming);
    expect(state.filter((line) => line.endsWith('(set here)'))).toHaveLength(settings.length);
  });

  it('of a setting that there is no more stands in the history under its old name', async () => {
    const entry = { at: 5, by: 'telegram:1', setting: 'colour' as 'quality', to: 'red' };
    const [line] = historyLines(wordsFor('en'), [entry], (_kind, id) => id, 'UTC');
    expect(line).toContain('changed colour from default to ');
  });
});
