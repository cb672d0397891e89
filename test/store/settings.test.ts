/** What the admins of a space decided, as it lies on disk. */
import { afterAll, describe, expect, it } from 'vitest';
import { settings } from '../../settings/index.ts';
import { createSettingsService } from '../../src/core/settings/settings-service.ts';
import { createSettingsStore } from '../../src/store/settings.ts';
import type { Database } from '../../src/store/sql.ts';
import { postgresOfFile } from '../postgres/open.ts';
import { bothDatabases } from './open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const SHUT = { who: { kind: 'space' }, period: 'day', unit: 'jobs', max: 0 };
const BROKEN = 'discord:1';
const CLOCK = { now: () => 5 };

async function up(db: Database, text: string) {
  for (const record of [
    [BROKEN, text],
    ['discord:2', '{"notify":false}'],
  ])
    await db.run('INSERT INTO settings (space_id, settings) VALUES (?, ?)', ...record);
  const told: { spaceId: string; lost: string[] }[] = [];
  const store = createSettingsStore(db);
  const book = createSettingsService({
    list: settings,
    found: await store.all(),
    onLost: (spaceId, lost) => void told.push({ spaceId, lost }),
    store,
    defaults: { limits: [], timeZone: 'UTC' },
    clock: CLOCK,
  });
  return { store, book, told };
}

for (const { name, need, database } of bothDatabases(postgres))
  describe(`the settings on disk, in ${name}`, need, () => {
    it('are read as they were written, with what led there', async () => {
      const { store, book, told } = await up(await database(), '{}');
      await book.change(BROKEN, 'discord:9', 'block', { member: 'discord:7' });
      await book.change(BROKEN, 'discord:9', 'reset', {});
      await book.change(BROKEN, 'discord:9', 'confirm', { usd: '0.50' });
      expect(new Map(await store.all()).get(BROKEN)).toEqual({ confirmAboveMicros: 500_000 });
      expect(await store.history(BROKEN, 2)).toEqual([
        { at: 5, by: 'discord:9', setting: 'confirmAboveMicros', to: 500_000 },
        { at: 5, by: 'discord:9', setting: 'blocked', from: [{ member: 'discord:7' }] },
      ]);
      expect(told).toEqual([]);
    });

    it.each([
      ['a field of another shape', '{"limits":[{"day":5}],"blocked":[{"member":"discord:7"}]}', ['limits']],
      ['no fields at all', '[1]', ['all']],
      ['half a text', '{"limits":[', ['all']],
    ])(
      'that hold %s let nobody start anything, and keep no other space from it',
      async (_what, text, lost) => {
        const { book, told } = await up(await database(), text);
        expect(book.of(BROKEN).limits).toEqual([SHUT]);
        expect(book.of(BROKEN).blocked).toEqual(text.includes('blocked') ? [{ member: 'discord:7' }] : []);
        expect(book.of('discord:2')).toMatchObject({ notify: false, limits: [] });
        expect(told).toMatchObject([{ spaceId: BROKEN, lost }]);
      },
    );

    it('may lose a zone that is none without shutting anybody out', async () => {
      const { book, told } = await up(await database(), '{"timeZone":"Mars/Olympus","notify":false}');
      expect(book.of(BROKEN)).toMatchObject({ limits: [], timeZone: 'UTC', notify: false });
      expect(told).toMatchObject([{ lost: ['timeZone'] }]);
    });

    it('can be set anew by the admins then, as any', async () => {
      const { store, book } = await up(await database(), '{"limits":"none","logChannel":"42"}');
      const rule = { who: { kind: 'space' }, period: 'day', unit: 'jobs', max: 9 };
      const texts = { scope: 'server', period: 'day', unit: 'jobs', amount: '9' };
      expect((await book.change(BROKEN, 'discord:9', 'limit', texts)).ok).toBe(true);
      expect(new Map(await store.all()).get(BROKEN)).toEqual({ logChannel: '42', limits: [rule] });
    });

    it('lose no change of two processes that make theirs at once', async () => {
      const db = await database();
      const [first, second] = [await up(db, '{}'), createSettingsStore(db)];
      const other = createSettingsService({
        list: settings,
        found: await second.all(),
        onLost: expect.fail,
        store: second,
        defaults: { limits: [], timeZone: 'UTC' },
        clock: CLOCK,
      });
      const members = Array.from({ length: 12 }, (_, n) => `discord:${n + 10}`);
      await Promise.all(
        members.map((member, n) =>
          (n % 2 === 0 ? first.book : other).change(BROKEN, 'discord:9', 'block', { member }),
        ),
      );
      const { blocked } = Object(new Map(await second.all()).get(BROKEN));
      expect(blocked.map(({ member }: { member: string }) => member).sort()).toEqual(members);
      expect(await second.history(BROKEN, 20)).toHaveLength(12);
    });

    it('of a later version are read as far as this one knows them', async () => {
      const { book, told } = await up(await database(), '{"notify":false,"colour":"red"}');
      expect([book.own(BROKEN), told]).toEqual([{ notify: false }, []]);
    });
  });
