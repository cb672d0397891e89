/** Three true processes on one PostgreSQL: kill -9 of whichever has the step, and of who takes over. */
import { describe, expect, it } from 'vitest';
import { needs } from '../../needs.ts';
import { LONG_TEST_MS } from '../../timeouts.ts';
import { FOR_LONG, LONG, tell } from '../board.ts';
import { WITH_DEADLINE, wrongInAll } from '../ending.ts';
import { FRONTS } from '../front.ts';
import { brokenBy } from '../kill.ts';
import { nameOf, rowsOf } from '../kill-rows.ts';
import { PROVIDERS } from '../provider.ts';
import { killOne, pointsOf, type SeveralKill } from './kill.ts';
import { type SeveralStage, startSeveral } from './stage.ts';

/** Every point of every front, and at a good part of them a second death a few points later. */
async function allKills(stage: SeveralStage): Promise<SeveralKill[]> {
  const kills: SeveralKill[] = [];
  for (const front of FRONTS) {
    const points = await pointsOf(stage, front);
    expect(points.length).toBeGreaterThan(20);
    for (const [index, point] of points.entries())
      kills.push({ front, point }, { front, point, thenAt: 1 + (index % 7) });
  }
  return kills;
}

describe('three processes of which one is killed at a step', needs(LONG, FOR_LONG), () => {
  it.each(PROVIDERS)(
    'make of a job for %s one submit, one bill and the video, and tell the truth, also where the next one is killed, too',
    async (name) => {
      await using stage = await startSeveral(name, { env: WITH_DEADLINE });
      const kills = await allKills(stage);
      const killed = [];
      for (const kill of kills) {
        const one = await killOne(stage, kill);
        if (one) killed.push({ kill, one });
        await stage.processes.revive();
      }
      // A point may be passed by chance too late to die there, but not many of them.
      expect(killed.length).toBeGreaterThan(kills.length * 0.8);
      for (const front of FRONTS) {
        const of = killed.filter(({ kill }) => kill.front === front).map(({ one }) => one);
        const rows = rowsOf(of, `${name}, ${front}`);
        tell(
          `several-kill-${name}-${front}`,
          rows.map((row) => ({ ...row, scenario: `three processes: ${row.scenario}` })),
        );
      }
      expect(
        killed.flatMap(({ kill, one }) =>
          brokenBy(one, stage).map((why) => `${kill.front}, ${nameOf(one)}: ${why}`),
        ),
      ).toEqual([]);
      expect(await wrongInAll(stage)).toEqual([]);
      expect(await stage.leftOver()).toEqual([]);
    },
    LONG_TEST_MS,
  );
});
