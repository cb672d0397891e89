/** Three true processes on one PostgreSQL: whichever has a step is killed, or stands still for longer than its locks last. */
import { describe, expect, it } from 'vitest';
import { postgresNeeded } from '../../postgres/open.ts';
import { TEST_MS } from '../../timeouts.ts';
import { tell } from '../board.ts';
import { WITH_DEADLINE, wrongInAll } from '../ending.ts';
import { brokenBy, type Killed } from '../kill.ts';
import { nameOf, rowsOf } from '../kill-rows.ts';
import { type Freeze, type Frozen, freezeOne, verdictOf } from './freeze.ts';
import { killOne, type SeveralKill } from './kill.ts';
import { startSeveral } from './stage.ts';
import { killUploading } from './upload.ts';

/** Where money, a video or a member could be lost: three die one after the other, and two are started again. */
const FIRST: SeveralKill = { front: 'page', point: 'provider.submit, after', thenAt: 2 };
/** Ten seconds apart. */
const CLOCKS_MS = [0, 5_000, -5_000];
/** Where whoever goes on is about to do what must be done once. */
const FREEZES: readonly Freeze[] = [
  { front: 'page', point: 'provider.submit, before' },
  { front: 'telegram', point: 'result.fetch, before' },
  { front: 'discord', point: 'chat.deliver, before' },
];
const LAST: SeveralKill = { front: 'discord', point: 'inbox.claim, after' };

describe('three processes on the same records', postgresNeeded, () => {
  it(
    'make of each job one submit, one bill and one video, whoever dies, dies next, or stands still',
    async () => {
      await using stage = await startSeveral('fal', { env: WITH_DEADLINE, clocksOffMs: CLOCKS_MS });
      const { processes } = stage;
      const killed: Killed[] = [];
      const frozen: Frozen[] = [];
      const kill = async (one: SeveralKill) => {
        const found = await killOne(stage, one);
        if (!found) throw new Error(`the job never passed ${one.point}`);
        killed.push(found);
      };
      await kill(FIRST);
      await processes.revive();
      for (const one of FREEZES) {
        const found = await freezeOne(stage, one);
        if (!found) throw new Error(`the job never passed ${one.point}`);
        frozen.push(found);
      }
      const posted = await killUploading(stage, 'telegram');
      console.log(
        `killed in the middle of an upload; the next one had the video there after ${posted.tookMs} ms`,
      );
      expect(posted).toMatchObject({ end: 'video', submits: 1, videos: 1, wrong: [] });
      await kill(LAST);
      expect(killed.flatMap((one) => brokenBy(one, stage).map((why) => `${nameOf(one)}: ${why}`))).toEqual(
        [],
      );
      // Whoever went on is waited for: what it does twice, it has done by then.
      expect(await stage.leftOver()).toEqual([]);
      const verdicts = await Promise.all(frozen.map(verdictOf));
      expect(verdicts.flatMap(({ broken }) => broken)).toEqual([]);
      expect(await wrongInAll(stage)).toEqual([]);
      tell('several-short', rowsOf(killed, 'fal'));
    },
    TEST_MS,
  );
});
