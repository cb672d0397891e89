/** Three true processes on one PostgreSQL: kill -9 of whichever has the step, and of who takes over. */
import { describe, expect, it } from 'vitest';
import { needs } from '../../needs.ts';
import { LONG_TEST_MS } from '../../timeouts.ts';
import { FOR_LONG, LONG, tell } from '../board.ts';
import { WITH_DEADLINE, wrongInAll } from '../ending.ts';
import type { FrontName } from '../front.ts';
import { brokenBy, type Killed } from '../kill.ts';
import { nameOf, rowsOf } from '../kill-rows.ts';
import { EACH, ofThree } from './each.ts';
import { killOne, pointsOf, type SeveralKill } from './kill.ts';
import { type SeveralStage, startSeveral } from './stage.ts';

/** Every point, and at each a second death a few points later. */
async function allKills(stage: SeveralStage, front: FrontName): Promise<SeveralKill[]> {
  const points = await pointsOf(stage, front);
  expect(points.length).toBeGreaterThan(20);
  return points.flatMap((point, index) => [
    { front, point },
    { front, point, thenAt: 1 + (index % 7) },
  ]);
}

describe.concurrent('three processes of which one is killed at a step', needs(LONG, FOR_LONG), () => {
  it.each(EACH)(
    'make of a job for $provider from $front one submit, one bill and the video, and tell the truth, also where the next one is killed, too',
    async ({ provider, front }) => {
      await using stage = await startSeveral(provider, { env: WITH_DEADLINE });
      const kills = await allKills(stage, front);
      const killed: Killed[] = [];
      for (const kill of kills) {
        const one = await killOne(stage, kill);
        if (one) killed.push(one);
        await stage.processes.revive();
      }
      tell(`several-kill-${provider}-${front}`, ofThree(rowsOf(killed, `${provider}, ${front}`)));
      // A point may be passed by chance too late to die there, but not many of them.
      expect(killed.length).toBeGreaterThan(kills.length * 0.8);
      expect(killed.flatMap((one) => brokenBy(one, stage).map((why) => `${nameOf(one)}: ${why}`))).toEqual(
        [],
      );
      expect(await wrongInAll(stage)).toEqual([]);
      expect(await stage.leftOver()).toEqual([]);
    },
    LONG_TEST_MS,
  );
});
