/** The true process on a disk that is full, locked, read-only or damaged, and beside a copy of itself. */
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { tell } from './board.ts';
import { endingOf, wrongInAll } from './ending.ts';
import { startInVain } from './in-vain.ts';
import { makeDisk, NO_MOUNT } from './mount.ts';
import { readRecord, until } from './record.ts';
import { startStage } from './stage.ts';

/** Every write of a job's way that a full or locked disk can refuse. */
const WRITES = [
  'jobs.save(queued), before',
  'jobs.save(running, fetching), before',
  'result.fetch, after',
  'ledger.settle, before',
  'jobs.save(completed), before',
  'jobs.save(delivered), before',
];

const freshFolder = (): string => mkdtempSync(join(tmpdir(), 'strut-disk-'));

describe.concurrent('a disk that fails', () => {
  it('for one write at a time, at any of them, loses nothing', async () => {
    // It has no webhook that would bring back what was lost here.
    await using stage = await startStage('runcomfy', 'page');
    for (const [at, point] of WRITES.entries()) {
      stage.bot.failAt(point, 1);
      const asked = await stage.front.ask();
      const { id } = await until(
        `the job whose ${point} failed`,
        () =>
          readRecord(stage.bot.dataDir).jobs.find((job, index) => index === at && job.state === 'delivered'),
        { describe: stage.bot.log },
      );
      expect([point, await endingOf(stage, asked, { id, submits: 1 })]).toMatchObject([
        point,
        { end: 'video', wrong: [] },
      ]);
    }
    expect(stage.provider.submits()).toBe(WRITES.length);
    expect(await wrongInAll(stage)).toEqual([]);
    tell('disk-writes', [
      {
        scenario: 'the disk refuses a write of a job under way',
        where: 'runcomfy, page',
        tries: WRITES.length,
        what: 'the video once, one submit, one bill',
      },
    ]);
  });

  it('because another process holds the database, is waited for', async () => {
    await using stage = await startStage('fal', 'page');
    stage.provider.next({ runMs: 500 });
    const asked = await stage.front.ask();
    const { id } = await until('the job at work', () => {
      const [job] = readRecord(stage.bot.dataDir).jobs;
      return job && job.state !== 'created' && job.state !== 'submitting' ? job : undefined;
    });
    const other = new DatabaseSync(join(stage.bot.dataDir, 'strut.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    // Until the bot has waited for a write in vain.
    await until('a write refused', () => stage.bot.log().includes('StoreBusy') || undefined, {
      describe: stage.bot.log,
    });
    other.exec('ROLLBACK');
    other.close();
    expect(await endingOf(stage, asked, { id, submits: 1 })).toMatchObject({ end: 'video', wrong: [] });
    expect(await wrongInAll(stage)).toEqual([]);
    tell('disk-locked', [
      {
        scenario: 'another process holds the database until a write is refused',
        where: 'fal, page',
        tries: 1,
        what: 'the video once, one submit, one bill',
      },
    ]);
  });

  it('that is full closes the door with words, and lets what is under way end', async (test) => {
    using disk = makeDisk(24);
    if (!disk) return test.skip(NO_MOUNT);
    await using stage = await startStage('fal', 'page', { DATA_DIR: disk.path });
    const refused = await stage.front.ask().catch((error: unknown) => String(error));
    expect(refused).toContain('disk-full');
    expect((await fetch(`${stage.bot.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${stage.bot.url}/healthz`)).status).toBe(200);
    tell('disk-full', [
      {
        scenario: 'less than 1 GB is left on the disk',
        where: 'page',
        tries: 1,
        what: 'nothing new is taken, with words; /readyz says so',
      },
    ]);
  });

  it('that can not be written to is named at the start, in one line', async () => {
    const folder = freshFolder();
    // A file where the folder should be stands for whatever may be wrong with it: root may write anywhere else.
    writeFileSync(join(folder, 'data'), '');
    const { code, said } = await startInVain(join(folder, 'data'));
    expect(code).toBe(1);
    expect(said).toContain('DATA_DIR can not be written to');
    expect(said.trim().split('\n')).toHaveLength(1);
    rmSync(folder, { recursive: true });
    tell('disk-read-only', [
      {
        scenario: 'the data folder can not be written to',
        where: 'start',
        tries: 1,
        what: 'refuses to start, with one line that says why',
      },
    ]);
  });

  it.each([
    {
      how: 'is no database',
      damage: (path: string) =>
        writeFileSync(path, 'not a database at all, but long enough to be looked at'.repeat(40)),
    },
    { how: 'is cut in the middle', damage: (path: string) => truncateSync(path, 40_000) },
    {
      how: 'has nonsense in the middle',
      damage(path: string) {
        const bytes = readFileSync(path);
        bytes.fill(0x5a, 8_192, 24_576);
        writeFileSync(path, bytes);
      },
    },
  ])('whose database $how is left as it is, with a copy, and named in one line', async ({ how, damage }) => {
    const folder = freshFolder();
    {
      const { createStore } = await import('../../src/store/index.ts');
      const store = createStore(folder, () => {});
      await store.keyv('some').set('thing', 'x'.repeat(60_000));
      await store.close();
    }
    const path = join(folder, 'strut.sqlite');
    damage(path);
    const damaged = readFileSync(path);
    for (let start = 0; start < 2; start += 1) {
      const { code, said } = await startInVain(folder);
      expect(code).toBe(1);
      expect(said).toContain('the database is damaged');
      expect(said.trim().split('\n')).toHaveLength(1);
      expect(readFileSync(path).equals(damaged)).toBe(true);
    }
    expect(existsSync(join(folder, 'strut.sqlite.damaged'))).toBe(true);
    expect(readFileSync(join(folder, 'strut.sqlite.damaged')).equals(damaged)).toBe(true);
    rmSync(folder, { recursive: true });
    tell(`disk-corrupt-${how.replaceAll(' ', '-')}`, [
      {
        scenario: 'the database is damaged at the start',
        where: 'start',
        tries: 1,
        what: 'refuses to start, in one line; the file stays as it is, a copy beside it',
      },
    ]);
  });

  it('is never shared: a second copy of the bot refuses to start, and the first goes on', async () => {
    await using stage = await startStage('fal', 'page');
    const { code, said } = await startInVain(stage.bot.dataDir);
    expect(code).toBe(1);
    expect(said).toContain('running already with this DATA_DIR');
    const asked = await stage.front.ask();
    const { id } = await until('a job', () => readRecord(stage.bot.dataDir).jobs[0]);
    expect(await endingOf(stage, asked, { id, submits: 1 })).toMatchObject({ end: 'video', wrong: [] });
    tell('disk-two-copies', [
      {
        scenario: 'a second copy is started on the same folder',
        where: 'start',
        tries: 1,
        what: 'the second refuses to start, clearly; the first goes on',
      },
    ]);
  });
});
