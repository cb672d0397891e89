import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { copyDatabase } from '../../../src/store/copies/copy.ts';
import { dailyCopies } from '../../../src/store/copies/kept.ts';
import { createStore } from '../../../src/store/index.ts';
import { MIGRATIONS } from '../../../src/store/migrations.ts';
import { freshFolder } from '../../fakes/folder.ts';
import { jobIn } from '../../fakes/jobs.ts';
import { makeDisk, NO_MOUNT } from '../../faults/mount.ts';
import { needs } from '../../needs.ts';
import { freshDatabase } from '../open.ts';

const NOW = Date.UTC(2026, 10, 30, 12);
const DAY_MS = 24 * 3_600_000;
const namesIn = (dataDir: string): string[] => readdirSync(join(dataDir, 'backups'));

/** A bot on that database: what it finds there, and what it writes. */
function open(dataDir: string) {
  return createStore(dataDir, (error) => expect.fail(error.message));
}

describe('a copy of the database', () => {
  it('is of one moment, while the bot goes on writing', async () => {
    const dataDir = freshFolder();
    const db = freshDatabase(dataDir);
    await db.run('CREATE TABLE pairs (a INTEGER, b INTEGER)');
    for (let n = 0; n < 200; n += 1) await db.run('INSERT INTO pairs VALUES (?, ?)', n, n);
    let isDone = false;
    const copying = copyDatabase(join(dataDir, 'strut.sqlite'), join(dataDir, 'copy.sqlite'), NOW).then(
      () => {
        isDone = true;
      },
    );
    // Both sides of each change, or neither.
    while (!isDone) {
      await db.transaction('row', (tx) => tx.run('UPDATE pairs SET a = a + 1, b = b + 1'));
      await new Promise(setImmediate);
    }
    await copying;
    const copy = new DatabaseSync(join(dataDir, 'copy.sqlite'));
    expect(copy.prepare('SELECT COUNT(*) AS n FROM pairs WHERE a <> b').get()).toEqual({ n: 0 });
    expect(copy.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    copy.close();
    // One file, which nobody else can read.
    expect(readdirSync(dataDir).filter((name) => name.startsWith('copy'))).toEqual(['copy.sqlite']);
    expect(statSync(join(dataDir, 'copy.sqlite')).mode & 0o777).toBe(0o600);
  });

  it('is known as one by whoever starts on it, until it was set right', async () => {
    const dataDir = freshFolder();
    const first = open(dataDir);
    expect(await first.putBack.since()).toBeUndefined();
    await first.close();
    const other = freshFolder();
    await copyDatabase(join(dataDir, 'strut.sqlite'), join(other, 'strut.sqlite'), NOW);
    const second = open(other);
    expect(await second.putBack.since()).toBe(NOW);
    await second.putBack.done();
    expect(await second.putBack.since()).toBeUndefined();
    await second.close();
  });

  it('takes along neither what waits for a yes nor what is not answered yet, but how jobs stand', async () => {
    const store = open(freshFolder());
    const offers = store.keyv('offers');
    await offers.set('open:discord-1', { id: 'discord-1' });
    await store.jobs.save(jobIn('queued'));
    for (const id of ['discord:7', 'telegram:8', 'telegram-status:web:1']) await store.inbox.claim(id, {});
    await store.putBack.dropAsked();
    expect(await offers.startingWith('')).toEqual(new Map());
    expect(await store.jobs.get('web:1')).toBeDefined();
    expect((await store.inbox.pending('')).map(({ id }) => id)).toEqual(['telegram-status:web:1']);
    // What a chat brings once more is no news.
    expect(await store.inbox.claim('discord:7', {})).toBe(false);
    await store.close();
  });
});

describe('the copies that the bot makes by itself', () => {
  it('are one a day, the last seven', async () => {
    const dataDir = freshFolder();
    freshDatabase(dataDir);
    const copies = dailyCopies(dataDir, 7);
    expect(copies.kept()).toBeUndefined();
    for (let day = 0; day < 9; day += 1)
      for (const hour of [0, 11]) await copies.take(NOW + day * DAY_MS + hour * 3_600_000);
    expect(namesIn(dataDir)).toEqual([2, 3, 4, 5, 6, 7, 8].map((day) => `strut-2026-12-0${day}.sqlite`));
    expect(copies.kept()).toEqual({
      count: 7,
      bytes: namesIn(dataDir).reduce((sum, name) => sum + statSync(join(dataDir, 'backups', name)).size, 0),
      newest: 'backups/strut-2026-12-08.sqlite',
    });
  });

  it('are none where the operator wants none, and leave alone what is not theirs', async () => {
    const dataDir = freshFolder();
    freshDatabase(dataDir);
    await dailyCopies(dataDir, 2).take(NOW);
    writeFileSync(join(dataDir, 'backups', 'strut-mine.tar'), '');
    await dailyCopies(dataDir, 0).take(NOW);
    expect(namesIn(dataDir)).toEqual(['strut-mine.tar']);
  });

  it('begin anew after a crash in the middle of one', async () => {
    const dataDir = freshFolder();
    freshDatabase(dataDir);
    mkdirSync(join(dataDir, 'backups'));
    writeFileSync(join(dataDir, 'backups', 'strut-2026-11-30.sqlite.part'), 'half of it');
    await dailyCopies(dataDir, 7).take(NOW);
    expect(namesIn(dataDir)).toEqual(['strut-2026-11-30.sqlite']);
  });

  it('come before an update changes the database, which is as it was in them', () => {
    const dataDir = freshFolder();
    const old = new DatabaseSync(join(dataDir, 'strut.sqlite'));
    old.exec(MIGRATIONS[0] ?? '');
    old.exec('PRAGMA user_version = 1');
    old.close();
    freshDatabase(dataDir);
    freshDatabase(dataDir);
    const [name = '', ...others] = namesIn(dataDir);
    expect([name, others]).toEqual([expect.stringMatching(/^before-update-.*-1\.sqlite$/), []]);
    const copy = new DatabaseSync(join(dataDir, 'backups', name));
    expect(copy.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    copy.close();
  });

  it('are not made of a database that is new', () => {
    const dataDir = freshFolder();
    freshDatabase(dataDir);
    expect(existsSync(join(dataDir, 'backups'))).toBe(false);
  });

  describe('on a disk that is full', () => {
    const disk = makeDisk(8);
    disk?.[Symbol.dispose]();

    it('are not made: the room is for members’ jobs', needs(disk !== undefined, NO_MOUNT), async () => {
      using small = makeDisk(8) as NonNullable<typeof disk>;
      const db = freshDatabase(small.path);
      await expect(dailyCopies(small.path, 7).take(NOW)).rejects.toThrow('no room for a copy');
      expect(namesIn(small.path)).toEqual([]);
      const to = join(small.path, 'backups', 'x.sqlite');
      small.fill();
      const copying = copyDatabase(join(small.path, 'strut.sqlite'), to, NOW);
      await expect(copying).rejects.toMatchObject({ name: 'StoreUnwritable' });
      expect(namesIn(small.path)).toEqual([]);
      await db.close();
    });
  });
});
