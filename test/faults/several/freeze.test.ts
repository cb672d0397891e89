/** Three true processes of which one stands still for longer than its locks last, and goes on as if nothing had been. */
import { describe, expect, it } from 'vitest';
import { needs } from '../../needs.ts';
import { LONG_TEST_MS } from '../../timeouts.ts';
import { FOR_LONG, LONG, tell } from '../board.ts';
import { WITH_DEADLINE, wrongInAll } from '../ending.ts';
import { EACH, ofThree } from './each.ts';
import { type Frozen, freezeOne, verdictOf } from './freeze.ts';
import { pointsOf } from './kill.ts';
import { startSeveral } from './stage.ts';

describe.concurrent('three processes of which one stands still at a step', needs(LONG, FOR_LONG), () => {
  it.each(EACH)(
    'make of a job for $provider from $front one submit, one bill and one video, also when that one goes on',
    async ({ provider, front }) => {
      await using stage = await startSeveral(provider, { env: WITH_DEADLINE });
      const points = await pointsOf(stage, front);
      const frozen: Frozen[] = [];
      for (const point of points) {
        const one = await freezeOne(stage, { front, point });
        if (one) frozen.push(one);
      }
      expect(frozen.length).toBeGreaterThan(points.length * 0.8);
      // Whoever goes on is waited for: what it does twice, it has done by then.
      const submits = stage.provider.submits();
      expect(await stage.leftOver()).toEqual([]);
      expect(stage.provider.submits()).toBe(submits);
      const verdicts = [];
      for (const one of frozen) verdicts.push(await verdictOf(one));
      const rows = verdicts.map(({ videos }) => ({
        scenario: 'one stands still until others have taken its work, and goes on',
        where: `${provider}, ${front}`,
        tries: 1,
        what: `one submit, one bill, the video ${videos === 1 ? 'once' : `${videos} times`}`,
      }));
      tell(`several-freeze-${provider}-${front}`, ofThree(rows));
      expect(verdicts.flatMap(({ broken }) => broken)).toEqual([]);
      expect(await wrongInAll(stage)).toEqual([]);
    },
    LONG_TEST_MS,
  );
});
