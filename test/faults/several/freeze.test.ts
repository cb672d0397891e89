/** Three true processes of which one stands still for longer than its locks last, and goes on as if nothing had been. */
import { describe, expect, it } from 'vitest';
import { needs } from '../../needs.ts';
import { LONG_TEST_MS } from '../../timeouts.ts';
import { FOR_LONG, LONG, type Row, tell } from '../board.ts';
import { WITH_DEADLINE, wrongInAll } from '../ending.ts';
import { FRONTS } from '../front.ts';
import { PROVIDERS } from '../provider.ts';
import { type Freeze, freezeOne, verdictOf } from './freeze.ts';
import { pointsOf } from './kill.ts';
import { type SeveralStage, startSeveral } from './stage.ts';

async function allFreezes(stage: SeveralStage): Promise<Freeze[]> {
  const freezes: Freeze[] = [];
  for (const front of FRONTS)
    freezes.push(...(await pointsOf(stage, front)).map((point) => ({ front, point })));
  return freezes;
}

describe('three processes of which one stands still at a step', needs(LONG, FOR_LONG), () => {
  it.each(PROVIDERS)(
    'make of a job for %s one submit, one bill and one video, also when that one goes on',
    async (name) => {
      await using stage = await startSeveral(name, { env: WITH_DEADLINE });
      const freezes = await allFreezes(stage);
      const frozen = [];
      for (const freeze of freezes) {
        const one = await freezeOne(stage, freeze);
        if (one) frozen.push(one);
      }
      expect(frozen.length).toBeGreaterThan(freezes.length * 0.8);
      // Whoever goes on is waited for: what it does twice, it has done by then.
      expect(await stage.leftOver()).toEqual([]);
      const wrong: string[] = [];
      const rows: Row[] = [];
      for (const one of frozen) {
        const { videos, broken } = await verdictOf(one);
        wrong.push(...broken);
        rows.push({
          scenario: 'three processes: one stands still until others have taken its work, and goes on',
          where: `${name}, ${one.front}`,
          tries: 1,
          what: `one submit, one bill, the video ${videos === 1 ? 'once' : `${videos} times`}`,
        });
      }
      tell(`several-freeze-${name}`, rows);
      expect(wrong).toEqual([]);
      expect(await wrongInAll(stage)).toEqual([]);
    },
    LONG_TEST_MS,
  );
});
