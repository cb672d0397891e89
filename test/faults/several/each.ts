/** Every place to ask from with every provider, and what is told of them. */
import type { Row } from '../board.ts';
import { FRONTS } from '../front.ts';
import { PROVIDERS } from '../provider.ts';

export const EACH = PROVIDERS.flatMap((provider) => FRONTS.map((front) => ({ provider, front })));

export const ofThree = (rows: readonly Row[]): Row[] =>
  rows.map((row) => ({ ...row, scenario: `three processes: ${row.scenario}` }));
