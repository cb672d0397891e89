/** PostgreSQL itself ends without a word while processes work, and is there again, or another one in its place. */
import { describe, expect, it } from 'vitest';
import { postgresNeeded } from '../../postgres/open.ts';
import { startPostgresProxy } from '../../postgres/proxy.ts';
import { startPostgresPair } from '../../postgres/server.ts';
import { TEST_MS } from '../../timeouts.ts';
import { tell } from '../board.ts';
import { wrongInAll } from '../ending.ts';
import { FRONTS, type FrontName, type JobForm } from '../front.ts';
import { until } from '../record.ts';
import { EVERY_MS, type SeveralStage, startSeveral } from './stage.ts';

const RUNS_MS = 2_000;

/** A job from each front, on record. */
async function askAll(stage: SeveralStage): Promise<(JobForm & { front: FrontName })[]> {
  const { provider, fronts, log } = stage;
  const before = (await stage.record()).jobs.length;
  const asked = [];
  for (const front of FRONTS) {
    provider.next({ runMs: RUNS_MS });
    asked.push({ front, ...(await fronts[front].ask()) });
  }
  const known = async () => (await stage.record()).jobs.length === before + asked.length;
  await until('all to be on record', known, { everyMs: EVERY_MS, describe: log });
  return asked;
}

/** While PostgreSQL is away, nobody knows. */
const untilNoneIsOpen = (stage: SeveralStage, what: string): Promise<boolean> =>
  until(
    what,
    async () => {
      const record = await stage.record().catch(() => undefined);
      return record !== undefined && record.open.length === 0 && record.waiting === 0;
    },
    { everyMs: EVERY_MS, describe: stage.log },
  );

describe('processes whose PostgreSQL ends without a word', postgresNeeded, () => {
  it(
    'lose nothing, do nothing twice and live on, whether it is started again or the one that follows it takes its place',
    async () => {
      await using pair = await startPostgresPair();
      await using proxy = await startPostgresProxy(pair.url);
      await using stage = await startSeveral('fal', { count: 2, storeUrl: proxy.url });
      const { processes } = stage;
      const pids = processes.all.map((bot) => bot.pid());
      const asked = await askAll(stage);
      await pair.restart();
      await untilNoneIsOpen(stage, 'the end of what was open as PostgreSQL was started again');
      await stage.ready();

      asked.push(...(await askAll(stage)));
      const promoted = pair.promote();
      proxy.close();
      proxy.leadTo(await promoted);
      await proxy.open();
      await untilNoneIsOpen(stage, 'the end of what was open as another server took its place');
      await stage.ready();

      const { jobs } = await stage.record();
      expect(jobs.map(({ state }) => state)).toEqual(asked.map(() => 'delivered'));
      expect(stage.provider.submits()).toBe(asked.length);
      for (const { front, videos } of asked) expect([front, await videos()]).toEqual([front, 1]);
      expect(await wrongInAll(stage)).toEqual([]);
      expect(processes.all.map((bot) => bot.pid())).toEqual(pids);
      expect(stage.log()).not.toMatch(/FATAL|nobody caught/);
      tell('several-postgres', [
        {
          scenario:
            'two processes: PostgreSQL ends at once in mid-load and is started again; then a standby is promoted',
          where: 'fal, page, discord, telegram',
          tries: asked.length,
          what: 'one submit, one bill, the video once; no process ended',
        },
      ]);
    },
    TEST_MS,
  );
});
