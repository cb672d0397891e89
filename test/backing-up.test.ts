import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { backUpBot } from '../src/backing-up.ts';
import { dailyCopies } from '../src/store/copies/kept.ts';
import { openWorkFolder } from '../src/store/copies/work-folder.ts';
import { createPostgresStore, createStore, type Store } from '../src/store/index.ts';
import { MIGRATIONS } from '../src/store/migrations.ts';
import { backUp, NOW, restore } from './backups.ts';
import { aHold } from './contracts/ledger.ts';
import { freshFolder } from './fakes/folder.ts';
import { jobIn } from './fakes/jobs.ts';
import { postgresNeeded, postgresOfFile } from './postgres/open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const SECRETS = { 'secret-key': 'the-key-of-this-bot', 'signing-key': 'the-key-of-its-videos' };

const open = (dataDir: string): Store => createStore(dataDir, (error) => expect.fail(error.message));

/** A bot that runs, with a job, a line of the book, a setting, two files and the secrets that it made. */
async function runningBot(): Promise<{ dataDir: string; store: Store; keys: string[] }> {
  const dataDir = freshFolder();
  const store = open(dataDir);
  await store.isAtHome();
  await store.jobs.save(jobIn('queued'));
  await store.ledger.reserve(aHold());
  await store.settings.change('discord:1', () => ({ settings: { quality: 'pro' }, entries: [] }));
  const keys: string[] = [];
  for (const text of ['a picture', 'a video']) {
    await using temp = await store.files.temp('mp4');
    writeFileSync(temp.path, text.repeat(50_000));
    keys.push((await store.files.keep(temp.path, 'video/mp4')).key);
  }
  for (const [name, text] of Object.entries(SECRETS)) writeFileSync(join(dataDir, name), `${text}\n`);
  return { dataDir, store, keys };
}

/** A backup of one, to do something with. */
async function aBackup(
  ...args: string[]
): Promise<{ file: string; keys: string[]; env: { DATA_DIR: string } }> {
  const { dataDir, store, keys } = await runningBot();
  const file = join(freshFolder(), 'strut.tar');
  expect(await backUp([file, ...args], { DATA_DIR: dataDir })).toMatchObject({ code: 0 });
  await store.close();
  return { file, keys, env: { DATA_DIR: join(freshFolder(), 'new') } };
}

const isEmpty = (dataDir: string): boolean =>
  !existsSync(dataDir) || readdirSync(dataDir).every((name) => name.startsWith('strut.lock'));

describe('npm run backup', () => {
  it('makes one plain archive while the bot runs, of which a restored bot is the same', async () => {
    const { dataDir, store, keys } = await runningBot();
    const folder = freshFolder();
    const file = join(folder, 'strut.tar');
    const { code, said } = await backUp(['strut.tar'], { DATA_DIR: dataDir, INIT_CWD: folder });
    expect([code, said]).toEqual([0, expect.stringContaining('files: 2 (0.8 MB)')]);
    expect([readdirSync(folder), statSync(file).mode & 0o777]).toEqual([['strut.tar'], 0o600]);
    const names = execFileSync('tar', ['-tf', file], { encoding: 'utf8' }).trim().split('\n');
    const files = keys.map((key) => `files/${key.slice(0, 2)}/${key}`).toSorted();
    expect(names).toEqual(['strut-backup.json', 'strut.sqlite', ...files, 'end.json']);
    await store.close();

    const DATA_DIR = join(freshFolder(), 'new');
    const restored = await restore(['strut.tar'], { DATA_DIR, INIT_CWD: folder });
    expect([restored.code, restored.said]).toEqual([
      0,
      expect.stringContaining('files: 2 (0.8 MB), all there'),
    ]);
    expect(restored.said).toContain('look at your providers’ bills');
    expect(readdirSync(DATA_DIR).toSorted()).toEqual(['files', 'strut.lock', 'strut.sqlite']);
    const again = open(DATA_DIR);
    expect(await again.isAtHome()).toBe(true);
    expect(await again.jobs.get('web:1')).toMatchObject({ state: 'queued' });
    expect(await again.settings.all()).toEqual([['discord:1', { quality: 'pro' }]]);
    expect(await again.ledger.totals({ scope: 'space:1', window: 'day:2026-01-31' })).toMatchObject({
      heldJobs: 1,
    });
    for (const key of keys)
      expect(readFileSync(await again.files.path({ key }))).toEqual(
        readFileSync(await store.files.path({ key })),
      );
    expect(await again.putBack.since()).toBe(NOW);
    await again.close();
  });

  it('has every file that its records name, also one that came while the copy was made', async () => {
    const { dataDir, store } = await runningBot();
    const file = join(freshFolder(), 'strut.tar');
    const said: string[] = [];
    // Long before the files were kept, by the clock: the command was given, and the copy came later.
    await backUpBot([file], { DATA_DIR: dataDir }, (line) => said.push(line), Date.now() - 3_600_000);
    expect(said.join('\n')).toContain('files: 2 (0.8 MB)');
    await store.close();
  });

  it('leaves out a file that the disk has damaged, says so, and can be put back', async () => {
    const { dataDir, store, keys } = await runningBot();
    const [bad = '', good = ''] = keys;
    writeFileSync(await store.files.path({ key: bad }), 'other bytes than those of its name');
    await store.close();
    const file = join(freshFolder(), 'strut.tar');
    const { code, said } = await backUp([file], { DATA_DIR: dataDir });
    expect([code, said]).toEqual([0, expect.stringContaining('files: 1 (0.4 MB)')]);
    expect(said).toContain('1 left out, as the disk has damaged it');

    const DATA_DIR = join(freshFolder(), 'new');
    expect(await restore([file], { DATA_DIR })).toMatchObject({ code: 0 });
    const there = (key: string) => existsSync(join(DATA_DIR, 'files', key.slice(0, 2), key));
    expect([there(bad), there(good)]).toEqual([false, true]);
  });

  it('leaves out what nobody else should have, unless it is told to take it along', async () => {
    const without = await aBackup();
    const withKeys = await aBackup('--with-secrets');
    for (const text of Object.values(SECRETS)) {
      expect(readFileSync(without.file).includes(text)).toBe(false);
      expect(readFileSync(withKeys.file).includes(text)).toBe(true);
    }
    expect((await restore([without.file], without.env)).said).toContain('not in it; made anew');
    expect(await restore([withKeys.file], withKeys.env)).toMatchObject({ code: 0 });
    const key = join(withKeys.env.DATA_DIR, 'secret-key');
    expect([readFileSync(key, 'utf8'), statSync(key).mode & 0o777]).toEqual(['the-key-of-this-bot\n', 0o600]);
  });

  it('takes the records alone where it is asked to', async () => {
    const { file, env } = await aBackup('--without-files');
    expect(await restore([file], env)).toMatchObject({
      code: 0,
      said: expect.stringContaining('none in it'),
    });
    const store = open(env.DATA_DIR);
    // Files that come later by other means are known as its own.
    expect([await store.isAtHome(), existsSync(join(env.DATA_DIR, 'files', 'home'))]).toEqual([true, true]);
    await store.close();
  });

  it('clears away what one that was killed left there, and nothing that another works in or that is none of its', async () => {
    const { dataDir, store } = await runningBot();
    const folder = freshFolder();
    const dead = fork(join(import.meta.dirname, 'store/children/killed-backup.ts'), [folder]);
    expect(await once(dead, 'exit')).toEqual([null, 'SIGKILL']);
    const [left = ''] = readdirSync(folder);
    expect(readdirSync(join(folder, left))).toContain('half.tar');
    await using stack = new AsyncDisposableStack();
    const others = await openWorkFolder(folder, stack);
    expect(existsSync(join(folder, left))).toBe(false);
    mkdirSync(join(folder, '.strut-abc123'));
    writeFileSync(join(folder, '.strut-notes'), 'mine');
    const again = fork(join(import.meta.dirname, 'store/children/killed-backup.ts'), [folder]);
    await once(again, 'exit');
    expect(readdirSync(folder)).toHaveLength(4);
    expect(await backUp([join(folder, 'strut.tar')], { DATA_DIR: dataDir })).toMatchObject({ code: 0 });
    expect(readdirSync(folder).toSorted()).toEqual(
      ['.strut-abc123', '.strut-notes', basename(others), 'strut.tar'].toSorted(),
    );
    await store.close();
  });

  it('says so where there is nothing to back up, a file is in the way, or it is asked wrongly', async () => {
    const DATA_DIR = freshFolder();
    const file = join(freshFolder(), 'x.tar');
    expect(await backUp([file], { DATA_DIR })).toMatchObject({
      code: 1,
      said: expect.stringContaining('no bot in'),
    });
    expect(existsSync(file)).toBe(false);
    const { dataDir, store } = await runningBot();
    writeFileSync(file, 'mine');
    const taken = await backUp([file], { DATA_DIR: dataDir });
    expect(taken).toMatchObject({ code: 1, said: expect.stringContaining('is not written over') });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const nowhere = await backUp([join(file, 'no', 'x.tar')], { DATA_DIR: dataDir });
    expect(nowhere.said).toMatch(/^Not made: the folder of that file is not there|^Not made: ENOTDIR/);
    expect((await backUp([], {})).code).toBe(0);
    expect(await backUp(['--all', file])).toMatchObject({
      code: 1,
      said: expect.stringContaining('-- FILE'),
    });
    expect(await backUp([file], { PORT: 'x' })).toMatchObject({
      code: 1,
      said: expect.stringContaining('PORT'),
    });
    await store.close();
  });
});

describe('npm run restore', () => {
  it('touches no folder that somebody uses, and says what lies there', async () => {
    const { file } = await aBackup();
    const { dataDir, store } = await runningBot();
    const running = await restore([file], { DATA_DIR: dataDir });
    expect(running).toMatchObject({ code: 1, said: expect.stringContaining('a bot is running') });
    await store.close();
    const stopped = await restore([file], { DATA_DIR: dataDir });
    expect(stopped).toMatchObject({ code: 1, said: expect.stringMatching(/not empty \(.*strut\.sqlite/) });
    const again = open(dataDir);
    expect([await again.putBack.since(), await again.isAtHome()]).toEqual([undefined, true]);
    await again.close();
  });

  it('finishes in a folder where one was killed in the middle', async () => {
    const { file, env } = await aBackup();
    mkdirSync(join(env.DATA_DIR, 'restoring', 'files'), { recursive: true });
    expect(await restore([file], env)).toMatchObject({ code: 0 });
    expect(existsSync(join(env.DATA_DIR, 'restoring'))).toBe(false);
  });

  let first: Promise<{ bytes: Buffer; keys: string[] }> | undefined;
  const change = (file: string, change: (bytes: Buffer) => void): void => {
    const bytes = readFileSync(file);
    change(bytes);
    writeFileSync(file, bytes);
  };

  it.each<[name: string, spoil: (file: string, keys: string[]) => void, words: RegExp]>([
    ['cut in half', (file) => truncateSync(file, statSync(file).size / 2), /ends in the middle/],
    [
      'cut off behind the last file',
      (file) => truncateSync(file, statSync(file).size - 3 * 512 - 512),
      /ends in the middle/,
    ],
    [
      'damaged in one byte of a file',
      (file) => change(file, (bytes) => void bytes.writeUInt8(0, bytes.indexOf('a video') + 1000)),
      /is damaged/,
    ],
    [
      'damaged in one byte of the database',
      (file) => change(file, (bytes) => void bytes.write('X', bytes.indexOf('CREATE TABLE') + 1)),
      /is damaged/,
    ],
    [
      'with a file less',
      (file, [key = '']) => execFileSync('tar', ['--delete', '-f', file, `files/${key.slice(0, 2)}/${key}`]),
      /is damaged/,
    ],
    [
      'no archive',
      (file) => writeFileSync(file, 'just a text, and a long one'.repeat(100)),
      /no backup of Strut/,
    ],
    ['empty', (file) => writeFileSync(file, ''), /no backup of Strut/],
    [
      'another program’s archive',
      (file) => {
        execFileSync('tar', ['-cf', file, '-C', import.meta.dirname, 'needs.ts']);
      },
      /no backup of Strut/,
    ],
    [
      'of a later version',
      (file) =>
        change(
          file,
          (bytes) => void bytes.write(`"shape":${MIGRATIONS.length + 1}`, bytes.indexOf('"shape":')),
        ),
      /later version of Strut.*made by Strut \d/,
    ],
  ])('says that a backup is %s, and leaves nothing behind', async (_name, spoil, words) => {
    first ??= aBackup().then(({ file, keys }) => ({ bytes: readFileSync(file), keys }));
    const { bytes, keys } = await first;
    const file = join(freshFolder(), 'strut.tar');
    writeFileSync(file, bytes);
    const env = { DATA_DIR: join(freshFolder(), 'new') };
    spoil(file, keys);
    const { code, said } = await restore([file], env);
    expect([code, said]).toEqual([1, expect.stringMatching(words)]);
    expect(isEmpty(env.DATA_DIR)).toBe(true);
  });

  it('says that a file is not there, or is a folder', async () => {
    const DATA_DIR = freshFolder();
    expect((await restore(['/no/such.tar'], { DATA_DIR })).said).toContain('no such file');
    expect((await restore([DATA_DIR], { DATA_DIR })).said).toContain('a folder, not a file');
    expect((await restore([])).code).toBe(0);
    expect(await restore(['a', 'b'])).toMatchObject({ code: 1, said: expect.stringContaining('-- FILE') });
  });

  it('puts the records alone back from a daily copy, beside the files that are there', async () => {
    const { dataDir, store, keys } = await runningBot();
    await dailyCopies(dataDir, 7).take(NOW);
    await store.jobs.save(jobIn('queued', { id: 'web:later' }));
    await store.close();
    const copy = join(dataDir, 'backups', readdirSync(join(dataDir, 'backups'))[0] ?? '');
    const env = { DATA_DIR: dataDir };
    expect((await restore([copy], env)).said).toContain('strut.sqlite');
    for (const end of ['', '-wal', '-shm'])
      if (existsSync(join(dataDir, `strut.sqlite${end}`)))
        renameSync(join(dataDir, `strut.sqlite${end}`), join(dataDir, `old${end}`));
    expect(await restore([copy], env)).toMatchObject({ code: 0 });
    const again = open(dataDir);
    expect([await again.isAtHome(), await again.putBack.since()]).toEqual([true, NOW]);
    expect([await again.jobs.get('web:1'), await again.jobs.get('web:later')]).toEqual([
      expect.anything(),
      undefined,
    ]);
    for (const key of keys) expect(existsSync(await again.files.path({ key }))).toBe(true);
    await again.close();
    // The copy is still there, to try again.
    expect(existsSync(copy)).toBe(true);
  });

  it('takes no other program’s database, none that is damaged, and none of a later version', async () => {
    const folder = freshFolder();
    const other = join(folder, 'other.sqlite');
    const made = new DatabaseSync(other);
    made.exec('CREATE TABLE x (y)');
    made.close();
    const DATA_DIR = join(folder, 'data');
    expect((await restore([other], { DATA_DIR })).said).toContain('not one of Strut');
    const later = new DatabaseSync(other);
    later.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    later.close();
    expect((await restore([other], { DATA_DIR })).said).toContain('later version');
    const { dataDir, store } = await runningBot();
    await store.close();
    const half = join(folder, 'half.sqlite');
    copyFileSync(join(dataDir, 'strut.sqlite'), half);
    truncateSync(half, statSync(half).size / 2);
    expect((await restore([half], { DATA_DIR })).said).toContain('damaged');
    expect(isEmpty(DATA_DIR)).toBe(true);
  });

  describe('with a PostgreSQL', postgresNeeded, () => {
    it('tells records that pg_restore has put back that they are a copy', async () => {
      await postgres.empty();
      const STORE_URL = await postgres.url();
      expect(await restore(['--postgres'], {})).toMatchObject({
        code: 1,
        said: expect.stringContaining('STORE_URL'),
      });
      expect(await restore(['--postgres'], { STORE_URL })).toMatchObject({ code: 0 });
      const store = await createPostgresStore(STORE_URL, freshFolder(), (error) =>
        expect.fail(error.message),
      );
      expect(await store.putBack.since()).toBe(NOW);
      await store.close();
    });
  });
});
