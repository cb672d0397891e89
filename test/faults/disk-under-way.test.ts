/** The true process whose disk, or whose clock, fails while a job is under way. */
import { describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { FOR_LONG, LONG, tell } from './board.ts';
import { endingOf, wrongInAll } from './ending.ts';
import { FRONTS } from './front.ts';
import { startInVain } from './in-vain.ts';
import { makeDisk, NO_MOUNT } from './mount.ts';
import { PROVIDERS } from './provider.ts';
import { readRecord, until } from './record.ts';
import { type Stage, startStage } from './stage.ts';

/** Over what the bot wants to have free, by what a few jobs take. */
const DISK_MB = 1_200;
const HOUR_MS = 3_600_000;
const SAME_PROMISE = 'the video once, one submit, one bill';

/** Asks, breaks something once the job is in the provider's queue, and sees the promise kept. */
async function breakUnderWay(stage: Stage, breaks: () => Promise<void>): Promise<void> {
  const { bot, front, provider } = stage;
  provider.next({ queueMs: 200, runMs: 1_500 });
  const asking = front.ask();
  const { id } = await until('a job in the queue', () =>
    readRecord(bot.dataDir).jobs.find(({ state }) => state === 'queued'),
  );
  await breaks();
  expect(await endingOf(stage, await asking, { id, submits: provider.submits() })).toMatchObject({
    end: 'video',
    submits: 1,
    videos: 1,
    wrong: [],
  });
  expect(await wrongInAll(stage)).toEqual([]);
}

/** How often the log says it. */
const times = ({ bot }: Stage, what: RegExp): number => bot.log().match(new RegExp(what, 'g'))?.length ?? 0;

describe.concurrent('while a job is under way', () => {
  it.for(LONG ? PROVIDERS : (['fal'] as const))(
    'at %s, a disk that becomes read-only delays its video, and no more',
    async (provider, test) => {
      using disk = makeDisk(DISK_MB);
      if (!disk) return test.skip(NO_MOUNT);
      await using stage = await startStage(provider, 'page', { DATA_DIR: disk.path });
      await breakUnderWay(stage, async () => {
        disk.setReadOnly(true);
        await until('a write in vain', () => times(stage, /EROFS/) > 0, { describe: stage.bot.log });
        disk.setReadOnly(false);
      });
      tell(`disk-turns-read-only-${provider}`, [
        {
          scenario: 'the disk becomes read-only for files while a job is under way',
          where: `${provider}, page`,
          tries: 1,
          what: SAME_PROMISE,
        },
      ]);
    },
  );

  it.for(PROVIDERS)(
    'at %s, a disk that fills up to its last byte delays its video, and no more',
    needs(LONG, FOR_LONG),
    async (provider, test) => {
      using disk = makeDisk(DISK_MB);
      if (!disk) return test.skip(NO_MOUNT);
      await using stage = await startStage(provider, 'page', { DATA_DIR: disk.path });
      const readyz = async () => (await fetch(`${stage.bot.url}/readyz`)).status;
      await breakUnderWay(stage, async () => {
        disk.fill();
        await until('a write in vain', () => times(stage, /ENOSPC|disk is full/) > 0, {
          describe: stage.bot.log,
        });
        expect(await readyz()).toBe(503);
        disk.free();
      });
      await until('a bot that is ready again', async () => (await readyz()) === 200);
      tell(`disk-fills-${provider}`, [
        {
          scenario: 'the disk fills up to its last byte while a job is under way',
          where: `${provider}, page`,
          tries: 1,
          what: SAME_PROMISE,
        },
      ]);
    },
  );

  it.each(FRONTS)(
    'from %s, a clock that steps back an hour changes nothing about its end',
    needs(LONG, FOR_LONG),
    async (front) => {
      await using stage = await startStage('fal', front);
      await breakUnderWay(stage, async () => stage.bot.setClock(-HOUR_MS));
      const [job] = readRecord(stage.bot.dataDir).jobs;
      expect(job?.updatedAt).toBeLessThan(job?.createdAt ?? 0);
      tell(`disk-clock-${front}`, [
        {
          scenario: 'the clock steps back an hour while a job is under way',
          where: `fal, ${front}`,
          tries: 1,
          what: SAME_PROMISE,
        },
      ]);
    },
  );
});

describe.concurrent('a disk that is read-only from the start', () => {
  it.for(['an empty folder', 'a folder with a database'])('is named in one line: %s', async (what, test) => {
    using disk = makeDisk(24);
    if (!disk) return test.skip(NO_MOUNT);
    if (what === 'a folder with a database') {
      const { createStore } = await import('../../src/store/index.ts');
      await createStore(disk.path, () => {}).close();
    }
    disk.freeze();
    const { code, said } = await startInVain(disk.path);
    expect(code).toBe(1);
    expect(said).toContain('DATA_DIR can not be written to');
    expect(said.trim().split('\n')).toHaveLength(1);
    tell(`disk-read-only-${what.replaceAll(' ', '-')}`, [
      {
        scenario: 'the disk is read-only',
        where: 'start',
        tries: 1,
        what: 'refuses to start, with one line that says why',
      },
    ]);
  });
});
